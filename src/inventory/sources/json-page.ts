import { describedUntrusted } from '../sanitize.ts';

/** One page of interface.md's answer. */
export interface Page {
  readonly servers: readonly unknown[];
  readonly total: number | null;
  readonly next: string | null;
}

/** The page that a parsed document is, or what is wrong with it. */
export const readPage = (value: unknown): Page | string => {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return `the answer is ${describedUntrusted(value)}, not a mapping with \`servers\``;
  }
  const keys = new Map<string, unknown>(Object.entries(value));
  const servers = keys.get('servers');
  const total = keys.get('total') ?? null;
  const next = keys.get('next') ?? null;
  if (!Array.isArray(servers)) {
    return servers === undefined
      ? 'the answer has no `servers`'
      : `its \`servers\` are ${describedUntrusted(servers)}, not a list`;
  }
  if (total !== null && (typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0)) {
    return `its \`total\` is ${describedUntrusted(total)}, not a number of servers`;
  }
  if (next !== null && (typeof next !== 'string' || next === '')) {
    return `its \`next\` is ${describedUntrusted(next)}, not an address`;
  }
  return { servers, total, next };
};
