import { describe, expect, it } from 'vitest';
import type { Change, Changeset, PlannedRRset, Withheld } from '../../src/model/plan.ts';
import { summarise } from '../../src/model/plan.ts';
import type { WithholdSetsInput } from '../../src/plan/index.ts';
import { assemblePlan, atomicSets, parseChangeAllow, withholdSplitSets } from '../../src/plan/index.ts';
import { origin } from './plan-input.ts';

const registered = new Map([
  ['web1.lab.', { inventory: 'lab', server: 'web1' }],
  ['web2.lab.', { inventory: 'lab', server: 'web2' }],
]);

/** `create web1.lab. A 192.0.2.1`, `replace 1.arpa. PTR old.lab. -> web1.lab.`; claims say whose: `192.0.2.1=web1`. */
const change = (line: string): Change => {
  const [action = '', name = '', type = '', ...rest] = line.split(' ');
  const [first = '', second = ''] = rest.join(' ').split(' -> ');
  const side = (text: string): PlannedRRset => ({
    ttl: 60,
    health_check: null,
    values: text.split(',').map((value) => {
      const [rdata = '', server] = value.split('=');
      return { rdata, origins: server === undefined ? [] : [origin('claim', server)] };
    }),
  });
  return {
    action: action as Change['action'],
    name,
    type,
    before: action === 'create' ? null : side(first),
    after: action === 'delete' ? null : side(action === 'create' ? first : second),
  };
};

const withheldChange = (line: string, more: Partial<Withheld> = {}): Withheld => ({
  ...change(line),
  guard: 'max_delete_percent',
  kind: 'refused',
  reason: 'too many',
  allow: 'max_delete_percent:arpa./pdns',
  ...more,
});

const changeset = (
  zone: string,
  lines: readonly string[],
  withheld: readonly Withheld[] = [],
  target = 'pdns',
): Changeset => ({
  zone,
  view: null,
  target,
  based_on: null,
  create_zone: false,
  changes: lines.map(change),
  withheld,
  unmanaged: [],
});

const refs = (list: readonly { zone: string; target: string; name: string; type: string }[]) =>
  list.map(({ zone, target, name, type }) => `${zone} ${target} ${name} ${type}`);

const wordsOf = (changesets: readonly Changeset[]) => ({
  changes: changesets.flatMap(({ changes }) => changes.map(({ action, name, type }) => `${action} ${name} ${type}`)),
  withheld: changesets.flatMap((each) => each.withheld.map(({ guard, name, type }) => `${guard} ${name} ${type}`)),
});

const split = (changesets: readonly Changeset[], more: Partial<WithholdSetsInput> = {}) =>
  withholdSplitSets({ changesets, registered, allows: [], ...more });

const lab = ['create web1.lab. A 192.0.2.1', 'create web1.lab. AAAA 2001:db8::1', 'create x.lab. A 192.0.2.9'];
const arpa = ['create 1.arpa. PTR web1.lab.', 'create 9.arpa. PTR x.lab.'];
const claims = ['replace www.com. A 192.0.2.5 -> 192.0.2.1=web1,192.0.2.5=web5', 'create x.com. TXT y'];

