import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, Changeset } from '../../src/model/plan.ts';
import type { ExistingRRset } from '../../src/model/zone.ts';
import { judgeReviewed, parseChangeAllow } from '../../src/plan/index.ts';
import type { HealthChecks } from '../../src/provider.ts';
import { apex, check, healthChecks, plan, rrset, type Scene, settings, supports } from './plan-input.ts';

const id = { name: 'example.com.', view: null };

/** A changeset that comes back to the scene that it was planned in, or to another. */
const judge = (changeset: Changeset, scene: Omit<Scene, 'desired'>) => {
  const { faults, withheld } = judgeReviewed({
    zone: {
      id,
      settings: { ...settings, ...scene.settings },
      rrsets: [],
      quarantined: [],
      complete: true,
      files: [],
      ...scene.zone,
    },
    target: {
      name: 't',
      supports: { ...supports, ...scene.supports },
      unanswerable: new Map(),
      unready: new Map(),
      ...scene.target,
    },
    changeset,
    existing: scene.existing && {
      status: 'read',
      zone: id,
      fingerprint: '7',
      rrsets: scene.existing.map((each) => (typeof each === 'string' ? rrset(each) : each)),
      unreadable: [],
    },
    written: scene.written ?? [],
    allows: (scene.allow ?? []).map(parseChangeAllow),
  });
  return {
    faults: faults.map(({ message }) => message),
    withheld: withheld.map(({ guard, name }) => `${guard} ${name}`),
  };
};

type Side = string | null;
const sideOf = (line: Side): Change['after'] => {
  if (line === null) return null;
  const { ttl, values } = rrset(line);
  return { ttl, values, health_check: null };
};
/** `www A 300 192.0.2.1` before and after. */
const change = (before: Side, after: Side, more: Partial<Change> = {}): Change => {
  const { name, type } = rrset(before ?? after ?? '');
  const action = before === null ? 'create' : after === null ? 'delete' : 'replace';
  return { action, name, type, before: sideOf(before), after: sideOf(after), ...more };
};
const changesetOf = (...changes: readonly Change[]): Changeset => ({
  zone: id.name,
  view: null,
  target: 't',
  based_on: '7',
  create_zone: false,
  changes,
  withheld: [],
  unmanaged: [],
});
const marker = '"heritage=external-dns,external-dns/owner=k8s-a,external-dns/resource=x"';

