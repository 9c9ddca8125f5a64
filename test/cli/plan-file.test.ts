import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { providerLookup } from '../../src/cli/providers.ts';
import type { Plan } from '../../src/model/plan.ts';
import { planDigest } from '../../src/model/plan.ts';
import { readPlan } from '../../src/pass.ts';
import { cpuTime } from '../cpu.ts';
import { jsonOf, type Sample, sample } from '../e2e/sample-repository.ts';
import { startChild, tempFolder } from '../servers/child.ts';

let repository: Sample;
let plan: Plan;
const folder = tempFolder('plan');
const file = join(folder, 'plan.json');

beforeAll(async () => {
  repository = await sample();
  plan = jsonOf(await repository.run('plan', '--format', 'json', '--out', 'plan.json'));
});

const readText = (text: string | Uint8Array): Promise<Plan> => {
  writeFileSync(file, text);
  return readFile(file);
};
const readFile = (path: string): Promise<Plan> => {
  const config = join(repository.folder, 'hostmaster.yaml');
  return readPlan(
    path,
    { config, allow: [], full: false, serve: false },
    { ...providerLookup(), clock: { now: Date.now } },
  );
};
const read = (value: unknown): Promise<Plan> => readText(JSON.stringify(value));

/** With a digest that fits: what anybody can make. */
const withDigest = (odd: object): Plan => {
  const made = { ...plan, ...odd };
  try {
    return { ...made, digest: planDigest(made.changesets, made.atomic_sets) };
  } catch {
    return made;
  }
};
const zone = 'example.com.';
const at = (name: string): number => plan.changesets.findIndex((changeset) => changeset.zone === name);
const withChangeset = (odd: object): Plan =>
  withDigest({ changesets: plan.changesets.map((each) => (each.zone === zone ? { ...each, ...odd } : each)) });
/** The plan with other changes of example.com. in place of its own. */
const withChanges = (...odd: readonly object[]): Plan => ({
  ...withChangeset({ changes: odd, create_zone: false }),
  atomic_sets: [],
});
const side = (ttl: number, ...rdatas: readonly string[]) => ({
  ttl,
  values: rdatas.map((rdata) => ({ rdata, origins: [] })),
  health_check: null,
});
const create = (name: string, type: string, ...rdatas: readonly string[]) => ({
  action: 'create',
  name,
  type,
  before: null,
  after: side(300, ...rdatas),
});
const fitting = (odd: Plan): Plan => withDigest(odd);

describe('a plan file', () => {
  it('is read back whole, also with keys of a later version, which reach nobody', async () => {
    expect(plan).toMatchObject({ version: 2, dirty: false });
    expect(plan.changesets[at(zone)]?.changes.length).toBeGreaterThan(3);
    expect(plan.atomic_sets.length).toBeGreaterThan(0);
    expect(await read(plan)).toEqual(plan);
    expect(await read({ ...plan, later: { x: 1 } })).toEqual(plan);
    const changes = plan.changesets[at(zone)]?.changes.map((change) => ({ ...change, later: 1 }));
    expect(await read(withChangeset({ changes }))).toEqual(plan);
  });

  it('is read from a version that writes no kinds', async () => {
    const [change] = plan.changesets[at(zone)]?.changes ?? [];
    const withheld = [{ ...change, guard: 'never_empty', reason: 'too much', allow: null }];
    const unmanaged = [{ name: 'x.example.com.', type: 'A', why: 'foreign' }];
    const found = (await read(withChangeset({ withheld, unmanaged }))).changesets[at(zone)];
    expect(found?.withheld).toEqual([{ ...withheld[0], kind: 'refused' }]);
    expect(found?.unmanaged).toEqual([{ ...unmanaged[0], kind: 'unknown' }]);
  });

  it('is counted again: its summary is not believed', async () => {
    const summary = { create: 0, replace: 0, delete: 0, withheld: 0 };
    expect(await read({ ...plan, summary })).toEqual(plan);
    expect(await read({ ...plan, summary: 'none' })).toEqual(plan);
  });

  it('of version 1 is refused in one line that says what to do', async () => {
    await expect(read({ ...plan, version: 1 })).rejects.toThrow(
      `${file} cannot be applied, and nothing was written: version: it is of version 1, and plans of version 2 are applied; make it again with "hostmaster plan --out ${file}"`,
    );
  });

  it('of nothing to do is one JSON document all the same', async () => {
    await repository.run('apply', '--yes');
    await repository.run('plan', '--out', 'none.json');
    const ended = await repository.run('apply', '--plan', 'none.json', '--format', 'json');
    expect(jsonOf(ended)).toMatchObject({ summary: { create: 0 }, results: [], verify: { checked: 0 } });
    expect(ended.code).toBe(0);
    const { stdout } = await repository.run('apply', '--plan', 'none.json', '--format', 'markdown');
    expect(stdout).not.toBe('');
  });
});

