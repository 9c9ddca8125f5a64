import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PowerDns, startPowerDns, uncached } from '../servers/index.ts';
import { makeScene, type Scene } from './inventory-scene.ts';

// Invariant 11: a server may only have the names, types and addresses that Git grants, whatever it calls itself.

let pdns: PowerDns;
beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite', settings: uncached });
});
afterAll(() => pdns?.stop());

/** Of these only the first two are granted. */
const hosts = ['good1', 'good-2', 'other', 'xgood', '*', 'www', '_acme-challenge', 'a.good1', 'good1.a', '@'];

const records = [
  { type: 'A', name: '{{server.host}}.ZONE' },
  { type: 'TXT', name: '{{server.host}}.ZONE', value: 'text' },
  { type: 'A', name: 'good-{{server.host}}.ZONE', value: '{{server.far}}' },
];

describe('invariant 11: servers whose names are not granted', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await makeScene(pdns, {
      labels: (shared) => ({
        labels: {
          web: { dns: { records: records.map((each) => ({ ...each, name: each.name.replace('ZONE', shared) })) } },
        },
      }),
      settings: ({ shared }) => ({
        grants: [{ label: 'web', names: [`good*.${shared}`], types: ['A'], cidrs: ['10.0.0.0/8'] }],
      }),
    });
    scene.has(...hosts.map((host, i) => scene.server(`web${i + 1}`, { host, far: '192.0.2.1' })));
  });
  afterAll(() => scene?.stop());

  it('no name, type or address is written but those that a grant gives', async () => {
    const { code, stdout } = await scene.apply();
    expect(code).toBe(1);
    const own = (await scene.content()).filter((line) => !/^(?:web\d+ A|\d+ PTR) /.test(line));
    expect(own).toEqual([`good-2 A 300 ${scene.address(2)}`, `good1 A 300 ${scene.address(1)}`]);
    expect(stdout).toContain('grant-denied');
  });

  it('nor by a second run, or once the first one is decommissioned', async () => {
    scene.has(scene.server('web1', { host: 'good1', state: 'decommissioned' }), scene.server('web2', { host: 'www' }));
    await scene.apply();
    const lines = await scene.content();
    expect(lines.filter((line) => /^(?:www|other|\*|good-(?!2 ))/.test(line))).toEqual([]);
  });
});
