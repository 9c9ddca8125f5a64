import { describedUntrusted } from '../sanitize.ts';

/** One page of what an inventory answers, as docs/inventory.md has it; the sources http and file read it. */
export interface Page {
  readonly servers: readonly unknown[];
  readonly total: number | null;
  readonly next: string | null;
}

/**
 * Checks the outer shape of a page; a string says what is wrong. The servers are checked when all pages are there, and `next`
 * by whoever follows it (same origin, no loop).
 */
export const parsePage = (value: unknown): Page | string => {
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
    return `its \`total\` is ${describedUntrusted(total)}, not a whole number, 0 or more`;
  }
  if (next !== null && (typeof next !== 'string' || next === '')) {
    return `its \`next\` is ${describedUntrusted(next)}, not the address of a page`;
  }
  return { servers, total, next };
};
