import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { undo } from '../../src/apply/zone/undo.ts';
import { change } from '../apply/changes.ts';
import { openPair } from '../apply/embedded.ts';
import { inputOf, now, zone } from '../compose/compose-input.ts';
import { creatable, fullPass, openScene } from './pass-scene.ts';

// Lists with more items than a call of a function takes as arguments.

const many = 130_000;
const numbers = [...new Array(many).keys()];
const open: { readonly close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

it('a zone is planned of which so many RRsets cannot be at the target', async () => {
  const scene = await openScene(now);
  open.push(scene);
  const records = numbers.map((i) => `h${i} LUA A ";return {}"`);
  const { plan } = await fullPass(inputOf([], {}, [creatable(zone('lab.test.', records))]), scene);
  expect(plan.problems.filter(({ rule }) => rule === 'unsupported-type')).toHaveLength(many);
});

it('so many changes are undone in one write', async () => {
  const pair = await openPair();
  open.push(pair);
  const { provider } = pair.names;
  const id = { name: 'lab.test.', view: null };
  await provider.createZone(id, { kind: 'Native', ns: ['ns1.example.net.'], soa_edit_api: 'INCREASE' });
  const changes = numbers.map((i) => change(`h${i}.lab.test. A`, '', '60 192.0.2.1'));
  await provider.apply({ zone: id, changes, expect: null });
  const sender = {
    ...{ provider, zone: id, target: 'names', endsWork: true },
    ...{ lease: undefined, onWrite: undefined, cut: undefined, stopping: undefined },
    sleep: (milliseconds: number) => sleep(milliseconds),
  };
  const items = changes.map((each) => ({ change: each, group: { failure: null } }));
  const { asBefore, written } = await undo({ sender, splitIntoWrites: (some) => [some] }, items);
  expect([asBefore.length, written.length]).toEqual([many, many]);
});
