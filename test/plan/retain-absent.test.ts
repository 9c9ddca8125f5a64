import { describe, expect, it } from 'vitest';
import type { InventoryScope } from '../../src/model/zone.ts';
import type { Scene } from './plan-input.ts';
import { absolute, apex, contributed, evidence, origin, plan, rrset } from './plan-input.ts';

const all: InventoryScope = { all: true, ptr: false, grants: [] };
const granted: InventoryScope = { all: false, ptr: false, grants: [{ names: ['mail.example.com'], types: ['A'] }] };
const inScope = (scope: InventoryScope) => ({ scope });
const mail = ['mail A 60 192.0.2.1 | 192.0.2.2'];
const written = (name: string, type: string, rdata: string, ...sources: readonly string[]) => {
  return { name: absolute(name), type, rdata, sources };
};
const scene = (more: Partial<Scene>): Scene => {
  return { desired: [], existing: [...apex, ...mail, 'x TXT 1 "x"'], zone: inScope(granted), evidence, ...more };
};
const kept = ['x TXT 1 "x"'];

describe('what nobody accounts for stays', () => {
  it('a name that the inventory could have written waits for proof, and the rest goes', () => {
    const planned = plan(scene({ desired: [] }));
    expect(planned.changes).toEqual(['delete x TXT']);
    expect(planned.withheld).toEqual(['absence: delete mail A']);
    expect(planned.allows).toEqual(['absence:example.com./t:mail.example.com.']);
    expect(planned.orphans).toEqual(['mail A 192.0.2.1', 'mail A 192.0.2.2']);
    expect(planned.changeset.withheld[0]?.reason).toBe(
      '192.0.2.1, 192.0.2.2: belongs to no known server: unaccounted for in 0 of 3 complete snapshots',
    );
  });

  it('beside what is wanted it stays as a value, and what changes there goes on', () => {
    const desired = [...kept, contributed('mail A 60 192.0.2.1 | 192.0.2.9', 'claim', { '192.0.2.9': 'web9' })];
    const planned = plan(scene({ desired }));
    expect(planned.changes).toEqual(['replace mail A']);
    expect(planned.changeset.changes[0]?.after?.values).toEqual([
      { rdata: '192.0.2.1', origins: [] },
      { rdata: '192.0.2.2', origins: [] },
      { rdata: '192.0.2.9', origins: [origin('claim', 'web9')] },
    ]);
    expect(planned.withheld).toEqual(['absence: replace mail A']);
    expect(planned.changeset.withheld[0]?.after?.values.map(({ rdata }) => rdata)).toEqual(['192.0.2.1', '192.0.2.9']);
  });

  it('where nothing else changes there is no change', () => {
    const planned = plan(scene({ desired: [...kept, 'mail A 60 192.0.2.1'] }));
    expect(planned.changes).toEqual([]);
    expect(planned.withheld).toEqual(['absence: replace mail A']);
  });

  it('without an inventory, or outside its names, all is as ever', () => {
    expect(plan(scene({ desired: kept, evidence: null })).changes).toEqual(['delete mail A']);
    expect(plan(scene({ desired: kept, zone: {} })).changes).toEqual(['delete mail A']);
    const existing = [...apex, ...kept, 'mail AAAA 1 2001:db8::1'];
    expect(plan(scene({ desired: kept, existing })).changes).toEqual(['delete mail AAAA']);
  });

  it('a type whose new value cannot be used stays, and the rest of its name goes on', () => {
    const protections = [{ name: absolute('web1'), types: ['TXT'], reason: 'it has no "rack"', stays: true as const }];
    const existing = [...apex, 'web1 A 300 192.0.2.1', 'web1 TXT 300 "r7"'];
    const desired = [contributed('web1 A 300 192.0.2.9', 'registration', { '192.0.2.9': 'web1' })];
    const known = {
      ...evidence,
      servers: new Map([['lab/web1', 'conclusive' as const]]),
      written: [written('web1', 'TXT', '"r7"', 'lab/web1'), written('web1', 'A', '192.0.2.1', 'lab/web1')],
    };
    const planned = plan({ desired, existing, zone: { scope: all, protected: protections }, evidence: known });
    expect(planned.changes).toEqual(['replace web1 A']);
    expect(planned.withheld).toEqual(['absence: delete web1 TXT']);
    expect(planned.changeset.withheld[0]?.reason).toBe('"r7": it has no "rack"');
    const without = plan({ desired, existing, zone: { scope: all }, evidence: known });
    expect(without.changes).toEqual(['replace web1 A', 'delete web1 TXT']);
  });

  it.each(['absence:example.com', 'absence:example.com/t', 'absence:example.com/t:mail.example.com'])(
    '--allow %s lets it go',
    (allow) =>
      expect(plan(scene({ desired: kept, allow: [allow], existing: [...apex, ...mail, ...kept] })).changes).toEqual([
        'delete mail A',
      ]),
  );

  it('an allow of another name does not', () => {
    expect(plan(scene({ desired: kept, allow: ['absence:example.com/t:x.example.com'] })).changes).toEqual([]);
  });

  it('what is wanted by a zone file is the whole of it', () => {
    const stated = rrset('mail A 60 192.0.2.1');
    const values = stated.values.map(({ rdata }) => ({
      rdata,
      origins: [{ kind: 'zone_file' as const, file: 'zones/example.com.yaml', line: 1, column: 1 }],
    }));
    const planned = plan(scene({ desired: [...kept, { ...stated, values }] }));
    expect(planned.changes).toEqual(['replace mail A']);
    expect(planned.withheld).toEqual([]);
  });

  it('SOA and apex NS are never of the inventory', () => {
    const desired = ['@ SOA 3600 ns1.example.com. h.example.com. 1 1 2 3 5', '@ NS 3600 ns2.example.com.'];
    const planned = plan({ desired, existing: apex, zone: inScope(all), evidence });
    expect(planned.changes).toEqual([]);
    expect(planned.withheld).toEqual(['delegation: replace @ NS', 'delegation: replace @ SOA']);
    expect(planned.orphans).toEqual([]);
  });

  it('a quarantined name stays for its own reason', () => {
    const quarantined = [{ name: 'mail.example.com.', type: 'A', reason: 'bad', origin: null }];
    const planned = plan(scene({ desired: kept, zone: { ...inScope(granted), quarantined } }));
    expect(planned.changes).toEqual([]);
    expect(planned.withheld).toEqual(['quarantine: delete mail A']);
    expect(planned.orphans).toEqual([]);
  });

  it('where a file does not parse, it waits as well', () => {
    const planned = plan(
      scene({ desired: ['mail A 60 192.0.2.1 | 192.0.2.3'], zone: { scope: granted, complete: false } }),
    );
    expect(planned.changes).toEqual([]);
    expect(planned.withheld.toSorted()).toEqual([
      'absence: replace mail A',
      'incomplete: delete x TXT',
      'incomplete: replace mail A',
    ]);
  });

  it('a CNAME that is to come in its place waits with it, and what points at that', () => {
    const existing = [...apex, ...mail];
    const desired = ['mail CNAME 1 other.example.com.', 'other A 1 192.0.2.7'];
    const planned = plan(scene({ existing, desired }));
    expect(planned.changes).toEqual(['create other A']);
    expect(planned.withheld).toEqual(['absence: delete mail A', 'absence: create mail CNAME']);
    const allow = planned.allows.flatMap((each) => each ?? []);
    expect(plan(scene({ existing, desired, allow })).changes).toEqual([
      'delete mail A',
      'create mail CNAME',
      'create other A',
    ]);
  });

  it('a DNAME or a zone cut that would hide it waits', () => {
    const existing = [...apex, 'web1.lab A 1 192.0.2.1'];
    for (const hides of ['lab DNAME 1 new.example.com.', 'lab NS 1 ns.example.net.']) {
      const planned = plan({
        desired: [hides],
        existing,
        zone: inScope(all),
        evidence,
        supports: { types: ['A', 'NS', 'DNAME'] },
      });
      expect(planned.changes).toEqual([]);
      expect(planned.withheld).toContain(`absence: create lab ${hides.split(' ')[1]}`);
    }
  });

  it('an ignored or foreign value is not retained: it stays anyway', () => {
    const ignore = [{ name: 'mail', types: ['A'] }];
    const planned = plan(scene({ desired: kept, settings: { ignore } }));
    expect(planned.withheld).toEqual([]);
    expect(planned.orphans).toEqual([]);
  });
});

