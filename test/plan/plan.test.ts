import { describe, expect, it } from 'vitest';
import { type AtomicSet, type Change, type Changeset, planDigest } from '../../src/model/plan.ts';
import { apex, plan, rrset, settings } from './plan-input.ts';

const withOrigins = (side: Change['after']): Change['after'] =>
  side && {
    ...side,
    values: side.values.map(({ rdata }) => ({
      rdata,
      origins: [{ kind: 'zone_file', file: 'other.yaml', line: 7, column: 1 }],
    })),
  };

const hosts = (count: number, address = '192.0.2.1') =>
  Array.from({ length: count }, (_, i) => `h${i} A 300 ${address}`);

describe('diff', () => {
  it('equal zones have no changes, whatever the order of values', () => {
    const existing = [...apex, 'www A 300 192.0.2.2 | 192.0.2.1'];
    expect(plan({ desired: ['www A 300 192.0.2.1 | 192.0.2.2'], existing }).changes).toEqual([]);
  });

  it('creates, replaces (a TTL is enough) and deletes, by name and type', () => {
    const planned = plan({
      desired: ['new A 300 192.0.2.9', 'ttl A 60 192.0.2.1', 'www A 300 192.0.2.2'],
      existing: [...apex, 'ttl A 300 192.0.2.1', 'www A 300 192.0.2.1', 'old A 300 192.0.2.3'],
    });
    expect(planned.changes).toEqual(['create new A', 'delete old A', 'replace ttl A', 'replace www A']);
    expect(planned.withheld).toEqual([]);
  });

  it('a disabled RRset is not served: wanted, it is created; not wanted, it is left alone', () => {
    const disabled = { ...rrset('www A 300 '), values: [], disabled: ['192.0.2.1'] };
    expect(plan({ desired: ['www A 300 192.0.2.1'], existing: [...apex, disabled] }).changes).toEqual(['create www A']);
    const left = plan({ desired: ['a A 300 192.0.2.1'], existing: [...apex, 'a A 300 192.0.2.1', disabled] });
    expect(left.changes).toEqual([]);
    expect(left.unmanaged).toContain('www.example.com. A: disabled: not served');
  });

  it("a SOA in the zone file keeps the name server's serial", () => {
    const soa = (serial: number, minimum: number) =>
      `@ SOA 3600 ns1.example.com. h.example.com. ${serial} 1 2 3 ${minimum}`;
    const existing = [soa(2026, 4), '@ NS 3600 ns1.example.com.'];
    expect(plan({ desired: [soa(1, 4)], existing }).changes).toEqual([]);
    const changed = plan({ desired: [soa(1, 5)], existing }).changeset.changes[0];
    expect(changed?.after?.values[0]?.rdata).toBe('ns1.example.com. h.example.com. 2026 1 2 3 5');
  });
});

