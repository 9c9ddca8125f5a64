import { describe, expect, it } from 'vitest';
import { compose } from '../../src/compose/index.ts';
import type { DesiredZone } from '../../src/model/zone.ts';
import * as make from './compose-input.ts';

const { server, present, newcomer, missing, zone } = make;
const web1 = server('web1', ['192.0.2.11', '2001:db8::11']);

const rulesOf = (composed: ReturnType<typeof compose>): readonly string[] => composed.problems.map(({ rule }) => rule);

describe('registration', () => {
  it('gives A, AAAA and PTR, each with its origin', () => {
    const composed = compose(make.inputOf([newcomer(web1)]));
    expect(make.linesOf(composed.zones)).toEqual([
      '1.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. 300 PTR web1.lab.internal.',
      '11.2.0.192.in-addr.arpa. 300 PTR web1.lab.internal.',
      'web1.lab.internal. 300 A 192.0.2.11',
      'web1.lab.internal. 300 AAAA 2001:db8::11',
    ]);
    expect(composed.problems).toEqual([]);
    expect(composed.zones[0]?.rrsets[0]?.values[0]?.origins).toEqual([
      { kind: 'registration', inventory: 'lab', server: 'web1', file: 'hostmaster.yaml', line: 20, column: 5 },
    ]);
    expect([...composed.registered]).toEqual([['web1.lab.internal.', { inventory: 'lab', server: 'web1' }]]);
  });

  it('says which names the inventory could write', () => {
    const { zones } = compose(make.inputOf([]));
    expect(zones.map(({ scope }) => scope)).toEqual([
      { all: true, ptr: false, grants: [] },
      { all: false, ptr: true, grants: [] },
      { all: false, ptr: true, grants: [] },
      undefined,
    ]);
  });

  it('stays in maintenance, and goes when decommissioned', () => {
    const lines = (state: 'maintenance' | 'decommissioned') =>
      make.linesOf(compose(make.inputOf([present({ ...web1, state })])).zones).length;
    expect(lines('maintenance')).toBe(4);
    expect(lines('decommissioned')).toBe(0);
  });

  it('holds what a missing server has until its absence is proven', () => {
    const held = compose(make.inputOf([missing(web1)]));
    expect(make.linesOf(held.zones).filter((line) => line.endsWith(' held'))).toHaveLength(4);
    expect(held.zones[0]?.rrsets[0]?.values[0]?.retained).toBe(
      'server lab/web1 is missing from 1 of 3 complete snapshots, since 2026-11-21T23:55:00.000Z',
    );
    const gone = compose(make.inputOf([missing(web1, make.proven)]));
    expect(make.linesOf(gone.zones)).toEqual([]);
    expect([...gone.registered.keys()]).toEqual(['web1.lab.internal.']);
    expect(make.linesOf(compose(make.inputOf([missing(web1, { ...make.proven, snapshots: 2 })])).zones)).toHaveLength(
      4,
    );
  });

  it.each(['169.254.169.254', '169.254.1.1', '224.0.0.1', '0.0.0.0', '255.255.255.255'])('%s is refused', (ip) => {
    const composed = compose(make.inputOf([present(server('web1', [ip, '192.0.2.12']))]));
    expect(make.linesOf(composed.zones)).toEqual([
      '12.2.0.192.in-addr.arpa. 300 PTR web1.lab.internal.',
      'web1.lab.internal. 300 A 192.0.2.12',
    ]);
    expect(rulesOf(composed)).toEqual(['address-refused']);
  });

  it.each(['::', 'fe80::1', 'ff02::1', 'fd00:ec2::254', '::ffff:a9fe:a9fe', '64:ff9b::a9fe:a9fe', '64:ff9b::'])(
    '%s is refused',
    (ip) => {
      const composed = compose(make.inputOf([present(server('web1', [ip]))]));
      expect(make.linesOf(composed.zones)).toEqual([]);
      expect(rulesOf(composed)).toEqual(['address-refused']);
      expect(composed.zones[0]?.protected).toEqual([
        {
          name: 'web1.lab.internal.',
          types: ['A', 'AAAA'],
          reason: 'server lab/web1 is active, and has no address that can be used',
        },
      ]);
    },
  );

  it('takes private and loopback addresses where the zone is not public', () => {
    const local = server('web1', ['10.0.0.1', '127.0.0.1', '::1', 'fd00::1', '64:ff9b::c000:201']);
    expect(make.linesOf(compose(make.inputOf([present(local)])).zones)).toHaveLength(5);
    const zones = [zone('lab.internal.', [], { settings: { public: true } })];
    const composed = compose(make.inputOf([present(local)], {}, zones));
    expect(make.linesOf(composed.zones)).toEqual([]);
    expect(rulesOf(composed)).toEqual(['address-refused']);
  });

  it.each(['_dmarc', 'a..b', '*', 'a b', '-a', 'x'.repeat(64), `${'x'.repeat(63)}.`.repeat(4), 'wеb1', ''])(
    'a server called %j is not registered, and the others are',
    (name) => {
      const composed = compose(make.inputOf([present(server(name, ['192.0.2.1'])), present(web1)]));
      expect(make.linesOf(composed.zones)).toHaveLength(4);
      expect(rulesOf(composed)).toEqual(['server-name']);
    },
  );

  it('stays out of another zone below the registration zone', () => {
    const zones = [...make.labZones, zone('k8s.lab.internal.')];
    const composed = compose(make.inputOf([present(server('a.k8s', ['192.0.2.1']))], {}, zones));
    expect(make.linesOf(composed.zones)).toEqual([]);
    expect(rulesOf(composed)).toEqual(['server-name']);
  });

  it('a registration in no configured zone is one problem', () => {
    const composed = compose(make.inputOf([present(web1)], {}, [zone('example.com.')]));
    expect(composed.problems.map(({ rule, file, line }) => [rule, file, line])).toEqual([
      ['registration-zone', 'hostmaster.yaml', 20],
    ]);
  });

  it('where the registration zone is left alone, so are the PTRs', () => {
    const zones = [zone('2.0.192.in-addr.arpa.')];
    const composed = compose(make.inputOf([present(web1)], {}, zones, ['lab.internal.', '2.0.192.in-addr.arpa.']));
    expect(composed.zones[0]).toMatchObject({ complete: false, rrsets: [], quarantined: [{ type: 'PTR' }] });
  });
});