describe('a reviewed change that no plan could have is a fault', () => {
  const existing = [
    ...apex,
    'www A 300 192.0.2.1',
    'svc A 300 192.0.2.5',
    `svc TXT 300 ${marker}`,
    'shop CNAME 300 lb.example.net.',
    `cname-shop TXT 300 ${marker}`,
    'manual.x A 300 192.0.2.6',
    '@ DNSKEY 300 257 3 13 YQ==',
  ];
  const own = { ignore: [{ name: 'manual.**' }] };
  it.each<[string, Change, Omit<Scene, 'desired' | 'existing'>, string]>([
    [
      'what ExternalDNS has, replaced',
      change('svc A 300 192.0.2.5', 'svc A 300 192.0.2.6'),
      {},
      'is not ours (foreign: ExternalDNS owner k8s-a)',
    ],
    ['what ExternalDNS has, deleted', change('shop CNAME 300 lb.example.net.', null), {}, 'is not ours (foreign'],
    ["ExternalDNS's mark", change(`svc TXT 300 ${marker}`, null), {}, 'is not ours (foreign'],
    [
      'beside what ExternalDNS has',
      change(null, 'shop A 300 192.0.2.9'),
      {},
      'it cannot stand beside the CNAME that is left alone',
    ],
    ['beside its mark', change(null, 'svc AAAA 300 2001:db8::1'), {}, "its place is marked as another's (foreign"],
    ['what is ignored', change('manual.x A 300 192.0.2.6', null), { settings: own }, 'is not ours (ignored: manual.**'],
    [
      "the name server's own type",
      change('@ DNSKEY 300 257 3 13 YQ==', null),
      {},
      "is not ours (the name server's own type)",
    ],
    ['the SOA, deleted', change(apex[0] ?? '', null), {}, "is not ours (the name server's own"],
    ['the apex NS, deleted', change(apex[1] ?? '', null), {}, 'is not ours (apex NS'],
    [
      'what we did not write, where what is listed is ours',
      change('www A 300 192.0.2.1', null),
      { settings: { owns: 'listed' } },
      'is not ours (owns: listed',
    ],
    [
      'a type that the target does not take',
      change(null, 'x CAA 300 0 issue "a.example"'),
      {},
      'cannot be made: t cannot hold type CAA',
    ],
    [
      'a name that the target does not take',
      change(null, 'a\\.b A 300 192.0.2.1'),
      {},
      'cannot be made: t cannot hold names with escaped characters',
    ],
    [
      'a TTL below what the target takes',
      change(null, 'x A 10 192.0.2.1'),
      { supports: { min_ttl: 60 } },
      'is not as t would be given it',
    ],
    [
      'a TTL above what the target takes',
      change(null, 'x A 90000 192.0.2.1'),
      { supports: { max_ttl: 86_400 } },
      'cannot be made: t takes TTLs up to 86400',
    ],
    [
      'more values than the target takes',
      change(null, 'x A 60 192.0.2.1 | 192.0.2.2'),
      { supports: { max_values: 1 } },
      'cannot be made: t takes 1 values',
    ],
    [
      'a health check where there are none',
      change(null, null, {
        ...change(null, 'x A 60 192.0.2.1'),
        after: { ttl: 60, values: rrset('x A 60 192.0.2.1').values, health_check: check },
      }),
      {},
      'has a health check, which t cannot make of A',
    ],
  ])('%s', (_what, odd, scene, words) => {
    const { faults } = judge(changesetOf(odd), { existing, ...scene });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(words);
  });
});