const refused = async (reading: Promise<unknown>): Promise<string> => {
  const error: unknown = await reading.then(
    () => 'it was taken',
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: 'PLAN_FILE' });
  const { message } = error instanceof Error ? error : { message: '' };
  expect(message).toMatch(/plan|pipe|folder/);
  expect(message).not.toContain('\n');
  expect(message).toContain('make it again with "hostmaster plan --out ');
  return message;
};

describe('a plan file of another shape is PLAN_FILE', () => {
  it.each<[string, (now: Plan) => unknown, string]>([
    ['no object', () => [], 'version: it says no version'],
    ['a later version', (now) => ({ ...now, version: 3 }), 'it is of version 3'],
    ['a version that is text', (now) => ({ ...now, version: '2' }), 'it says no version'],
    ['no problems', ({ problems: _, ...now }) => now, '"problems" is missing; add it'],
    ['no dirty', ({ dirty: _, ...now }) => now, '"dirty" is missing; add it'],
    ['odd targets', (now) => ({ ...now, targets: [{ name: 1 }] }), 'targets.0'],
    ['an odd changeset', (now) => ({ ...now, changesets: [null] }), 'changesets.0: '],
    [
      'a TTL that is text',
      () => withChanges({ ...create('x.example.com.', 'A', '192.0.2.1'), after: { ttl: '1' } }),
      'changes.0.after',
    ],
    [
      'a TTL that is no whole number',
      () => withChanges({ ...create('x.example.com.', 'A'), after: side(1.5, '192.0.2.1') }),
      'changes.0.after',
    ],
    [
      'a TTL below 0',
      () => withChanges({ ...create('x.example.com.', 'A'), after: side(-1, '192.0.2.1') }),
      'changes.0.after',
    ],
  ])('%s', async (_what, change, words) => {
    expect(await refused(read(change(plan)))).toContain(words);
  });

  it('all that is wrong with it is said at once, and no more than a screen of it', async () => {
    const message = await refused(read({ ...plan, dirty: 'no', digest: 1, targets: [{}], changesets: [{ zone: 1 }] }));
    for (const words of ['dirty: ', 'digest: ', 'targets.0: ', 'changesets.0.zone: ']) expect(message).toContain(words);
    const many = await refused(read({ ...plan, targets: Array(500).fill(1) }));
    expect(many).toMatch(/targets\.19: .*; and 480 more; make it again/);
  });
});

describe('a plan file that is no sound JSON text is PLAN_FILE', () => {
  const text = () => JSON.stringify(plan, null, 2);
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  it.each<[string, () => string | Uint8Array, string]>([
    ['nothing', () => '', 'cannot be read as a plan'],
    ['half of it', () => text().slice(0, text().length / 2), 'cannot be read as a plan'],
    ['a second text behind it', () => `${text()}{}`, 'cannot be read as a plan'],
    ['a byte order mark', () => `\ufeff${text()}`, 'line 1: it begins with a byte order mark'],
    ['UTF-16', () => Buffer.from(text(), 'utf16le'), 'cannot be read as a plan'],
    [
      'octets that are no UTF-8',
      () => Buffer.concat([Buffer.from(text()), Buffer.from([0xff])]),
      'it is not UTF-8 text',
    ],
    [
      'a key twice',
      () => text().replace('"version": 2', '"version": 1,\n"version": 2'),
      'line 3: the key "version" is there twice',
    ],
    [
      'a key twice, spelt otherwise',
      () => text().replace('"version": 2', '"ver\\u0073ion"  \n : 1, "version": 2'),
      'the key "version" is there twice',
    ],
    [
      'a key __proto__',
      () => text().replace('"version": 2', '"version": 2, "__proto__": {}'),
      'no plan has a key "__proto__"',
    ],
    [
      'a key __proto__ deep in it',
      () => text().replace('"origins": [', '"__proto__": { "x": 1 }, "origins": ['),
      'no plan has a key "__proto__"',
    ],
    [
      'a number with an exponent',
      () => text().replace('"ttl": 300', '"ttl": 3e2'),
      'the number 3e2 is not written as a plan writes it',
    ],
    [
      'a number with a fraction of nothing',
      () => text().replace('"ttl": 300', '"ttl": 300.0'),
      'the number 300.0 is not',
    ],
    ['minus nothing', () => text().replace('"ttl": 300', '"ttl": -0'), 'the number -0 is not'],
    ['a number without end', () => text().replace('"ttl": 300', '"ttl": 1e999'), 'the number 1e999 is not'],
    [
      'more digits than count',
      () => text().replace('"ttl": 300', '"ttl": 9007199254740993'),
      'the number 9007199254740993 is not',
    ],
    [
      'nesting',
      () => text().replace('"version": 2', `"version": 2, "deep": ${nested(40)}`),
      'it nests deeper than 32 levels',
    ],
    ['nesting without an end', () => nested(100_000), 'it nests deeper than 32 levels'],
    ['half of a surrogate pair', () => text().replaceAll('"lab"', '"lab\\ud800"'), 'it has half of a surrogate pair'],
  ])('%s', async (_what, make, words) => {
    expect(await refused(readText(make()))).toContain(words);
  });

  it('more values than a plan can have are not read on, in little time', async () => {
    const spent = await cpuTime(async () => {
      expect(await refused(readText(`[${'[],'.repeat(10_000_001)}[]]`))).toContain('it has more than 10000000 values');
    });
    expect(spent).toBeLessThan(10_000);
  });
});

