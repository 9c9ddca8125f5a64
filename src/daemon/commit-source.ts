import { HostmasterError } from '../model/errors.ts';
import type { Problem } from '../model/problem.ts';
import { type CommitTrust, type HeldCommit, heldFor, refusalOf } from './commits/judge.ts';
import type { Repository, Tip } from './git/index.ts';

// Which commit passes go by. `look` asks the server, judges what it finds, and takes it or not; the commit in force stays
// for every pass, whatever comes and whether or not the server answers.

/** What is kept over a restart, as plain data. */
export interface KeptCommits {
  readonly inForce: string | null;
  /** The one before it: its files stay for the pass that is under way. */
  readonly previous: string | null;
  /** What a person let through, until something comes into force. */
  readonly accepted: string | null;
  readonly rewound: string | null;
}

export const noCommits: KeptCommits = { inForce: null, previous: null, accepted: null, rewound: null };

export interface CommitInForce {
  readonly sha: string;
  /** Where its hostmaster.yaml is. */
  readonly folder: string;
}

export interface CommitView {
  readonly inForce: CommitInForce | null;
  /** What the ref led to when the server last answered. */
  readonly seen: string | null;
  readonly held: HeldCommit | null;
  /** What is found in the commit that was seen; empty where it is in force since an earlier start. */
  readonly problems: readonly Problem[];
  /** Why this look could not do all that it should; null: it could. */
  readonly failure: HostmasterError | null;
  /** Has to be kept before a pass goes by it. */
  readonly kept: KeptCommits;
}

export interface CommitSourceOptions {
  readonly repository: Repository;
  /** As the last one handed it out. */
  readonly kept: KeptCommits;
  /** What `validate` finds in a folder, with the inventories left out. Throws CONFIG where nothing of it can be read. */
  readonly validate: (folder: string) => Promise<readonly Problem[]>;
  /** Why a commit that may come into force has to wait (a window); null: it has not. Default is never. */
  readonly delay?: (inForce: CommitInForce, next: CommitInForce) => Promise<string | null>;
  /** The commits that passes under way go by, so that their files stay. Default is none. */
  readonly inUse?: () => readonly string[];
}

export interface CommitSource {
  /** Without the network: what is known from before. */
  current(): Promise<CommitView>;
  /** Asks the server first. Throws INTERRUPTED alone; else `failure` says what went wrong. */
  look(): Promise<CommitView>;
  /** Takes a held or a first commit at the next look, with what is wrong in it quarantined. Throws USAGE where it is none. */
  accept(sha: string): void;
  /** Takes a commit that does not descend from the one in force, at the next look. Throws USAGE where it is none. */
  rewind(sha: string): void;
}

interface Known {
  kept: KeptCommits;
  /** The last judgement, of which what is known for good is not found out again. */
  judged: { readonly key: string; readonly held: HeldCommit | null; readonly problems: readonly Problem[] } | null;
  held: HeldCommit | null;
}

export const commitSource = (options: CommitSourceOptions): CommitSource => {
  const known: Known = { kept: options.kept, judged: null, held: null };
  let last: Promise<unknown> = Promise.resolve();
  // One after the other: each goes by what the one before it left.
  const inTurn = (job: () => Promise<CommitView>): Promise<CommitView> => {
    const next = last.then(job, job);
    last = next.catch(() => undefined);
    return next;
  };
  return {
    current: () => inTurn(() => viewOf(options, known, null)),
    look: () => inTurn(() => look(options, known)),
    accept: (sha) => {
      refuseUnlessHeld(known, sha, ['errors', 'first'], 'accept');
      known.kept = { ...known.kept, accepted: sha };
    },
    rewind: (sha) => {
      refuseUnlessHeld(known, sha, ['rewind'], 'rewind');
      known.kept = { ...known.kept, rewound: sha };
    },
  };
};

const refuseUnlessHeld = (
  { held }: Known,
  sha: string,
  reasons: readonly HeldCommit['reason'][],
  key: 'accept' | 'rewind',
): void => {
  if (held !== null && held.sha === sha && reasons.includes(held.reason)) return;
  const now = held === null ? 'no commit is held now' : `now ${held.because}`;
  throw new HostmasterError('USAGE', `"${key}" names no commit that waits for it: ${now}`);
};

const look = async (options: CommitSourceOptions, known: Known): Promise<CommitView> => {
  const failure = await fetched(options, known);
  const view = await viewOf(options, known, failure);
  if (view.failure === null || failure !== null || !(await options.repository.mend())) return view;
  // What is kept here was damaged, and is empty now.
  return viewOf(options, known, await fetched(options, known));
};

const fetched = async ({ repository }: CommitSourceOptions, { kept }: Known): Promise<HostmasterError | null> =>
  failureOf(() => repository.fetch({ shallow: kept.inForce === null }));