describe('a zone file that has a registered name', () => {
  const reverse = zone('2.0.192.in-addr.arpa.');
  const found = (lines: readonly string[], quarantined: DesiredZone['quarantined'] = []) => {
    const zones = [zone('lab.internal.', lines, { quarantined }), reverse];
    const result = compose(
      make.inputOf([present(server('web1', ['192.0.2.1'])), present(server('web2', ['192.0.2.2']))], {}, zones),
    );
    return {
      ptrs: make.linesOf(result.zones).filter((line) => line.includes('PTR')),
      stays: result.zones.flatMap((each) =>
        (each.protected ?? []).map(({ name, types, stays }) => `${name} ${types}${stays === true ? ' stays' : ''}`),
      ),
      rules: rulesOf(result),
    };
  };
  const ofWeb1 = '1.2.0.192.in-addr.arpa. 300 PTR web1.lab.internal.';
  const ofWeb2 = '2.2.0.192.in-addr.arpa. 300 PTR web2.lab.internal.';
  const leftAlone = { ptrs: [ofWeb2], stays: ['1.2.0.192.in-addr.arpa. PTR stays'], rules: ['zone-file-wins'] };

  it('with another address: no PTR says what the name does not, and the one that exists stays', () => {
    expect(found(['web1 A 192.0.2.99'])).toEqual(leftAlone);
    expect(found(['web1 CNAME elsewhere.example.'])).toEqual(leftAlone);
  });

  it('with this address too: it has its PTR', () => {
    expect(found(['web1 A 192.0.2.99', 'web1 A 192.0.2.1'])).toEqual({
      ptrs: [ofWeb1, ofWeb2],
      stays: [],
      rules: ['zone-file-wins'],
    });
  });

  it('with another type: it has its PTR', () => {
    expect(found(['web1 TXT "x"', 'web1 AAAA 2001:db8::9'])).toEqual({ ptrs: [ofWeb1, ofWeb2], stays: [], rules: [] });
  });

  it('with an address that cannot be used: its PTR waits with it, where the plan says so', () => {
    const bad = { name: 'web1.lab.internal.', type: 'A', reason: 'bad', origin: null };
    expect(found([], [bad])).toEqual({ ptrs: [ofWeb1, ofWeb2], stays: [], rules: ['zone-file-wins'] });
  });

  it("beside one that has the address now: the PTR is that one's", () => {
    const zones = [zone('lab.internal.', ['web1 A 192.0.2.99']), reverse];
    const servers = [make.missing(server('web1', ['192.0.2.1'])), present(server('web3', ['192.0.2.1']))];
    const result = compose(make.inputOf(servers, {}, zones));
    expect(make.linesOf(result.zones)).toContain('1.2.0.192.in-addr.arpa. 300 PTR web3.lab.internal.');
    expect(result.zones.flatMap(({ quarantined }) => quarantined)).toEqual([]);
  });
});

