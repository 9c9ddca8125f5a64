import { count, grouping, listed } from '../../model/phrases.ts';
import type { Problem } from '../../model/problem.ts';
import type { Signature } from '../git/index.ts';
import { errorsIn, newErrors } from './new-errors.ts';

// Which commit comes into force, as a pure decision. A commit is taken whole or not at all.

/**
 * Why a commit that was seen is not in force: `unsigned` and `rewind` are refused; `unusable` has nothing that could be used;
 * `errors` has errors that the one in force does not have; `first` is the first one, and has errors; `window` waits.
 */
export type HeldReason = 'unsigned' | 'rewind' | 'unusable' | 'errors' | 'first' | 'window';

/** A commit that was seen and is not in force. */
export interface HeldCommit {
  readonly sha: string;
  readonly reason: HeldReason;
  /** In a sentence, with what to do. */
  readonly because: string;
  /** Those that keep it from being in force. */
  readonly problems: readonly Problem[];
}

/** What of a commit is known without its files. */
export interface CommitTrust {
  readonly sha: string;
  /** Null: signatures are not asked for. */
  readonly signature: Signature | null;
  /** Does it descend from the commit in force? */
  readonly descends: boolean;
}

/** What a person let through, by SHA; null: nothing. */
export interface Allowances {
  readonly accepted: string | null;
  readonly rewound: string | null;
}

/** May it come into force, whatever it says? Null: yes. `inForce` null: nothing is in force yet. */
export const refusalOf = (
  { sha, signature, descends }: CommitTrust,
  inForce: string | null,
  { rewound }: Pick<Allowances, 'rewound'>,
): HeldCommit | null => {
  if (signature !== null && !signature.good) {
    const because = `commit ${sha} is refused: ${signature.because}; push one that is signed`;
    return { sha, reason: 'unsigned', because, problems: [] };
  }
  if (inForce === null || descends || rewound === sha) return null;
  const because = `commit ${sha} is refused: it does not descend from ${inForce}, which is in force; to go there all the same, ${ask('rewind', sha)}`;
  return { sha, reason: 'rewind', because, problems: [] };
};

/**
 * Is it held for what is in it? Null: no. `problems` are those that `validate` finds with the inventories left out; `before`
 * those of the commit in force, null where nothing is in force yet.
 */
export const heldFor = (
  sha: string,
  problems: readonly Problem[],
  before: readonly Problem[] | null,
  { accepted }: Pick<Allowances, 'accepted'>,
): HeldCommit | null => {
  const errors = before === null ? errorsIn(problems) : newErrors(problems, before);
  if (errors.length === 0 || accepted === sha) return null;
  const number = count(errors.length, 'error');
  const what =
    before === null ? `is the first one, and has ${number}` : `has ${number} that the one in force does not have`;
  const because = `commit ${sha} ${what}: ${inWords(errors)}; push one without, or, to take it with what is wrong left as it is at the targets, ${ask('accept', sha)}`;
  return { sha, reason: before === null ? 'first' : 'errors', because, problems: errors };
};

const ask = (key: 'accept' | 'rewind', sha: string): string => `POST {"${key}": "${sha}"} to /api/v1/sync`;

const mostShown = 3;

const inWords = (errors: readonly Problem[]): string => {
  const kinds = [...new Set(errors.map(({ rule, zone, name, file }) => `${rule} (${name ?? zone ?? file ?? 'git'})`))];
  const more = kinds.length - mostShown;
  return listed(more > 0 ? [...kinds.slice(0, mostShown), `${grouping(more)} more`] : kinds);
};
