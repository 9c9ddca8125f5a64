import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { answersWithChanges, applyPass, closePass, lastPassOf, planPass } from '../../src/pass.ts';
import { server } from '../compose/compose-input.ts';
import { countingWorld } from './counting.ts';

it('a pass over all takes what it is given for the answers of inventories, and asks none', async () => {
  const { config, context, folder, openStore } = countingWorld(Number.POSITIVE_INFINITY);
  const options = { config, allow: [], full: false, serve: true, keepComposed: true, recover: true };
  const first = await planPass(options, context, openStore);
  const { results } = await applyPass(first, context).finally(() => closePass(first));
  const last = lastPassOf(first, results);
  if (last === null) throw new Error('nothing was kept');
  rmSync(join(folder, 'servers.yaml'));
  const answers = answersWithChanges(last, [server('web2', ['192.0.2.11'])], Date.now());
  const second = await planPass({ ...options, answers }, context, openStore);
  await closePass(second);
  expect(second.plan.problems).toEqual(first.plan.problems);
  expect(second.plan.inventory).toMatchObject({ lab: { servers: 2, complete: true } });
  expect(
    second.plan.changesets.flatMap(({ changes }) => changes.map(({ action, name }) => `${action} ${name}`)),
  ).toEqual(expect.arrayContaining(['create web2.lab.internal.', 'create 11.2.0.192.in-addr.arpa.']));
});