describe('atomic sets', () => {
  it('are the A, AAAA and PTR of one server, with the claims that take a value from it', () => {
    const [set, ...more] = atomicSets(
      [changeset('lab.', lab), changeset('arpa.', arpa), changeset('com.', claims)],
      registered,
    );
    expect(more).toEqual([]);
    expect(set).toMatchObject({ inventory: 'lab', server: 'web1' });
    expect(refs(set?.members ?? [])).toEqual([
      'arpa. pdns 1.arpa. PTR',
      'lab. pdns web1.lab. A',
      'lab. pdns web1.lab. AAAA',
    ]);
    expect(refs(set?.claims ?? [])).toEqual(['com. pdns www.com. A']);
  });

  it('a PTR is of the server that it is to point at, or else did', () => {
    const lines = [
      'replace 1.arpa. PTR web1.lab. -> web2.lab.',
      'delete 2.arpa. PTR web1.lab.',
      'replace 3.arpa. PTR web1.lab. -> x.lab.',
    ];
    const sets = atomicSets([changeset('arpa.', lines)], registered);
    expect(sets.map(({ server, members }) => [server, refs(members)])).toEqual([
      ['web1', ['arpa. pdns 2.arpa. PTR', 'arpa. pdns 3.arpa. PTR']],
      ['web2', ['arpa. pdns 1.arpa. PTR']],
    ]);
  });

  it('what an address takes the place of is in the set; other types at the name are not', () => {
    const lines = [
      'delete web1.lab. CNAME x.lab.',
      'create web1.lab. A 192.0.2.1',
      'create web1.lab. TXT x',
      'delete web2.lab. CNAME x.lab.',
    ];
    expect(atomicSets([changeset('lab.', lines)], registered).map(({ members }) => refs(members))).toEqual([
      ['lab. pdns web1.lab. A', 'lab. pdns web1.lab. CNAME'],
    ]);
  });

  it('a claim that only keeps a value of it, or loses one, does not wait; a server with claims only has no set', () => {
    const lines = ['replace www.com. A 192.0.2.1,192.0.2.5 -> 192.0.2.1=web1'];
    expect(atomicSets([changeset('com.', lines), changeset('lab.', lab)], registered)[0]?.claims).toEqual([]);
    expect(atomicSets([changeset('com.', claims)], registered)).toEqual([]);
    expect(atomicSets([changeset('lab.', lab)], new Map())).toEqual([]);
  });

  it('they are in the plan, with the inventories', () => {
    const changesets = [changeset('lab.', lab)];
    const inventory = { lab: { servers: 1, complete: true, message: null, allow: null } };
    const plan = assemblePlan({
      commit: null,
      targets: [],
      changesets,
      problems: [],
      inventory,
      atomicSets: atomicSets(changesets, registered),
    });
    expect(plan.inventory).toEqual(inventory);
    expect(plan.atomic_sets).toHaveLength(1);
  });
});