describe('code in a reviewed plan', () => {
  /** Prints its check, as a real one does. */
  const compiling: HealthChecks = {
    ...healthChecks,
    compile: (rrsets) => {
      const { rrset: made, warnings } = healthChecks.compile(rrsets);
      const values = made.values.map((value) => {
        const of = rrsets.find(({ type }) => value.rdata.startsWith(`${type} `));
        return { ...value, rdata: value.rdata.replace('up:', `up ${of?.healthCheck?.port ?? 0}:`) };
      });
      return { rrset: { ...made, values }, warnings };
    },
    answersOf: (rdata) => {
      const found = rdata.map((each) => /^(A|AAAA) "up [0-9]+: (.+)"$/.exec(each));
      return found.some((each) => each === null)
        ? null
        : found.map((each) => ({
            type: each?.[1] === 'A' ? 'A' : 'AAAA',
            addresses: each?.[2]?.split(' ') ?? [],
            whenAllDown: [],
          }));
    },
  };
  const scene = {
    existing: apex,
    supports: { types: [...supports.types, 'LUA'], refuses: {}, health_checks: true },
    target: { healthChecks: compiling },
  };
  const lua = (rdatas: string, port: number | null = 25) => {
    const made = change(null, `www LUA 60 ${rdatas}`);
    return { ...made, after: made.after && { ...made.after, health_check: port === null ? null : { ...check, port } } };
  };
  const both = 'A "up 25: 192.0.2.1 192.0.2.2" | AAAA "up 25: 2001:db8::1"';

  it('is what its health check compiles to', () => {
    expect(judge(changesetOf(lua(both)), scene)).toEqual({ faults: [], withheld: [] });
    const planned = plan({
      ...scene,
      desired: [
        { ...rrset('www A 60 192.0.2.1'), healthCheck: check },
        { ...rrset('www AAAA 60 2001:db8::1'), healthCheck: check },
      ],
    });
    expect(planned.changes).toEqual(['create www LUA']);
    expect(judge(planned.changeset, scene).faults).toEqual([]);
  });

  it('is what its two health checks compile to, each for its type', () => {
    const mixed = 'A "up 25: 192.0.2.1" | AAAA "up 80: 2001:db8::1"';
    const { changeset } = plan({
      ...scene,
      desired: [
        { ...rrset('www A 60 192.0.2.1'), healthCheck: check },
        { ...rrset('www AAAA 60 2001:db8::1'), healthCheck: { ...check, port: 80 } },
      ],
    });
    expect(changeset.changes[0]?.after?.values.map(({ rdata }) => rdata).join(' | ')).toBe(mixed);
    expect(judge(changeset, scene)).toEqual({ faults: [], withheld: [] });
    const aaaa = { ...check, port: 80 };
    for (const [rdatas, own] of [
      ['A "up 80: 192.0.2.1" | AAAA "up 25: 2001:db8::1"', { ...check, aaaa }],
      ['A "up 25: 192.0.2.1"', { ...check, aaaa }],
      ['AAAA "up 80: 2001:db8::1"', { ...check, aaaa }],
      [mixed, check],
    ] as const) {
      const made = change(null, `www LUA 60 ${rdatas}`);
      const odd = { ...made, after: made.after && { ...made.after, health_check: own } };
      expect(judge(changesetOf(odd), scene).faults).toEqual([
        expect.stringContaining('is code that its health check does not compile to'),
      ]);
    }
  });

  it.each<[string, Change, Partial<Scene>, string]>([
    ['another check', lua(both, 80), {}, 'is code that its health check does not compile to'],
    ['something more', lua('A "up 25: 192.0.2.1" | TXT "os.exit()"'), {}, '"allow_lua" is not set'],
    ['something else', lua('A "os.exit()"'), {}, '"allow_lua" is not set'],
    ['no check', lua(both, null), {}, '"allow_lua" is not set'],
    ['another check, where code is allowed', lua(both, 80), { settings: { allow_lua: true } }, 'does not compile to'],
    [
      'nothing compiled, where code is allowed',
      lua('A "x"'),
      { target: { healthChecks: null } },
      'has a health check, which t cannot make',
    ],
  ])('is a fault with %s', (_what, odd, more, words) => {
    const { faults } = judge(changesetOf(odd), { ...scene, ...more });
    expect(faults[0]).toContain(words);
  });

  it('is let through where the zone allows it, beside a health check too', () => {
    const allowing = { ...scene, settings: { allow_lua: true } };
    expect(judge(changesetOf(lua('A "x"', null)), allowing).faults).toEqual([]);
    expect(judge(changesetOf(lua(`${both} | TXT "x"`)), allowing).faults).toEqual([]);
  });
});

describe('guards judge a reviewed plan', () => {
  const many = Array.from({ length: 10 }, (_, i) => `h${i} A 300 192.0.2.1`);
  const existing = [...apex, ...many];
  const deletes = (count: number) => changesetOf(...many.slice(0, count).map((line) => change(line, null)));

  it('by what the zone holds now, but for what is allowed again', () => {
    expect(judge(deletes(3), { existing }).withheld).toEqual([]);
    expect(judge(deletes(4), { existing }).withheld).toHaveLength(4);
    expect(judge(deletes(4), { existing, allow: ['max_delete_percent:example.com/t'] }).withheld).toEqual([]);
    expect(
      judge(deletes(4), { existing, settings: { guards: { ...settings.guards, max_delete_percent: 50 } } }).withheld,
    ).toEqual([]);
  });

  it('a zone that would be empty, a delegation that moves, the address of an apex name server', () => {
    const few = [...apex, 'a A 1 192.0.2.1', 'sub NS 1 ns.example.net.', 'ns1 A 1 192.0.2.9'];
    const all = ['a A 1 192.0.2.1', 'sub NS 1 ns.example.net.', 'ns1 A 1 192.0.2.9'].map((line) => change(line, null));
    expect(judge(changesetOf(...all), { existing: few }).withheld).toEqual(
      expect.arrayContaining(['never_empty ns1.example.com.', 'delegation sub.example.com.']),
    );
    const moved = changesetOf(change('@ NS 3600 ns1.example.com.', '@ NS 3600 ns.example.net.'));
    expect(judge(moved, { existing: few }).withheld).toEqual(['delegation example.com.']);
    const allow = ['delegation:example.com/t:example.com'];
    expect(judge(moved, { existing: few, allow }).withheld).toEqual([]);
  });

  it('a delete of what is gone already counts as nothing', () => {
    expect(judge(deletes(4), { existing: [...apex, ...many.slice(3)] }).withheld).toEqual([]);
  });

  it('where hostmaster.yaml cannot be read whole, only creates go through', () => {
    const mixed = changesetOf(change(null, 'new A 1 192.0.2.1'), change(many[0] ?? '', null));
    expect(judge(mixed, { existing, zone: { complete: false } }).withheld).toEqual(['incomplete h0.example.com.']);
  });
});

