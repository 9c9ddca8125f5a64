import { join } from 'node:path';
import type { OperatorsFile } from '../../model/daemon-settings.ts';
import type { KnownCommits } from '../../model/daemon-store.ts';
import type { Definitions } from '../../model/definitions.ts';
import type { Store } from '../../model/ports.ts';
import type { Problem } from '../../model/problem.ts';
import { validateRepository } from '../../pass.ts';
import type { RunContext } from '../../target.ts';
import { windowCalendar } from '../../windows/index.ts';
import { changedZones } from '../commits/changed-zones.ts';

// What the watch of the repository asks of the thread of the passes: reading 100,000 records keeps a thread busy, and HTTP
// answers from the other one. Folders are those of a commit's hostmaster.yaml.

export type RepositoryQuestion =
  | { readonly kind: 'known commits'; readonly repository: string; readonly ref: string }
  | { readonly kind: 'keep commits'; readonly commits: KnownCommits }
  /** What `validate` finds, with the inventories left out. Throws CONFIG where nothing can be read. */
  | { readonly kind: 'validate'; readonly folder: string }
  | { readonly kind: 'window'; readonly inForce: string; readonly next: string; readonly now: number };

export interface RepositoryAnswers {
  readonly 'known commits': KnownCommits | null;
  readonly 'keep commits': null;
  readonly validate: readonly Problem[];
  readonly window: WindowWait;
}

/** Has a commit to wait? */
export interface WindowWait {
  /** Why, in words; null: it has not. */
  readonly because: string | null;
  /** When to ask again, in milliseconds since 1970; null: nothing ever changes. */
  readonly until: number | null;
}

interface Reading {
  readonly store: Store;
  readonly targetsFrom: OperatorsFile | null;
  readonly context: RunContext;
}

export const answerOfRepository = async (
  question: RepositoryQuestion,
  reading: Reading,
): Promise<RepositoryAnswers[RepositoryQuestion['kind']]> => {
  switch (question.kind) {
    case 'known commits':
      return reading.store.knownCommits(question.repository, question.ref);
    case 'keep commits':
      await reading.store.keepCommits(question.commits);
      return null;
    case 'validate':
      return (await readFolder(question.folder, reading)).problems;
    case 'window':
      return windowOf(question, reading);
  }
};

const readFolder = (folder: string, { context, targetsFrom }: Reading): Promise<Definitions> =>
  validateRepository(
    {
      config: join(folder, 'hostmaster.yaml'),
      allow: [],
      full: false,
      serve: false,
      ...(targetsFrom === null ? {} : { targetsFrom }),
    },
    context,
  );

/** The windows of the commit in force decide, so that no commit opens its own. */
const windowOf = async (
  { inForce, next, now }: Extract<RepositoryQuestion, { kind: 'window' }>,
  reading: Reading,
): Promise<WindowWait> => {
  const before = await readFolder(inForce, reading);
  if (before.windows.length === 0) return { because: null, until: null };
  const verdict = windowCalendar(before.windows).verdict(changedZones(before, await readFolder(next, reading)), now);
  if (verdict.open) return { because: null, until: null };
  const until = verdict.next?.at ?? null;
  const which =
    verdict.by === null
      ? 'no window that allows it is open'
      : `the window of ${verdict.by.at.file}:${verdict.by.at.line} denies it`;
  const zone = verdict.zone === null ? '' : ` for ${verdict.zone}`;
  const when = until === null ? '' : `; it is looked at again at ${new Date(until).toISOString()}`;
  return { because: `${which}${zone}${when}`, until };
};
