import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DeletionEvidence, EvidenceStatus } from '../../src/model/deletion-evidence.ts';
import type { Change, Changeset, Withheld } from '../../src/model/plan.ts';
import type { RRset } from '../../src/model/rrset.ts';
import type { ExistingRRset, InventoryScope } from '../../src/model/zone.ts';
import { atomicSets, withholdSplitSets } from '../../src/plan/index.ts';
import { apex, check, contributed, healthChecks, evidence as noFacts, plan, rrset, supports } from './plan-input.ts';

const values = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '2001:db8::1', '2001:db8::2'];
const names = ['a', 'b', 'c.b'];
const servers = ['web1', 'web2', 'web3'];
const standings: readonly EvidenceStatus[] = ['conclusive', 'incomplete', 'unknown'];
const familyOf = (address: string) => (address.includes(':') ? 'AAAA' : 'A');

const some = <T>(items: readonly T[]) => fc.subarray([...items]);
const addresses = some(values);

/** What exists at a name: plain addresses, or compiled ones. */
const existingAt = (name: string) =>
  fc.tuple(addresses, fc.boolean(), fc.constantFrom(30, 60)).map(([all, isCompiled, ttl]): readonly ExistingRRset[] => {
    const families = ['A', 'AAAA'].flatMap((type) => {
      const own = all.filter((each) => familyOf(each) === type);
      return own.length === 0 ? [] : [{ type, own }];
    });
    if (families.length === 0) return [];
    if (!isCompiled) return families.map(({ type, own }) => rrset(`${name} ${type} ${ttl} ${own.join(' | ')}`));
    return [
      rrset(`${name} LUA ${ttl} ${families.map(({ type, own }) => `${type} "up: ${own.join(' ')}"`).join(' | ')}`),
    ];
  });

const desiredAt = (name: string) =>
  fc
    .tuple(addresses, fc.boolean(), some(servers), fc.boolean())
    .map(([all, isChecked, missing, isCname]): readonly RRset[] => {
      if (isCname && all.length === 1) return [rrset(`${name} CNAME 60 x.example.com.`)];
      return ['A', 'AAAA'].flatMap((type) => {
        const own = all.filter((each) => familyOf(each) === type);
        if (own.length === 0) return [];
        const by = Object.fromEntries(own.map((each) => [each, servers[values.indexOf(each) % 3] ?? '']));
        const made = contributed(`${name} ${type} 60 ${own.join(' | ')}`, 'claim', by, missing);
        return [isChecked ? { ...made, healthCheck: check } : made];
      });
    });

const everyValue = names.flatMap((name) =>
  values.map((rdata) => ({ name: `${name}.example.com.`, type: familyOf(rdata), rdata })),
);

const someFacts: fc.Arbitrary<DeletionEvidence> = fc
  .tuple(
    fc.tuple(...servers.map(() => fc.option(fc.constantFrom(...standings)))),
    some(everyValue),
    fc.array(some([...servers, 'stranger']), { minLength: 15, maxLength: 15 }),
    some(everyValue),
    fc.boolean(),
  )
  .map(([standing, written, sources, orphans, isProven]) => ({
    ...noFacts,
    servers: new Map(servers.flatMap((name, i) => (standing[i] ? [[`lab/${name}`, standing[i]] as const] : []))),
    written: written.map((value, i) => ({ ...value, sources: (sources[i] ?? []).map((name) => `lab/${name}`) })),
    orphans: orphans.map((value) => ({
      ...value,
      missing: { snapshots: isProven ? 3 : 2, since: noFacts.now - 900_000 },
    })),
  }));

const scope: InventoryScope = { all: false, ptr: false, grants: [{ names: ['**.example.com'], types: ['A', 'AAAA'] }] };

const scenes = fc.record({
  existing: fc.tuple(...names.map(existingAt)).map((each) => each.flat()),
  desired: fc.tuple(...names.map(desiredAt)).map((each) => each.flat()),
  evidence: someFacts,
  isLuaServed: fc.boolean(),
});

type Drawn = typeof scenes extends fc.Arbitrary<infer T> ? T : never;

const planned = ({ existing, desired, evidence, isLuaServed }: Drawn, more: readonly ExistingRRset[] | null = null) =>
  plan({
    desired: [rrset('x A 60 192.0.2.99'), ...desired],
    existing: [...apex, rrset('x A 60 192.0.2.99'), ...(more ?? existing)],
    zone: { scope },
    evidence,
    supports: { types: [...supports.types, 'LUA'], health_checks: true },
    target: { healthChecks, unanswerable: new Map(isLuaServed ? [] : [['LUA', 'a secondary is BIND']]) },
  });

/** The zone after the changes. */
const applied = (existing: readonly ExistingRRset[], changes: readonly Change[]): readonly ExistingRRset[] => {
  const after = new Map(existing.map((each) => [`${each.name} ${each.type}`, each]));
  for (const { name, type, after: side } of changes) {
    if (side === null) after.delete(`${name} ${type}`);
    else after.set(`${name} ${type}`, { name, type, ttl: side.ttl, values: side.values });
  }
  return [...after.values()];
};

const answers = (rrsets: readonly RRset[]): ReadonlySet<string> =>
  new Set(
    rrsets.flatMap(({ name, type, values: all }) => {
      const rdata = all.map((value) => value.rdata);
      const found = type === 'LUA' ? (healthChecks.addressesOf(rdata) ?? []) : rdata;
      return found.map((each) => `${name} ${each}`);
    }),
  );