describe('what was planned is let through', () => {
  const lines = ['a', 'b', 'c.b', 'manual.x', '@'].flatMap((name) => [
    ...['192.0.2.1', '192.0.2.2', '192.0.2.1 | 192.0.2.2'].map((values) => `${name} A 300 ${values}`),
    `${name} TXT 300 "x"`,
    `${name} TXT 60 ${marker}`,
    ...(name === '@' ? [] : [`${name} CNAME 300 x.example.net.`]),
    ...(name === 'b' ? [`${name} NS 300 ns.example.net.`] : []),
  ]);
  /** One line of each name and type, and a CNAME alone. */
  const zone = fc.subarray(lines).map((some) => {
    const chosen = new Map<string, ExistingRRset>();
    for (const line of some) {
      const made = rrset(line);
      const names = [...chosen.values()].filter(({ name }) => name === made.name);
      const isAlone = made.type === 'CNAME' ? names.length > 0 : names.some(({ type }) => type === 'CNAME');
      if (!isAlone) chosen.set(`${made.name} ${made.type}`, made);
    }
    return [...chosen.values()];
  });

  it('in the zone as it was, whatever it owns, ignores and allows', () => {
    const scenes = fc.record({
      desired: zone,
      existing: fc.option(zone, { freq: 9 }),
      listed: fc.boolean(),
      isIgnoring: fc.boolean(),
      written: fc.subarray(lines),
      isAllowed: fc.boolean(),
    });
    let changes = 0;
    fc.assert(
      fc.property(scenes, ({ desired, existing, listed, isIgnoring, written, isAllowed }) => {
        const scene: Scene = {
          desired,
          existing: existing && [...apex, ...existing],
          settings: {
            owns: listed ? 'listed' : 'all',
            ignore: isIgnoring ? [{ name: 'manual.**' }] : [],
            guards: { ...settings.guards, min_existing: 3 },
          },
          allow: isAllowed ? ['delegation:example.com:b.example.com', 'never_empty:example.com'] : [],
          // An apply notes what is wanted, too.
          written: [
            ...written.map(rrset),
            ...desired,
            ...(existing ?? []).filter(({ name, type }) =>
              desired.some((each) => each.name === name && each.type === type),
            ),
          ].flatMap(({ name, type, values }) => values.map(({ rdata }) => ({ name, type, rdata, sources: ['git'] }))),
        };
        const { changeset } = plan(scene);
        changes += changeset.changes.length;
        const { faults, withheld } = judge(changeset, scene);
        expect(faults).toEqual([]);
        // Where what is listed is ours, the state knows fewer RRsets than the zone file wants, and the percentages are of fewer.
        if (!listed) expect(withheld).toEqual([]);
      }),
      { numRuns: 1000 },
    );
    expect(changes).toBeGreaterThan(500);
  });
});