describe('ownership', () => {
  it('SOA, apex NS and the own types are left alone, each with its reason', () => {
    const planned = plan({ desired: ['a A 1 192.0.2.1'], existing: [...apex, 'a A 1 192.0.2.1', '@ DNSKEY 1 x'] });
    expect(planned.changes).toEqual([]);
    expect(planned.unmanaged).toEqual([
      "example.com. DNSKEY: the name server's own type",
      'example.com. NS: apex NS: the zone file has none',
      "example.com. SOA: the name server's own: the zone file has no SOA",
    ]);
    expect(planned.changeset.unmanaged.map(({ kind }) => kind)).toEqual(['server_own', 'apex_ns', 'server_own']);
  });

  const marker = '"heritage=external-dns,external-dns/owner=k8s-a,external-dns/resource=service/x"';
  it('what an ExternalDNS registry covers is foreign: same name, or TYPE- in front', () => {
    const planned = plan({
      desired: ['a A 1 192.0.2.1'],
      existing: [
        ...apex,
        'a A 1 192.0.2.1',
        'svc A 1 192.0.2.5',
        `svc TXT 1 ${marker}`,
        'web A 1 192.0.2.6',
        'web AAAA 1 2001:db8::1',
        `a-web TXT 1 ${marker}`,
        'gone A 1 192.0.2.7',
      ],
    });
    expect(planned.unmanaged.filter((line) => line.includes('foreign'))).toEqual([
      'a-web.example.com. TXT: foreign: ExternalDNS owner k8s-a',
      'svc.example.com. A: foreign: ExternalDNS owner k8s-a',
      'svc.example.com. TXT: foreign: ExternalDNS owner k8s-a',
      'web.example.com. A: foreign: ExternalDNS owner k8s-a',
    ]);
    expect(planned.changes).toEqual(['delete gone A', 'delete web AAAA']);
  });

  it('a zone file that wants what is foreign is told so, and nothing is written there', () => {
    const existing = [...apex, 'svc A 1 192.0.2.5', `svc TXT 1 ${marker}`];
    const planned = plan({ desired: ['svc A 1 192.0.2.9', 'b A 1 192.0.2.1'], existing });
    expect(planned.problems).toEqual(['unmanaged-conflict']);
    expect(planned.changes).toEqual(['create b A']);
  });

  it('what an ExternalDNS registry has marked is not made, as the next plan would find it foreign', () => {
    const marks = ['svc', 'a-web', 'a-app'].map((name) => `${name} TXT 1 ${marker}`);
    const existing = [...apex, ...marks, 'svc AAAA 1 2001:db8::1'];
    const desired = ['svc A 1 192.0.2.9', 'svc MX 1 10 b.example.com.', 'web A 1 192.0.2.9', 'app AAAA 1 2001:db8::9'];
    const planned = plan({ desired, existing });
    expect(planned.problems).toEqual(['unmanaged-conflict', 'unmanaged-conflict', 'unmanaged-conflict']);
    expect(planned.changes).toEqual(['create app AAAA']);
  });

  it('a CNAME cannot come beside what is left alone', () => {
    const existing = [...apex, 'svc A 1 192.0.2.5', `a-svc TXT 1 ${marker}`];
    const planned = plan({ desired: ['svc CNAME 1 b.example.com.', 'b A 1 192.0.2.1'], existing });
    expect(planned.problems).toEqual(['unmanaged-conflict']);
    expect(planned.changes).toEqual(['create b A']);
  });

  it('ignored RRsets are neither changed nor deleted', () => {
    const ignore = [{ name: '_acme-challenge.**', types: ['TXT'], value: '*' }];
    const existing = [...apex, '_acme-challenge.www TXT 1 "x"', 'a A 1 192.0.2.1', 'b A 1 192.0.2.1'];
    const planned = plan({ desired: ['a A 1 192.0.2.1'], existing, settings: { ignore } });
    expect(planned.changes).toEqual(['delete b A']);
    expect(planned.unmanaged[0]).toContain('ignored: _acme-challenge.**');
  });

  it('owns: listed deletes nothing that is not known as ours', () => {
    const planned = plan({
      desired: ['a A 1 192.0.2.1'],
      existing: [...apex, 'b A 1 192.0.2.1'],
      settings: { owns: 'listed' },
    });
    expect(planned.changes).toEqual(['create a A']);
  });

  it("octoDNS's ignored, included and excluded leave an RRset alone at the target", () => {
    const scoped = { ...rrset('x A 1 192.0.2.1'), options: { excluded: ['t'] } };
    const planned = plan({
      desired: [],
      existing: [...apex, 'x A 1 192.0.2.9', 'y A 1 192.0.2.2'],
      zone: { rrsets: [scoped, rrset('y A 1 192.0.2.2')] },
    });
    expect(planned.changes).toEqual([]);
    expect(planned.unmanaged).toContain('x.example.com. A: octodns.excluded names t');
  });
});

describe('fit', () => {
  it('a type that the target cannot hold is a problem, and what exists at its name stays', () => {
    const planned = plan({ desired: ['www LUA 1 A "x"', 'b A 1 192.0.2.1'], existing: [...apex, 'www A 1 192.0.2.1'] });
    expect(planned.problems).toEqual(['unsupported-type']);
    expect(planned.changes).toEqual(['create b A']);
    expect(planned.withheld).toEqual(['quarantine: delete www A']);
  });

  it('a type that a name server of the zone cannot answer is not written', () => {
    const unanswerable = new Map([['PTR', 'the name server x is BIND']]);
    const planned = plan({ desired: ['p PTR 1 b.example.com.'], existing: apex, target: { unanswerable } });
    expect(planned.problems).toEqual(['unanswerable-type']);
    expect(planned.changes).toEqual([]);
  });
});

