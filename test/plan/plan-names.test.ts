import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RRset } from '../../src/model/rrset.ts';
import type { DesiredZone, ZoneSnapshot } from '../../src/model/zone.ts';
import { type PlanZoneInput, planZone } from '../../src/plan/index.ts';
import { planNames } from '../../src/plan/plan-names.ts';
import { absolute, apex, contributed, evidence, rrset, settings, supports } from './plan-input.ts';

const id = { name: 'example.com.', view: null };

const inputOf = (
  wanted: readonly RRset[],
  existing: readonly RRset[],
  zone: Partial<DesiredZone> = {},
): PlanZoneInput & { readonly existing: ZoneSnapshot } => ({
  desired: {
    id,
    settings,
    rrsets: [...apex.map(rrset), ...wanted],
    quarantined: [],
    complete: true,
    files: [],
    scope: { all: true, ptr: false, grants: [] },
    ...zone,
  },
  target: { name: 't', supports, unanswerable: new Map(), unready: new Map() },
  existing: {
    status: 'read',
    zone: id,
    fingerprint: '7',
    rrsets: [...apex.map(rrset), ...existing],
    unreadable: [],
  },
  allows: [],
  evidence: {
    ...evidence,
    names: new Map([['a.example.com.', 'lab/a']]),
    servers: new Map([['lab/a', 'conclusive' as const]]),
  },
});

/** The same of some names alone. */
const ofNames = (whole: ReturnType<typeof inputOf>, names: ReadonlySet<string>, around: ReadonlySet<string>) => {
  const isHere = ({ name }: { readonly name: string }) => names.has(name) || around.has(name);
  const { desired, existing } = whole;
  return planNames({
    ...whole,
    desired: {
      ...desired,
      rrsets: desired.rrsets.filter(isHere),
      quarantined: desired.quarantined.filter(isHere),
      protected: (desired.protected ?? []).filter(isHere),
    },
    names,
    around,
    total: existing.rrsets.filter(({ type }) => type !== 'SOA' && type !== 'NS').length,
  });
};

const touched = ['a', 'b', 'c'];
const others = Array.from({ length: 12 }, (_, i) => rrset(`o${i} A 300 198.51.100.${i}`));
const addresses = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];

const rrsetAt = (name: string): fc.Arbitrary<readonly RRset[]> =>
  fc.oneof(
    fc.constant([]),
    fc
      .subarray(addresses, { minLength: 1 })
      .map((some) => [
        contributed(
          `${name} A 300 ${some.join(' | ')}`,
          'registration',
          Object.fromEntries(some.map((each) => [each, name])),
        ),
      ]),
    fc
      .subarray(addresses, { minLength: 1 })
      .map((some) => [
        contributed(
          `${name} A 300 ${some.join(' | ')}`,
          'claim',
          Object.fromEntries(some.map((each) => [each, name])),
          [name],
        ),
      ]),
    fc.constantFrom('o1', 'a', 'b').map((to) => [rrset(`${name} CNAME 300 ${to}.example.com.`)]),
    fc.constant([rrset(`${name} TXT 300 "x"`)]),
  );

const at = fc.tuple(...touched.map(rrsetAt)).map((all) => all.flat());

const existingOf = (rrsets: readonly RRset[]) =>
  rrsets.map(({ name, type, ttl, values }) => ({
    name,
    type,
    ttl,
    values: values.map(({ rdata }) => ({ rdata, origins: [] })),
  }));

const protection = (name: string) => ({ name: absolute(name), types: ['A'], reason: 'it is claimed' });
const quarantine = (name: string) => ({ name: absolute(name), type: null, reason: 'it is bad', origin: null });

describe('planning some names', () => {
  it('says of them what planning the whole zone says', () => {
    let changes = 0;
    let withheld = 0;
    fc.assert(
      fc.property(
        at,
        at,
        fc.subarray(touched),
        fc.subarray([...touched, 'o3'], { maxLength: 1 }),
        fc.constantFrom(5, 30, 100),
        fc.boolean(),
        (wanted, there, protectedNames, bad, percent, hasOthers) => {
          const rest = hasOthers ? others : [];
          const guards = { ...settings.guards, max_delete_percent: percent, max_replace_percent: percent };
          const whole = inputOf([...wanted, ...rest], existingOf([...there, ...rest]), {
            settings: { ...settings, guards },
            protected: protectedNames.map(protection),
            quarantined: bad.map(quarantine),
          });
          const names = new Set(touched.map(absolute));
          const around = new Set(['example.com.', ...['o1', 'o3'].map(absolute)]);
          const some = ofNames(whole, names, around);
          const all = planZone(whole).changeset;
          if (some.status === 'needs_full_pass') throw new Error(some.reason);
          const { changeset } = some.planned;
          expect(changeset.changes).toEqual(all.changes.filter(({ name }) => names.has(name)));
          expect(changeset.withheld).toEqual(all.withheld.filter(({ name }) => names.has(name)));
          changes += changeset.changes.length;
          withheld += changeset.withheld.length;
        },
      ),
      { numRuns: 2_000 },
    );
    expect(Math.min(changes, withheld)).toBeGreaterThan(500);
  });

  it('does not take the last names read for the whole of the zone', () => {
    const whole = inputOf([], existingOf([rrset('a A 300 192.0.2.1')]));
    const names = new Set(['a.example.com.']);
    const around = new Set(['example.com.']);
    const alone = planNames({ ...whole, names, around, total: 1 });
    const oneOfMany = planNames({ ...whole, names, around, total: 100 });
    expect(alone).toMatchObject({ planned: { changeset: { withheld: [{ guard: 'never_empty' }] } } });
    expect(oneOfMany).toMatchObject({ planned: { changeset: { changes: [{ action: 'delete' }], withheld: [] } } });
  });

  it('leaves a name around them that moved, and a zone cut, to the whole zone', () => {
    const names = new Set(['a.example.com.']);
    const around = new Set(['example.com.', 'o1.example.com.']);
    const moved = inputOf([rrset('o1 A 300 192.0.2.1')], existingOf([rrset('o1 A 300 192.0.2.2')]));
    expect(planNames({ ...moved, names, around, total: 1 })).toMatchObject({ status: 'needs_full_pass' });
    const cut = inputOf([rrset('a NS 300 ns1.example.net.')], []);
    expect(planNames({ ...cut, names, around, total: 1 })).toMatchObject({ status: 'needs_full_pass' });
  });
});