describe('what is no plain file is PLAN_FILE at once', () => {
  it.each<[string, (path: string) => void, string]>([
    ['nothing', () => undefined, 'there is no such file'],
    ['a folder', (path) => mkdirSync(path), 'it is not a plain file'],
    ['a pipe', (path) => execFileSync('mkfifo', [path]), 'it is not a plain file'],
    ['more than 256 MiB', (path) => execFileSync('truncate', ['-s', '257M', path]), '268435456 is the most'],
  ])('%s', async (what, make, words) => {
    const path = join(folder, `odd ${what}`);
    make(path);
    expect(await refused(readFile(path))).toContain(words);
  });

  it('what is written while it is read is not taken for a whole', async () => {
    const path = join(folder, 'growing.json');
    writeFileSync(path, `${' '.repeat(20_000_000)}`);
    const writer = startChild(['sh', '-c', 'while :; do printf x >> "$0"; done', path]);
    let message = '';
    for (let tries = 0; tries < 50 && !message.includes('it changed'); tries += 1)
      message = await refused(readFile(path));
    await writer.end('SIGKILL');
    expect(message).toContain('it changed while it was read');
  });

  it('a device is none', async () => {
    expect(await refused(readFile('/dev/zero'))).toContain('it is not a plain file');
  });
});

describe('a plan whose digest is of something else is PLAN_FILE', () => {
  it.each<[string, () => Plan]>([
    ['a digest of nothing', () => ({ ...plan, digest: `sha256:${'0'.repeat(64)}` })],
    ['without its sets', () => ({ ...plan, atomic_sets: [] })],
    [
      'of a zone that is not new',
      () => ({ ...plan, changesets: plan.changesets.map((each) => ({ ...each, create_zone: false })) }),
    ],
  ])('%s', async (_what, make) => {
    expect(await refused(read(make()))).toContain('digest: it does not fit');
  });
});