describe('guards', () => {
  it.each([
    [1000, 1, 'of 1,000 RRsets (99.9 %) would be deleted; the limit is 30 %'],
    [1000, 699, '301 of 1,000 RRsets (30.1 %) would be deleted; the limit is 30 %'],
    [12, 8, '4 of 12 RRsets (33 %) would be deleted; the limit is 30 %'],
  ])('a percentage is never rounded to the limit, nor to all: of %i RRsets %i stay', (all, left, said) => {
    const { changeset } = plan({ desired: hosts(left), existing: [...apex, ...hosts(all)] });
    expect(changeset.withheld[0]?.reason).toContain(said);
  });

  it('max_delete_percent holds back all deletes of the zone, and prints how to allow them', () => {
    const scene = { desired: hosts(6), existing: [...apex, ...hosts(10)] };
    const planned = plan(scene);
    expect(planned.changes).toEqual([]);
    expect(planned.withheld).toHaveLength(4);
    expect(planned.allows).toEqual(['max_delete_percent:example.com./t']);
    expect(plan({ ...scene, allow: ['max_delete_percent:example.com./t'] }).changes).toHaveLength(4);
    expect(plan({ ...scene, allow: ['max_delete_percent:example.org./t'] }).changes).toHaveLength(0);
    expect(plan({ desired: hosts(7), existing: [...apex, ...hosts(10)] }).changes).toHaveLength(3);
  });

  it('below min_existing the percentages do not count', () => {
    expect(plan({ desired: hosts(4), existing: [...apex, ...hosts(9)] }).changes).toHaveLength(5);
  });

  it('max_replace_percent holds back replaces, and a type swap is one replace', () => {
    const replaced = plan({ desired: hosts(10, '192.0.2.2'), existing: [...apex, ...hosts(10)] });
    expect(new Set(replaced.withheld.map((line) => line.split(':')[0]))).toEqual(new Set(['max_replace_percent']));
    const swapped = hosts(10).map((line, i) => (i < 3 ? `h${i} CNAME 300 h9.example.com.` : line));
    const planned = plan({ desired: swapped, existing: [...apex, ...hosts(10)] });
    expect(planned.changes).toHaveLength(6);
    const four = hosts(10).map((line, i) => (i < 4 ? `h${i} CNAME 300 h9.example.com.` : line));
    const tooMany = plan({ desired: four, existing: [...apex, ...hosts(10)] });
    expect(tooMany.changes).toEqual([]);
    expect(tooMany.withheld).toHaveLength(8);
  });

  it('never_empty withholds what would leave only SOA and apex NS', () => {
    const planned = plan({ desired: [], existing: [...apex, ...hosts(5)] });
    expect(planned.changes).toEqual([]);
    expect(planned.allows).toEqual(['never_empty:example.com./t']);
    expect(plan({ desired: ['n A 1 192.0.2.1'], existing: [...apex, ...hosts(5)] }).changes).toHaveLength(6);
    const off = { ...settings.guards, never_empty: false };
    expect(plan({ desired: [], existing: [...apex, ...hosts(5)], settings: { guards: off } }).changes).toHaveLength(5);
  });

  it('a delegation changes only when allowed by name; its glue waits with it', () => {
    const existing = [...apex, 'a A 1 192.0.2.1', 'sub NS 1 ns1.sub.example.com.', 'ns1.sub A 1 192.0.2.1'];
    const desired = ['a A 1 192.0.2.1', 'sub NS 1 ns2.sub.example.com.', 'ns2.sub A 1 192.0.2.2'];
    const planned = plan({ desired, existing });
    expect(planned.changes).toEqual([]);
    expect(planned.withheld).toHaveLength(3);
    expect(plan({ desired, existing, allow: ['delegation:example.com./t'] }).changes).toEqual([]);
    const allow = ['delegation:example.com./t:sub.example.com.'];
    expect(plan({ desired, existing, allow }).changes).toHaveLength(3);
    const unready = new Map([['sub.example.com.', 'ns2 does not answer']]);
    const unreadyPlan = plan({ desired, existing, allow, target: { unready } });
    expect(unreadyPlan.changes).toEqual([]);
    expect(unreadyPlan.changeset.withheld.find(({ type }) => type === 'NS')?.reason).toBe('ns2 does not answer');
  });

  it('an apex that lost its NS gets it back: there is no delegation to move', () => {
    const existing = ['a A 1 192.0.2.1'];
    const desired = ['@ NS 1 ns1.example.com.', 'sub NS 1 ns.example.net.', 'a A 1 192.0.2.1'];
    const planned = plan({ desired, existing });
    expect(planned.changes).toEqual(['create @ NS']);
    expect(planned.withheld).toEqual(['delegation: create sub NS']);
  });

  it('a zone that is made has no delegation to protect', () => {
    const planned = plan({ desired: ['@ NS 1 ns1.example.com.', 'sub NS 1 ns.example.net.'], existing: null });
    expect(planned.changes).toEqual(['create @ NS', 'create sub NS']);
  });

  it('what is quarantined is never missing, and takes its name and its glue along', () => {
    const quarantined = [
      { name: 'www.example.com.', type: 'A', reason: 'bad address', origin: null },
      { name: 'sub.example.com.', type: 'NS', reason: 'bad name', origin: null },
    ];
    const existing = [
      ...apex,
      'www A 1 192.0.2.1',
      'sub NS 1 ns.sub.example.com.',
      'ns.sub A 1 192.0.2.1',
      'b A 1 192.0.2.1',
    ];
    const planned = plan({ desired: ['www TXT 1 "x"', 'c A 1 192.0.2.1'], existing, zone: { quarantined } });
    expect(planned.changes).toEqual(['delete b A', 'create c A']);
    expect(planned.withheld).toEqual([
      'quarantine: delete ns.sub A',
      'quarantine: delete sub NS',
      'quarantine: delete www A',
      'quarantine: create www TXT',
    ]);
    expect(planned.allows).toEqual([null]);
  });

  it('a file that does not parse withholds deletes and replaces, and creates go on', () => {
    const existing = [...apex, 'a A 1 192.0.2.1', 'b A 1 192.0.2.1'];
    const planned = plan({ desired: ['a A 1 192.0.2.2', 'c A 1 192.0.2.1'], existing, zone: { complete: false } });
    expect(planned.changes).toEqual(['create c A']);
    expect(planned.withheld).toEqual(['incomplete: replace a A', 'incomplete: delete b A']);
  });
});

