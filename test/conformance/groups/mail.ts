import { group, rr, said, step } from '../suite.ts';

const dkim = `v=DKIM1; k=rsa; p=${'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A'.repeat(12)}IDAQAB`;

export const mailGroups = [
  group('MX', 'mx.example.', [
    step('one', [rr('', 'MX', 300, '10 mx.example.net.')]),
    step(
      'octoDNS’s mapping is the same',
      [rr('', 'MX', 300, said({ preference: 10, exchange: 'mx.example.net.' }, '10 mx.example.net.'))],
      { changes: 0 },
    ),
    step(
      'and its older keys',
      [rr('', 'MX', 300, said({ priority: 10, value: 'mx.example.net.' }, '10 mx.example.net.'))],
      { changes: 0 },
    ),
    step('two', [rr('', 'MX', 300, '10 mx.example.net.', '20 mx2.example.net.')], { changes: 1 }),
    step('preference alone changes', [rr('', 'MX', 300, '20 mx.example.net.', '20 mx2.example.net.')], { changes: 1 }),
    step('the ends of the range', [rr('', 'MX', 300, '0 mx.example.net.', '65535 mx.example.net.')], { changes: 1 }),
    step('null MX (RFC 7505)', [rr('', 'MX', 300, '0 .')], { changes: 1 }),
    step('into the zone', [rr('', 'MX', 300, '5 mail.mx.example.'), rr('mail', 'A', 300, '192.0.2.25')]),
    step('below the apex', [rr('sub', 'MX', 300, '5 mail.mx.example.'), rr('mail', 'A', 300, '192.0.2.25')]),
  ]),

  group('SPF, the type', 'spf.example.', [
    step('one', [rr('', 'SPF', 300, '"v=spf1 -all"')]),
    step('beside the same as TXT', [rr('', 'SPF', 300, '"v=spf1 -all"'), rr('', 'TXT', 300, '"v=spf1 -all"')]),
    step('gone', [rr('', 'TXT', 300, '"v=spf1 -all"')], { changes: 1 }),
  ]),

  group('Mail policy in TXT', 'policy.example.', [
    step('SPF', [
      rr(
        '',
        'TXT',
        300,
        said('v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all', '"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all"'),
      ),
    ]),
    step('DMARC with octoDNS’s escaped semicolons', [
      rr(
        '_dmarc',
        'TXT',
        300,
        said('v=DMARC1\\; p=reject\\; rua=mailto:d@example.net', '"v=DMARC1; p=reject; rua=mailto:d@example.net"'),
      ),
    ]),
    step(
      'and without the escapes is the same',
      [
        rr(
          '_dmarc',
          'TXT',
          300,
          said('v=DMARC1; p=reject; rua=mailto:d@example.net', '"v=DMARC1; p=reject; rua=mailto:d@example.net"'),
        ),
      ],
      { changes: 0 },
    ),
    step('a DKIM key over 255', [
      rr('k1._domainkey', 'TXT', 300, said(dkim, `"${dkim.slice(0, 255)}" "${dkim.slice(255)}"`)),
    ]),
    step(
      'the same key split by hand',
      [
        rr(
          'k1._domainkey',
          'TXT',
          300,
          said(
            `"${dkim.slice(0, 100)}" "${dkim.slice(100, 300)}" "${dkim.slice(300)}"`,
            `"${dkim.slice(0, 255)}" "${dkim.slice(255)}"`,
          ),
        ),
      ],
      { changes: 0 },
    ),
    step(
      'a key turned over',
      [
        rr(
          'k2._domainkey',
          'TXT',
          300,
          said(dkim.toLowerCase(), `"${dkim.toLowerCase().slice(0, 255)}" "${dkim.toLowerCase().slice(255)}"`),
        ),
      ],
      { changes: 2 },
    ),
    step('MTA-STS and TLS-RPT', [
      rr('_mta-sts', 'TXT', 300, '"v=STSv1; id=20261122T000000;"'),
      rr('_smtp._tls', 'TXT', 300, '"v=TLSRPTv1; rua=mailto:t@example.net"'),
    ]),
  ]),
];
