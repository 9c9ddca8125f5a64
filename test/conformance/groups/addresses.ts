import { addresses, group, noData, noName, range, rr, said, step } from '../suite.ts';

const stays = rr('stays', 'A', 300, '192.0.2.250');

export const addressGroups = [
  group('A', 'a.example.', [
    step('one', [rr('www', 'A', 300, '192.0.2.1')]),
    step('a second value', [rr('www', 'A', 300, '192.0.2.1', '192.0.2.2')]),
    step('the same in another order is no change', [rr('www', 'A', 300, '192.0.2.2', '192.0.2.1')], { changes: 0 }),
    step('one value replaced', [rr('www', 'A', 300, '192.0.2.1', '192.0.2.3')], { changes: 1 }),
    step('all values replaced', [rr('www', 'A', 300, '198.51.100.1', '198.51.100.2')], { changes: 1 }),
    step('back to one', [rr('www', 'A', 300, '198.51.100.1')], { changes: 1 }),
    step('the ends of the range', [rr('www', 'A', 300, '0.0.0.0', '255.255.255.255')], { changes: 1 }),
  ]),

  group('AAAA', 'aaaa.example.', [
    step('one', [rr('www', 'AAAA', 300, '2001:db8::1')]),
    step('the same address written in full', [rr('www', 'AAAA', 300, '2001:0DB8:0:0:0:0:0:1')], { changes: 0 }),
    step('several', [rr('www', 'AAAA', 300, '2001:db8::1', '2001:db8::2', '2001:db8:1::')]),
    step('mapped and compatible addresses', [rr('www', 'AAAA', 300, '::ffff:192.0.2.1', '::192.0.2.1')]),
    step('where zeros may be joined', [
      rr('www', 'AAAA', 300, '1:0:0:1::1', '1:0:0:1:0:0:0:2', '1::1:0:0:1', '2001:db8:0:1:1:1:1:1'),
    ]),
    step('the ends of the range', [rr('www', 'AAAA', 300, '::', '::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')]),
  ]),

  group('A beside AAAA', 'dual.example.', [
    step('A alone', [rr('www', 'A', 300, '192.0.2.1')], { asks: [noData('www', 'AAAA')] }),
    step('AAAA joins it', [rr('www', 'A', 300, '192.0.2.1'), rr('www', 'AAAA', 300, '2001:db8::1')], { changes: 1 }),
    step('different TTLs', [rr('www', 'A', 60, '192.0.2.1'), rr('www', 'AAAA', 600, '2001:db8::1')], { changes: 2 }),
    step('A goes', [rr('www', 'AAAA', 600, '2001:db8::1')], { changes: 1 }),
    step('A comes as AAAA goes', [rr('www', 'A', 600, '192.0.2.1')], { changes: 2 }),
  ]),

  group('TTL', 'ttl.example.', [
    step('300', [rr('www', 'A', 300, '192.0.2.1')]),
    step('a minute', [rr('www', 'A', 60, '192.0.2.1')], { changes: 1 }),
    step('one second', [rr('www', 'A', 1, '192.0.2.1')], { changes: 1 }),
    step('none at all', [rr('www', 'A', 0, '192.0.2.1')], { changes: 1 }),
    step('a day', [rr('www', 'A', 86400, '192.0.2.1')], { changes: 1 }),
    step('the most (RFC 2181 section 8)', [rr('www', 'A', 2147483647, '192.0.2.1')], { changes: 1 }),
    step('TTL and value at once', [rr('www', 'A', 120, '192.0.2.2')], { changes: 1 }),
    step(
      'TTL of every type at a name',
      [
        rr('www', 'A', 77, '192.0.2.2'),
        rr('www', 'AAAA', 78, '2001:db8::2'),
        rr('www', 'TXT', 79, '"x"'),
        rr('www', 'MX', 80, '5 mx.example.net.'),
      ],
      { changes: 4 },
    ),
  ]),

  group(
    'TTL of the zone',
    'zone-ttl.example.',
    [
      step('a record without a TTL takes the zone’s', [rr('www', 'A', 1234, '192.0.2.1')], {
        yaml: 'www: {type: A, value: 192.0.2.1}\n',
      }),
      step('its own says the same', [rr('www', 'A', 1234, '192.0.2.1')], { changes: 0 }),
      step('its own wins', [rr('www', 'A', 99, '192.0.2.1')], { changes: 1 }),
      step('one with and one without', [rr('www', 'A', 99, '192.0.2.1'), rr('www', 'TXT', 1234, '"x"')], {
        yaml: 'www:\n- {type: A, ttl: 99, value: 192.0.2.1}\n- {type: TXT, value: x}\n',
      }),
    ],
    { settings: { ttl: 1234 } },
  ),

  group('Several names at once', 'several.example.', [
    step(
      'five',
      range(1, 5).map((i) => rr(`h${i}`, 'A', 300, `192.0.2.${i}`)),
    ),
    step(
      'create, replace and delete in one changeset',
      [
        rr('h1', 'A', 300, '192.0.2.1'),
        rr('h2', 'A', 300, '192.0.2.102'),
        rr('h3', 'A', 301, '192.0.2.3'),
        rr('h6', 'A', 300, '192.0.2.6'),
        rr('h7', 'A', 300, '192.0.2.7'),
      ],
      { changes: 6 },
    ),
    step(
      'addresses change places',
      [
        rr('h1', 'A', 300, '192.0.2.102'),
        rr('h2', 'A', 300, '192.0.2.1'),
        rr('h3', 'A', 301, '192.0.2.7'),
        rr('h6', 'A', 300, '192.0.2.3'),
        rr('h7', 'A', 300, '192.0.2.6'),
      ],
      { changes: 5 },
    ),
    step('all but one go', [rr('h1', 'A', 300, '192.0.2.102')], { changes: 4 }),
  ]),

  group('Gone and back', 'back.example.', [
    step('there', [stays, rr('www', 'A', 300, '192.0.2.1')]),
    step('gone', [stays], { changes: 1, asks: [noName('www', 'A')] }),
    step('back', [stays, rr('www', 'A', 300, '192.0.2.1')], { changes: 1 }),
    step('gone, and another name comes', [stays, rr('ww2', 'A', 300, '192.0.2.1')], { changes: 2 }),
    step('back with another TTL', [stays, rr('www', 'A', 60, '192.0.2.1')], { changes: 2 }),
  ]),

  group('Growing and shrinking', 'growing.example.', [
    step('1', [rr('pool', 'A', 300, ...addresses(1))]),
    step('50', [rr('pool', 'A', 300, ...addresses(50))], { changes: 1 }),
    step('2', [rr('pool', 'A', 300, ...addresses(2))], { changes: 1 }),
    step('50 others', [rr('pool', 'A', 300, ...addresses(50, 1000))], { changes: 1 }),
    step('49 of them and one new', [rr('pool', 'A', 300, ...addresses(49, 1000), '192.0.2.1')], { changes: 1 }),
  ]),

  group('100 A records', 'hundred.example.', [
    step('100', [rr('pool', 'A', 300, ...addresses(100))]),
    step('another TTL', [rr('pool', 'A', 60, ...addresses(100))], { changes: 1 }),
    step('100 others', [rr('pool', 'A', 60, ...addresses(100, 100))], { changes: 1 }),
  ]),

  group('600 A records', 'sixhundred.example.', [
    step('600', [rr('pool', 'A', 300, ...addresses(600))]),
    step('599', [rr('pool', 'A', 300, ...addresses(599))], { changes: 1 }),
    step('5', [rr('pool', 'A', 300, ...addresses(5))], { changes: 1 }),
  ]),

  group('1,200 A records', 'twelvehundred.example.', [
    step('1,200', [rr('pool', 'A', 300, ...addresses(1200))]),
    step('another TTL', [rr('pool', 'A', 301, ...addresses(1200))], { changes: 1 }),
    step('1', [rr('pool', 'A', 301, '192.0.2.1')], { changes: 1 }),
    step('1,200 again', [rr('pool', 'A', 301, ...addresses(1200))], { changes: 1 }),
  ]),

  group('Many names', 'many.example.', [
    step(
      '200',
      range(1, 200).map((i) => rr(`n${i}`, 'A', 300, `198.51.100.${i}`)),
      { changes: 200 },
    ),
    step(
      'every other one has another address',
      range(1, 200).map((i) => rr(`n${i}`, 'A', 300, i % 2 === 0 ? `198.51.100.${i}` : `203.0.113.${i}`)),
      { changes: 100 },
    ),
    step(
      '40',
      range(1, 40).map((i) => rr(`n${i}`, 'AAAA', 300, said(`2001:DB8::${i}`, `2001:db8::${i}`))),
    ),
  ]),
];
