import { describe, expect, it } from 'vitest';
import { compose, composition, evidenceFrom } from '../../src/compose/index.ts';
import type { RosterServer } from '../../src/model/server.ts';
import * as make from './compose-input.ts';

const { server, present, newcomer, missing, remembered, incomplete, zone } = make;
const zones = [zone('lab.internal.'), zone('2.0.192.in-addr.arpa.')];

const composed = (servers: readonly RosterServer[]) => {
  const input = make.inputOf(servers, {}, zones);
  const result = compose(input);
  return {
    lines: make.linesOf(result.zones),
    rules: result.problems.map(({ rule }) => rule),
    messages: result.problems.map(({ message }) => message),
    quarantined: result.zones.flatMap(({ quarantined }) => quarantined.map(({ name, type }) => `${name} ${type}`)),
    protected: result.zones.flatMap((each) => each.protected ?? []),
    evidence: evidenceFrom(composition(input)),
  };
};

const since = (as: Parameters<typeof present>[0], at: number, was = as): RosterServer => ({
  standing: 'present',
  server: as,
  complete: true,
  known: { server: was, since: at },
});

describe('two servers with one address', () => {
  const old = server('old', ['192.0.2.1']);
  const fresh = server('fresh', ['192.0.2.1', '192.0.2.9']);
  const ofOld = ['1.2.0.192.in-addr.arpa. 300 PTR old.lab.internal.', 'old.lab.internal. 300 A 192.0.2.1'];

  it('the registration that exists stays, and the newcomer gets nothing', () => {
    const result = composed([newcomer(fresh), present(old)]);
    expect(result).toMatchObject({ lines: ofOld, rules: ['server-conflict'], quarantined: [] });
    expect(result.messages).toEqual([
      'lab/fresh and lab/old both have 192.0.2.1: lab/old had it first and keeps it; lab/fresh gets nothing',
    ]);
    expect(Object.fromEntries(result.evidence.servers)).toEqual({ 'lab/fresh': 'incomplete', 'lab/old': 'conclusive' });
    expect([...result.evidence.names.keys()]).toEqual(['old.lab.internal.']);
    expect([...result.evidence.addresses.keys()]).toEqual(['192.0.2.1']);
  });

  it('who had the address before keeps it, even from an older server', () => {
    const moved = since(server('elder', ['192.0.2.1']), 1, server('elder', ['192.0.2.5']));
    expect(composed([moved, present(old)]).lines).toEqual([
      ...ofOld.slice(0, 1),
      '5.2.0.192.in-addr.arpa. 300 PTR elder.lab.internal.',
      'elder.lab.internal. 300 A 192.0.2.5',
      ...ofOld.slice(1),
    ]);
  });

  it('a known loser stays as it was, but for what another has now', () => {
    const loser = since(server('loser', ['192.0.2.1']), 1, server('loser', ['192.0.2.5', '192.0.2.6']));
    const taker = newcomer(server('taker', ['192.0.2.6']));
    const { lines } = composed([loser, taker, present(old)]);
    expect(lines.filter((line) => line.includes('loser'))).toEqual([
      '5.2.0.192.in-addr.arpa. 300 PTR loser.lab.internal.',
      'loser.lab.internal. 300 A 192.0.2.5',
    ]);
    expect(lines).toContain('6.2.0.192.in-addr.arpa. 300 PTR taker.lab.internal.');
  });

  it('of two newcomers neither gets it, and what exists stays', () => {
    const result = composed([newcomer(old), newcomer(fresh)]);
    expect(result.lines).toEqual([]);
    expect(result.quarantined.toSorted()).toEqual([
      '1.2.0.192.in-addr.arpa. PTR',
      '9.2.0.192.in-addr.arpa. PTR',
      'fresh.lab.internal. null',
      'old.lab.internal. null',
    ]);
    expect(Object.fromEntries(result.evidence.servers)).toEqual({ 'lab/fresh': 'unknown', 'lab/old': 'unknown' });
  });

  it.each([
    ['missing', missing(old)],
    ['remembered', remembered(old)],
  ])('a present one has the PTR at once, and the A of the %s one is held', (_, absent) => {
    const result = composed([absent, newcomer(fresh)]);
    expect(result).toMatchObject({
      lines: [
        '1.2.0.192.in-addr.arpa. 300 PTR fresh.lab.internal.',
        '9.2.0.192.in-addr.arpa. 300 PTR fresh.lab.internal.',
        'fresh.lab.internal. 300 A 192.0.2.1',
        'fresh.lab.internal. 300 A 192.0.2.9',
        'old.lab.internal. 300 A 192.0.2.1 held',
      ],
      rules: [],
    });
    expect(Object.fromEntries(result.evidence.servers)).toEqual({ 'lab/fresh': 'conclusive', 'lab/old': 'conclusive' });
  });

  it('a present one that gets nothing, as another has its name, leaves the PTR of the absent one where it is', () => {
    const named = remembered(server('web2', ['192.0.2.2']));
    const homonym = newcomer({ ...server('web2', ['192.0.2.1']), inventory: 'netbox' });
    const result = composed([missing(old), { ...named, standing: 'present', complete: true }, homonym]);
    expect(result.lines.filter((line) => line.startsWith('1.2.0.192'))).toEqual([]);
    expect(result.protected).toContainEqual({
      name: '1.2.0.192.in-addr.arpa.',
      types: ['PTR'],
      reason:
        'server lab/old is absent, and server netbox/web2 has its address 192.0.2.1 now, and does not get its PTR',
      stays: true,
      server: 'lab/old',
    });
  });

  it('two that swap addresses both get theirs', () => {
    const a = since(server('a', ['192.0.2.2']), 1, server('a', ['192.0.2.1']));
    const b = since(server('b', ['192.0.2.1']), 2, server('b', ['192.0.2.2']));
    expect(composed([a, b])).toMatchObject({ rules: [], lines: { length: 4 } });
  });

  it('one that is decommissioned or gone is no rival', () => {
    expect(composed([present({ ...old, state: 'decommissioned' }), newcomer(fresh)]).rules).toEqual([]);
    expect(composed([missing(old, make.proven), newcomer(fresh)]).lines).not.toContain(ofOld[1]);
  });
});

