import { describe, expect, it } from 'vitest';
import type { DesiredZone } from '../../src/model/zone.ts';
import { checkZones } from '../../src/rules/index.ts';
import { settings, zoneOf } from '../rules/zones.ts';
import { growsFaster } from './growth.ts';

// Many zones under one "*", with many entries of its lists: what they share costs once.

const names = Array.from({ length: 1_000 }, (_, i) => `n${i}.deep`);
const exempt = names.map((name) => ({ rule: 'ttl-high', name, reason: 'x' }));
const ignore = names.map((name) => ({ name }));

describe('many zones of one "*"', () => {
  it('with 1,000 exemptions and 1,000 ignored names', async () => {
    const ofAll = { ...settings, exempt, ignore };
    const work = (size: number) => {
      const zones = Array.from({ length: size }, (_, i): DesiredZone => {
        const { rrsets, ...zone } = zoneOf(
          ['@ NS ns1.example.net.', '@ NS ns2.example.net.', 'a MX 1 b', 'n7.deep 90000 TXT "x"'],
          { name: `z${i}.example.` },
        );
        return { ...zone, rrsets, settings: ofAll };
      });
      return checkZones(zones, { zoneNames: zones.map(({ id }) => id.name) });
    };
    expect(await growsFaster(work, [300, 1_200])).toBeNull();
    const { problems } = work(10);
    expect(new Set(problems.map(({ rule }) => rule))).toEqual(
      new Set(['dangling-target', 'ignored-but-wanted', 'exempt-unused']),
    );
  });
});