describe('a plan that makes no sense is PLAN_FILE, with where it does not', () => {
  const replaceOf = (name: string, type: string, before: object, after: object) => ({
    action: 'replace',
    name,
    type,
    before,
    after,
  });
  const soa = (serial: number) => `ns1.example.com. hostmaster.example.com. ${serial} 7200 900 1209600 300`;
  it.each<[string, () => Plan, string]>([
    [
      'a create of nothing',
      () => withChanges({ ...create('x.example.com.', 'A'), after: null }),
      'does not have the "before" and "after" of one',
    ],
    [
      'a create of what is there',
      () => withChanges({ ...create('x.example.com.', 'A', '192.0.2.1'), before: side(1, '192.0.2.2') }),
      'does not have the "before" and "after" of one',
    ],
    [
      'a delete of nothing',
      () => withChanges({ ...create('x.example.com.', 'A', '192.0.2.1'), action: 'delete' }),
      'does not have the "before" and "after" of one',
    ],
    [
      'a delete that leaves something',
      () =>
        withChanges({
          action: 'delete',
          name: 'x.example.com.',
          type: 'A',
          before: side(1, '192.0.2.1'),
          after: side(1, '192.0.2.1'),
        }),
      'does not have the "before" and "after" of one',
    ],
    [
      'a replace of nothing',
      () => withChanges({ ...create('x.example.com.', 'A', '192.0.2.1'), action: 'replace' }),
      'does not have the "before" and "after" of one',
    ],
    [
      'a replace by the same',
      () => withChanges(replaceOf('x.example.com.', 'A', side(1, '192.0.2.1'), side(1, '192.0.2.1'))),
      'changes nothing',
    ],
    ['a name elsewhere', () => withChanges(create('www.example.net.', 'A', '192.0.2.1')), 'is not in example.com.'],
    [
      'a name that only ends alike',
      () => withChanges(create('badexample.com.', 'A', '192.0.2.1')),
      'is not in example.com.',
    ],
    ['the name above', () => withChanges(create('com.', 'NS', 'ns.example.net.')), 'is not in example.com.'],
    ['no name', () => withChanges(create('a..b', 'A', '192.0.2.1')), 'the name "a..b" has an empty part'],
    [
      'a name in capitals',
      () => withChanges(create('WWW.example.com.', 'A', '192.0.2.1')),
      'it is not canonical, which is www.example.com.',
    ],
    ['a name without its dot', () => withChanges(create('www.example.com', 'A', '192.0.2.1')), 'it is not canonical'],
    [
      'an unknown type',
      () => withChanges(create('x.example.com.', 'AX', '192.0.2.1')),
      'has no type that a record can have',
    ],
    [
      'a type in small letters',
      () => withChanges(create('x.example.com.', 'a', '192.0.2.1')),
      'has no type that a record can have',
    ],
    [
      'a type by its number',
      () => withChanges(create('x.example.com.', 'TYPE1', '192.0.2.1')),
      'has no type that a record can have',
    ],
    [
      'a type of questions',
      () => withChanges(create('x.example.com.', 'TYPE255', '\\# 0')),
      'has no type that a record can have',
    ],
    [
      'a type of messages',
      () => withChanges(create('x.example.com.', 'TYPE41', '\\# 0')),
      'has no type that a record can have',
    ],
    [
      'no values',
      () => withChanges(create('x.example.com.', 'A')),
      'changes.0.after.values: the create of x.example.com. A has no values',
    ],
    [
      'no values before',
      () => withChanges({ action: 'delete', name: 'x.example.com.', type: 'A', before: side(300), after: null }),
      'changes.0.before.values',
    ],
    ['a value twice', () => withChanges(create('x.example.com.', 'A', '192.0.2.1', '192.0.2.1')), 'it is there twice'],
    [
      'a value twice, spelt otherwise',
      () => withChanges(create('x.example.com.', 'AAAA', '2001:db8::1', '2001:db8:0::1')),
      'it is not canonical, which is 2001:db8::1',
    ],
    [
      'values that are not sorted',
      () => withChanges(create('x.example.com.', 'A', '192.0.2.2', '192.0.2.1')),
      'the values are not sorted',
    ],
    ['no rdata', () => withChanges(create('x.example.com.', 'A', 'x')), '"x" is not an IPv4 address'],
    [
      'rdata of another type',
      () => withChanges(create('x.example.com.', 'A', '2001:db8::1')),
      'is not an IPv4 address',
    ],
    [
      'a target without its dot',
      () => withChanges(create('x.example.com.', 'CNAME', 'y.example.com')),
      'it is not canonical',
    ],
    ['a TXT without quotes', () => withChanges(create('x.example.com.', 'TXT', 'a b')), 'it is not canonical'],
    [
      'RFC 3597 of a known type',
      () => withChanges(create('x.example.com.', 'A', '\\# 4 c0000201')),
      'it is not canonical, which is 192.0.2.1',
    ],
    [
      'rdata over 65,535 octets',
      () =>
        withChanges(
          create(
            'x.example.com.',
            'TXT',
            Array(400)
              .fill(`"${'x'.repeat(255)}"`)
              .join(' '),
          ),
        ),
      '65535 is the most',
    ],
    [
      'a TTL over 2^31-1',
      () => withChanges({ ...create('x.example.com.', 'A'), after: side(2 ** 31, '192.0.2.1') }),
      'has the TTL 2147483648; the most is 2147483647',
    ],
    [
      'a SOA that goes',
      () => withChanges({ action: 'delete', name: zone, type: 'SOA', before: side(300, soa(1)), after: null }),
      'would leave the zone without it',
    ],
    [
      'an apex NS that goes',
      () =>
        withChanges({ action: 'delete', name: zone, type: 'NS', before: side(300, 'ns1.example.com.'), after: null }),
      'would leave the zone without it',
    ],
    ['a SOA of a zone that is there', () => withChanges(create(zone, 'SOA', soa(1))), 'is of a zone that has one'],
    ['a SOA below the apex', () => withChanges(create('x.example.com.', 'SOA', soa(1))), 'is not at the apex'],
    [
      'another serial',
      () => withChanges(replaceOf(zone, 'SOA', side(300, soa(1)), side(60, soa(9)))),
      'changes the serial',
    ],
    [
      'what exists in a new zone',
      () =>
        withChangeset({
          create_zone: true,
          changes: [replaceOf('x.example.com.', 'A', side(1, '192.0.2.1'), side(2, '192.0.2.1'))],
        }),
      'changes what exists in a zone that the plan is to make',
    ],
    [
      'two changes of one RRset',
      () => withChanges(create('x.example.com.', 'A', '192.0.2.1'), create('x.example.com.', 'A', '192.0.2.2')),
      'is the second change of that name and type',
    ],
    [
      'two changesets of one zone',
      () => withDigest({ changesets: [...plan.changesets, ...plan.changesets.slice(0, 1)] }),
      'has changesets.0 already',
    ],
    [
      'a set of what is not there',
      () =>
        withDigest({
          atomic_sets: plan.atomic_sets.map((set) => ({
            ...set,
            members: set.members.map((each) => ({ ...each, name: 'x.lab.internal.' })),
          })),
        }),
      'no changeset has a change of x.lab.internal.',
    ],
    [
      'a set of nothing',
      () => withDigest({ atomic_sets: plan.atomic_sets.map((set) => ({ ...set, members: [] })) }),
      'it is a set of nothing',
    ],
    [
      'a change twice in a set',
      () => withDigest({ atomic_sets: plan.atomic_sets.map((set) => ({ ...set, claims: set.members.slice(0, 1) })) }),
      'is in the set twice',
    ],
    [
      'two sets of one server',
      () => withDigest({ atomic_sets: [...plan.atomic_sets, ...plan.atomic_sets] }),
      'has a set already',
    ],
  ])('%s', async (_what, make, words) => {
    expect(await refused(read(fitting(make())))).toContain(words);
  });

  it('all that is wrong with it is said at once', async () => {
    const odd = [create('x.example.net.', 'A', 'x'), create('y.example.com.', 'A')];
    const message = await refused(read(fitting(withChanges(...odd))));
    const place = `changesets.${at(zone)}.changes`;
    for (const where of [`${place}.0.name: `, `${place}.0.after.values.0: `, `${place}.1.after.values: `]) {
      expect(message).toContain(where);
    }
  });
});

