import { join } from 'node:path';
import { factory as embedded } from '../../providers/embedded/index.ts';
import type { Store } from '../../src/model/ports.ts';
import { openStore } from '../../src/state/index.ts';
import type { OpenTarget } from '../../src/target.ts';
import { tempFolder } from '../servers/child.ts';
import { targetOf } from './pass.ts';

/** Two embedded targets and a state: names are at one, addresses at the other. */
export interface Pair {
  readonly store: Store;
  readonly names: OpenTarget;
  readonly addresses: OpenTarget;
  close(): Promise<void>;
}

export const openPair = async (): Promise<Pair> => {
  const folder = tempFolder('pair');
  const open = async (name: string): Promise<OpenTarget> => {
    const config = { listen: '127.0.0.1:0', file: join(folder, `${name}.sqlite`) };
    return targetOf(await embedded.open({ config, secrets: {}, folder }), config, name);
  };
  const store = await openStore(join(folder, 'state.sqlite'));
  const [names, addresses] = [await open('names'), await open('addresses')];
  return {
    store,
    names,
    addresses,
    close: async () => {
      await store.close();
      await names.provider.close?.();
      await addresses.provider.close?.();
    },
  };
};
