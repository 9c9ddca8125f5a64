import { gives, group, noName, rr, said, spelt, step } from '../suite.ts';

const part63 = 'p'.repeat(63);
/** 63 + 63 + 63 name parts and one that fills the name up to 255 octets with `.longest.example.` (16 octets and the root). */
const longest = `${part63}.${part63}.${part63}.${'q'.repeat(45)}`;
/** 125 parts of one letter below `a.b.`: 127 name parts and 255 octets, the most of both. */
const deepest = Array.from({ length: 125 }, (_, i) => 'abcdefghij'[i % 10]).join('.');

export const nameGroups = [
  group('Case of owner names', 'case.example.', [
    step('upper case in the file', [spelt('WWW', rr('www', 'A', 300, '192.0.2.1'))], {
      asks: [gives('wWw', 'A', rr('wWw', 'A', 300, '192.0.2.1'))],
    }),
    step('lower case is the same name', [rr('www', 'A', 300, '192.0.2.1')], { changes: 0 }),
    step('mixed case in two parts', [
      rr('www', 'A', 300, '192.0.2.1'),
      spelt('Host.Sub', rr('host.sub', 'A', 300, '192.0.2.2')),
    ]),
    step('only A to Z fold (RFC 4343)', [rr('www', 'A', 300, '192.0.2.1'), rr('a_-z', 'A', 300, '192.0.2.3')]),
  ]),

  group('Case of names in values', 'case-values.example.', [
    step('a target in upper case', [rr('www', 'CNAME', 300, said('TARGET.Example.NET.', 'target.example.net.'))]),
    step('in lower case is the same', [rr('www', 'CNAME', 300, 'target.example.net.')], { changes: 0 }),
    step('in every type that holds a name', [
      rr('www', 'CNAME', 300, 'target.example.net.'),
      rr('m', 'MX', 300, said('10 MX.Example.Net.', '10 mx.example.net.')),
      rr('_s._tcp', 'SRV', 300, said('1 2 3 Srv.Example.Net.', '1 2 3 srv.example.net.')),
      rr('p', 'PTR', 300, said('Ptr.Example.Net.', 'ptr.example.net.')),
      rr('r', 'RP', 300, said('Box.Example.Net. Txt.Example.Net.', 'box.example.net. txt.example.net.')),
    ]),
    step(
      'all of them in lower case are no change',
      [
        rr('www', 'CNAME', 300, 'target.example.net.'),
        rr('m', 'MX', 300, '10 mx.example.net.'),
        rr('_s._tcp', 'SRV', 300, '1 2 3 srv.example.net.'),
        rr('p', 'PTR', 300, 'ptr.example.net.'),
        rr('r', 'RP', 300, 'box.example.net. txt.example.net.'),
      ],
      { changes: 0 },
    ),
  ]),

  group('Internationalised names', 'idn.example.', [
    step('Unicode in the file', [spelt('bücher', rr('xn--bcher-kva', 'A', 300, '192.0.2.1'))]),
    step('its A-label is the same name', [rr('xn--bcher-kva', 'A', 300, '192.0.2.1')], { changes: 0 }),
    step('capitals fold', [spelt('BÜCHER', rr('xn--bcher-kva', 'A', 300, '192.0.2.1'))], { changes: 0 }),
    step('ß stays ß (UTS #46, non-transitional)', [spelt('faß', rr('xn--fa-hia', 'A', 300, '192.0.2.2'))]),
    step('several scripts', [
      spelt('日本語', rr('xn--wgv71a119e', 'A', 300, '192.0.2.3')),
      spelt('почта.пример', rr('xn--80a1acny.xn--e1afmkfd', 'A', 300, '192.0.2.4')),
    ]),
    step('Unicode in a value', [
      rr('www', 'CNAME', 300, said('bücher.idn.example.', 'xn--bcher-kva.idn.example.')),
      rr('mail', 'MX', 300, said('10 почта.example.net.', '10 xn--80a1acny.example.net.')),
    ]),
    step('a wildcard below it', [spelt('*.bücher', rr('*.xn--bcher-kva', 'A', 300, '192.0.2.5'))], {
      asks: [gives('any.xn--bcher-kva', 'A', rr('any.xn--bcher-kva', 'A', 300, '192.0.2.5'))],
    }),
  ]),

  group('Internationalised zone', 'xn--hxajbheg2az3al.example.', [
    step('a zone that is itself an A-label', [rr('', 'TXT', 300, '"apex"'), rr('www', 'A', 300, '192.0.2.1')]),
    step('a target in it', [rr('', 'TXT', 300, '"apex"'), rr('www', 'CNAME', 300, 'xn--hxajbheg2az3al.example.')]),
  ]),

  group('Underscore names', 'underscore.example.', [
    step('_dmarc and friends', [
      rr('_dmarc', 'TXT', 300, '"v=DMARC1; p=none"'),
      rr('_sip._tcp', 'SRV', 300, '0 5 5060 sip.example.net.'),
      rr('_443._tcp.www', 'TLSA', 300, `3 1 1 ${'0D'.repeat(32)}`),
      rr('_acme-challenge.www', 'TXT', 300, '"token"'),
    ]),
    step('a part that is one underscore', [rr('_', 'A', 300, '192.0.2.1'), rr('a._.b', 'A', 300, '192.0.2.2')]),
    step('below one another', [rr('_tcp', 'TXT', 300, '"here"'), rr('_sip._tcp', 'TXT', 300, '"and here"')]),
  ]),

  group('Names that YAML would change', 'yaml-names.example.', [
    step(
      'numbers and words without quotes',
      [
        rr('010', 'A', 300, '192.0.2.1'),
        rr('0x1f', 'A', 300, '192.0.2.2'),
        rr('1e3', 'A', 300, '192.0.2.3'),
        rr('no', 'A', 300, '192.0.2.4'),
        rr('null', 'A', 300, '192.0.2.5'),
        rr('true', 'A', 300, '192.0.2.6'),
        rr('2026-11-22', 'A', 300, '192.0.2.7'),
      ],
      {
        yaml: [
          '010: {type: A, ttl: 300, value: 192.0.2.1}',
          '0x1f: {type: A, ttl: 300, value: 192.0.2.2}',
          '1e3: {type: A, ttl: 300, value: 192.0.2.3}',
          'no: {type: A, ttl: 300, value: 192.0.2.4}',
          'null: {type: A, ttl: 300, value: 192.0.2.5}',
          'true: {type: A, ttl: 300, value: 192.0.2.6}',
          '2026-11-22: {type: A, ttl: 300, value: 192.0.2.7}',
          '',
        ].join('\n'),
      },
    ),
    step('digits alone', [rr('1', 'A', 300, '192.0.2.1'), rr('0', 'A', 300, '192.0.2.2')]),
    step('names that look like addresses', [rr('1.2.3.4', 'A', 300, '192.0.2.1'), rr('4', 'TXT', 300, '"4"')]),
  ]),

  group('Hyphens', 'hyphen.example.', [
    step('inside', [rr('a-b', 'A', 300, '192.0.2.1'), rr('a--b', 'A', 300, '192.0.2.2')]),
    step('at the ends', [rr('-a', 'A', 300, '192.0.2.1'), rr('a-', 'A', 300, '192.0.2.2')]),
    step('alone', [rr('-', 'A', 300, '192.0.2.1'), rr('--', 'A', 300, '192.0.2.2')]),
  ]),

  group('Long names', 'longest.example.', [
    step('a name part of 63 octets', [rr(part63, 'A', 300, '192.0.2.1')]),
    step('a name of 255 octets', [rr(longest, 'A', 300, '192.0.2.1')], { asks: [noName(part63, 'A')] }),
    step('as a target', [rr(longest, 'A', 300, '192.0.2.1'), rr('to', 'CNAME', 300, `${longest}.longest.example.`)], {
      asks: [
        gives('to', 'A', rr('to', 'CNAME', 300, `${longest}.longest.example.`), rr(longest, 'A', 300, '192.0.2.1')),
      ],
    }),
    step('both go', [rr('short', 'A', 300, '192.0.2.1')]),
  ]),

  group('Deep names', 'a.b.', [
    step('125 name parts below the zone', [rr(deepest, 'A', 300, '192.0.2.1')]),
    step('something half-way', [rr(deepest, 'A', 300, '192.0.2.1'), rr(deepest.slice(-121), 'TXT', 300, '"half"')]),
    step('only the half-way one', [rr(deepest.slice(-121), 'TXT', 300, '"half"')], { asks: [noName(deepest, 'A')] }),
  ]),

  group('A zone of one name part', 'lan.', [
    step('apex and below', [rr('', 'A', 300, '192.0.2.1'), rr('printer', 'A', 300, '192.0.2.9')]),
    step('a change', [rr('', 'A', 300, '192.0.2.1'), rr('printer', 'A', 300, '192.0.2.10')], { changes: 1 }),
  ]),

  group('A zone below another', 'sub.lan.', [
    step('its own names', [rr('', 'A', 300, '192.0.2.2'), rr('printer', 'A', 300, '192.0.2.11')]),
    step('a change', [rr('', 'A', 300, '192.0.2.2'), rr('scanner', 'A', 300, '192.0.2.11')], { changes: 2 }),
  ]),

  group('Names with a slash', 'slash.example.', [
    step('as in RFC 2317', [rr('0/25', 'TXT', 300, '"slash"'), rr('1.0/25', 'TXT', 300, '"below"')]),
    step('as a target', [rr('0/25', 'TXT', 300, '"slash"'), rr('1', 'CNAME', 300, '0/25.slash.example.')]),
  ]),

  group('Names that need escapes', 'escapes.example.', [
    step('a space', [rr('sp\\032ace', 'A', 300, '192.0.2.1')]),
    step('a dot inside a name part', [rr('first\\.last', 'A', 300, '192.0.2.2'), rr('last', 'A', 300, '192.0.2.3')]),
    step('all that master files give a meaning', [
      rr('\\"\\$\\(\\)\\;\\@\\\\', 'A', 300, '192.0.2.4'),
      rr('last', 'A', 300, '192.0.2.3'),
    ]),
    step('octets that do not print', [
      rr('a\\000b\\127c\\255', 'A', 300, '192.0.2.5'),
      rr('last', 'A', 300, '192.0.2.3'),
    ]),
  ]),

  group('Names with punctuation', 'punctuation.example.', [
    step('colon, equals, plus', [
      rr('a:b', 'A', 300, '192.0.2.1'),
      rr('a=b', 'A', 300, '192.0.2.2'),
      rr('a+b', 'A', 300, '192.0.2.3'),
    ]),
    step('the rest that needs no escape', [
      rr("!#%&',<>?[]^`{|}~", 'A', 300, '192.0.2.4'),
      rr('www', 'A', 300, '192.0.2.9'),
    ]),
    step('an asterisk inside a name part', [rr('a*b', 'A', 300, '192.0.2.5'), rr('www', 'A', 300, '192.0.2.9')]),
    step('an asterisk that is not the first name part', [
      rr('x.*.y', 'A', 300, '192.0.2.6'),
      rr('www', 'A', 300, '192.0.2.9'),
    ]),
  ]),

  group('Escapes inside values', 'escaped-values.example.', [
    step('a mailbox with a dot', [rr('who', 'RP', 300, 'first\\.last.example.net. .')]),
    step('a target with a space', [
      rr('printer', 'PTR', 300, said('Color\\032Laser.example.net.', 'color\\032laser.example.net.')),
    ]),
  ]),
];
