import { gives, group, noData, noName, rr, said, step, unguardedDelegation } from '../suite.ts';

const www = rr('www', 'A', 300, '192.0.2.1');
/** The apex NS that the suite's `create:` makes a zone with. */
const madeWith = rr('', 'NS', 3600, 'ns1.example.net.');
const ownServers = [rr('ns1', 'A', 300, '192.0.2.53'), rr('ns2', 'A', 300, '192.0.2.54')];

export const zoneGroups = [
  group('Apex', 'apex.example.', [
    step('addresses', [rr('', 'A', 300, '192.0.2.1'), rr('', 'AAAA', 300, '2001:db8::1')]),
    step('written as @ in a master file', [rr('', 'A', 300, '192.0.2.2'), rr('', 'TXT', 300, '"apex"')], {
      master: '$TTL 300\n@ IN A 192.0.2.2\n  IN TXT "apex"\n',
    }),
    step('everything that an apex has', [
      rr('', 'A', 300, '192.0.2.1'),
      rr('', 'AAAA', 300, '2001:db8::1'),
      rr('', 'MX', 300, '10 mx.example.net.'),
      rr('', 'TXT', 300, '"v=spf1 -all"', '"site=1"'),
      rr('', 'CAA', 300, '0 issue "ca.example.net"'),
      rr('', 'HTTPS', 300, '1 . alpn="h2"'),
      rr('', 'LOC', 300, '52 22 23.000 N 4 53 32.000 E -2.00m 1m 10000m 10m'),
    ]),
    step('only the address is left', [rr('', 'A', 300, '192.0.2.1')], { changes: 6 }),
  ]),

  group('Apex NS', 'apex-ns.example.', [
    step('not in the file: left as it is', [www], { asks: [gives('', 'NS', madeWith)] }),
    step('in the file as it is: no change', [www, madeWith], { changes: 0 }),
    step(
      'name servers in the zone',
      [www, rr('', 'NS', 3600, 'ns1.apex-ns.example.', 'ns2.apex-ns.example.'), ...ownServers],
      { guards: ['delegation'], changes: 3 },
    ),
    step('another TTL', [www, rr('', 'NS', 300, 'ns1.apex-ns.example.', 'ns2.apex-ns.example.'), ...ownServers], {
      guards: ['delegation'],
      changes: 1,
    }),
    step('one fewer', [www, rr('', 'NS', 300, 'ns2.apex-ns.example.'), ...ownServers], {
      guards: ['delegation'],
      changes: 1,
    }),
    step('no longer in the file: stays', [www, ...ownServers], {
      changes: 0,
      asks: [gives('', 'NS', rr('', 'NS', 300, 'ns2.apex-ns.example.'))],
    }),
  ]),

  group('SOA', 'soa.example.', [
    step('not in the file: the name server’s own', [www]),
    step('in the file: all but the serial', [
      www,
      rr('', 'SOA', 3600, 'ns1.example.net. hostmaster.example.net. 1 7200 1800 1209600 300'),
    ]),
    step(
      'the serial alone is no change',
      [www, rr('', 'SOA', 3600, 'ns1.example.net. hostmaster.example.net. 99 7200 1800 1209600 300')],
      { changes: 0 },
    ),
    step('timers', [www, rr('', 'SOA', 3600, 'ns1.example.net. hostmaster.example.net. 1 3600 600 604800 60')], {
      changes: 1,
    }),
    step(
      'mailbox and TTL',
      [www, rr('', 'SOA', 900, 'ns1.example.net. dns\\.team.example.net. 1 3600 600 604800 60')],
      { changes: 1 },
    ),
    step(
      'beside another change',
      [rr('www', 'A', 300, '192.0.2.2'), rr('', 'SOA', 900, 'ns1.example.net. dns.example.net. 1 3600 600 604800 60')],
      { changes: 2 },
    ),
    step('no longer in the file: stays', [rr('www', 'A', 300, '192.0.2.3')], {
      changes: 1,
      asks: [gives('', 'SOA', rr('', 'SOA', 900, 'ns1.example.net. dns.example.net. 1 3600 600 604800 60'))],
    }),
  ]),

  group(
    'Delegation to name servers elsewhere',
    'elsewhere.example.',
    [
      step('one', [www, rr('child', 'NS', 300, 'ns1.example.net.')]),
      step('two', [www, rr('child', 'NS', 300, 'ns1.example.net.', 'ns2.example.net.')], { changes: 1 }),
      step('another TTL', [www, rr('child', 'NS', 60, 'ns1.example.net.', 'ns2.example.net.')], { changes: 1 }),
      step('further down', [www, rr('a.b.child', 'NS', 60, 'ns1.example.net.')], {
        changes: 2,
        asks: [noData('b.child', 'A'), noData('child', 'NS')],
      }),
      step('taken back', [www, rr('a.b.child', 'A', 60, '192.0.2.1')], { changes: 2 }),
    ],
    unguardedDelegation,
  ),

  group('Delegation', 'parent.example.', [
    step('nothing yet', [www]),
    step(
      'with glue',
      [www, rr('child', 'NS', 300, 'ns.child.parent.example.'), rr('ns.child', 'A', 300, '192.0.2.53')],
      { guards: ['delegation'], changes: 2 },
    ),
    step(
      'glue of the other family',
      [
        www,
        rr('child', 'NS', 300, 'ns.child.parent.example.'),
        rr('ns.child', 'A', 300, '192.0.2.53'),
        rr('ns.child', 'AAAA', 300, '2001:db8::53'),
      ],
      { changes: 1 },
    ),
    step(
      'glue changes',
      [
        www,
        rr('child', 'NS', 300, 'ns.child.parent.example.'),
        rr('ns.child', 'A', 60, '192.0.2.54'),
        rr('ns.child', 'AAAA', 300, '2001:db8::54'),
      ],
      { changes: 2 },
    ),
    step(
      'a name server beside the cut',
      [
        www,
        rr('child', 'NS', 300, 'ns.child.parent.example.', 'ns.parent.example.'),
        rr('ns.child', 'A', 60, '192.0.2.54'),
        rr('ns', 'A', 300, '192.0.2.55'),
      ],
      { guards: ['delegation'], changes: 3 },
    ),
    step(
      'TTL',
      [
        www,
        rr('child', 'NS', 60, 'ns.child.parent.example.', 'ns.parent.example.'),
        rr('ns.child', 'A', 60, '192.0.2.54'),
        rr('ns', 'A', 300, '192.0.2.55'),
      ],
      { guards: ['delegation'], changes: 1 },
    ),
    step(
      'a second child',
      [
        www,
        rr('child', 'NS', 60, 'ns.parent.example.'),
        rr('other.deep', 'NS', 60, 'ns.parent.example.'),
        rr('ns', 'A', 300, '192.0.2.55'),
      ],
      { guards: ['delegation'] },
    ),
    step(
      'taken back: the name is ours again',
      [www, rr('child', 'A', 300, '192.0.2.9'), rr('ns', 'A', 300, '192.0.2.55')],
      { guards: ['delegation'], asks: [noName('other.deep', 'NS'), noName('deep', 'A')] },
    ),
  ]),

  group('Wildcards', 'wild.example.', [
    step('at the apex', [rr('*', 'A', 300, '192.0.2.1'), rr('', 'TXT', 300, '"apex"')], {
      asks: [
        gives('any', 'A', rr('any', 'A', 300, '192.0.2.1')),
        gives('any.deeper', 'A', rr('any.deeper', 'A', 300, '192.0.2.1')),
        noData('any', 'TXT'),
        gives('', 'A'),
      ],
    }),
    step('a name beside it wins', [rr('*', 'A', 300, '192.0.2.1'), rr('www', 'TXT', 300, '"w"')], {
      asks: [noData('www', 'A'), gives('www2', 'A', rr('www2', 'A', 300, '192.0.2.1'))],
    }),
    step(
      'an empty non-terminal stops it (RFC 4592)',
      [rr('*', 'A', 300, '192.0.2.1'), rr('a.b', 'A', 300, '192.0.2.2')],
      {
        asks: [noData('b', 'A'), noName('c.b', 'A'), gives('c', 'A', rr('c', 'A', 300, '192.0.2.1'))],
      },
    ),
    step('further down', [rr('*.sub', 'A', 300, '192.0.2.3'), rr('*', 'TXT', 300, '"any"')], {
      asks: [
        gives('x.sub', 'A', rr('x.sub', 'A', 300, '192.0.2.3')),
        noData('x.sub', 'TXT'),
        noData('sub', 'A'),
        gives('x', 'TXT', rr('x', 'TXT', 300, '"any"')),
      ],
    }),
    step(
      'several types',
      [
        rr('*', 'A', 300, '192.0.2.1'),
        rr('*', 'AAAA', 300, '2001:db8::1'),
        rr('*', 'MX', 300, '10 mx.example.net.'),
        rr('*', 'TXT', 300, '"any"'),
      ],
      { asks: [gives('x', 'MX', rr('x', 'MX', 300, '10 mx.example.net.'))] },
    ),
    step('a CNAME', [rr('*', 'CNAME', 300, 'target.wild.example.'), rr('target', 'A', 300, '192.0.2.80')], {
      asks: [gives('x', 'A', rr('x', 'CNAME', 300, 'target.wild.example.'), rr('target', 'A', 300, '192.0.2.80'))],
    }),
    step('CNAME to A again', [rr('*', 'A', 60, '192.0.2.4'), rr('target', 'A', 300, '192.0.2.80')], {
      asks: [gives('x', 'A', rr('x', 'A', 60, '192.0.2.4'))],
    }),
    step('gone', [rr('target', 'A', 300, '192.0.2.80')], { changes: 1, asks: [noName('x', 'A')] }),
  ]),

  group('Wildcard and names that come and go', 'wild-names.example.', [
    step('both', [rr('*', 'A', 300, '192.0.2.1'), rr('www', 'A', 300, '192.0.2.2')]),
    step('the name goes, the wildcard answers for it', [rr('*', 'A', 300, '192.0.2.1')], {
      changes: 1,
      asks: [gives('www', 'A', rr('www', 'A', 300, '192.0.2.1'))],
    }),
    step('the name comes back', [rr('*', 'A', 300, '192.0.2.1'), rr('www', 'A', 300, '192.0.2.2')], { changes: 1 }),
    step('a name below the name', [rr('*', 'A', 300, '192.0.2.1'), rr('a.www', 'A', 300, '192.0.2.3')], {
      asks: [noData('www', 'A')],
    }),
  ]),

  group('Empty non-terminals', 'ent.example.', [
    step('three of them', [rr('a.b.c.d', 'A', 300, '192.0.2.1')], {
      asks: [noData('b.c.d', 'A'), noData('c.d', 'A'), noData('d', 'A'), noName('x.d', 'A')],
    }),
    step('one becomes a name', [rr('a.b.c.d', 'A', 300, '192.0.2.1'), rr('c.d', 'A', 300, '192.0.2.2')], {
      changes: 1,
      asks: [noData('b.c.d', 'A'), noData('d', 'A')],
    }),
    step('and an empty one again', [rr('a.b.c.d', 'A', 300, '192.0.2.1')], { changes: 1, asks: [noData('c.d', 'A')] }),
    step('the name moves up', [rr('c.d', 'A', 300, '192.0.2.1')], {
      changes: 2,
      asks: [noName('a.b.c.d', 'A'), noName('b.c.d', 'A'), noData('d', 'A')],
    }),
    step('all of them go', [rr('d', 'A', 300, '192.0.2.1')], { changes: 2, asks: [noName('c.d', 'A')] }),
  ]),

  group(
    'Reverse zone of IPv4',
    '2.0.192.in-addr.arpa.',
    [
      step('one PTR', [rr('1', 'PTR', 300, 'web1.example.net.')]),
      step(
        'three',
        [
          rr('1', 'PTR', 300, 'web1.example.net.'),
          rr('2', 'PTR', 300, 'web2.example.net.'),
          rr('255', 'PTR', 300, 'last.example.net.'),
        ],
        { changes: 2 },
      ),
      step(
        'one is renamed, one has two names',
        [
          rr('1', 'PTR', 300, 'web9.example.net.'),
          rr('2', 'PTR', 300, 'web2.example.net.', 'alias2.example.net.'),
          rr('255', 'PTR', 300, 'last.example.net.'),
        ],
        { changes: 2 },
      ),
      step('a classless delegation by CNAME (RFC 2317)', [
        rr('1', 'CNAME', 300, '1.0/25.2.0.192.in-addr.arpa.'),
        rr('0/25', 'NS', 300, 'ns.example.net.'),
        rr('2', 'PTR', 300, 'web2.example.net.'),
      ]),
    ],
    unguardedDelegation,
  ),

  group(
    'Classless reverse zone',
    '0/25.2.0.192.in-addr.arpa.',
    [
      step('its PTRs', [rr('1', 'PTR', 300, 'web1.example.net.'), rr('2', 'PTR', 300, 'web2.example.net.')]),
      step('one moves', [rr('1', 'PTR', 300, 'web1.example.net.'), rr('3', 'PTR', 300, 'web2.example.net.')], {
        changes: 2,
      }),
    ],
    { settings: { covers: '192.0.2.0/25' } },
  ),

  group('Reverse zone of IPv6', '8.b.d.0.1.0.0.2.ip6.arpa.', [
    step('a host of 24 name parts', [
      rr('1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0', 'PTR', 300, 'web1.example.net.'),
    ]),
    step(
      'two hosts',
      [
        rr('1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0', 'PTR', 300, 'web1.example.net.'),
        rr('f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0', 'PTR', 60, 'web2.example.net.'),
      ],
      { changes: 1 },
    ),
    step('a wildcard for the rest', [rr('*', 'PTR', 300, 'unnamed.example.net.')], {
      asks: [gives('2.0.0', 'PTR', rr('2.0.0', 'PTR', 300, 'unnamed.example.net.'))],
    }),
    step(
      'capitals in the file are the same names',
      [rr('*', 'PTR', 300, said('UNNAMED.example.net.', 'unnamed.example.net.'))],
      { changes: 0 },
    ),
  ]),
];
