import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Change, type Plan, planDigest } from '../../src/model/plan.ts';
import { asRecord } from '../../src/validation/index.ts';
import { type PowerDns, startPowerDns, uncached } from '../servers/index.ts';
import { appliedScene, configure, type Scene } from './inventory-scene.ts';
import { type ApiRRset, apexYaml, contentOf } from './zone.ts';

// Invariant 7: forward and reverse travel together, also where a plan comes from a stranger, who leaves one of them out.

let pdns: PowerDns;
let scene: Scene;
let file: string;

beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite', settings: uncached });
});
afterAll(() => pdns?.stop());

/** A plan in which web2 goes. */
beforeEach(async () => {
  scene = await appliedScene(pdns);
  scene.has('web1', scene.server('web2', { state: 'decommissioned' }), 'web3');
  file = join(scene.repository.folder, 'plan.json');
  expect(await scene.run('plan', '--out', file)).toMatchObject({ code: 0 });
  return () => scene.stop();
});

const zoneHas = (zone: string, has: Readonly<Record<string, unknown>>): void =>
  configure(scene, (settings) => {
    const zones = asRecord(settings.zones);
    return { ...settings, zones: { ...zones, [zone]: { ...asRecord(zones[zone]), ...has } } };
  });

/** Leaves these changes alone, in a plan whose digest fits. */
const keepOnly = (isKept: (change: Change) => boolean): void => {
  const plan: Plan = JSON.parse(readFileSync(file, 'utf8'));
  const changesets = plan.changesets.map((each) => ({ ...each, changes: each.changes.filter(isKept) }));
  expect(changesets.flatMap(({ changes }) => changes)).not.toEqual([]);
  writeFileSync(file, JSON.stringify({ ...plan, changesets, atomic_sets: [], digest: planDigest(changesets, []) }));
};

const remove = async (zone: string, name: string, type: string): Promise<void> => {
  const body = { rrsets: [{ name, type, changetype: 'DELETE' }] };
  expect(await pdns.api('PATCH', `/zones/${zone}`, body)).toMatchObject({ status: 204 });
};

describe('invariant 7: a plan file that leaves out half of what a server is registered with', () => {
  it.each([
    ['the PTR', ({ type }: Change) => type === 'A', 'A', 'PTR'],
    ['the A', ({ type }: Change) => type === 'PTR', 'PTR', 'A'],
  ])('%s: is refused, and nothing is written', async (_what, isKept, gone, stays) => {
    keepOnly(isKept);
    const { code, stderr } = await scene.apply('--plan', file);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`the delete of \\S+ ${gone} leaves \\S+ ${stays} in \\S+ at pdns`));
    expect(stderr).toContain('which was written for the same server, lab/web2: they go together');
    await scene.expectAll(['web1', 'web2', 'web3']);
  });

  it('nothing: is applied', async () => {
    await scene.unwatch();
    expect(await scene.apply('--plan', file)).toMatchObject({ code: 0 });
    expect(await scene.content()).toEqual(scene.lines(['web1', 'web3']));
  });

  it('the PTR, which somebody has deleted by hand: is applied, as nothing of the server is left', async () => {
    await scene.unwatch();
    await remove(scene.reverse, `2.${scene.reverse}`, 'PTR');
    keepOnly(({ type, name }) => type === 'A' && name.startsWith('web2.'));
    expect(await scene.apply('--plan', file)).toMatchObject({ code: 0 });
    expect((await contentOf(pdns, scene.forward)).some((line) => line.startsWith('web2 '))).toBe(false);
  });

  it('the PTR, which the reverse zone ignores: is applied', async () => {
    await scene.unwatch();
    zoneHas(scene.reverse, { ignore: [{ name: '2' }] });
    keepOnly(({ type, name }) => type === 'A' && name.startsWith('web2.'));
    expect(await scene.apply('--plan', file)).toMatchObject({ code: 0 });
    const { body } = await pdns.api('GET', `/zones/${scene.reverse}`);
    const { rrsets } = body as { readonly rrsets: readonly ApiRRset[] };
    expect(rrsets.some(({ name }) => name === `2.${scene.reverse}`)).toBe(true);
  });

  it('the A, which a zone file has taken over: is applied as it was planned', async () => {
    await scene.unwatch();
    zoneHas(scene.forward, { static: undefined });
    scene.repository.write(
      `zones/${scene.forward.slice(0, -1)}.yaml`,
      `${apexYaml}web2: {type: A, ttl: 300, value: ${scene.address(2)}}\n`,
    );
    expect(await scene.run('plan', '--out', file)).toMatchObject({ code: 0 });
    expect(await scene.apply('--plan', file)).toMatchObject({ code: 0, stderr: '' });
    expect(await scene.content()).toEqual([...scene.lines(['web1', 'web3']), `web2 A 300 ${scene.address(2)}`].sort());
  });
});
