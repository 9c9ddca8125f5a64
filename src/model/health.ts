/** What is answered while no address of a checked RRset is up: all of them, none, or these. */
export type WhenAllDown = 'open' | 'closed' | { readonly backup: readonly string[] };

/**
 * A check that decides which of an RRset's addresses are answered, from checked values only. Keys are those of the plan's
 * JSON; times are milliseconds. Either `port` or `urls` is null.
 */
export interface HealthCheck {
  /** The TCP port that must accept. */
  readonly port: number | null;
  /** By canonical address, the http or https URL that is asked there; an IPv6 address stands in brackets in it. */
  readonly urls: Readonly<Record<string, string>> | null;
  readonly interval: number | null;
  readonly timeout: number | null;
  readonly string_match: string | null;
  readonly when_all_down: WhenAllDown;
}

/** What a checked RRset answers a question for one address type with. */
export interface CheckedAnswer {
  readonly type: 'A' | 'AAAA';
  /** Those of them that are up. */
  readonly addresses: readonly string[];
  /** All of these, where none is. */
  readonly whenAllDown: readonly string[];
}