describe('a set of which a part waits', () => {
  it('waits whole, in every zone and target, with its claims; the rest goes on', () => {
    const ptr = withheldChange('create 1.arpa. PTR web1.lab.');
    const result = split([
      changeset('arpa.', ['create 9.arpa. PTR x.lab.'], [ptr]),
      changeset('lab.', lab),
      changeset('lab.', lab, [], 'aws'),
      changeset('com.', claims),
    ]);
    expect(wordsOf(result)).toEqual({
      changes: ['create 9.arpa. PTR', 'create x.lab. A', 'create x.lab. A', 'create x.com. TXT'],
      withheld: [
        'max_delete_percent 1.arpa. PTR',
        'max_delete_percent web1.lab. A',
        'max_delete_percent web1.lab. AAAA',
        'max_delete_percent web1.lab. A',
        'max_delete_percent web1.lab. AAAA',
        'max_delete_percent www.com. A',
      ],
    });
    const a = result[1]?.withheld[0];
    expect(a).toMatchObject({ kind: 'dependent', reason: 'waits for 1.arpa. PTR at pdns (same server)' });
    expect(a?.allow).toBe('max_delete_percent:arpa./pdns');
    expect(atomicSets(result, registered)).toEqual([]);
  });

  it('where a part of it lies in what is suspended, or is drift that is contested', () => {
    for (const more of [
      { guard: 'suspended', kind: 'refused', allow: null },
      { guard: 'drift', kind: 'contested', allow: 'drift:arpa./pdns:1.arpa.' },
    ] as const) {
      const { changes, withheld } = wordsOf(
        split([
          changeset('arpa.', ['create 9.arpa. PTR x.lab.'], [withheldChange('create 1.arpa. PTR web1.lab.', more)]),
          changeset('lab.', lab),
        ]),
      );
      expect(changes).toEqual(['create 9.arpa. PTR', 'create x.lab. A']);
      expect(withheld).toEqual([
        `${more.guard} 1.arpa. PTR`,
        `${more.guard} web1.lab. A`,
        `${more.guard} web1.lab. AAAA`,
      ]);
    }
  });

  it('with all that has to be allowed for it', () => {
    const ptr = [
      withheldChange('delete 1.arpa. PTR web1.lab.'),
      withheldChange('delete 1.arpa. PTR web1.lab.', { guard: 'never_empty', allow: 'never_empty:arpa./pdns' }),
    ];
    const [, result] = split([changeset('arpa.', [], ptr), changeset('lab.', ['delete web1.lab. A 192.0.2.1'])]);
    expect(result?.withheld.map(({ allow }) => allow)).toEqual([
      'max_delete_percent:arpa./pdns',
      'never_empty:arpa./pdns',
    ]);
    expect(result === undefined ? null : summarise([result]).withheld).toBe(1);
  });

  it('takes along what is of no use without it, and that takes its own set', () => {
    const result = split([
      changeset('lab.', [
        'create web2.lab. A 192.0.2.2',
        'create a.lab. CNAME web1.lab.',
        ...lab.slice(0, 1),
        'create web1.lab. TXT x',
      ]),
      changeset(
        'arpa.',
        ['create 2.arpa. PTR web2.lab.', 'create 12.arpa. PTR web1.lab.,web2.lab.'],
        [withheldChange('create 1.arpa. PTR web1.lab.')],
      ),
    ]);
    expect(wordsOf(result).changes).toEqual([]);
    expect(wordsOf(result).withheld).toHaveLength(7);
  });

  it('with the server that it exchanges addresses with, and not with one that only loses its last', () => {
    const going = ['replace 1.arpa. PTR web1.lab. -> web2.lab.', 'create 3.arpa. PTR web1.lab.'];
    const own = 'replace web1.lab. A 192.0.2.1 -> 192.0.2.3';
    const other = 'replace web2.lab. A 192.0.2.2 -> 192.0.2.1';
    const waiting = (line: string) => [
      changeset('arpa.', going.slice(0, 1)),
      changeset('lab.', [other], [withheldChange(line)]),
    ];
    expect(wordsOf(split(waiting(own))).changes).toEqual([]);
    expect(wordsOf(split(waiting('delete web1.lab. A 192.0.2.1'))).changes).toEqual([
      'replace 1.arpa. PTR',
      'replace web2.lab. A',
    ]);
    const turned = [changeset('arpa.', going), changeset('lab.', [own], [withheldChange(other)])];
    expect(wordsOf(split(turned)).changes).toEqual([]);
  });

  it('not where a value only waits for proof that it is gone; but where what is to come waits for that', () => {
    const waits = withheldChange('replace web1.lab. A 192.0.2.1,192.0.2.2 -> 192.0.2.2', {
      guard: 'absence',
      allow: 'absence:lab./pdns:web1.lab.',
    });
    const going = [changeset('lab.', ['create web1.lab. AAAA 2001:db8::1'], [waits]), changeset('arpa.', arpa)];
    expect(wordsOf(split(going)).changes).toEqual([
      'create web1.lab. AAAA',
      'create 1.arpa. PTR',
      'create 9.arpa. PTR',
    ]);
    const blocked = withheldChange('create web1.lab. A 192.0.2.1', {
      guard: 'absence',
      allow: 'absence:lab./pdns:web1.lab.',
    });
    expect(wordsOf(split([changeset('lab.', [], [blocked]), changeset('arpa.', arpa)]))).toEqual({
      changes: ['create 9.arpa. PTR'],
      withheld: ['absence web1.lab. A', 'absence 1.arpa. PTR'],
    });
  });

  describe('leaves a claim what it takes from others', () => {
    const waiting = (...lines: readonly string[]) =>
      split([
        changeset('arpa.', ['create 2.arpa. PTR web2.lab.'], [withheldChange('create 1.arpa. PTR web1.lab.')]),
        changeset('com.', lines),
      ])[1];
    const valuesOf = (result: Changeset | undefined) =>
      result?.changes.map(({ name, after }) => [name, after?.values.map(({ rdata }) => rdata).join()]);

    it('a shared name that gains values waits only for the servers that wait', () => {
      const line = 'replace www.com. A 192.0.2.5 -> 192.0.2.1=web1,192.0.2.2=web2,192.0.2.5=web5';
      const result = waiting(
        line,
        'replace www.com. AAAA 2001:db8::5 -> 2001:db8::6',
        'create new.com. A 192.0.2.1=web1,192.0.2.2=web2',
      );
      expect(valuesOf(result)).toEqual([
        ['www.com.', '192.0.2.2,192.0.2.5'],
        ['www.com.', '2001:db8::6'],
        ['new.com.', '192.0.2.2'],
      ]);
      expect(result?.withheld).toMatchObject([
        { ...change('create new.com. A 192.0.2.1=web1,192.0.2.2=web2'), guard: 'max_delete_percent' },
        { ...change(line), reason: 'waits for 1.arpa. PTR at pdns (same server)' },
      ]);
    });

    it.each([
      [
        'something goes, and nobody can tell whose it is',
        'replace www.com. A 192.0.2.9 -> 192.0.2.1=web1,192.0.2.2=web2',
      ],
      ['nothing else comes', 'replace www.com. A 192.0.2.5 -> 192.0.2.1=web1,192.0.2.5=web5'],
      ['what comes is of both', 'create www.com. LUA lua=web1,other=web2'],
    ])('but not where %s', (_why, line) => {
      const result = waiting(line);
      expect(result?.changes).toEqual([]);
      expect(result?.withheld).toHaveLength(1);
    });

    it('nor where its check is a part of what is written', () => {
      const plain = change('create www.com. A 192.0.2.1=web1,192.0.2.2=web2');
      const check = {
        port: 80,
        urls: null,
        interval: null,
        timeout: null,
        string_match: null,
        when_all_down: 'open',
      } as const;
      const checked = { ...plain, after: plain.after && { ...plain.after, health_check: check } };
      const arpaZone = changeset('arpa.', [], [withheldChange('create 1.arpa. PTR web1.lab.')]);
      const [, result] = split([arpaZone, { ...changeset('com.', []), changes: [checked] }]);
      expect(result?.changes).toEqual([]);
    });

    it('also where another type of its name waits whole, unless something goes there', () => {
      const a = 'replace www.com. A 192.0.2.5 -> 192.0.2.1=web1,192.0.2.2=web2,192.0.2.5=web5';
      const [aaaa, whole] = ['create www.com. AAAA 2001:db8::1=web1', 'create www.com. AAAA 2001:db8::2=web2'];
      expect(valuesOf(waiting(a, aaaa))).toEqual([['www.com.', '192.0.2.2,192.0.2.5']]);
      const onlyOthers = ['create www.com. A 192.0.2.1=web1', whole, 'create x.com. CNAME www.com.'] as const;
      expect(waiting(...onlyOthers)?.changes.map(({ name, type }) => `${name} ${type}`)).toEqual([
        'www.com. AAAA',
        'x.com. CNAME',
      ]);
      expect(waiting('create www.com. A 192.0.2.1=web1', whole, 'delete www.com. CNAME x.com.')?.changes).toEqual([]);
    });

    it('one after the other, until nothing is left, and says each reason once', () => {
      const lines = ['create www.com. A 192.0.2.1=web1,192.0.2.2=web2', 'create x.com. CNAME www.com.'];
      const ptrs = ['create 1.arpa. PTR web1.lab.', 'create 2.arpa. PTR web2.lab.'];
      const result = split([
        changeset(
          'arpa.',
          [],
          ptrs.map((line) => withheldChange(line)),
        ),
        changeset('com.', lines),
      ])[1];
      expect(result?.changes).toEqual([]);
      expect(result?.withheld.map(({ name, reason }) => [name, reason.split(' at ')[0]])).toEqual([
        ['www.com.', 'waits for 1.arpa. PTR'],
        ['www.com.', 'waits for 2.arpa. PTR'],
        ['x.com.', 'depends on www.com. A, which is withheld'],
      ]);
      expect(result === undefined ? null : summarise([result]).withheld).toBe(2);
    });
  });

  it('nothing changes where all sets are whole', () => {
    const changesets = [
      changeset('lab.', lab),
      changeset('arpa.', arpa, [withheldChange('delete 7.arpa. PTR y.lab.')]),
    ];
    expect(split(changesets)).toEqual(changesets);
  });
});

