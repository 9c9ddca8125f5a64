import { group, rr, said, step } from '../suite.ts';

const ech = 'AEj+DQBEAQAgACAdd+scUi0IYFsXnUIU7ko2Nd9+F8M26pAGZVpz/KrWPgAEAAEAAWQVZWNoLXNpdGVzLmV4YW1wbGUubmV0AAA=';

export const serviceGroups = [
  group('SRV', 'srv.example.', [
    step('one', [rr('_sip._tcp', 'SRV', 300, '0 5 5060 sip.example.net.')]),
    step(
      'octoDNS’s mapping is the same',
      [
        rr(
          '_sip._tcp',
          'SRV',
          300,
          said({ priority: 0, weight: 5, port: 5060, target: 'sip.example.net.' }, '0 5 5060 sip.example.net.'),
        ),
      ],
      { changes: 0 },
    ),
    step(
      'several',
      [
        rr(
          '_sip._tcp',
          'SRV',
          300,
          '0 5 5060 sip.example.net.',
          '0 10 5060 sip2.example.net.',
          '10 0 5061 sip.example.net.',
        ),
      ],
      { changes: 1 },
    ),
    step('the ends of the ranges', [
      rr('_sip._tcp', 'SRV', 300, '0 0 0 sip.example.net.', '65535 65535 65535 sip.example.net.'),
    ]),
    step('no such service (RFC 2782)', [rr('_sip._tcp', 'SRV', 300, '0 0 0 .')], { changes: 1 }),
    step('into the zone', [rr('_sip._tcp', 'SRV', 300, '1 1 5060 sip.srv.example.'), rr('sip', 'A', 300, '192.0.2.1')]),
  ]),

  group('NAPTR', 'naptr.example.', [
    step('one', [rr('', 'NAPTR', 300, '100 10 "S" "SIP+D2U" "" _sip._udp.naptr.example.')]),
    step('several', [
      rr(
        '',
        'NAPTR',
        300,
        '100 10 "S" "SIP+D2U" "" _sip._udp.naptr.example.',
        '100 20 "S" "SIP+D2T" "" _sip._tcp.naptr.example.',
      ),
    ]),
    step('a regular expression', [rr('4.3.2.1', 'NAPTR', 300, '100 10 "u" "E2U+sip" "!^.*$!sip:info@example.com!" .')]),
    step(
      'with backslashes',
      [rr('4.3.2.1', 'NAPTR', 300, '100 10 "u" "E2U+sip" "!^\\\\+44(.*)$!sip:\\\\1@example.com!" .')],
      { changes: 1 },
    ),
    step(
      'the mapping is the same',
      [
        rr(
          '4.3.2.1',
          'NAPTR',
          300,
          said(
            {
              order: 100,
              preference: 10,
              flags: 'u',
              service: 'E2U+sip',
              regexp: '!^\\\\+44(.*)$!sip:\\\\1@example.com!',
              replacement: '.',
            },
            '100 10 "u" "E2U+sip" "!^\\\\+44(.*)$!sip:\\\\1@example.com!" .',
          ),
        ),
      ],
      { changes: 0 },
    ),
    step('all fields empty', [rr('e', 'NAPTR', 300, '0 0 "" "" "" .')]),
    step('numbers at their ends', [rr('e', 'NAPTR', 300, '65535 65535 "A" "x" "" e.example.net.')]),
  ]),

  group('URI', 'uri.example.', [
    step('one', [rr('_http._tcp', 'URI', 300, '10 1 "https://www.example.net/path"')]),
    step('several', [
      rr('_http._tcp', 'URI', 300, '10 1 "https://www.example.net/path"', '20 1 "https://b.example.net/?q=1&r=%20"'),
    ]),
    step('quotes and backslashes inside', [rr('_http._tcp', 'URI', 300, '10 1 "https://x.example.net/\\"a\\\\b"')]),
    step('longer than a character-string may be', [
      rr('_http._tcp', 'URI', 300, `10 1 "https://x.example.net/${'u'.repeat(300)}"`),
    ]),
    step('the mapping', [
      rr(
        '_ftp._tcp',
        'URI',
        300,
        said({ priority: 65535, weight: 0, target: 'ftp://ftp.example.net/' }, '65535 0 "ftp://ftp.example.net/"'),
      ),
    ]),
  ]),

  group('HTTPS', 'https.example.', [
    step('at the apex', [rr('', 'HTTPS', 300, '1 . alpn="h2,h3"')]),
    step('unquoted is the same', [rr('', 'HTTPS', 300, said('1 . alpn=h2,h3', '1 . alpn="h2,h3"'))], { changes: 0 }),
    step('hints', [rr('', 'HTTPS', 300, '1 . alpn="h2" ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1')], {
      changes: 1,
    }),
    step('two priorities', [rr('', 'HTTPS', 300, '1 . alpn="h3"', '2 backup.example.net. alpn="h2" port=8443')], {
      changes: 1,
    }),
    step('AliasMode', [rr('', 'HTTPS', 300, '0 svc.example.net.')], { changes: 1 }),
    step('AliasMode and ServiceMode at different names', [
      rr('', 'HTTPS', 300, '0 www.https.example.'),
      rr('www', 'HTTPS', 300, '1 . alpn="h2"'),
      rr('www', 'A', 300, '192.0.2.1'),
    ]),
  ]),

  group('SVCB', 'svcb.example.', [
    step('ServiceMode without parameters', [rr('_dns', 'SVCB', 300, '1 dns.example.net.')]),
    step('AliasMode', [rr('_dns', 'SVCB', 300, '0 dns.example.net.')], { changes: 1 }),
    step('AliasMode to the root: no service', [rr('_dns', 'SVCB', 300, '0 .')], { changes: 1 }),
    step('priority at its end', [rr('_dns', 'SVCB', 300, '65535 dns.example.net. port=65535')], { changes: 1 }),
  ]),

  group('SvcParams', 'svcparams.example.', [
    step('alpn and no-default-alpn', [rr('s', 'SVCB', 300, '1 s.example.net. alpn="h2,h3" no-default-alpn')]),
    step('mandatory', [rr('s', 'SVCB', 300, '1 s.example.net. mandatory=alpn,port alpn="h2" port=8443')]),
    step(
      'order in the file does not matter',
      [
        rr(
          's',
          'SVCB',
          300,
          said(
            '1 s.example.net. port=8443 alpn=h2 mandatory=port,alpn',
            '1 s.example.net. mandatory=alpn,port alpn="h2" port=8443',
          ),
        ),
      ],
      { changes: 0 },
    ),
    step('ech, quoted', [rr('s', 'SVCB', 300, said(`1 s.example.net. ech="${ech}"`, `1 s.example.net. ech=${ech}`))], {
      changes: 1,
    }),
    step('ech, unquoted, is the same', [rr('s', 'SVCB', 300, `1 s.example.net. ech=${ech}`)], { changes: 0 }),
    step('dohpath', [rr('s', 'SVCB', 300, '1 s.example.net. alpn="h2" dohpath="/dns-query{?dns}"')]),
    step('keys by number', [rr('s', 'SVCB', 300, '1 s.example.net. key65400="value" key65500="other"')]),
    step('an unknown key with any octet', [rr('s', 'SVCB', 300, '1 s.example.net. key65400="a\\000b\\"c\\\\d\\255"')]),
    step('an unknown key without a value', [rr('s', 'SVCB', 300, '1 s.example.net. key65400')]),
    step('many hints', [
      rr(
        's',
        'SVCB',
        300,
        `1 s.example.net. ipv4hint=${Array.from({ length: 40 }, (_, i) => `192.0.2.${i}`).join(',')} ipv6hint=${Array.from({ length: 20 }, (_, i) => `2001:db8::${i + 1}`).join(',')}`,
      ),
    ]),
    step('an alpn with a comma in it', [rr('s', 'SVCB', 300, '1 s.example.net. alpn="f\\\\,oo,h2"')]),
    step('all of them', [
      rr(
        's',
        'SVCB',
        300,
        `1 s.example.net. mandatory=alpn,ipv4hint alpn="h2" no-default-alpn port=53 ipv4hint=192.0.2.1 ech=${ech} ipv6hint=2001:db8::1 key65400="x"`,
      ),
    ]),
  ]),
];
