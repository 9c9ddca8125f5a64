import type { Store } from '../model/ports.ts';
import type { StateWork } from './work.ts';

/** Whether anybody else writes to the state: what was read of it before may be wrong then. */
export const othersIn = ({ revision }: Pick<StateWork, 'revision'>): Pick<Store, 'changedByOthers'> => {
  let known: Awaited<ReturnType<StateWork['revision']>> = null;
  return {
    changedByOthers: async () => {
      const before = known;
      known = await revision();
      return before !== null && before !== known;
    },
  };
};
