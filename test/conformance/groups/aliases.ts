import { answered, gives, group, noData, noName, rr, step } from '../suite.ts';

const target = rr('target', 'A', 300, '192.0.2.80');

export const aliasGroups = [
  group('CNAME', 'cname.example.', [
    step('into the zone', [target, rr('www', 'CNAME', 300, 'target.cname.example.')], {
      asks: [gives('www', 'A', rr('www', 'CNAME', 300, 'target.cname.example.'), target)],
    }),
    step('to the apex', [target, rr('', 'A', 300, '192.0.2.81'), rr('www', 'CNAME', 300, 'cname.example.')], {
      asks: [gives('www', 'A', rr('www', 'CNAME', 300, 'cname.example.'), rr('', 'A', 300, '192.0.2.81'))],
    }),
    step('out of the zone', [target, rr('www', 'CNAME', 300, 'target.example.net.')], {
      asks: [gives('www', 'A', rr('www', 'CNAME', 300, 'target.example.net.'))],
    }),
    step('another TTL', [target, rr('www', 'CNAME', 60, 'target.example.net.')], { changes: 1 }),
    step('two names to one', [
      target,
      rr('www', 'CNAME', 60, 'target.cname.example.'),
      rr('ftp', 'CNAME', 60, 'target.cname.example.'),
    ]),
    step('to a name of the same part', [target, rr('www', 'CNAME', 60, 'www.example.net.')]),
  ]),

  group('CNAME chains', 'chain.example.', [
    step(
      'of three',
      [
        target,
        rr('a', 'CNAME', 300, 'b.chain.example.'),
        rr('b', 'CNAME', 300, 'c.chain.example.'),
        rr('c', 'CNAME', 300, 'target.chain.example.'),
      ],
      {
        asks: [
          gives(
            'a',
            'A',
            rr('a', 'CNAME', 300, 'b.chain.example.'),
            rr('b', 'CNAME', 300, 'c.chain.example.'),
            rr('c', 'CNAME', 300, 'target.chain.example.'),
            target,
          ),
        ],
      },
    ),
    step(
      'turned round',
      [
        target,
        rr('c', 'CNAME', 300, 'b.chain.example.'),
        rr('b', 'CNAME', 300, 'a.chain.example.'),
        rr('a', 'CNAME', 300, 'target.chain.example.'),
      ],
      { changes: 3 },
    ),
    step(
      'its middle becomes an address',
      [
        target,
        rr('c', 'CNAME', 300, 'b.chain.example.'),
        rr('b', 'A', 300, '192.0.2.7'),
        rr('a', 'CNAME', 300, 'target.chain.example.'),
      ],
      {
        changes: 2,
        asks: [gives('c', 'A', rr('c', 'CNAME', 300, 'b.chain.example.'), rr('b', 'A', 300, '192.0.2.7'))],
      },
    ),
    step(
      'its end leaves the zone',
      [target, rr('c', 'CNAME', 300, 'b.chain.example.'), rr('b', 'CNAME', 300, 'x.example.net.')],
      {
        asks: [gives('c', 'A', rr('c', 'CNAME', 300, 'b.chain.example.'), rr('b', 'CNAME', 300, 'x.example.net.'))],
      },
    ),
  ]),

  group('CNAME and address change places', 'swap.example.', [
    step('A', [target, rr('www', 'A', 300, '192.0.2.1')]),
    step('A to CNAME', [target, rr('www', 'CNAME', 300, 'target.swap.example.')], { changes: 2 }),
    step('CNAME to A and AAAA', [target, rr('www', 'A', 300, '192.0.2.1'), rr('www', 'AAAA', 300, '2001:db8::1')], {
      changes: 3,
    }),
    step('A, AAAA, MX and TXT', [
      target,
      rr('www', 'A', 300, '192.0.2.1'),
      rr('www', 'AAAA', 300, '2001:db8::1'),
      rr('www', 'MX', 300, '5 mx.example.net.'),
      rr('www', 'TXT', 300, '"t"'),
    ]),
    step('all of them to one CNAME', [target, rr('www', 'CNAME', 60, 'target.swap.example.')], { changes: 5 }),
    step('CNAME to TXT', [target, rr('www', 'TXT', 60, '"only text"')], { changes: 2, asks: [noData('www', 'A')] }),
  ]),

  group('Several names change type at once', 'swaps.example.', [
    step('before', [
      target,
      rr('a', 'A', 300, '192.0.2.1'),
      rr('b', 'CNAME', 300, 'target.swaps.example.'),
      rr('c', 'AAAA', 300, '2001:db8::1'),
      rr('d', 'MX', 300, '5 mx.example.net.'),
    ]),
    step(
      'after',
      [
        target,
        rr('a', 'CNAME', 300, 'target.swaps.example.'),
        rr('b', 'A', 300, '192.0.2.2'),
        rr('c', 'CNAME', 300, 'target.swaps.example.'),
        rr('d', 'TXT', 300, '"d"'),
      ],
      { changes: 8 },
    ),
    step(
      'and back, with other changes beside them',
      [
        rr('target', 'A', 60, '192.0.2.80'),
        rr('a', 'A', 300, '192.0.2.1'),
        rr('b', 'CNAME', 300, 'target.swaps.example.'),
        rr('c', 'AAAA', 300, '2001:db8::1'),
        rr('d', 'MX', 300, '5 mx.example.net.'),
        rr('e', 'A', 300, '192.0.2.5'),
      ],
      { changes: 10 },
    ),
    step('the CNAME moves to its target’s name', [
      rr('b', 'A', 60, '192.0.2.80'),
      rr('target', 'CNAME', 300, 'b.swaps.example.'),
    ]),
  ]),

  group('A chain turns as its types swap', 'ring.example.', [
    step('a to b', [rr('a', 'CNAME', 300, 'b.ring.example.'), rr('b', 'A', 300, '192.0.2.1')]),
    step('b to a', [rr('b', 'CNAME', 300, 'a.ring.example.'), rr('a', 'A', 300, '192.0.2.1')], { changes: 4 }),
    step('a to b again', [rr('a', 'CNAME', 300, 'b.ring.example.'), rr('b', 'A', 300, '192.0.2.1')], { changes: 4 }),
  ]),

  group('DNAME', 'dname.example.', [
    step('at a name', [rr('', 'A', 300, '192.0.2.1'), rr('old', 'DNAME', 300, 'new.example.net.')], {
      asks: [
        gives(
          'x.old',
          'CNAME',
          rr('old', 'DNAME', 300, 'new.example.net.'),
          rr('x.old', 'CNAME', 300, 'x.new.example.net.'),
        ),
      ],
    }),
    step('another target', [rr('', 'A', 300, '192.0.2.1'), rr('old', 'DNAME', 300, 'newer.example.net.')], {
      changes: 1,
    }),
    step(
      'beside other types of its name',
      [
        rr('', 'A', 300, '192.0.2.1'),
        rr('old', 'DNAME', 300, 'newer.example.net.'),
        rr('old', 'A', 300, '192.0.2.2'),
        rr('old', 'TXT', 300, '"moved"'),
      ],
      { changes: 2 },
    ),
    step('gone, and names below it come', [rr('', 'A', 300, '192.0.2.1'), rr('x.old', 'A', 300, '192.0.2.3')], {
      changes: 4,
      asks: [noName('y.old', 'A')],
    }),
    step('back, and the names below it go', [
      rr('', 'A', 300, '192.0.2.1'),
      rr('old', 'DNAME', 60, 'new.example.net.'),
    ]),
  ]),

  group('ALIAS', 'alias.example.', [
    step('at the apex', [
      rr('target', 'A', 300, '192.0.2.80'),
      answered(rr('', 'ALIAS', 300, 'target.alias.example.'), rr('', 'A', 300, '192.0.2.80')),
    ]),
    step('beside MX and TXT', [
      rr('target', 'A', 300, '192.0.2.80'),
      answered(rr('', 'ALIAS', 300, 'target.alias.example.'), rr('', 'A', 300, '192.0.2.80')),
      rr('', 'MX', 300, '5 mx.example.net.'),
      rr('', 'TXT', 300, '"apex"'),
    ]),
    step('another target with both families', [
      rr('target', 'A', 300, '192.0.2.80'),
      rr('both', 'A', 300, '192.0.2.81'),
      rr('both', 'AAAA', 300, '2001:db8::81'),
      answered(
        rr('', 'ALIAS', 300, 'both.alias.example.'),
        rr('', 'A', 300, '192.0.2.81'),
        rr('', 'AAAA', 300, '2001:db8::81'),
      ),
    ]),
    step('ALIAS to A', [rr('', 'A', 300, '192.0.2.82'), rr('target', 'A', 300, '192.0.2.80')]),
    step('A to ALIAS', [
      rr('target', 'A', 300, '192.0.2.80'),
      answered(rr('', 'ALIAS', 300, 'target.alias.example.'), rr('', 'A', 300, '192.0.2.80')),
    ]),
    step('below the apex', [
      rr('target', 'A', 300, '192.0.2.80'),
      answered(rr('www', 'ALIAS', 300, 'target.alias.example.'), rr('www', 'A', 300, '192.0.2.80')),
    ]),
  ]),

  group(
    'LUA',
    'lua.example.',
    [
      step('one A', [answered(rr('www', 'LUA', 300, `A "'192.0.2.1'"`), rr('www', 'A', 300, '192.0.2.1'))]),
      step('another answer', [answered(rr('www', 'LUA', 300, `A "'192.0.2.2'"`), rr('www', 'A', 300, '192.0.2.2'))], {
        changes: 1,
      }),
      step('several types in one RRset', [
        answered(
          rr('www', 'LUA', 60, `A "'192.0.2.2'"`, `AAAA "'2001:db8::2'"`, `TXT "'made'"`),
          rr('www', 'A', 60, '192.0.2.2'),
          rr('www', 'AAAA', 60, '2001:db8::2'),
          rr('www', 'TXT', 60, '"made"'),
        ),
      ]),
      step('several addresses', [
        answered(
          rr('www', 'LUA', 60, `A ";return {'192.0.2.3', '192.0.2.4'}"`),
          rr('www', 'A', 60, '192.0.2.3', '192.0.2.4'),
        ),
      ]),
      step('LUA to A', [rr('www', 'A', 60, '192.0.2.5')]),
      step('A to LUA', [answered(rr('www', 'LUA', 60, `A "'192.0.2.6'"`), rr('www', 'A', 60, '192.0.2.6'))]),
    ],
    { settings: { allow_lua: true } },
  ),
];