/** Null: it was done. */
const failureOf = async (job: () => Promise<unknown>): Promise<HostmasterError | null> => {
  try {
    await job();
    return null;
  } catch (error) {
    if (error instanceof HostmasterError && error.code !== 'INTERRUPTED') return error;
    throw error;
  }
};

const viewOf = async (
  options: CommitSourceOptions,
  known: Known,
  fetchFailure: HostmasterError | null,
): Promise<CommitView> => {
  const { repository } = options;
  const found: Found = { inForce: null, seen: null };
  let lost: HostmasterError | null = null;
  const failure = await failureOf(async () => {
    found.seen = await repository.seen();
    lost = await failureOf(async () => {
      found.inForce = await filesInForce(options, known);
    });
    if (lost !== null && (await repository.has(known.kept.inForce ?? ''))) throw lost;
    if (found.seen !== null) found.inForce = await judged(options, known, found.seen, found.inForce);
    await retain(options, known, found.seen);
  });
  const { kept, held, judged: judgement } = known;
  return {
    inForce: found.inForce,
    seen: found.seen?.commit ?? null,
    held,
    problems: judgement?.problems ?? [],
    failure: fetchFailure ?? failure ?? (found.inForce === null ? lost : null),
    kept,
  };
};

interface Found {
  inForce: CommitInForce | null;
  seen: Tip | null;
}

const filesInForce = async (
  { repository }: CommitSourceOptions,
  { kept: { inForce } }: Known,
): Promise<CommitInForce | null> =>
  inForce === null ? null : { sha: inForce, folder: await repository.filesOf(inForce) };

/** What is in force after the commit that was seen was judged. */
const judged = async (
  options: CommitSourceOptions,
  known: Known,
  seen: Tip,
  inForce: CommitInForce | null,
): Promise<CommitInForce | null> => {
  const sha = seen.commit;
  if (sha === known.kept.inForce) {
    known.held = null;
    return inForce;
  }
  const { accepted, rewound } = known.kept;
  const key = JSON.stringify([inForce?.sha, seen, accepted, rewound]);
  if (known.judged?.key !== key) known.judged = { key, ...(await judge(options, known, seen, inForce)) };
  known.held = known.judged.held;
  if (known.held !== null) return inForce;
  const next = { sha, folder: await options.repository.filesOf(sha) };
  const wait = inForce === null ? null : ((await options.delay?.(inForce, next)) ?? null);
  if (wait !== null) {
    const because = `commit ${sha} waits: ${wait}; to take it now, POST {"force": true} to /api/v1/sync`;
    known.held = { sha, reason: 'window', because, problems: [] };
    return inForce;
  }
  known.kept = { inForce: sha, previous: known.kept.inForce, accepted: null, rewound: null };
  return next;
};

type Judgement = Pick<NonNullable<Known['judged']>, 'held' | 'problems'>;

const judge = async (
  { repository, validate }: CommitSourceOptions,
  { kept }: Known,
  seen: Tip,
  inForce: CommitInForce | null,
): Promise<Judgement> => {
  const sha = seen.commit;
  const trust: CommitTrust = {
    sha,
    signature: await repository.signature(seen),
    descends: kept.inForce === null || (await repository.descends(kept.inForce, sha)),
  };
  const refusal = refusalOf(trust, kept.inForce, kept);
  if (refusal !== null) return { held: refusal, problems: [] };
  const found = await orUnusable(async () => validate(await repository.filesOf(sha)));
  if (found instanceof HostmasterError) {
    const because = `commit ${sha} cannot be used: ${found.message}; push one that can`;
    return { held: { sha, reason: 'unusable', because, problems: [] }, problems: [] };
  }
  const before = inForce === null ? null : await orUnusable(() => validate(inForce.folder));
  // With what cannot be read any more, after an upgrade, nothing is compared: then every error is new.
  return { held: heldFor(sha, found, before instanceof HostmasterError ? [] : before, kept), problems: found };
};

/** What is found, or the error that says what is wrong with the commit, and not with us. */
const orUnusable = async (job: () => Promise<readonly Problem[]>): Promise<readonly Problem[] | HostmasterError> => {
  try {
    return await job();
  } catch (error) {
    if (error instanceof HostmasterError && (error.code === 'CONFIG' || error.code === 'COMMIT_UNUSABLE')) return error;
    throw error;
  }
};

const retain = async (
  { repository, inUse }: CommitSourceOptions,
  { kept, held }: Known,
  seen: Tip | null,
): Promise<void> => {
  const all = [kept.inForce, kept.previous, held === null ? null : (seen?.commit ?? null), ...(inUse?.() ?? [])];
  await repository.retain([...new Set(all.filter((sha) => sha !== null))]);
};
