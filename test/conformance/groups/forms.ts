import { gives, group, rr, said, step, unguardedDelegation } from '../suite.ts';

const www = rr('www', 'A', 300, '192.0.2.1');

export const formGroups = [
  group('The forms of a YAML record', 'yaml-forms.example.', [
    step('value', [rr('www', 'A', 300, '192.0.2.1')], { yaml: 'www: {type: A, ttl: 300, value: 192.0.2.1}\n' }),
    step('values', [www], { yaml: 'www:\n  type: A\n  ttl: 300\n  values:\n  - 192.0.2.1\n', changes: 0 }),
    step('a list of records', [www, rr('www', 'AAAA', 300, '2001:db8::1')], {
      yaml: 'www:\n- {type: A, ttl: 300, value: 192.0.2.1}\n- type: AAAA\n  ttl: 300\n  values: ["2001:db8::1"]\n',
      changes: 1,
    }),
    step('the apex by an empty key', [rr('', 'TXT', 300, '"apex"'), www], {
      yaml: `'':\n  type: TXT\n  ttl: 300\n  value: apex\nwww: {type: A, ttl: 300, value: 192.0.2.1}\n`,
    }),
    step('an anchor and its alias', [rr('a', 'A', 300, '192.0.2.1'), rr('b', 'A', 300, '192.0.2.1')], {
      yaml: 'a: &one {type: A, ttl: 300, value: 192.0.2.1}\nb: *one\n',
    }),
  ]),

  group(
    'Mapping and presentation text are the same',
    'mappings.example.',
    [
      step('presentation text', [
        rr('c', 'CAA', 300, '0 issue "ca.example.net"'),
        rr('d', 'NAPTR', 300, '1 2 "u" "E2U+sip" "!^.*$!sip:a@example.net!" .'),
        rr('f', 'SSHFP', 300, `4 2 ${'AB'.repeat(32)}`),
        rr('l', 'LOC', 300, '1 2 3.000 N 4 5 6.000 W 7.00m 8m 9m 10m'),
        rr('m', 'MX', 300, '10 mx.example.net.'),
        rr('s', 'SRV', 300, '1 2 3 srv.example.net.'),
        rr('t', 'TLSA', 300, `3 1 1 ${'CD'.repeat(32)}`),
        rr('u', 'URI', 300, '1 2 "https://www.example.net/"'),
        rr('v', 'SVCB', 300, '1 svc.example.net. alpn="h2,h3" port=8443'),
      ]),
      step(
        'octoDNS’s mappings',
        [
          rr('c', 'CAA', 300, said({ flags: 0, tag: 'issue', value: 'ca.example.net' }, '0 issue "ca.example.net"')),
          rr(
            'd',
            'NAPTR',
            300,
            said(
              {
                order: 1,
                preference: 2,
                flags: 'u',
                service: 'E2U+sip',
                regexp: '!^.*$!sip:a@example.net!',
                replacement: '.',
              },
              '1 2 "u" "E2U+sip" "!^.*$!sip:a@example.net!" .',
            ),
          ),
          rr(
            'f',
            'SSHFP',
            300,
            said({ algorithm: 4, fingerprint_type: 2, fingerprint: 'ab'.repeat(32) }, `4 2 ${'AB'.repeat(32)}`),
          ),
          rr(
            'l',
            'LOC',
            300,
            said(
              {
                lat_degrees: 1,
                lat_minutes: 2,
                lat_seconds: 3,
                lat_direction: 'N',
                long_degrees: 4,
                long_minutes: 5,
                long_seconds: 6,
                long_direction: 'W',
                altitude: 7,
                size: 8,
                precision_horz: 9,
                precision_vert: 10,
              },
              '1 2 3.000 N 4 5 6.000 W 7.00m 8m 9m 10m',
            ),
          ),
          rr('m', 'MX', 300, said({ preference: 10, exchange: 'mx.example.net.' }, '10 mx.example.net.')),
          rr(
            's',
            'SRV',
            300,
            said({ priority: 1, weight: 2, port: 3, target: 'srv.example.net.' }, '1 2 3 srv.example.net.'),
          ),
          rr(
            't',
            'TLSA',
            300,
            said(
              { certificate_usage: 3, selector: 1, matching_type: 1, certificate_association_data: 'cd'.repeat(32) },
              `3 1 1 ${'CD'.repeat(32)}`,
            ),
          ),
          rr(
            'u',
            'URI',
            300,
            said({ priority: 1, weight: 2, target: 'https://www.example.net/' }, '1 2 "https://www.example.net/"'),
          ),
          rr(
            'v',
            'SVCB',
            300,
            said(
              { svcpriority: 1, targetname: 'svc.example.net.', svcparams: { alpn: ['h2', 'h3'], port: 8443 } },
              '1 svc.example.net. alpn="h2,h3" port=8443',
            ),
          ),
        ],
        { changes: 0 },
      ),
      step('DS and its mapping', [
        rr('k', 'NS', 300, 'ns.example.net.'),
        rr(
          'k',
          'DS',
          300,
          said(
            { key_tag: 12345, algorithm: 13, digest_type: 2, digest: 'ef'.repeat(32) },
            `12345 13 2 ${'EF'.repeat(32)}`,
          ),
        ),
      ]),
    ],
    unguardedDelegation,
  ),

  group('Names without a final dot in values', 'relative.example.', [
    step('relative to the zone', [
      rr('www', 'CNAME', 300, said('target', 'target.relative.example.')),
      rr('', 'MX', 300, said('10 mail', '10 mail.relative.example.')),
      rr('target', 'A', 300, '192.0.2.1'),
      rr('mail', 'A', 300, '192.0.2.2'),
    ]),
    step(
      'the same names, absolute',
      [
        rr('www', 'CNAME', 300, 'target.relative.example.'),
        rr('', 'MX', 300, '10 mail.relative.example.'),
        rr('target', 'A', 300, '192.0.2.1'),
        rr('mail', 'A', 300, '192.0.2.2'),
      ],
      { changes: 0 },
    ),
  ]),

  group('Master files', 'master.example.', [
    step(
      '$TTL, blank owners, comments, parentheses',
      [
        rr('www', 'A', 300, '192.0.2.1', '192.0.2.2'),
        rr('www', 'TXT', 300, '"a;b" "c"'),
        rr('', 'MX', 600, '10 mail.master.example.'),
        rr('mail', 'A', 300, '192.0.2.25'),
      ],
      {
        master: [
          '$TTL 5m ; five minutes',
          'www IN A 192.0.2.1',
          '    IN A 192.0.2.2 ; blank owner',
          '    TXT ( "a;b" ; not the end',
          '          "c" )',
          '@ 10m IN MX 10 mail',
          'mail A 192.0.2.25',
          '',
        ].join('\n'),
      },
    ),
    step(
      'the same as YAML is no change',
      [
        rr('www', 'A', 300, '192.0.2.1', '192.0.2.2'),
        rr('www', 'TXT', 300, '"a;b" "c"'),
        rr('', 'MX', 600, '10 mail.master.example.'),
        rr('mail', 'A', 300, '192.0.2.25'),
      ],
      { changes: 0 },
    ),
    step(
      '$ORIGIN',
      [
        rr('a.sub', 'A', 300, '192.0.2.3'),
        rr('b.sub', 'CNAME', 300, 'a.sub.master.example.'),
        rr('c', 'A', 300, '192.0.2.4'),
      ],
      {
        master:
          '$TTL 300\n$ORIGIN sub.master.example.\na A 192.0.2.3\nb CNAME a\n$ORIGIN master.example.\nc A 192.0.2.4\n',
      },
    ),
    step(
      '$GENERATE',
      [
        rr('h1', 'A', 300, '192.0.2.1'),
        rr('h2', 'A', 300, '192.0.2.2'),
        rr('h3', 'A', 300, '192.0.2.3'),
        rr('n010', 'CNAME', 300, 'h1.master.example.'),
      ],
      {
        master: '$TTL 300\n$GENERATE 1-3 h$ A 192.0.2.$\n$GENERATE 10-10 n$' + '{0,3,d} CNAME h1\n',
      },
    ),
    step('absolute owners and TTL after the class', [rr('www', 'A', 77, '192.0.2.1'), rr('', 'TXT', 88, '"x"')], {
      master: 'www.master.example. IN 77 A 192.0.2.1\nmaster.example. 88 IN TXT x\n',
    }),
    step('unknown types', [rr('www', 'A', 77, '192.0.2.1'), rr('u', 'TYPE65280', 77, '\\# 4 C0000201')], {
      master: '$TTL 77\nwww TYPE1 \\# 4 c0000201\nu CLASS1 TYPE65280 \\# 4 c0000201\n',
    }),
  ]),

  group('What is left alone', 'alone.example.', [
    step('before', [www, rr('kept', 'A', 300, '192.0.2.7'), rr('_acme-challenge', 'TXT', 300, '"token"')], {
      yaml: [
        'www: {type: A, ttl: 300, value: 192.0.2.1}',
        'kept: {type: A, ttl: 300, value: 192.0.2.7}',
        '_acme-challenge: {type: TXT, ttl: 300, value: token}',
        '',
      ].join('\n'),
    }),
    step('octodns: ignored', [www, rr('_acme-challenge', 'TXT', 300, '"token"')], {
      yaml: [
        'www: {type: A, ttl: 300, value: 192.0.2.1}',
        'kept: {type: A, ttl: 60, value: 192.0.2.8, octodns: {ignored: true}}',
        '_acme-challenge: {type: TXT, ttl: 300, value: token}',
        '',
      ].join('\n'),
      changes: 0,
      asks: [gives('kept', 'A', rr('kept', 'A', 300, '192.0.2.7'))],
    }),
    step('octodns: excluded at this target', [www], {
      yaml: [
        'www: {type: A, ttl: 300, value: 192.0.2.1}',
        'kept: {type: A, ttl: 60, value: 192.0.2.8, octodns: {excluded: [target]}}',
        '',
      ].join('\n'),
      changes: 1,
      asks: [gives('kept', 'A', rr('kept', 'A', 300, '192.0.2.7'))],
    }),
  ]),
];