describe('a set that this run would split', () => {
  const all = [changeset('lab.', lab), changeset('arpa.', arpa), changeset('com.', claims)];
  const only = (...zones: readonly string[]) => ({ selected: ({ zone }: Changeset) => zones.includes(zone) });

  it('waits where it is selected, and says how to let it through', () => {
    const [inLab, inArpa] = split(all, only('lab.'));
    expect(inLab?.changes.map(({ name }) => name)).toEqual(['x.lab.']);
    expect(inLab?.withheld.map(({ guard, allow }) => [guard, allow])).toEqual([
      ['filter', 'filter:lab./pdns:web1.lab.'],
      ['filter', 'filter:lab./pdns:web1.lab.'],
    ]);
    expect(inLab?.withheld[0]?.reason).toBe(
      'belongs to server web1, as does 1.arpa. PTR at pdns, which --zone or --target leaves out',
    );
    expect(inArpa).toEqual(all[1]);
  });

  it('goes where it is allowed by name', () => {
    const allows = [parseChangeAllow('filter:lab./pdns:web1.lab.')];
    expect(split(all, { ...only('lab.'), allows })[0]).toEqual(all[0]);
  });

  it('a claim does not go without its server, and its server does without it', () => {
    expect(wordsOf(split(all, only('com.')).slice(2))).toEqual({
      changes: ['create x.com. TXT'],
      withheld: ['filter www.com. A'],
    });
    expect(split(all, only('lab.', 'arpa.'))).toEqual(all);
  });

  it('a set is held together across targets as across zones', () => {
    const two = [changeset('lab.', lab), changeset('lab.', lab, [], 'aws')];
    const result = split(two, { selected: ({ target }) => target === 'aws' });
    expect(result[1]?.withheld.map(({ guard }) => guard)).toEqual(['filter', 'filter']);
    expect(result[0]).toEqual(two[0]);
  });
});