it('invariant 6: the digest is of the changes, and of nothing else', () => {
  const scene = { desired: ['a A 1 192.0.2.1'], existing: apex };
  const one = plan(scene).changeset;
  const digest = (changeset: Changeset, sets: readonly AtomicSet[] = []) => planDigest([changeset], sets);
  const moved = plan({ ...scene, desired: ['a A 2 192.0.2.1'] }).changeset;
  const members = [{ zone: one.zone, view: null, target: one.target, name: 'a.example.com.', type: 'A' }];
  expect(digest(one)).toBe(digest({ ...one, based_on: 'other', unmanaged: [], withheld: [], cost: 'much' }));
  expect(digest(one)).toBe(
    digest({ ...one, changes: one.changes.map((each) => ({ ...each, after: withOrigins(each.after) })) }),
  );
  expect(digest(one)).not.toBe(digest(moved));
  for (const other of [
    { target: 'u' },
    { view: 'inside' },
    { zone: 'example.net.' },
    { create_zone: !one.create_zone },
  ]) {
    expect(digest(one)).not.toBe(digest({ ...one, ...other }));
  }
  expect(digest(one)).not.toBe(digest(one, [{ inventory: 'lab', server: 'a', members, claims: [] }]));
});

describe('what depends on what is withheld', () => {
  const bad = (name: string, type: string | null) => ({
    name: `${name}.example.com.`,
    type,
    reason: 'bad',
    origin: null,
  });
  const rest = ['keep A 1 192.0.2.1'];

  it('below a DNAME that does not come, nothing is deleted', () => {
    const existing = [...apex, ...rest, 'a.old A 1 192.0.2.1', 'b.old A 1 192.0.2.2', 'c A 1 192.0.2.3'];
    const desired = [...rest, 'old DNAME 1 new.example.com.'];
    const planned = plan({ desired, existing, supports: { refuses: { DNAME: 'dname-processing is off' } } });
    expect(planned.changes).toEqual(['delete c A']);
    expect(planned.withheld).toEqual(['quarantine: delete a.old A', 'quarantine: delete b.old A']);
  });

  it('below a zone cut that does not come, nothing is deleted', () => {
    const existing = [...apex, ...rest, 'a.sub A 1 192.0.2.1', 'subway A 1 192.0.2.2'];
    const planned = plan({ desired: rest, existing, zone: { quarantined: [bad('sub', 'NS')] } });
    expect(planned.changes).toEqual(['delete subway A']);
  });

  it('names the bad input and the rule that it breaks', () => {
    const existing = [...apex, 'sub NS 1 ns1.sub.example.com.', 'ns1.sub A 1 192.0.2.1', 'sub TXT 1 x'];
    const quarantined = [{ ...bad('sub', 'NS'), rule: 'missing-glue', reason: 'missing-glue: no address' }];
    const planned = plan({ desired: [], existing, zone: { quarantined } });
    expect(planned.changeset.withheld.map(({ name, type, kind, reason }) => [name, type, kind, reason])).toEqual([
      ['ns1.sub.example.com.', 'A', 'dependent', 'depends on sub.example.com. NS, which has an error (missing-glue)'],
      ['sub.example.com.', 'NS', 'refused', 'it has an error (missing-glue)'],
      ['sub.example.com.', 'TXT', 'dependent', 'depends on sub.example.com. NS, which has an error (missing-glue)'],
    ]);
  });

  it('what a wildcard was to take the place of stays while it waits', () => {
    const existing = [...apex, ...rest, 'c.wild A 1 192.0.2.1', 'd A 1 192.0.2.2'];
    const planned = plan({ desired: rest, existing, zone: { quarantined: [bad('*.wild', 'A')] } });
    expect(planned.changes).toEqual(['delete d A']);
  });

  it('a pointer does not move to a name that does not come, and what it points at stays', () => {
    const existing = [...apex, 'www CNAME 1 web1.example.com.', 'web1 A 1 192.0.2.1', 'old A 1 192.0.2.3'];
    const desired = ['www CNAME 1 web2.example.com.'];
    const planned = plan({ desired, existing, zone: { quarantined: [bad('web2', 'A')] } });
    expect(planned.changes).toEqual(['delete old A']);
    expect(planned.withheld).toEqual(['quarantine: delete web1 A', 'quarantine: replace www CNAME']);
  });

  it('what a quarantined pointer points at now stays', () => {
    const existing = [...apex, 'www CNAME 1 web1.example.com.', 'web1 A 1 192.0.2.1', 'old A 1 192.0.2.3'];
    const planned = plan({ desired: ['web2 A 1 192.0.2.1'], existing, zone: { quarantined: [bad('www', 'CNAME')] } });
    expect(planned.changes).toEqual(['delete old A', 'create web2 A']);
  });

  it('has its --allow, and says what it depends on, whose reason stands once', () => {
    const existing = [...apex, ...rest, 'sub NS 1 ns1.sub.example.com.', 'ns1.sub A 1 192.0.2.1'];
    const desired = [...rest, 'sub NS 1 ns2.sub.example.com.', 'ns2.sub A 1 192.0.2.2'];
    const planned = plan({ desired, existing });
    expect(planned.allows).toEqual(['delegation:example.com./t:sub.example.com.']);
    expect(planned.changeset.withheld.map(({ type, kind, reason }) => `${type} ${kind}: ${reason}`)).toEqual([
      'A dependent: depends on sub.example.com. NS, which is withheld',
      'A dependent: depends on sub.example.com. NS, which is withheld',
      'NS refused: changes a delegation; allow it by name when the new name servers are ready',
    ]);
  });

  it('the addresses of an apex NS that the zone file does not state stay', () => {
    const existing = [...apex, ...rest, 'ns1 A 1 192.0.2.1', 'old A 1 192.0.2.3'];
    const planned = plan({ desired: rest, existing });
    expect(planned.changes).toEqual(['delete old A']);
    expect(planned.allows).toEqual(['never_empty:example.com./t:ns1.example.com.']);
  });
});
