import type { Problem } from '../../model/problem.ts';

/**
 * The errors of a commit that another one does not have. They are told apart by rule, zone and name, never by their words. Where
 * an error is about no single name, as many of its kind as there were before are none that is new.
 */
export const newErrors = (found: readonly Problem[], before: readonly Problem[]): readonly Problem[] => {
  const known = Map.groupBy(errorsIn(before), kindOf);
  return [...Map.groupBy(errorsIn(found), kindOf)].flatMap(([kind, errors]) => {
    const number = known.get(kind)?.length ?? 0;
    const isNamed = errors.some(({ name }) => name !== undefined);
    return isNamed && number > 0 ? [] : errors.slice(number);
  });
};

export const errorsIn = (problems: readonly Problem[]): readonly Problem[] =>
  problems.filter(({ severity }) => severity === 'error');

/** What is about no zone is told apart by its file. */
const kindOf = ({ rule, zone, name, file }: Problem): string =>
  JSON.stringify([rule, zone ?? null, name ?? null, zone === undefined ? file : null]);