/** Is the value accounted for, said as plainly as the contract says it? */
const isAccounted = (
  { written, orphans, servers: standing }: DeletionEvidence,
  name: string,
  rdata: string,
): boolean => {
  const of = (list: readonly { name: string; rdata: string }[]) =>
    list.find((each) => each.name === name && each.rdata === rdata);
  if (orphans.some((each) => each.name === name && each.rdata === rdata && each.missing.snapshots >= 3)) return true;
  const entry = of(written) as DeletionEvidence['written'][number] | undefined;
  return (
    entry !== undefined &&
    entry.sources.length > 0 &&
    entry.sources.every((source) => ['conclusive', 'incomplete'].includes(standing.get(source) ?? 'unknown'))
  );
};

it('invariant 1: nothing that exists, that the inventory could have written and that nobody accounts for, goes', () => {
  let gone = 0;
  fc.assert(
    fc.property(scenes, (drawn) => {
      const { changeset } = planned(drawn);
      const after = answers(applied(drawn.existing, changeset.changes));
      for (const each of answers(drawn.existing)) {
        const [name = '', rdata = ''] = each.split(' ');
        if (!isAccounted(drawn.evidence, name, rdata)) expect(after).toContain(each);
        else if (!after.has(each)) gone += 1;
      }
    }),
    { numRuns: 2000 },
  );
  expect(gone).toBeGreaterThan(500);
});

it('what a missing server holds stays as well, and each name that loses something says so', () => {
  let kept = 0;
  fc.assert(
    fc.property(scenes, (drawn) => {
      const { changeset } = planned(drawn);
      const before = answers(drawn.existing);
      const after = answers(applied(drawn.existing, changeset.changes));
      for (const { name, values: all } of drawn.desired) {
        for (const { rdata, retained } of all) {
          if (retained === undefined || !before.has(`${name} ${rdata}`)) continue;
          kept += 1;
          expect(after).toContain(`${name} ${rdata}`);
          expect(changeset.withheld.map((each) => each.name)).toContain(name);
        }
      }
    }),
  );
  expect(kept).toBeGreaterThan(20);
});

it('invariant 9: a second run is empty', () => {
  fc.assert(
    fc.property(scenes, (drawn) => {
      const first = planned(drawn);
      const second = planned(drawn, applied(drawn.existing, first.changeset.changes));
      expect(second.changes).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

it('no change and no withheld entry says that a value is retained', () => {
  fc.assert(
    fc.property(scenes, (drawn) => {
      expect(JSON.stringify(planned(drawn).changeset)).not.toContain('"retained"');
    }),
  );
});

const registered = new Map(servers.map((server) => [`${server}.lab.`, { inventory: 'lab', server }]));
const side = (rdata: readonly string[]) => ({
  ttl: 60,
  values: rdata.map((each) => ({ rdata: each, origins: [] })),
  health_check: null,
});

const someChange = fc.tuple(fc.constantFrom(...servers), some(servers), fc.nat(3), fc.boolean()).map(
  ([server, pointed, number, isPtr]): Change =>
    isPtr && pointed.length > 0
      ? {
          action: 'create',
          name: `${number}.arpa.`,
          type: 'PTR',
          before: null,
          after: side(pointed.map((each) => `${each}.lab.`)),
        }
      : {
          action: 'create',
          name: `${server}.lab.`,
          type: number % 2 === 0 ? 'A' : 'AAAA',
          before: null,
          after: side(['x']),
        },
);

const someChangeset = (target: string) =>
  fc.array(fc.tuple(someChange, fc.boolean(), fc.boolean()), { maxLength: 8 }).map((drawn): Changeset => {
    const each = [...new Map(drawn.map((one) => [`${one[0].name} ${one[0].type}`, one])).values()];
    const withheld = each
      .filter(([, isHeld, isSure]) => isHeld && isSure)
      .map(([change]): Withheld => ({ ...change, guard: 'quarantine', kind: 'refused', reason: 'bad', allow: null }));
    const changes = each.filter(([, isHeld, isSure]) => !(isHeld && isSure)).map(([change]) => change);
    return { zone: '.', view: null, target, based_on: null, create_zone: false, changes, withheld, unmanaged: [] };
  });

it('invariant 7: a set is all there or not at all', () => {
  const seen = { whole: 0, withheld: 0 };
  const drawn = fc.tuple(someChangeset('one'), someChangeset('two'), fc.boolean());
  fc.assert(
    fc.property(drawn, ([one, two, isFiltered]) => {
      const selected = ({ target }: Changeset) => !isFiltered || target === 'one';
      const result = withholdSplitSets({ changesets: [one, two], registered, allows: [], selected });
      const whole = (list: readonly Changeset[]) =>
        list.map((each) => ({ ...each, changes: [...each.changes, ...each.withheld] }));
      const sets = atomicSets(whole([one, two]), registered);
      const live = new Set(
        result
          .filter(selected)
          .flatMap(({ target, changes }) => changes.map(({ name, type }) => `${target} ${name} ${type}`)),
      );
      for (const { members } of sets) {
        const standing = members.filter(({ target, name, type }) => live.has(`${target} ${name} ${type}`));
        expect([0, members.length]).toContain(standing.length);
        if (members.length > 1) seen[standing.length === 0 ? 'withheld' : 'whole'] += 1;
      }
      const keys = (list: readonly Changeset[]) =>
        list.map((each) => new Set(whole([each])[0]?.changes.map(({ name, type }) => `${name} ${type}`)));
      expect(keys(result)).toEqual(keys([one, two]));
    }),
    { numRuns: 500 },
  );
  expect(Math.min(seen.whole, seen.withheld)).toBeGreaterThan(30);
});