describe('what is accounted for goes', () => {
  const known = { ...evidence, written: [written('mail', 'A', '192.0.2.2', 'lab/web2')] };
  const server = (standing: 'conclusive' | 'incomplete' | 'unknown') => ({
    ...known,
    servers: new Map([['lab/web2', standing]]),
  });
  const desired = [...kept, 'mail A 60 192.0.2.1'];

  it('a server that is settled contributes it no more', () => {
    const planned = plan(scene({ desired, evidence: server('conclusive') }));
    expect(planned.changes).toEqual(['replace mail A']);
    expect(planned.withheld).toEqual([]);
    expect(planned.orphans).toEqual([]);
  });

  it('a server that is there in an incomplete answer loses a value, but no RRset', () => {
    expect(plan(scene({ desired, evidence: server('incomplete') })).changes).toEqual(['replace mail A']);
    const existing = [...apex, 'mail A 60 192.0.2.2', ...kept];
    const gone = plan(scene({ desired: kept, existing, evidence: server('incomplete') }));
    expect(gone.changes).toEqual([]);
    expect(gone.withheld).toEqual(['absence: delete mail A']);
    expect(gone.orphans).toEqual([]);
  });

  it('one of several sources that is not settled is enough to keep it', () => {
    const two = [written('mail', 'A', '192.0.2.2', 'lab/web2', 'lab/web3')];
    const servers = new Map([
      ['lab/web2', 'conclusive' as const],
      ['lab/web3', 'unknown' as const],
    ]);
    const planned = plan(scene({ desired, evidence: { ...evidence, written: two, servers } }));
    expect(planned.changes).toEqual([]);
    expect(planned.changeset.withheld[0]?.reason).toContain("written for lab/web3, and that server's fate is unknown");
  });

  it('what was written for a server that nobody knows is allowed by that server, unless an answer has it', () => {
    const two = [written('mail', 'A', '192.0.2.2', 'lab/web2', 'lab/web3')];
    const unknown = { ...evidence, written: two };
    expect(plan(scene({ desired, evidence: unknown })).allows).toEqual(['absent:lab/web2', 'absent:lab/web3']);
    const present = new Set(['lab/web2', 'lab/web3']);
    expect(plan(scene({ desired, evidence: { ...unknown, present } })).allows).toEqual([
      'absence:example.com./t:mail.example.com.',
    ]);
    expect(plan(scene({ desired, evidence: { ...unknown, present: new Set(['lab/web2']) } })).allows).toEqual([
      'absent:lab/web3',
      'absence:example.com./t:mail.example.com.',
    ]);
  });

  it('so is what cannot stand beside it', () => {
    const own = [written('mail', 'A', '192.0.2.1', 'lab/web2'), written('mail', 'A', '192.0.2.2', 'lab/web2')];
    const planned = plan(
      scene({ desired: [...kept, 'mail CNAME 1 x.example.com.'], evidence: { ...evidence, written: own } }),
    );
    expect(planned.withheld).toEqual(['absence: delete mail A', 'absence: create mail CNAME']);
    expect(planned.allows).toEqual(['absent:lab/web2']);
  });

  it('the values of an unknown server are retained; those of Git are not', () => {
    expect(plan(scene({ desired, evidence: known })).changes).toEqual([]);
    const git = [written('mail', 'A', '192.0.2.2', 'git')];
    expect(plan(scene({ desired, evidence: { ...evidence, written: git } })).changes).toEqual(['replace mail A']);
  });

  it('what nobody is known to have written goes by a present server: its name, its PTR, its address', () => {
    const servers = new Map([['lab/web1', 'conclusive' as const]]);
    const names = new Map([['web1.example.com.', 'lab/web1']]);
    const addresses = new Map([['192.0.2.2', 'lab/web1']]);
    const present = { ...evidence, servers, names, addresses };
    const existing = [
      ...apex,
      ...kept,
      'web1 A 1 192.0.2.8',
      '8 PTR 1 web1.example.com.',
      'claim A 1 192.0.2.2',
      'y A 1 192.0.2.5',
    ];
    const desired = [...kept, contributed('web1 A 1 192.0.2.2', 'registration', { '192.0.2.2': 'web1' })];
    const everyName: InventoryScope = { all: false, ptr: true, grants: [{ names: ['**'], types: ['A'] }] };
    const planned = plan({ desired, existing, zone: inScope(everyName), evidence: present });
    expect(planned.changes).toEqual(['delete 8 PTR', 'delete claim A', 'replace web1 A']);
    expect(planned.withheld).toEqual(['absence: delete y A']);
    // In the registration zone the name may be that of a server that had the address before.
    const registered = plan({ desired, existing, zone: inScope(all), evidence: present });
    expect(registered.changes).toEqual(['delete 8 PTR', 'replace web1 A']);
    expect(registered.withheld).toEqual(['absence: delete claim A', 'absence: delete y A']);
  });

  it('a pass that counts is one more complete snapshot, as for servers', () => {
    const orphan = (snapshots: number, counts: boolean) => ({
      ...evidence,
      counts,
      orphans: [
        {
          name: 'mail.example.com.',
          type: 'A',
          rdata: '192.0.2.2',
          missing: { snapshots, since: evidence.now - 600_000 },
        },
      ],
    });
    expect(plan(scene({ desired, evidence: orphan(2, true) })).changes).toEqual(['replace mail A']);
    expect(plan(scene({ desired, evidence: orphan(2, false) })).changes).toEqual([]);
    const counted = plan(scene({ desired, evidence: { ...evidence, counts: true } }));
    expect(counted.changeset.withheld[0]?.reason).toContain('1 of 3 complete snapshots, since 2027-01-15');
    expect(plan(scene({ desired, evidence: orphan(1, true) })).changeset.withheld[0]?.reason).toContain('2 of 3');
  });

  it('absence that is proven lets it go, and is still an orphan', () => {
    const orphan = (snapshots: number, since: number) => ({
      ...evidence,
      orphans: [{ name: 'mail.example.com.', type: 'A', rdata: '192.0.2.2', missing: { snapshots, since } }],
    });
    const long = evidence.now - 600_000;
    expect(plan(scene({ desired, evidence: orphan(3, long) })).changes).toEqual(['replace mail A']);
    expect(plan(scene({ desired, evidence: orphan(3, long) })).orphans).toEqual(['mail A 192.0.2.2']);
    expect(plan(scene({ desired, evidence: orphan(2, long) })).changes).toEqual([]);
    expect(plan(scene({ desired, evidence: orphan(3, long + 1) })).changes).toEqual([]);
    expect(plan(scene({ desired, evidence: orphan(2, long) })).changeset.withheld[0]?.reason).toContain(
      '2 of 3 complete snapshots, since 2027-01-15',
    );
  });
});

