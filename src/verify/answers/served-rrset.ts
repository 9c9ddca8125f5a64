import type { CheckedAnswer } from '../../model/health.ts';

/** An RRset as far as answers go. */
export interface ServedRRset {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly values: readonly { readonly rdata: string }[];
  /** Of a health-checked RRset that the provider made: what each address type may be answered with. */
  readonly checked?: readonly CheckedAnswer[] | null;
}
