import { type ErrorCode, HostmasterError } from '../model/errors.ts';
import { type Changeset, isRefusing, type Plan } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import type { VerifyReport, ZoneResult } from '../model/result.ts';

/** The exit codes that scripts rely on. */
export const exit = { done: 0, error: 1, changes: 2, refused: 3, difference: 4 } as const;

/** Of several, 1 wins over 4 over 3 over 2. */
export const worst = (codes: readonly number[]): number =>
  [exit.error, exit.difference, exit.refused, exit.changes].find((code) => codes.includes(code)) ?? exit.done;

export const ofProblems = (problems: readonly Problem[]): number =>
  worst(problems.map(({ rule, severity }) => (severity !== 'error' ? exit.done : (refusals.get(rule) ?? exit.error))));

/** Problems that a guard refuses with, so that a person can let it through. */
const refusals: ReadonlyMap<string, number> = new Map([['inventory-shrunk', exit.refused]]);

export const ofPlan = ({ problems, changesets }: Plan): number =>
  worst([ofProblems(problems), ...changesets.map(ofWithheld)]);

/** What waits for proof that it is gone, or for a person who knows of it, is no refusal. */
const ofWithheld = ({ withheld }: Changeset): number =>
  withheld.some(({ guard }) => isRefusing(guard)) ? exit.refused : exit.done;

/** A change that an apply wrote without effect is a difference until it has one. */
export const ofWrites = ({ problems }: Pick<Plan, 'problems'>): number =>
  problems.some(({ rule }) => rule === 'write-without-effect') ? exit.difference : exit.done;

/** `--exit-code`: changes are worth an exit of their own. */
export const ofChanges = ({ summary, changesets }: Plan): number =>
  summary.create + summary.replace + summary.delete > 0 || changesets.some(({ create_zone }) => create_zone)
    ? exit.changes
    : exit.done;

export const ofResults = (results: readonly ZoneResult[]): number =>
  worst(
    results.map(({ status, code }) =>
      status === 'applied' ? exit.done : code === 'STALE_PLAN' ? exit.refused : exit.error,
    ),
  );

export const ofVerify = ({ differences }: VerifyReport): number =>
  worst(differences.map(({ kind }) => (kind === 'no_answer' ? exit.error : exit.difference)));

export const ofError = (error: unknown): number =>
  error instanceof HostmasterError && refusing.includes(error.code) ? exit.refused : exit.error;

const refusing: readonly ErrorCode[] = ['STALE_PLAN', 'GUARD_REFUSED', 'DELETE_REFUSED'];