describe('a plan that hostmaster.yaml does not have, or forbids, is PLAN_FILE', () => {
  const asTold = (odd: object) => fitting({ ...withChangeset(odd), atomic_sets: [] });
  it.each<[string, () => unknown, string]>([
    [
      'another zone',
      () => asTold({ zone: 'example.net.', changes: [create('www.example.net.', 'A', '192.0.2.1')] }),
      'hostmaster.yaml does not have the zone of example.net. at local',
    ],
    [
      'a zone below',
      () => asTold({ zone: 'sub.example.com.', changes: [create('www.sub.example.com.', 'A', '192.0.2.1')] }),
      'does not have the zone of sub.example.com.',
    ],
    [
      'the root',
      () => asTold({ zone: '.', changes: [create('www.example.com.', 'A', '192.0.2.1')] }),
      'does not have the zone of . at local',
    ],
    [
      'a new zone',
      () => asTold({ zone: 'example.net.', create_zone: true, changes: [] }),
      'does not have the zone of example.net.',
    ],
    ['another view', () => asTold({ view: 'inside' }), 'does not have the zone of example.com.@inside'],
    ['a view without a name', () => asTold({ view: '' }), 'does not have the zone of example.com.@'],
    ['another target', () => asTold({ target: 'pdns' }), 'hostmaster.yaml has no target pdns'],
    [
      'a target by the name of a property',
      () => asTold({ target: 'constructor' }),
      'hostmaster.yaml has no target constructor',
    ],
    [
      'LUA that nobody allowed',
      () => fitting(withChanges(create('x.example.com.', 'LUA', 'A "ifportup(1, {\'192.0.2.1\'})"'))),
      '"allow_lua" is not set',
    ],
    [
      'an inventory that is not there',
      () => withDigest({ atomic_sets: plan.atomic_sets.map((set) => ({ ...set, inventory: 'other' })) }),
      'hostmaster.yaml has no inventory other',
    ],
  ])('%s', async (_what, make, words) => {
    expect(await refused(read(make()))).toContain(words);
  });
});
