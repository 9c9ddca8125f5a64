import type { OpenTarget } from '../target.ts';

/** After so many zones in a row without an answer, a target's other zones are not tried. */
export const maxFailuresInARow = 3;

/** Open for a target that gave no answer for too many zones in a row. One breaker serves a whole apply. */
export interface CircuitBreaker {
  readonly isOpen: (target: OpenTarget) => boolean;
  readonly record: (target: OpenTarget, answered: boolean) => void;
}

export const circuitBreaker = (): CircuitBreaker => {
  const failuresInARow = new Map<OpenTarget, number>();
  return {
    isOpen: (target) => (failuresInARow.get(target) ?? 0) >= maxFailuresInARow,
    record: (target, answered) => {
      failuresInARow.set(target, answered ? 0 : (failuresInARow.get(target) ?? 0) + 1);
    },
  };
};
