import { DatabaseSync } from 'node:sqlite';
import { registry } from '../../../src/cli/registry.ts';
import type { Store } from '../../../src/model/ports.ts';
import type { ProviderFactory } from '../../../src/provider.ts';
import { openStore } from '../../../src/state/index.ts';
import type { Registry } from '../../../src/target.ts';
import type { Stop } from './history.ts';

// A pass of this process that ends at one of its writes as if the process were killed: from then on nothing of it reaches
// the state or a name server, and it is never heard of again.

export interface Mortal {
  readonly registry: Registry;
  readonly openStore: (file: string) => Promise<Store>;
  readonly signal: AbortSignal;
  /** Becomes true when it is killed. */
  readonly died: Promise<'killed'>;
  /** Gives back what the process had open, as the system does. */
  bury(): Promise<void>;
}

export const mortal = (stop: Stop | null, state: string): Mortal => {
  const { promise: died, resolve: die } = Promise.withResolvers<'killed'>();
  const term = new AbortController();
  const open: { close?(): Promise<unknown> }[] = [];
  let [isDead, writes] = [false, 0];
  const never = new Promise<never>(() => undefined);
  const atWrite = async (write: () => Promise<unknown>): Promise<unknown> => {
    writes += 1;
    if (stop === null || writes !== stop.write) return write();
    if (stop.signal === 'SIGTERM') {
      if (stop.moment === 'instead') term.abort(new Error('SIGTERM'));
      const result = await write();
      term.abort(new Error('SIGTERM'));
      return result;
    }
    if (stop.moment === 'taken') await write();
    isDead = true;
    die('killed');
    return never;
  };
  const living = <T extends { close?(): Promise<unknown> }>(it: T): T => {
    open.push(it);
    return new Proxy(it, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: readonly unknown[]): unknown => {
          if (isDead) return never;
          const call = (): unknown => Reflect.apply(member, target, args);
          return name === 'apply' ? atWrite(async () => call()) : call();
        };
      },
    });
  };
  const mortalFactory = (factory: ProviderFactory): ProviderFactory => ({
    ...factory,
    open: async (context) => living(await factory.open(context)),
  });
  return {
    registry: Object.fromEntries(Object.entries(registry).map(([name, each]) => [name, mortalFactory(each)])),
    openStore: async (file) => living(await openStore(file)),
    signal: term.signal,
    died,
    bury: async () => {
      await Promise.all(open.map((each) => each.close?.().catch(() => undefined)));
      const database = new DatabaseSync(state);
      // Its leases are of a process that is gone.
      database.exec('DELETE FROM leases');
      database.close();
    },
  };
};