describe('what the inventory itself holds', () => {
  const mixed = contributed('mail A 60 192.0.2.1 | 192.0.2.2', 'claim', { '192.0.2.1': 'web1', '192.0.2.2': 'web2' }, [
    'web2',
  ]);

  it('a value that exists waits, and nothing changes', () => {
    const planned = plan(scene({ desired: [...kept, mixed] }));
    expect(planned.changes).toEqual([]);
    expect(planned.withheld).toEqual(['absence: replace mail A']);
    expect(planned.changeset.withheld[0]?.reason).toBe('192.0.2.2: server web2 is missing');
  });

  it('a value that does not exist there is wanted: it was good when last seen', () => {
    const planned = plan(scene({ desired: [...kept, mixed], existing: [...apex, ...kept, 'mail A 60 192.0.2.1'] }));
    expect(planned.changes).toEqual(['replace mail A']);
    expect(planned.withheld).toEqual([]);
    expect(planned.changeset.changes[0]?.after?.values[1]).toEqual({
      rdata: '192.0.2.2',
      origins: [origin('claim', 'web2')],
    });
  });

  it('is allowed by its server, one entry for each, and not by its name', () => {
    const both = contributed('mail A 60 192.0.2.1 | 192.0.2.2', 'claim', { '192.0.2.1': 'web1', '192.0.2.2': 'web2' }, [
      'web1',
      'web2',
    ]);
    const planned = plan(scene({ desired: [...kept, both] }));
    expect(planned.withheld).toEqual(['absence: delete mail A', 'absence: delete mail A']);
    expect(planned.changeset.withheld.map(({ allow, reason }) => `${allow} ${reason}`)).toEqual([
      'absent:lab/web1 192.0.2.1: server web1 is missing',
      'absent:lab/web2 192.0.2.2: server web2 is missing',
    ]);
    const allow = ['absence:example.com/t:mail.example.com'];
    expect(plan(scene({ desired: [...kept, both], allow })).changes).toEqual([]);
  });

  it('a re-imaged machine: the PTR is the new name at once where an answer has it, the old A waits', () => {
    const desired = [
      contributed('new A 1 192.0.2.1', 'registration', { '192.0.2.1': 'new' }),
      contributed('old A 1 192.0.2.1', 'registration', { '192.0.2.1': 'old' }, ['old']),
      contributed('1 PTR 1 new.example.com.', 'registration', { 'new.example.com.': 'new' }),
    ];
    const existing = [...apex, 'old A 1 192.0.2.1', '1 PTR 1 old.example.com.'];
    const servers = new Map([['lab/new', 'conclusive' as const]]);
    const answered = { ...evidence, servers, present: new Set(['lab/new']) };
    const planned = plan({ desired, existing, zone: inScope(all), evidence: answered });
    expect(planned.changes).toEqual(['replace 1 PTR', 'create new A']);
    expect(planned.withheld).toEqual(['absence: delete old A']);
    for (const doubtful of [
      { present: new Set<string>() },
      { servers: new Map([['lab/new', 'incomplete' as const]]) },
    ]) {
      const lastKnown = plan({ desired, existing, zone: inScope(all), evidence: { ...answered, ...doubtful } });
      expect(lastKnown.changeset.changes[0]?.after?.values.map(({ rdata }) => rdata)).toEqual([
        'new.example.com.',
        'old.example.com.',
      ]);
      expect(lastKnown.withheld).toContain('absence: replace 1 PTR');
    }
  });
});
