import fc from 'fast-check';
import type { RosterServer, Scalar, Server } from '../../src/model/server.ts';
import * as make from './compose-input.ts';

/** What an inventory might say to break out of where it belongs. */
export const hostileTexts: readonly string[] = [
  '"',
  "'",
  ']]',
  '--',
  ']]; os.execute("id") --',
  "'); os.exit() --",
  '\n',
  '\r\n',
  '\u0000',
  '\\',
  '\\"',
  '\\000',
  '\\;',
  ';',
  '(',
  '{{server.name}}',
  '{{server.constructor}}',
  '}}',
  '*',
  '*.example.com',
  '\\*',
  '**',
  '@',
  '.',
  '..',
  '',
  ' ',
  'a.b',
  'a..b',
  'example.com.',
  'www.example.com',
  'x'.repeat(63),
  'x'.repeat(64),
  'x'.repeat(300),
  'ехаmple',
  'xn--e1awd7f',
  '\u202e',
  '_acme-challenge',
  '__proto__',
  '$ORIGIN .',
  '$(id)',
  '169.254.169.254',
  '//evil',
  'user@',
  '?#',
  '%00',
  '\ud800',
];

export const hostile = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.tuple(fc.constantFrom(...hostileTexts), fc.constantFrom(...hostileTexts)).map(([a, b]) => `a${a}${b}`),
  fc.constantFrom('a', 'web', 'r1', 'victim', 'mail', 'www'),
);

const address = fc.oneof(
  fc.integer({ min: 1, max: 12 }).map((i) => `192.0.2.${i}`),
  fc.integer({ min: 1, max: 6 }).map((i) => `2001:db8::${i}`),
  fc.constantFrom('169.254.169.254', '127.0.0.1', '::ffff:c000:201', 'fe80::1', '10.0.0.1', '', '1.2.3', "1.1.1.1'"),
);

const attributes: fc.Arbitrary<Readonly<Record<string, Scalar>>> = fc.dictionary(
  fc.constantFrom('x', 'y', 'environment', 'constructor'),
  fc.oneof(hostile, fc.integer(), fc.boolean()),
);

const serverName = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'c', 'd.rack1') },
  { weight: 1, arbitrary: hostile },
);

export const anyServer: fc.Arbitrary<Server> = fc
  .record({
    name: serverName,
    inventory: fc.constantFrom('lab', 'netbox'),
    ips: fc.uniqueArray(address, { maxLength: 3 }),
    labels: fc.subarray(['mail', 'pool', 'web', 'constructor']),
    state: fc.constantFrom('active' as const, 'active' as const, 'maintenance' as const, 'decommissioned' as const),
    attributes,
  })
  .map((each) => ({ ...each, labels: each.labels.toSorted() }));

export const anyEntry: fc.Arbitrary<RosterServer> = fc
  .record({
    server: anyServer,
    was: fc.option(fc.uniqueArray(address, { maxLength: 2 })),
    since: fc.integer({ min: 1, max: 3 }),
    standing: fc.constantFrom('present' as const, 'incomplete' as const, 'remembered' as const, 'missing' as const),
    snapshots: fc.constantFrom(1, 3),
  })
  .map(({ server, was, since, standing, snapshots }): RosterServer => {
    if (standing === 'missing')
      return { ...make.missing(server, { snapshots, since: make.proven.since }), known: { server, since } };
    if (standing === 'remembered') return make.remembered(server, since);
    const known = was === null ? null : { server: { ...server, ips: was }, since };
    return { standing: 'present', server, complete: standing === 'present', known };
  });

/** A roster without two entries of one inventory and name. */
export const anyRoster: fc.Arbitrary<readonly RosterServer[]> = fc.uniqueArray(anyEntry, {
  maxLength: 8,
  selector: ({ server }) => `${server.inventory}/${server.name}`,
});

const { label, group, record, claim, check, grant } = make;

/** Rules that fill in what a server says wherever that is possible. */
export const hostileRoles = {
  labels: [
    label('mail', {
      records: [
        record(5, '{{server.x}}.svc.example.com'),
        record(6, '{{server.name}}.svc.example.com', 'TXT', { value: 'x={{server.x}}' }),
        record(7, 'list.svc.example.com', 'TXT', { value: '{{server.x}}' }),
        record(8, 'p.svc.example.com', 'TXT', { value: '"x={{server.x}}" {{server.y}}' }),
        record(9, '{{server.name}}.svc.example.com', 'MX', { value: '10 {{server.x}}.example.com.' }),
        record(10, '{{server.x}}{{server.y}}.lab.internal'),
      ],
      claims: [claim(12, 'mail.example.com', { health_check: check({ url: 'https://{{server.ip}}/{{server.x}}' }) })],
    }),
    label('pool', {
      claims: [
        claim(20, '{{server.x}}.pool.example.com', { health_check: check({ port: 80 }) }),
        claim(21, 'mail.example.com', { type: 'AAAA' }),
        claim(22, 'all.pool.example.com'),
      ],
    }),
  ],
  groups: [group('web', { labels: ['web'], environment: ['a', 'web'] }, { claims: [claim(30, 'www.example.com')] })],
  grants: [
    grant('label', 'mail', ['*.svc.example.com', 'mail.example.com', '*.lab.internal'], {
      types: ['A', 'AAAA', 'TXT'],
    }),
    grant('label', 'pool', ['*.pool.example.com', 'mail.example.com'], { cidrs: ['192.0.2.0/28', '2001:db8::/32'] }),
    grant('group', 'web', ['www.example.com'], { max_values: 2 }),
  ],
};

export const hostileZones = [
  make.zone('lab.internal.', ['c A 192.0.2.200']),
  make.zone('2.0.192.in-addr.arpa.'),
  make.zone('0/29.2.0.192.in-addr.arpa.', [], { settings: { covers: '192.0.2.0/29' } }),
  make.zone('8.b.d.0.1.0.0.2.ip6.arpa.'),
  make.zone('example.com.', ['@ TXT "apex"', 'static A 192.0.2.201', 'victim.svc CNAME static']),
];