it('a PTR does not point at a name whose addresses cannot be written', () => {
  const quarantined = new Map([['web1.lab.', { rule: 'claim-and-record' }]]);
  const result = split([changeset('lab.', ['create x.lab. A 192.0.2.9']), changeset('arpa.', arpa)], { quarantined });
  expect(wordsOf(result)).toEqual({
    changes: ['create x.lab. A', 'create 9.arpa. PTR'],
    withheld: ['quarantine 1.arpa. PTR'],
  });
  expect(result[1]?.withheld[0]).toMatchObject({
    allow: null,
    reason: 'waits for the addresses of web1.lab., which have an error (claim-and-record)',
  });
});

it('a set waits while one of its zones cannot be read', () => {
  const unplanned = [{ zone: 'arpa.', view: null, target: 'pdns' }];
  const registrationZones = ({ server }: { readonly server: string }) =>
    server === 'web1' ? [{ zone: 'arpa.', view: null }] : [];
  const [result] = split([changeset('lab.', [...lab, 'create web2.lab. A 192.0.2.2'])], {
    unplanned,
    registrationZones,
  });
  expect(result?.changes.map(({ name }) => name)).toEqual(['x.lab.', 'web2.lab.']);
  expect(result?.withheld[0]).toMatchObject({
    guard: 'incomplete',
    allow: null,
    reason: 'a part of the registration of web1 is in arpa., which could not be read at pdns',
  });
});

it('whose zones they are is asked with all that changes of the server', () => {
  const unplanned = [{ zone: 'arpa.', view: null, target: 'pdns' }];
  const registrationZones = (_server: object, changes: readonly Change[]) =>
    changes.some(({ before }) => before?.values[0]?.rdata === '192.0.2.1') ? [{ zone: 'arpa.', view: null }] : [];
  const leaving = ['delete web1.lab. A 192.0.2.1', 'delete web2.lab. A 192.0.2.2'];
  const [result] = split([changeset('lab.', leaving)], { unplanned, registrationZones });
  expect(result?.changes.map(({ name }) => name)).toEqual(['web2.lab.']);
  expect(result?.withheld.map(({ guard, name }) => `${guard} ${name}`)).toEqual(['incomplete web1.lab.']);
});