describe('two inventories with one name', () => {
  const lab = server('web1', ['192.0.2.1']);
  const netbox = { ...server('web1', ['192.0.2.2']), inventory: 'netbox' };

  it('the older one stays, and the problem names both', () => {
    const result = composed([since(netbox, 2), since(lab, 1)]);
    expect(result.lines).toEqual([
      '1.2.0.192.in-addr.arpa. 300 PTR web1.lab.internal.',
      'web1.lab.internal. 300 A 192.0.2.1',
    ]);
    expect(result.messages[0]).toContain(
      'netbox/web1 and lab/web1 both have the name web1: lab/web1 had it first and keeps it',
    );
  });

  it('of two newcomers neither gets it', () => {
    const result = composed([newcomer(netbox), newcomer(lab)]);
    expect(result.lines).toEqual([]);
    expect(result.quarantined).toContain('web1.lab.internal. null');
  });
});

describe('what the roster accounts for', () => {
  it('an incomplete answer settles nothing', () => {
    const { evidence } = composed([incomplete(server('web1', ['192.0.2.1']))]);
    expect(Object.fromEntries(evidence.servers)).toEqual({ 'lab/web1': 'incomplete' });
    expect([evidence.names.size, evidence.addresses.size]).toEqual([0, 0]);
  });

  it('a decommissioned server accounts for its own, where nobody else has it', () => {
    const gone = present(server('gone', ['192.0.2.1', '192.0.2.2'], { state: 'decommissioned' }));
    const { evidence } = composed([gone, newcomer(server('web1', ['192.0.2.2']))]);
    expect(Object.fromEntries(evidence.names)).toEqual({
      'gone.lab.internal.': 'lab/gone',
      'web1.lab.internal.': 'lab/web1',
    });
    expect(Object.fromEntries(evidence.addresses)).toEqual({ '192.0.2.1': 'lab/gone', '192.0.2.2': 'lab/web1' });
  });
});

it('thousands that claim one address and one name take no longer than others, and are few problems', () => {
  const many = Array.from({ length: 5_000 }, (_, i) => [
    newcomer(server(`s${i}`, ['192.0.2.1', `198.18.${i >> 8}.${i & 255}`])),
    newcomer({ ...server(`s${i}`, ['192.0.2.1']), inventory: 'netbox' }),
  ]).flat();
  const begin = process.cpuUsage();
  const { lines, rules } = composed(many);
  const { user, system } = process.cpuUsage(begin);
  expect(lines).toEqual([]);
  expect(rules).toEqual(['server-conflict', 'server-conflict']);
  expect((user + system) / 1e6).toBeLessThan(10);
});
