import { SyntaxProblem } from '../model/errors.ts';
import { jointCheck } from '../model/health.ts';
import type { Problem, Severity } from '../model/problem.ts';
import { problemAt } from '../model/problem.ts';
import { isAddressType } from '../model/rr-types.ts';
import type { RRset } from '../model/rrset.ts';
import type { HealthChecks, NativeChecks, Provider } from '../provider.ts';
import { type AnsweredNow, answeredNow, withoutCheck, withoutVerdicts } from './without-down.ts';

/** Has a health check. Only an A or AAAA can. */
export const hasHealthCheck = ({ healthCheck, type }: RRset): boolean =>
  healthCheck !== undefined && isAddressType(type);

/** Has it a check that a target's provider does not make, so that the daemon does? */
export const isLeftToDaemon = (
  rrset: RRset,
  { healthChecks, nativeChecks }: Pick<Provider, 'healthChecks' | 'nativeChecks'>,
): boolean => {
  if (!hasHealthCheck(rrset) || healthChecks !== undefined) return false;
  return nativeChecks === undefined || fitChecks(rrset, nativeChecks).left.length > 0;
};

/** What the health-checked A and AAAA of one name become at a target. */
export interface CheckedName {
  /** The RRsets without their checks. */
  readonly plain: readonly RRset[];
  /** What is written instead; null: `answered` is. */
  readonly compiled: RRset | null;
  /** The same as far as it is up, where the daemon checks it. */
  readonly answered: readonly AnsweredNow[];
  /** As they are wanted, where the provider does not check them and the daemon can. */
  readonly left: readonly RRset[];
  /** Why there is nothing compiled, although the provider has checks. */
  readonly unavailable: string | null;
  /** Why the provider refuses this check: it is bad input, so what exists stays. */
  readonly refused: string | null;
  readonly warnings: readonly string[];
}

/** Compiles the checked A and AAAA of one name, where the target can hold the result and all name servers can answer it. */
export const compileChecks = (
  rrsets: readonly RRset[],
  checks: HealthChecks | null,
  misfitOf: (compiled: RRset) => string | null,
): CheckedName => {
  const unchecked = uncheckedName(rrsets);
  if (checks === null) return { ...unchecked, ...leftToDaemon(rrsets) };
  try {
    const { rrset, warnings } = checks.compile(rrsets.map(withoutVerdicts));
    const compiled = { ...rrset, ...mergedCheck(rrsets) };
    const unavailable = misfitOf(compiled);
    return unavailable === null ? { ...unchecked, compiled, warnings } : { ...unchecked, unavailable };
  } catch (error) {
    if (error instanceof SyntaxProblem) return { ...unchecked, refused: error.message };
    throw error;
  }
};

/** Where the provider checks an A or AAAA itself, the RRset keeps its type. */
export const fitChecks = (rrset: RRset, checks: NativeChecks): CheckedName => {
  const unchecked = uncheckedName([rrset]);
  try {
    const fitted = checks.fitted(withoutVerdicts(rrset));
    if (typeof fitted === 'string') return { ...unchecked, ...leftToDaemon([rrset]), unavailable: fitted };
    return { ...unchecked, compiled: fitted.rrset, warnings: fitted.warnings };
  } catch (error) {
    if (error instanceof SyntaxProblem) return { ...unchecked, refused: error.message };
    throw error;
  }
};

const uncheckedName = (rrsets: readonly RRset[]): CheckedName => {
  const plain = rrsets.map(withoutCheck);
  const answered = plain.map((rrset) => ({ rrset, down: [] }));
  return { plain, answered, compiled: null, left: [], unavailable: null, refused: null, warnings: [] };
};

const leftToDaemon = (rrsets: readonly RRset[]): Pick<CheckedName, 'answered' | 'left'> => ({
  answered: rrsets.map(answeredNow),
  left: rrsets,
});

/** Does nobody check it? */
const isUnchecked = ({ left }: CheckedName): boolean =>
  left.length === 0 || !left.every(({ isWatched }) => isWatched === true);

/** What an RRset that answers for several address types is checked by. */
const mergedCheck = (rrsets: readonly RRset[]): Pick<RRset, 'healthCheck'> => {
  const all = rrsets.toSorted((a, b) => (a.type < b.type ? -1 : 1)).flatMap(({ healthCheck }) => healthCheck ?? []);
  return all.length === 0 ? {} : { healthCheck: all.reduce(jointCheck) };
};

/** The problems of a zone's health checks at one target. */
export const checkProblems = (
  names: readonly CheckedName[],
  target: string,
  hasChecks: boolean,
): readonly Problem[] => {
  const problemsOf = (rule: string, severity: Severity, some: readonly CheckedName[], what: string) =>
    some.length === 0 ? [] : [problemAt(rule, severity, `${firstNames(some)}: ${what}`, originOf(some))];
  const unchecked = names.filter(isUnchecked);
  const reasons = new Set(unchecked.flatMap(({ unavailable }) => unavailable ?? []));
  const limited = names.filter(({ warnings }) => warnings.length > 0);
  return [
    ...names.flatMap((each) =>
      each.refused === null
        ? []
        : problemsOf('health-check-refused', 'error', [each], `${each.refused}; what exists at that name stays`),
    ),
    ...[...reasons].flatMap((reason) =>
      problemsOf(
        'health-check-unavailable',
        'error',
        unchecked.filter(({ unavailable }) => unavailable === reason),
        `the health check cannot be made, and all addresses are answered, up or not: ${reason}`,
      ),
    ),
    ...(hasChecks
      ? []
      : problemsOf(
          'health-check-unsupported',
          'warning',
          unchecked,
          `the provider of ${target} has no health checks, and no "hostmaster daemon" that would make them runs on this state: all addresses are answered, up or not`,
        )),
    ...problemsOf('health-check-limited', 'warning', limited, warningsOf(limited)),
  ];
};

const shownNames = 3;
const shownTexts = 3;

const moreThan = (count: number, shown: number): string => (count > shown ? ` and ${count - shown} more` : '');

const warningsOf = (names: readonly CheckedName[]): string => {
  const texts = [...new Set(names.flatMap(({ warnings }) => warnings))];
  return `${texts.slice(0, shownTexts).join('; ')}${moreThan(texts.length, shownTexts)}`;
};

const firstNames = (names: readonly CheckedName[]): string => {
  const some = names.slice(0, shownNames).map(({ plain }) => plain[0]?.name ?? '');
  return `${some.join(', ')}${moreThan(names.length, shownNames)}`;
};

const originOf = (names: readonly CheckedName[]) => names[0]?.plain[0]?.values[0]?.origins[0] ?? null;
