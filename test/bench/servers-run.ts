// One process of the inventory's figures: composes 10,000 servers, and, where it is told of a PowerDNS, brings it there and
// plans: all of it, and the change of single servers. Prints one JSON.
import { subscribe } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { factory as powerdns } from '../../providers/powerdns/index.ts';
import { composedOf, composition } from '../../src/compose/index.ts';
import { planAffected } from '../../src/pass/affected/index.ts';
import { openStore } from '../../src/state/index.ts';
import { contextOf, targetOf, targetsOf } from '../apply/pass.ts';
import { applied, fullPass, type Scene } from '../pass/pass-scene.ts';
import { movedAt, serverAt, serversInput } from './servers.ts';

export interface Figure {
  /** Milliseconds, user and system. */
  readonly cpu: number;
  readonly requests: number;
}

export interface ServersRun {
  readonly rrsets: number;
  readonly compose: Figure;
  readonly passes?: {
    readonly apply: Figure;
    /** Everything wanted is there. */
    readonly full: Figure;
    /** One figure for each server that moves. */
    readonly affected: readonly (Figure & { readonly names: number; readonly changes: number })[];
  };
}

let requests = 0;
subscribe('undici:request:create', () => {
  requests += 1;
});

const measured = async <T>(work: () => T | Promise<T>): Promise<readonly [T, Figure]> => {
  const [cpu, sent] = [process.cpuUsage(), requests];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  return [result, { cpu: (user + system) / 1000, requests: requests - sent }];
};

const moving = [4711, 17, 9999, 250, 5000];

const passesAt = async (
  input: ReturnType<typeof serversInput>,
  where: { url: string; key: string; folder: string },
) => {
  const config = { url: where.url, server: 'localhost', timeout: '600s', rectify: 'auto' };
  const provider = await powerdns.open({ config, secrets: { api_key: where.key }, folder: where.folder });
  const store = await openStore(join(where.folder, 'state.sqlite'));
  const scene: Omit<Scene, 'close'> = { targets: targetsOf(targetOf(provider, config)), store, context: contextOf() };
  try {
    const [, apply] = await measured(async () => applied(await fullPass(input, scene, { keep: true }), scene.context));
    const [pass, full] = await measured(() => fullPass(input, scene, { keep: true }));
    const last = await applied(pass, scene.context);
    const affected = [];
    for (const i of moving) {
      const change = { previous: serverAt(i).server, next: movedAt(i) };
      const [one, figure] = await measured(() => planAffected(last, [change], scene));
      if (one.status === 'needs_full_pass') throw new Error(one.reason);
      const changes = one.plan.changesets.reduce((sum, changeset) => sum + changeset.changes.length, 0);
      affected.push({ ...figure, names: one.names.length, changes });
    }
    const left = pass.plan.summary;
    if (left.create + left.replace + left.delete + left.withheld > 0) throw new Error(JSON.stringify(left));
    return { apply, full, affected };
  } finally {
    await provider.close?.();
    await store.close();
  }
};

const input = serversInput();
const [composed, compose] = await measured(() => composedOf(composition(input)));
const rrsets = composed.zones.reduce((sum, each) => sum + each.rrsets.length, 0);
const [url, key, folder] = process.argv.slice(2);
const run: ServersRun = {
  rrsets,
  compose,
  ...(url === undefined || key === undefined || folder === undefined
    ? {}
    : { passes: await passesAt(input, { url, key, folder }) }),
};
process.stdout.write(`${JSON.stringify(run)}\n`);
