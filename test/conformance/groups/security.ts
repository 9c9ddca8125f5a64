import { gives, group, rr, said, step, unguardedDelegation } from '../suite.ts';

const sha1 = '2BB183AF5F22588179A53B0A98631FAD1A292118';
const sha256 = '3490A6806D47F17A34C29E2CE80E8A999FFBE4BE6B8B5E1B0E2D5A6C6F7A8B9C';
const sha384 = sha256 + sha256.slice(0, 32);
const other256 = '0123456789ABCDEF'.repeat(4);
/** A P-256 public key's 64 octets, and an Ed25519 key's 32. */
const p256 = 'oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==';
const ed25519 = 'l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=';
const www = rr('www', 'A', 300, '192.0.2.1');

export const securityGroups = [
  group('CAA', 'caa.example.', [
    step('issue', [rr('', 'CAA', 300, '0 issue "ca.example.net"')]),
    step(
      'octoDNS’s mapping is the same',
      [rr('', 'CAA', 300, said({ flags: 0, tag: 'issue', value: 'ca.example.net' }, '0 issue "ca.example.net"'))],
      { changes: 0 },
    ),
    step(
      'issue, issuewild, iodef',
      [rr('', 'CAA', 300, '0 issue "ca.example.net"', '0 issuewild ";"', '0 iodef "mailto:security@example.net"')],
      { changes: 1 },
    ),
    step('critical', [rr('', 'CAA', 300, '128 issue "ca.example.net"')], { changes: 1 }),
    step(
      'parameters',
      [
        rr(
          '',
          'CAA',
          300,
          '0 issue "ca.example.net; accounturi=https://ca.example.net/acct/1; validationmethods=dns-01"',
        ),
      ],
      { changes: 1 },
    ),
    step('nobody may', [rr('', 'CAA', 300, '0 issue ";"')], { changes: 1 }),
    step('below the apex', [rr('www', 'CAA', 300, '0 issuemail "ca.example.net"'), www]),
  ]),

  group('SSHFP', 'sshfp.example.', [
    step('SHA-256', [rr('h', 'SSHFP', 300, `4 2 ${sha256}`)]),
    step('small letters are the same', [rr('h', 'SSHFP', 300, said(`4 2 ${sha256.toLowerCase()}`, `4 2 ${sha256}`))], {
      changes: 0,
    }),
    step(
      'the mapping is the same',
      [
        rr(
          'h',
          'SSHFP',
          300,
          said({ algorithm: 4, fingerprint_type: 2, fingerprint: sha256.toLowerCase() }, `4 2 ${sha256}`),
        ),
      ],
      { changes: 0 },
    ),
    step('several', [rr('h', 'SSHFP', 300, `1 1 ${sha1}`, `1 2 ${sha256}`, `3 2 ${sha256}`, `4 2 ${other256}`)], {
      changes: 1,
    }),
    step('one key goes', [rr('h', 'SSHFP', 300, `3 2 ${sha256}`, `4 2 ${other256}`)], { changes: 1 }),
  ]),

  group('TLSA', 'tlsa.example.', [
    step('3 1 1', [rr('_443._tcp', 'TLSA', 300, `3 1 1 ${sha256}`)]),
    step(
      'digits in groups are the same',
      [rr('_443._tcp', 'TLSA', 300, said(`3 1 1 ${sha256.slice(0, 20)} ${sha256.slice(20)}`, `3 1 1 ${sha256}`))],
      { changes: 0 },
    ),
    step('the next key beside it', [rr('_443._tcp', 'TLSA', 300, `3 1 1 ${sha256}`, `3 1 1 ${other256}`)], {
      changes: 1,
    }),
    step('SHA-512', [rr('_443._tcp', 'TLSA', 300, `2 0 2 ${sha256}${other256}`)], { changes: 1 }),
    step('a whole certificate', [rr('_443._tcp', 'TLSA', 300, `3 0 0 ${'30820122'.repeat(120)}`)], { changes: 1 }),
    step('the mapping', [
      rr(
        '_25._tcp.mx',
        'TLSA',
        300,
        said(
          { certificate_usage: 2, selector: 1, matching_type: 1, certificate_association_data: sha256.toLowerCase() },
          `2 1 1 ${sha256}`,
        ),
      ),
    ]),
  ]),

  group('SMIMEA', 'smimea.example.', [
    step('one', [rr(`${'ab'.repeat(28)}._smimecert`, 'SMIMEA', 300, `3 1 1 ${sha256}`)]),
    step('two', [rr(`${'ab'.repeat(28)}._smimecert`, 'SMIMEA', 300, `3 1 1 ${sha256}`, `3 1 1 ${other256}`)], {
      changes: 1,
    }),
    step(
      'a whole certificate',
      [rr(`${'ab'.repeat(28)}._smimecert`, 'SMIMEA', 300, `3 0 0 ${'30820122'.repeat(60)}`)],
      { changes: 1 },
    ),
  ]),

  group('OPENPGPKEY', 'openpgpkey.example.', [
    step('one', [rr(`${'cd'.repeat(28)}._openpgpkey`, 'OPENPGPKEY', 300, p256)]),
    step(
      'base64 in pieces is the same',
      [rr(`${'cd'.repeat(28)}._openpgpkey`, 'OPENPGPKEY', 300, said(`${p256.slice(0, 10)} ${p256.slice(10)}`, p256))],
      { changes: 0 },
    ),
    step('a long key', [rr(`${'cd'.repeat(28)}._openpgpkey`, 'OPENPGPKEY', 300, 'mQENBFVHm5sBCACj'.repeat(100))], {
      changes: 1,
    }),
  ]),

  group('DNSKEY', 'dnskey.example.', [
    step('at the apex', [www, rr('', 'DNSKEY', 300, `257 3 13 ${p256}`)]),
    step('two', [www, rr('', 'DNSKEY', 300, `257 3 13 ${p256}`, `256 3 15 ${ed25519}`)]),
    step('another TTL', [www, rr('', 'DNSKEY', 600, `257 3 13 ${p256}`, `256 3 15 ${ed25519}`)]),
  ]),

  group('CDS and CDNSKEY', 'cds.example.', [
    step('at the apex', [www, rr('', 'CDS', 300, `12345 13 2 ${sha256}`), rr('', 'CDNSKEY', 300, `257 3 13 ${p256}`)]),
    step('another key', [
      www,
      rr('', 'CDS', 300, `54321 15 2 ${other256}`),
      rr('', 'CDNSKEY', 300, `257 3 15 ${ed25519}`),
    ]),
    step('the delete forms (RFC 8078)', [www, rr('', 'CDS', 300, '0 0 0 00'), rr('', 'CDNSKEY', 300, '0 3 0 AA==')]),
  ]),

  group(
    'DS',
    'ds.example.',
    [
      step('beside the delegation', [
        www,
        rr('child', 'NS', 300, 'ns.example.net.'),
        rr('child', 'DS', 300, `12345 13 2 ${sha256}`),
      ]),
      step(
        'two digests',
        [
          www,
          rr('child', 'NS', 300, 'ns.example.net.'),
          rr('child', 'DS', 300, `12345 13 2 ${sha256}`, `12345 13 4 ${sha384}`),
        ],
        { changes: 1 },
      ),
      step(
        'small letters are the same',
        [
          www,
          rr('child', 'NS', 300, 'ns.example.net.'),
          rr(
            'child',
            'DS',
            300,
            said(`12345 13 2 ${sha256.toLowerCase()}`, `12345 13 2 ${sha256}`),
            said(`12345 13 4 ${sha384.toLowerCase()}`, `12345 13 4 ${sha384}`),
          ),
        ],
        { changes: 0 },
      ),
      step(
        'a key turned over',
        [www, rr('child', 'NS', 300, 'ns.example.net.'), rr('child', 'DS', 300, `54321 15 2 ${other256}`)],
        { changes: 1 },
      ),
      step('SHA-1', [www, rr('child', 'NS', 300, 'ns.example.net.'), rr('child', 'DS', 300, `1 8 1 ${sha1}`)], {
        changes: 1,
      }),
      step('DS goes, the delegation stays', [www, rr('child', 'NS', 300, 'ns.example.net.')], {
        changes: 1,
        asks: [gives('child', 'DS')],
      }),
    ],
    unguardedDelegation,
  ),
];
