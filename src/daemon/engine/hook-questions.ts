import type { Store } from '../../model/ports.ts';

// The hooks' times are kept by the thread of the passes, as that one has the state open.

export type HookQuestion =
  | { readonly kind: 'hook words'; readonly inventories: readonly string[] }
  | { readonly kind: 'keep hook words'; readonly words: ReadonlyMap<string, number> };

/** By serverKey: `at` of the last hook that was taken; milliseconds since 1970. */
export interface HookAnswers {
  readonly 'hook words': ReadonlyMap<string, number>;
  readonly 'keep hook words': null;
}

export const isOfHooks = (question: { readonly kind: string }): question is HookQuestion =>
  question.kind === 'hook words' || question.kind === 'keep hook words';

export const answerOfHooks = async (
  question: HookQuestion,
  store: Pick<Store, 'hookWords' | 'keepHookWords'>,
): Promise<HookAnswers[HookQuestion['kind']]> => {
  if (question.kind === 'hook words') {
    const words = new Map<string, number>();
    for (const inventory of question.inventories) {
      for (const [name, at] of await store.hookWords(inventory)) words.set(`${inventory}/${name}`, at);
    }
    return words;
  }
  const byInventory = Map.groupBy(question.words, ([key]) => key.slice(0, key.indexOf('/')));
  for (const [inventory, words] of byInventory) {
    const named = words.map(([key, at]) => [key.slice(inventory.length + 1), at] as const);
    await store.keepHookWords(inventory, new Map(named));
  }
  return null;
};
