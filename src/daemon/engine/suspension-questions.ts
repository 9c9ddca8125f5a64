import type { PassSuspension } from '../../model/guard-context.ts';
import type { Store } from '../../model/ports.ts';

// The main thread asks the one of the passes for what is suspended, as that one has the state open.

export type SuspensionQuestion =
  | { readonly kind: 'suspensions' }
  | { readonly kind: 'keep suspensions'; readonly suspensions: readonly PassSuspension[] };

export interface SuspensionAnswers {
  readonly suspensions: readonly PassSuspension[];
  readonly 'keep suspensions': null;
}

export const isOfSuspensions = (question: { readonly kind: string }): question is SuspensionQuestion =>
  question.kind === 'suspensions' || question.kind === 'keep suspensions';

export const answerOfSuspensions = async (
  question: SuspensionQuestion,
  store: Pick<Store, 'suspensions' | 'keepSuspensions'>,
): Promise<SuspensionAnswers[SuspensionQuestion['kind']]> => {
  if (question.kind === 'suspensions') return store.suspensions();
  await store.keepSuspensions(question.suspensions);
  return null;
};
