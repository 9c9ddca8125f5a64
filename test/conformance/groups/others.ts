import { group, range, rr, said, step } from '../suite.ts';

export const otherGroups = [
  group('PTR, RP and LOC at one name', 'mixed.example.', [
    step('all three', [
      rr('h', 'PTR', 300, 'other.example.net.'),
      rr('h', 'RP', 300, 'admin.example.net. text.example.net.'),
      rr('h', 'LOC', 300, '52 22 23.000 N 4 53 32.000 E -2.00m 1m 10000m 10m'),
    ]),
    step(
      'one goes',
      [rr('h', 'PTR', 300, 'other.example.net.'), rr('h', 'RP', 300, 'admin.example.net. text.example.net.')],
      {
        changes: 1,
      },
    ),
  ]),

  group('RP', 'rp.example.', [
    step('one', [rr('h', 'RP', 300, 'admin.example.net. text.example.net.')]),
    step('without text', [rr('h', 'RP', 300, 'admin.example.net. .')], { changes: 1 }),
    step('two', [rr('h', 'RP', 300, 'admin.example.net. .', 'second.example.net. .')], { changes: 1 }),
  ]),

  group('LOC', 'loc.example.', [
    step('all fields', [rr('h', 'LOC', 300, '52 22 23.000 N 4 53 32.000 E -2.00m 1m 10000m 10m')]),
    step(
      'defaults left out are the same place',
      [rr('h', 'LOC', 300, said('52 22 23 N 4 53 32 E -2m', '52 22 23.000 N 4 53 32.000 E -2.00m 1m 10000m 10m'))],
      { changes: 0 },
    ),
    step(
      'minutes and seconds left out',
      [rr('h', 'LOC', 300, said('52 N 4 E 0m', '52 0 0.000 N 4 0 0.000 E 0.00m 1m 10000m 10m'))],
      { changes: 1 },
    ),
    step('thousandths of a second', [rr('h', 'LOC', 300, '42 21 54.123 N 71 6 18.999 W -24.50m 30m 10m 2m')], {
      changes: 1,
    }),
    step('the poles and the date line', [
      rr('north', 'LOC', 300, '90 0 0.000 N 180 0 0.000 E 0.00m 1m 10000m 10m'),
      rr('south', 'LOC', 300, '90 0 0.000 S 180 0 0.000 W 0.00m 1m 10000m 10m'),
    ]),
    step('the ends of altitude', [
      rr('deep', 'LOC', 300, '0 0 0.000 N 0 0 0.000 E -100000.00m 1m 10000m 10m'),
      rr('high', 'LOC', 300, '0 0 0.001 S 0 0 0.001 W 42849672.95m 1m 10000m 10m'),
    ]),
    step('the ends of size and precision', [
      rr('small', 'LOC', 300, '0 0 0.000 N 0 0 0.000 E 0.00m 0.00m 0.01m 0.90m'),
      rr('large', 'LOC', 300, '0 0 0.000 N 0 0 0.000 E 0.00m 1m 10m 40000000m'),
      rr('largest', 'LOC', 300, '0 0 0.000 N 0 0 0.000 E 0.00m 90000000m 10m 10m'),
    ]),
    step('the mapping', [
      rr(
        'h',
        'LOC',
        300,
        said(
          {
            lat_degrees: 31,
            lat_minutes: 58,
            lat_seconds: 52.1,
            lat_direction: 'S',
            long_degrees: 115,
            long_minutes: 49,
            long_seconds: 11.7,
            long_direction: 'E',
            altitude: 20,
            size: 10,
            precision_horz: 10,
            precision_vert: 2,
          },
          '31 58 52.100 S 115 49 11.700 E 20.00m 10m 10m 2m',
        ),
      ),
    ]),
  ]),

  group('DHCID', 'dhcid.example.', [
    step('one', [rr('h', 'DHCID', 300, 'AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=')]),
    step('another', [rr('h', 'DHCID', 300, 'AAABxLmlskllE0MVjd57zHcWmEH3pCQ6VytcKD//7es/deY=')], { changes: 1 }),
    step('beside the address it marks', [
      rr('h', 'DHCID', 300, 'AAABxLmlskllE0MVjd57zHcWmEH3pCQ6VytcKD//7es/deY='),
      rr('h', 'A', 300, '192.0.2.1'),
    ]),
  ]),

  group('CSYNC', 'csync.example.', [
    step('one', [rr('', 'CSYNC', 300, '66 3 A NS AAAA')]),
    step('the order of types does not matter', [rr('', 'CSYNC', 300, said('66 3 NS AAAA A', '66 3 A NS AAAA'))], {
      changes: 0,
    }),
    step('another serial and flag', [rr('', 'CSYNC', 300, '4294967295 1 A NS')], { changes: 1 }),
    step('types far apart', [rr('', 'CSYNC', 300, '0 0 A TXT CAA TYPE65280')], { changes: 1 }),
  ]),

  group('Unknown types (RFC 3597)', 'unknown.example.', [
    step('one', [rr('h', 'TYPE65280', 300, '\\# 4 C0000201')]),
    step(
      'small letters and spaces are the same',
      [rr('h', 'TYPE65280', 300, said('\\# 4 c000 0201', '\\# 4 C0000201'))],
      { changes: 0 },
    ),
    step('two values', [rr('h', 'TYPE65280', 300, '\\# 4 C0000201', '\\# 2 0A0B')], { changes: 1 }),
    step('no octets at all', [rr('h', 'TYPE65280', 300, '\\# 0')], { changes: 1 }),
    step('1,000 octets', [rr('h', 'TYPE65280', 300, `\\# 1000 ${'DEADBEEF'.repeat(250)}`)], { changes: 1 }),
    step(
      'several types',
      [
        rr('h', 'TYPE65281', 300, '\\# 1 01'),
        rr('h', 'TYPE65282', 300, '\\# 1 02'),
        rr('h', 'TYPE65283', 300, '\\# 1 03'),
      ],
      { changes: 4 },
    ),
  ]),

  group('Known types in RFC 3597 form', 'generic.example.', [
    step('written readably', [rr('h', 'A', 300, '192.0.2.1'), rr('h', 'MX', 300, '10 mx.example.net.')]),
    step(
      'the same as octets',
      [
        rr('h', 'A', 300, said('\\# 4 c0000201', '192.0.2.1')),
        rr('h', 'MX', 300, said('\\# 18 000a 026d78 076578616d706c65 036e6574 00', '10 mx.example.net.')),
      ],
      { changes: 0 },
    ),
    step('the same by number of the type', [rr('h', 'A', 300, '192.0.2.1'), rr('h', 'MX', 300, '10 mx.example.net.')], {
      changes: 0,
      yaml: 'h:\n- {type: TYPE1, ttl: 300, value: 192.0.2.1}\n- {type: TYPE15, ttl: 300, value: 10 mx.example.net.}\n',
    }),
  ]),

  group('Every type at one name', 'types.example.', [
    step('all that may stand together', [
      rr('h', 'A', 300, '192.0.2.1'),
      rr('h', 'AAAA', 300, '2001:db8::1'),
      rr('h', 'CAA', 300, '0 issue "ca.example.net"'),
      rr('h', 'DHCID', 300, 'AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA='),
      rr('h', 'HTTPS', 300, '1 . alpn="h2"'),
      rr('h', 'LOC', 300, '52 22 23.000 N 4 53 32.000 E -2.00m 1m 10000m 10m'),
      rr('h', 'MX', 300, '10 mx.example.net.'),
      rr('h', 'NAPTR', 300, '100 10 "S" "SIP+D2U" "" _sip._udp.example.net.'),
      rr('h', 'OPENPGPKEY', 300, 'mQENBFVHm5sBCACj'),
      rr('h', 'PTR', 300, 'ptr.example.net.'),
      rr('h', 'RP', 300, 'admin.example.net. .'),
      rr('h', 'SMIMEA', 300, `3 1 1 ${'AB'.repeat(32)}`),
      rr('h', 'SPF', 300, '"v=spf1 -all"'),
      rr('h', 'SRV', 300, '0 5 5060 sip.example.net.'),
      rr('h', 'SSHFP', 300, `4 2 ${'CD'.repeat(32)}`),
      rr('h', 'SVCB', 300, '1 svc.example.net.'),
      rr('h', 'TLSA', 300, `3 1 1 ${'EF'.repeat(32)}`),
      rr('h', 'TXT', 300, '"v=spf1 -all"'),
      rr('h', 'URI', 300, '10 1 "https://www.example.net/"'),
    ]),
    step('every TTL changes', [
      rr('h', 'A', 60, '192.0.2.1'),
      rr('h', 'AAAA', 61, '2001:db8::1'),
      rr('h', 'CAA', 62, '0 issue "ca.example.net"'),
      rr('h', 'HTTPS', 63, '1 . alpn="h2"'),
      rr('h', 'MX', 64, '10 mx.example.net.'),
      rr('h', 'TXT', 65, '"v=spf1 -all"'),
    ]),
    step('one is left', [rr('h', 'TXT', 65, '"v=spf1 -all"')], { changes: 5 }),
  ]),

  group('Every type has two values', 'pairs.example.', [
    step('one each', [
      rr('a', 'AAAA', 300, '2001:db8::1'),
      rr('b', 'CAA', 300, '0 issue "a.example.net"'),
      rr('c', 'NAPTR', 300, '1 1 "S" "SIP+D2U" "" a.example.net.'),
      rr('d', 'SRV', 300, '1 1 1 a.example.net.'),
      rr('e', 'PTR', 300, 'a.example.net.'),
      rr('f', 'URI', 300, '1 1 "a:"'),
    ]),
    step(
      'two each',
      [
        rr('a', 'AAAA', 300, '2001:db8::1', '2001:db8::2'),
        rr('b', 'CAA', 300, '0 issue "a.example.net"', '0 issue "b.example.net"'),
        rr('c', 'NAPTR', 300, '1 1 "S" "SIP+D2U" "" a.example.net.', '1 1 "S" "SIP+D2U" "" b.example.net.'),
        rr('d', 'SRV', 300, '1 1 1 a.example.net.', '1 1 1 b.example.net.'),
        rr('e', 'PTR', 300, 'a.example.net.', 'b.example.net.'),
        rr('f', 'URI', 300, '1 1 "a:"', '1 1 "b:"'),
      ],
      { changes: 6 },
    ),
    step(
      'the second is left',
      [
        rr('a', 'AAAA', 300, '2001:db8::2'),
        rr('b', 'CAA', 300, '0 issue "b.example.net"'),
        rr('c', 'NAPTR', 300, '1 1 "S" "SIP+D2U" "" b.example.net.'),
        rr('d', 'SRV', 300, '1 1 1 b.example.net.'),
        rr('e', 'PTR', 300, 'b.example.net.'),
        rr('f', 'URI', 300, '1 1 "b:"'),
      ],
      { changes: 6 },
    ),
  ]),

  group('A large changeset of many types', 'large.example.', [
    step(
      'ninety RRsets',
      range(1, 30).flatMap((i) => [
        rr(`a${i}`, 'A', 300, `192.0.2.${i}`),
        rr(`t${i}`, 'TXT', 300, `"${i}"`),
        rr(`m${i}`, 'MX', 300, `${i} mx.example.net.`),
      ]),
      { changes: 90 },
    ),
    step(
      'a third each is created, replaced and deleted',
      range(11, 40).flatMap((i) => [
        rr(`a${i}`, 'A', 300, `192.0.2.${i + (i % 2)}`),
        rr(`t${i}`, 'TXT', 300, `"${i}"`),
        rr(`m${i}`, 'MX', 300, `${i} mx.example.net.`),
      ]),
    ),
  ]),
];
