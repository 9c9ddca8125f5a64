import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { factory as embedded } from '../../providers/embedded/index.ts';
import {
  applyPass,
  applyPlanPass,
  closePass,
  deleteZonePass,
  dumpPass,
  explainPass,
  planPass,
  servePass,
  verifyPass,
} from '../../src/pass.ts';
import type { ProviderFactory } from '../../src/provider.ts';
import type { PassOptions } from '../../src/run.ts';
import type { RunContext } from '../../src/target.ts';
import { type CountingWorld, countingWorld } from './counting.ts';

const never = Number.POSITIVE_INFINITY;

const optionsOf = ({ config }: CountingWorld): PassOptions => ({ config, allow: [], full: false, serve: true });

const planned = (world: CountingWorld) =>
  planPass({ ...optionsOf(world), recover: true }, world.context, world.openStore);

const applied = async (world: CountingWorld): Promise<void> => {
  const pass = await planned(world);
  await applyPass(pass, world.context).finally(() => closePass(pass));
};

/** A plan of the same repository in another folder. */
const elsewhere = countingWorld(never);
const { plan, ...open } = await planned(elsewhere);
await closePass(open);

const appliedReviewed = (world: CountingWorld) => applyPlanPass(plan, optionsOf(world), world.context, world.openStore);

const deleted = async (world: CountingWorld): Promise<void> => {
  const zone = { name: 'gone.test.', view: null };
  const provider = await embedded.open({ config: { file: 'one.sqlite' }, secrets: {}, folder: world.folder });
  await provider.createZone(zone, { kind: 'Native', ns: ['ns1.example.com.'], soa_edit_api: 'DEFAULT' });
  await provider.close?.();
  const agree = async () => undefined;
  const deletion = { zone: zone.name, target: 'one', out: join(world.folder, 'deleted'), allow: [], agree };
  await deleteZonePass(deletion, optionsOf(world), world.context, world.openStore);
};

const served = async (world: CountingWorld): Promise<void> => {
  for (const { server } of await servePass(optionsOf(world), world.context)) await server.stop();
};

type Run = (world: CountingWorld) => Promise<unknown>;

const passes: readonly (readonly [string, Run])[] = [
  // With all that a plan alone opens.
  ['apply', applied],
  ['apply --plan', appliedReviewed],
  ['verify', (world) => verifyPass(optionsOf(world), world.context, world.openStore, world.openStore)],
  ['dump', (world) => dumpPass('one', [], optionsOf(world), world.context)],
  [
    'explain',
    (world) => explainPass({ name: 'www.example.com.', type: null }, optionsOf(world), world.context, world.openStore),
  ],
  ['zone delete', deleted],
  ['serve', served],
];

describe('whichever call to the outside fails, all that was opened is closed', () => {
  it.each(passes)('%s', async (_name, run) => {
    const ends: unknown[] = [];
    for (let throwAt = 1; ; throwAt += 1) {
      const world = countingWorld(throwAt);
      ends.push(await run(world).catch((error: unknown) => error));
      expect(world.stillOpen(), `call ${throwAt} fails`).toEqual([]);
      if (!world.hasThrown()) break;
    }
    expect(ends.filter((end) => end instanceof Error).length).toBeGreaterThan(0);
    expect(ends.at(-1)).not.toBeInstanceOf(Error);
  });
});

it('five interrupted passes leave no descriptor', async () => {
  const before = readdirSync('/proc/self/fd').length;
  for (let i = 0; i < 5; i += 1) {
    const stop = new AbortController();
    const world = countingWorld(never, stop.signal);
    const onStep = () => stop.abort();
    const interrupted = planPass(optionsOf(world), { ...world.context, onStep }, world.openStore);
    await expect(interrupted).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(world.stillOpen()).toEqual([]);
  }
  expect(readdirSync('/proc/self/fd').length).toBe(before);
});

it.each(['open', 'read', 'listZones'] as const)(
  'a provider that never answers %s keeps nobody who wants to stop, and nothing open',
  async (method) => {
    const stop = new AbortController();
    const world = countingWorld(never, stop.signal);
    const reached = Promise.withResolvers<void>();
    const silent = (): Promise<never> => {
      reached.resolve();
      return new Promise(() => undefined);
    };
    const open: ProviderFactory['open'] = async (context) =>
      method === 'open' ? silent() : { ...(await embedded.open(context)), [method]: silent };
    const context: RunContext = { ...world.context, registry: { counted: { ...embedded, name: 'counted', open } } };
    const passing =
      method === 'listZones'
        ? dumpPass('one', [], optionsOf(world), context)
        : planPass(optionsOf(world), context, world.openStore);
    await reached.promise;
    stop.abort();
    await expect(passing).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(world.stillOpen()).toEqual([]);
  },
);
