import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rules } from '../../src/rules/index.ts';
import { type FaultyZone, faultyZones } from './faulty.ts';
import { apexNs } from './zones.ts';

// The table's claims about named-checkzone, held by running it.

const folder = mkdtempSync(join(tmpdir(), 'hostmaster-checkzone-'));
afterAll(() => rmSync(folder, { recursive: true }));

const soa = '@ SOA ns1.example.net. hostmaster.example.net. 1 3600 600 86400 300';
const quiet = /^(?:OK|zone example\.com\/IN: loaded serial 1|)$/;

const verdictOf = ({ lines, ownNs }: FaultyZone): 'accepts' | 'warns' | 'refuses' => {
  const file = join(folder, 'example.com.zone');
  writeFileSync(file, ['$TTL 300', soa, ...(ownNs ? [] : apexNs), ...lines, ''].join('\n'));
  const { status, stdout, stderr } = spawnSync('named-checkzone', ['-i', 'local', 'example.com', file], {
    encoding: 'utf8',
  });
  if (status !== 0) return 'refuses';
  return `${stdout}${stderr}`.split('\n').every((line) => quiet.test(line)) ? 'accepts' : 'warns';
};

const cases = faultyZones.filter(({ onlyHere }) => !onlyHere);

describe('named-checkzone', () => {
  it.each(cases)('$rule: $what', (zone) => {
    expect(verdictOf(zone)).toBe(zone.namedCheckzone ?? 'accepts');
  });

  it.each(rules)('$id: the table says what it does', ({ id, namedCheckzone }) => {
    const seen = cases.filter(({ rule }) => rule === id).map((zone) => zone.namedCheckzone ?? 'accepts');
    const said = namedCheckzone.match(/accepts|warns|refuses/g) ?? [];
    expect([...new Set(said)].sort()).toEqual([...new Set(seen)].sort());
    if (seen.length === 0) expect(namedCheckzone).toBe('not applicable');
  });
});
