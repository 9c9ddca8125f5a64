import type { DaemonPass, PassSummary } from './answers.ts';
import type { PassThread } from './engine/link.ts';
import { passOfState } from './kept-pass.ts';
import type { Listed, ListPage } from './list.ts';
import { detailsIn } from './pass-details.ts';

// The passes, as people look back at them: the newest are in memory, the older ones and what is kept of each in the state.

export interface PastPasses {
  readonly thread: Pick<PassThread, 'ask'>;
  /** The newest first. */
  readonly passes: () => readonly PassSummary[];
  /** The last that ended since the start. */
  readonly lastPass: () => DaemonPass | null;
}

/** The newest first: `after` is the id of the last one that was shown. Where much is looked through, a part may be short. */
export const partOfPasses = async (
  { after, limit, q }: ListPage,
  { passes, thread }: PastPasses,
): Promise<Listed<PassSummary>> => {
  const known = passes();
  const from = after === null ? 0 : known.findIndex(({ id }) => id === after) + 1;
  const isOlder = after !== null && from === 0;
  const here = isOlder ? [] : known.slice(from).filter((pass) => isFound(pass, q));
  if (here.length > limit) {
    const items = here.slice(0, limit);
    return { items, next: items.at(-1)?.id ?? null };
  }
  const last = isOlder ? after : (known.at(-1)?.id ?? null);
  const older = last === null ? [] : await thread.ask({ kind: 'passes', after: last, limit: limit + 1 });
  const found = older.map(passOfState).filter((pass) => isFound(pass, q));
  const items = [...here, ...found].slice(0, limit);
  if (items.length === limit && here.length + found.length > limit) return { items, next: items.at(-1)?.id ?? null };
  return { items, next: older.length > limit ? (older.at(-1)?.id ?? null) : null };
};

const isFound = ({ cause, commit, id }: PassSummary, q: string | null): boolean =>
  q === null || `${id} ${cause} ${commit}`.includes(q);

export const passById = async (id: string, { lastPass, passes, thread }: PastPasses): Promise<DaemonPass | null> => {
  const last = lastPass();
  if (last?.id === id) return last;
  const kept = await thread.ask({ kind: 'pass details', id });
  const summary = passes().find((pass) => pass.id === id) ?? (kept === null ? null : passOfState(kept.pass));
  if (summary === null) return null;
  const details = await detailsIn(kept?.details ?? null);
  return { ...summary, ...(details ?? { plan: null, results: [], verify: null }) };
};
