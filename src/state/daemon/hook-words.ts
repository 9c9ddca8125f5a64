import { type DaemonStore, hookForgottenAfter } from '../../model/daemon-store.ts';
import { guardOf } from '../../validation/index.ts';
import type { Table } from '../rows.ts';
import { rowsOf } from '../rows.ts';
import type { StateWork } from '../work.ts';
import { hookWordSchema } from './schemas.ts';

const words: Table<number> = {
  name: 'hook_words',
  shared: ['inventory'],
  own: ['server'],
  body: guardOf(hookWordSchema),
};

/** When each server was last spoken of by a hook. */
export const hookWordsIn = (work: StateWork): Pick<DaemonStore, 'hookWords' | 'keepHookWords'> => {
  const rows = rowsOf(work, words);
  const whatOf = (inventory: string): string => `when hooks of inventory ${inventory} came`;
  return {
    hookWords: (inventory) =>
      work.read(whatOf(inventory), new Map(), async (sql) => {
        const found = await rows.read(sql, [inventory], whatOf(inventory));
        return new Map(found.map(({ body, key }) => [String(key[0]), body]));
      }),
    keepHookWords: (inventory, given) =>
      work.write(async (sql) => {
        await rows.put(
          sql,
          [inventory],
          [...given].map(([server, at]) => ({ key: [server], body: at })),
        );
        await rows.forget(sql, [inventory], 'AND CAST(body AS INTEGER) < ?', [Date.now() - hookForgottenAfter]);
      }),
  };
};
