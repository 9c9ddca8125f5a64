import { describe, expect, it } from 'vitest';
import { type GuardContext, neverVerified, plannedHash, type VerifiedHash } from '../../src/model/guard-context.ts';
import { plannedExisting } from '../../src/plan/diff.ts';
import { apex, check, plan, rrset } from './plan-input.ts';

// What the guards judge by what was before: drift since the last verification, and what a person suspended.

const verified = (...lines: readonly string[]): readonly VerifiedHash[] =>
  lines.map(rrset).map((each) => {
    const { name, type } = each;
    return { name, type, hash: plannedHash(type, plannedExisting(each)) ?? neverVerified };
  });
const www = 'www A 300 192.0.2.1';
const kept = Array.from({ length: 12 }, (_, i) => `k${i} A 300 192.0.2.9`);
const alert = { drift: 'alert' } as const;
const watched = (...lines: readonly string[]): Partial<GuardContext> => ({
  heedsDrift: true,
  verified: verified(...kept, ...lines),
});

describe('drift', () => {
  const desired = [...kept, www];
  const moved = { desired, existing: [...apex, ...kept, 'www A 300 203.0.113.66'] };

  it('is a change back to what was last verified, and it is made', () => {
    const { changeset, changes, withheld } = plan({ ...moved, context: watched(www) });
    expect(changes).toEqual(['replace www A']);
    expect(changeset.changes[0]?.drift).toBe(true);
    expect(withheld).toEqual([]);
  });

  it('is none where another thing is wanted than was verified, or nothing was ever verified', () => {
    const newer = plan({ ...moved, settings: alert, context: watched('www A 300 192.0.2.7') });
    const first = plan({ ...moved, settings: alert, context: { heedsDrift: true, verified: null } });
    for (const { changeset, changes } of [newer, first]) {
      expect(changes).toEqual(['replace www A']);
      expect(changeset.changes[0]?.drift).toBeUndefined();
    }
  });

  it('is also an RRset that somebody added or deleted', () => {
    const { changeset } = plan({
      desired,
      existing: [...apex, ...kept, 'stray A 300 192.0.2.5'],
      context: watched(www),
    });
    expect(changeset.changes.map(({ action, drift }) => [action, drift])).toEqual([
      ['delete', true],
      ['create', true],
    ]);
  });

  it('is not the delete of what Git took out, nor of what never was as it was wanted', () => {
    const stray = { name: 'stray.example.com.', type: 'A', hash: neverVerified };
    const existing = [...apex, ...kept, www, 'stray A 300 192.0.2.5'];
    const known = { heedsDrift: true, verified: [...verified(...kept, www), stray] };
    const { changeset } = plan({ desired: kept, existing, settings: alert, context: known });
    expect(changeset.changes.map(({ action, drift }) => [action, drift])).toEqual([
      ['delete', undefined],
      ['delete', undefined],
    ]);
  });

  it('is withheld where the zone says alert, until it is allowed by its name', () => {
    const scene = { ...moved, settings: alert, context: watched(www) };
    const { allows, changes, withheld } = plan(scene);
    expect(changes).toEqual([]);
    expect(withheld).toEqual(['drift: replace www A']);
    expect(allows).toEqual(['drift:example.com./t:www.example.com.']);
    expect(plan({ ...scene, allow: ['drift:example.com./t:www.example.com.'] }).changes).toEqual(['replace www A']);
  });

  it('is corrected by whoever does not heed it: the command line', () => {
    const context = { ...watched(www), heedsDrift: false };
    expect(plan({ ...moved, settings: alert, context }).changes).toEqual(['replace www A']);
  });

  it('counts in no percentage: what else changes goes on', () => {
    const drifted = kept.map((line) => line.replace('192.0.2.9', '203.0.113.9'));
    const scene = {
      desired: [...desired, 'new A 300 192.0.2.3'],
      existing: [...apex, ...drifted, 'www A 300 192.0.2.8'],
      settings: alert,
      context: watched('www A 300 192.0.2.8'),
    };
    const { changes, withheld } = plan(scene);
    expect(changes).toEqual(['create new A', 'replace www A']);
    expect(withheld).toHaveLength(kept.length);
    expect(new Set(withheld.map((each) => each.split(':')[0]))).toEqual(new Set(['drift']));
  });

  it('of a zone that somebody deleted makes it again whole, or not at all', () => {
    const gone = { desired: [...desired, 'new A 300 192.0.2.3'], existing: null, settings: alert };
    const { changeset, changes } = plan({ ...gone, context: watched(www) });
    expect(changes).toEqual([]);
    expect(changeset.create_zone).toBe(false);
    expect(changeset.withheld.filter(({ kind }) => kind === 'dependent').map(({ name }) => name)).toEqual([
      'new.example.com.',
    ]);
    const allow = ['drift:example.com./t:www.example.com.'];
    const allowed = plan({ ...gone, context: watched(www), allow });
    expect(allowed.changes).toHaveLength(kept.length + 2);
    expect(allowed.changeset.create_zone).toBe(true);
  });

  it('that came back too often is contested, whatever the zone says', () => {
    const context = { ...watched(www), contested: [{ name: 'www.example.com.', type: 'A' }] };
    const { changes, changeset } = plan({ ...moved, context });
    expect(changes).toEqual([]);
    expect(changeset.withheld.map(({ guard, kind }) => [guard, kind])).toEqual([['drift', 'contested']]);
  });

  it('knows a SOA by all but its serial, and a check by what it checks', () => {
    const soa = (serial: number) => ({
      ttl: 60,
      values: [{ rdata: `a. b. ${serial} 1 2 3 4`, origins: [] }],
      health_check: null,
    });
    expect(plannedHash('SOA', soa(1))).toBe(plannedHash('SOA', soa(9)));
    const a = { ttl: 60, values: [{ rdata: '192.0.2.1', origins: [] }], health_check: null };
    expect(plannedHash('A', a)).not.toBe(plannedHash('A', { ...a, health_check: check }));
    expect(plannedHash('A', a)).not.toBe(plannedHash('A', { ...a, ttl: 61 }));
  });
});

describe('what is suspended', () => {
  const suspended = {
    zones: null,
    targets: null,
    reason: 'moving',
    until: null,
    by: 'ops',
    at: '2026-11-30T08:00:00Z',
  };
  const context = { suspended };

  it('is planned whole and not written, and nothing lets it through', () => {
    const scene = { desired: [...kept, www], existing: [...apex, ...kept, 'old A 300 192.0.2.5'], context };
    const { allows, changes, changeset, withheld } = plan(scene);
    expect(changes).toEqual([]);
    expect(withheld).toEqual(['suspended: delete old A', 'suspended: create www A']);
    expect(allows).toEqual([null]);
    expect(changeset.withheld[0]?.reason).toBe('suspended by ops since 2026-11-30T08:00:00Z: moving');
  });

  it('lists what a resume would do, and beside it what other guards refuse', () => {
    const { withheld } = plan({ desired: [...kept.slice(6), www], existing: [...apex, ...kept], context });
    expect(withheld.filter((each) => each.startsWith('max_delete_percent'))).toHaveLength(6);
    expect(withheld.filter((each) => each.startsWith('suspended'))).toEqual(['suspended: create www A']);
  });

  it('is not made where it is missing', () => {
    const { changeset, withheld } = plan({ desired: kept, existing: null, context });
    expect(changeset.create_zone).toBe(false);
    expect(withheld).toHaveLength(kept.length);
  });
});
