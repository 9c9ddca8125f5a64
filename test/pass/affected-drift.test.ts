import { expect, it } from 'vitest';
import { plannedHash } from '../../src/model/guard-context.ts';
import type { Change } from '../../src/model/plan.ts';
import { planAffected } from '../../src/pass/affected/index.ts';
import { inputOf, now, present, server, zone } from '../compose/compose-input.ts';
import { applied, creatable, fullPass, openScene } from './pass-scene.ts';

// What is withheld as drift is around the names of whoever moves, and counts in no percentage there either.

const rules = { suspended: [], heedsDrift: true, overWindow: false };
const reverse = zone('2.0.192.in-addr.arpa.');
const forward = zone('lab.internal.');
const zones = [creatable({ ...forward, settings: { ...forward.settings, drift: 'alert' } }), creatable(reverse)];

it('withholds nothing of a server that moves beside drift that is to be told', async () => {
  const scene = await openScene(now);
  const servers = Array.from({ length: 12 }, (_, i) => server(`web${i}`, [`192.0.2.${i + 1}`]));
  const before = inputOf(
    servers.map((each) => present(each)),
    {},
    zones,
  );
  const made = await fullPass(before, scene, { keep: true });
  await applied(made, scene.context);
  const written = made.work.flatMap(({ changeset, zone: { id } }) =>
    changeset.changes.map((change) => ({ id, change })),
  );
  for (const { change, id } of written) {
    const { after, name, type } = change;
    await scene.store.keepVerified(id, 'pdns', [{ name, type, hash: plannedHash(type, after) }]);
  }
  for (const { id } of zones)
    await scene.store.keepVerified(id, 'pdns', [{ name: id.name, type: 'verified', hash: 'partly' }]);
  for (const i of [1, 2, 3, 4]) await overwrite(i);
  const looked = await fullPass(before, scene, { keep: true, rules });
  expect(looked.plan.changesets.flatMap(({ withheld }) => withheld.map(({ guard }) => guard))).toEqual(
    Array(4).fill('drift'),
  );
  const last = await applied(looked, scene.context);
  const previous = server('web0', ['192.0.2.1']);
  const next = present(server('web0', ['192.0.2.99']), previous);
  const one = await planAffected(last, [{ previous, next }], { ...scene, rules });
  if (one.status !== 'planned') throw new Error(one.reason);
  expect(one.plan.summary).toEqual({ create: 1, replace: 1, delete: 1, withheld: 0 });
  await scene.close();

  async function overwrite(i: number): Promise<void> {
    const [target] = scene.targets.open.values();
    const name = `web${i}.lab.internal.`;
    const found = written.find(({ change }) => change.name === name)?.change.after ?? null;
    if (target === undefined || found === null) throw new Error(name);
    const after = { ...found, values: [{ rdata: '192.0.2.200', origins: [] }] };
    const change: Change = { action: 'replace', name, type: 'A', before: found, after };
    await target.provider.apply({ zone: forward.id, changes: [change], expect: null });
  }
});