describe('reverse zones', () => {
  it('the longest one takes the PTR, classless ones by what they cover', () => {
    const zones = [
      zone('lab.internal.'),
      zone('192.in-addr.arpa.'),
      zone('2.0.192.in-addr.arpa.', ['5 CNAME 5.0/25']),
      zone('0/25.2.0.192.in-addr.arpa.', [], { settings: { covers: '192.0.2.0/25' } }),
    ];
    const servers = [
      server('a', ['192.0.2.5']),
      server('b', ['192.0.2.200']),
      server('c', ['192.0.3.1']),
      server('d', ['192.0.2.6']),
    ];
    const composed = compose(
      make.inputOf(
        servers.map((each) => present(each)),
        {},
        zones,
      ),
    );
    expect(make.linesOf(composed.zones).filter((line) => line.includes('PTR'))).toEqual([
      '1.3.0.192.in-addr.arpa. 300 PTR c.lab.internal.',
      '200.2.0.192.in-addr.arpa. 300 PTR b.lab.internal.',
      '5.0/25.2.0.192.in-addr.arpa. 300 PTR a.lab.internal.',
      '6.0/25.2.0.192.in-addr.arpa. 300 PTR d.lab.internal.',
    ]);
    expect(composed.problems.map(({ rule, message }) => [rule, message])).toEqual([
      [
        'classless-cname-missing',
        '2.0.192.in-addr.arpa. has no CNAME at 6.2.0.192.in-addr.arpa. to 6.0/25.2.0.192.in-addr.arpa.: without it the PTR there is never found (RFC 2317)',
      ],
    ]);
  });

  describe('of which a classless one is left alone', () => {
    const parent = '2.0.192.in-addr.arpa.';
    const found = (unread: readonly string[], lines: readonly string[] = [], more: readonly DesiredZone[] = []) => {
      const zones = [zone('lab.internal.'), zone(parent, lines), zone('8.b.d.0.1.0.0.2.ip6.arpa.'), ...more];
      const names = [...zones.map(({ id }) => id.name), ...unread];
      const servers = [present(server('web1', ['192.0.2.1', '2001:db8::1']))];
      const result = compose(make.inputOf(servers, {}, zones, names));
      return {
        ptrs: make.linesOf(result.zones).filter((line) => line.includes('PTR') && !line.includes('ip6')),
        stays: result.zones.flatMap((each) => each.quarantined.map(({ name, type }) => `${name} ${type}`)),
        rules: rulesOf(result),
      };
    };
    const own = '1.2.0.192.in-addr.arpa. 300 PTR web1.lab.internal.';
    const leftAlone = { ptrs: [], stays: ['1.2.0.192.in-addr.arpa. null'], rules: [] };

    it.each(['0/25', '0-127', 'customer', 'a.b', '1.0/25', '300'])(
      '%s: what its parent has may be the CNAME into it, and stays',
      (name) => expect(found([`${name}.${parent}`])).toEqual(leftAlone),
    );

    it.each([
      '0/25.3.0.192.in-addr.arpa.',
      '2.2.0.192.in-addr.arpa.',
      'example.org.',
      '0/25.8.b.d.0.1.0.0.2.ip6.arpa.',
    ])('%s: it is not about this address', (name) => expect(found([name]).ptrs).toEqual([own]));

    it('the CNAME that the zone file of its parent has is still wanted', () => {
      expect(found([`0/25.${parent}`], ['1 CNAME 1.0/25'])).toEqual({ ptrs: [], stays: [], rules: [] });
    });

    it('another classless zone, which covers the address, goes on', () => {
      const known = zone(`0/25.${parent}`, [], { settings: { covers: '192.0.2.0/25' } });
      expect(found([`128/25.${parent}`], [], [known]).ptrs).toEqual([`1.0/25.${parent} 300 PTR web1.lab.internal.`]);
    });

    it('of IPv6 as well', () => {
      expect(found(['0-3.8.b.d.0.1.0.0.2.ip6.arpa.']).stays).toEqual([
        '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. null',
      ]);
    });

    it('and that nobody else has: there is nothing to warn of', () => {
      const zones = [zone('lab.internal.')];
      const names = ['lab.internal.', `0/25.${parent}`];
      expect(compose(make.inputOf([present(server('web1', ['192.0.2.1']))], {}, zones, names)).problems).toEqual([]);
    });

    it('and an address that two servers want', () => {
      const zones = [zone('lab.internal.'), zone(parent)];
      const names = [...zones.map(({ id }) => id.name), `0/25.${parent}`];
      const servers = ['a', 'b'].map((name) => make.newcomer(server(name, ['192.0.2.1'])));
      const result = compose(make.inputOf(servers, {}, zones, names));
      expect(result.zones[1]?.quarantined.map(({ name, type }) => `${name} ${type}`)).toEqual(leftAlone.stays);
    });
  });

  it('addresses without one are one warning a family', () => {
    const servers = Array.from({ length: 9 }, (_, i) => present(server(`web${i}`, [`10.0.0.${i}`, `fd00::${i + 1}`])));
    const { problems } = compose(make.inputOf(servers));
    expect(problems.map(({ rule, severity, message }) => [rule, severity, message])).toEqual([
      [
        'no-reverse-zone',
        'warning',
        '9 IPv4 addresses get no PTR, because no configured zone has them: 10.0.0.0, 10.0.0.1, 10.0.0.2, …; add the reverse zone to zones:, or set "reverse: false"',
      ],
      ['no-reverse-zone', 'warning', expect.stringContaining('9 IPv6 addresses get no PTR')],
    ]);
  });
});
