/** One value of a type in all its forms. The first presentation text is canonical. */
export interface Case {
  readonly type: string;
  readonly texts: readonly [string, ...string[]];
  /** Hexadecimal; spaces divide it. */
  readonly wire?: string;
  /** What `dump` writes; Default is the canonical text. */
  readonly yaml?: unknown;
  /** Other values of YAML for the same rdata. */
  readonly yamls?: readonly unknown[];
}

const digest = '2bb183af5f22588179a53b0a98631fad1a292118';
const key = 'AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8nokfzj31Ga';
const exampleCom = '07 6578616d706c65 03 636f6d 00';

const ds = { key_tag: 60485, algorithm: 5, digest_type: 1, digest };
const oldDs = { flags: 60485, protocol: '5', algorithm: 1, public_key: digest.toUpperCase() };
const dnskey = { flags: 256, protocol: 3, algorithm: 5, public_key: key };
const tlsa = { certificate_usage: 3, selector: 1, matching_type: 1, certificate_association_data: 'abcd0123' };

/** SVCB and HTTPS have cases of their own. */
export const cases: readonly Case[] = [
  { type: 'A', texts: ['192.0.2.1', ' 192.0.2.1 ', '\\# 4 c0000201', '\\# 4 C000 ( 0201 )'], wire: 'c0000201' },
  {
    type: 'AAAA',
    texts: ['2001:db8::1', '2001:DB8:0:0:0:0:0:1', '2001:0db8::0001', '2001:db8::0.0.0.1'],
    wire: '20010db8 00000000 00000000 00000001',
  },
  {
    type: 'AAAA',
    texts: ['::ffff:c000:201', '::ffff:192.0.2.1', '0:0:0:0:0:FFFF:192.0.2.1'],
    wire: '00000000 00000000 0000ffff c0000201',
  },
  { type: 'AAAA', texts: ['::', '0::0'], wire: '00000000 00000000 00000000 00000000' },
  { type: 'AAAA', texts: ['1:0:0:2::3', '1:0:0:2:0:0:0:3'], wire: '00010000 00000002 00000000 00000003' },
  { type: 'AAAA', texts: ['2001:db8:0:1:1:1:1:1', '2001:db8::1:1:1:1:1'], wire: '20010db8 00000001 00010001 00010001' },
  ...['NS', 'CNAME', 'PTR', 'DNAME', 'ALIAS'].map(
    (type): Case => ({
      type,
      texts: ['www.example.com.', 'WWW.Example.COM.', 'www', 'w\\119w'],
      wire: `03 777777 ${exampleCom}`,
      yamls: ['www.example.com.', 'www'],
    }),
  ),
  { type: 'CNAME', texts: ['example.com.', '@'], wire: exampleCom },
  { type: 'CNAME', texts: ['xn--bcher-kva.example.com.', 'bücher', 'BÜCHER.example.com.'] },
  {
    type: 'SOA',
    texts: [
      'ns1.example.com. host\\.master.example.com. 2026010100 10800 3600 604800 3600',
      'ns1 host\\.master ( 2026010100\n 3h 1h 1w 60m )',
    ],
    wire: `03 6e7331 ${exampleCom} 0b 686f73742e6d6173746572 ${exampleCom} 78c275f4 00002a30 00000e10 00093a80 00000e10`,
    yaml: {
      mname: 'ns1.example.com.',
      rname: 'host\\.master.example.com.',
      serial: 2026010100,
      refresh: 10800,
      retry: 3600,
      expire: 604800,
      minimum: 3600,
    },
  },
  {
    type: 'HINFO',
    texts: ['"PC" "Linux 6"', 'PC "Linux 6"'],
    wire: '02 5043 07 4c696e75782036',
    yaml: { cpu: 'PC', os: 'Linux 6' },
  },
  {
    type: 'MX',
    texts: ['10 mail.example.com.', '010   MAIL', '\\# 20 000a046d61696c076578616d706c6503636f6d00'],
    wire: `000a 04 6d61696c ${exampleCom}`,
    yaml: { preference: 10, exchange: 'mail.example.com.' },
    yamls: [
      '10 mail',
      { preference: '10', exchange: 'mail' },
      { priority: 10, value: 'Mail.example.com.' },
      { priority: 10, exchange: 'mail' },
    ],
  },
  { type: 'MX', texts: ['0 .'], wire: '0000 00', yaml: { preference: 0, exchange: '.' } },
  {
    type: 'RP',
    texts: ['me.example.com. .', 'ME .'],
    wire: `02 6d65 ${exampleCom} 00`,
    yaml: { mbox: 'me.example.com.', txt: '.' },
  },
  { type: 'AFSDB', texts: ['1 a.'], wire: '0001 01 61 00', yaml: { subtype: 1, hostname: 'a.' } },
  { type: 'KX', texts: ['1 a.'], wire: '0001 01 61 00', yaml: { preference: 1, exchange: 'a.' } },
  { type: 'RT', texts: ['1 a.'], wire: '0001 01 61 00', yaml: { preference: 1, host: 'a.' } },
  { type: 'LP', texts: ['1 a.'], wire: '0001 01 61 00', yaml: { preference: 1, target: 'a.' } },
  { type: 'L32', texts: ['1 192.0.2.1'], wire: '0001 c0000201', yaml: { preference: 1, locator: '192.0.2.1' } },
  { type: 'MINFO', texts: ['a. b.'], wire: '01 61 00 01 62 00', yaml: { rmailbx: 'a.', emailbx: 'b.' } },
  {
    // RFC 1876 appendix A, with every default written out.
    type: 'LOC',
    texts: [
      '42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m',
      '42 21 54 N 71 06 18 W -24m 30m',
      '42 21 54.0 n 71 6 18 w -24 30.00m 10000m 10M',
    ],
    wire: '00 33 16 13 89172dd0 70be15f0 00988d20',
    yaml: {
      lat_degrees: 42,
      lat_minutes: 21,
      lat_seconds: 54,
      lat_direction: 'N',
      long_degrees: 71,
      long_minutes: 6,
      long_seconds: 18,
      long_direction: 'W',
      altitude: -24,
      size: 30,
      precision_horz: 10000,
      precision_vert: 10,
    },
  },
  {
    type: 'LOC',
    texts: ['52 0 0.000 S 4 30 0.500 E 10.05m 0.00m 0.05m 90000000.00m', '52 S 4 30 0.5 E 10.05m 0 0.05 90000000'],
    wire: '00 00 50 99 74d78e00 80f73334 00989a6d',
    yaml: {
      lat_degrees: 52,
      lat_minutes: 0,
      lat_seconds: 0,
      lat_direction: 'S',
      long_degrees: 4,
      long_minutes: 30,
      long_seconds: 0.5,
      long_direction: 'E',
      altitude: 10.05,
      size: 0,
      precision_horz: 0.05,
      precision_vert: 90000000,
    },
  },
  {
    type: 'SRV',
    texts: ['1 2 443 www.example.com.', '1 2 443 WWW'],
    wire: `0001 0002 01bb 03 777777 ${exampleCom}`,
    yaml: { priority: 1, weight: 2, port: 443, target: 'www.example.com.' },
  },
  {
    // RFC 2915's example in the form of RFC 3403; the backslash is one octet on the wire.
    type: 'NAPTR',
    texts: [
      '100 50 "u" "sip+E2U" "!^.*(.)$!sip:\\\\1@example.com!" .',
      '100 50 u sip+E2U "!^.*(.)$!sip:\\\\1@example.com!" .',
    ],
    wire: '0064 0032 01 75 07 7369702b453255 1c 215e2e2a282e2924217369703a5c31406578616d706c652e636f6d21 00',
    yaml: {
      order: 100,
      preference: 50,
      flags: 'u',
      service: 'sip+E2U',
      regexp: '!^.*(.)$!sip:\\\\1@example.com!',
      replacement: '.',
    },
  },
  {
    type: 'CERT',
    texts: ['1 12345 8 AAEC', 'PKIX 12345 RSASHA256 AA EC'],
    wire: '0001 3039 08 000102',
    yaml: { type: 1, key_tag: 12345, algorithm: 8, certificate: 'AAEC' },
  },
  ...['DS', 'CDS', 'DLV'].map(
    (type): Case => ({
      type,
      texts: [`60485 5 1 ${digest}`, `60485 RSASHA1 1 (2BB183AF5F22588179A53B0A\n98631FAD1A292118)`],
      wire: `ec45 05 01 ${digest}`,
      yaml: ds,
      yamls: [oldDs, { ...ds, digest: '2BB183AF5F22588179A53B0A 98631FAD1A292118' }],
    }),
  ),
  {
    type: 'CDS',
    texts: ['0 0 0 00'],
    wire: '0000 00 00 00',
    yaml: { key_tag: 0, algorithm: 0, digest_type: 0, digest: '00' },
  },
  {
    type: 'SSHFP',
    texts: [`4 1 ${digest}`, `4 1 ${digest.slice(0, 8)} ${digest.slice(8).toUpperCase()}`],
    wire: `04 01 ${digest}`,
    yaml: { algorithm: 4, fingerprint_type: 1, fingerprint: digest },
  },
  {
    // RFC 4034 section 3.3, its signature cut short.
    type: 'RRSIG',
    texts: [
      'A 5 3 86400 20030322173103 20030220173103 2642 example.com. oJB1W6WN',
      'TYPE1 RSASHA1 3 86400 1048354263 1045762263 2642 Example.com. oJB1 W6WN',
    ],
    wire: `0001 05 03 00015180 3e7c9dd7 3e5510d7 0a52 ${exampleCom} a090755ba58d`,
    yaml: {
      type_covered: 'A',
      algorithm: 5,
      labels: 3,
      original_ttl: 86400,
      expiration: '20030322173103',
      inception: '20030220173103',
      key_tag: 2642,
      signer: 'example.com.',
      signature: 'oJB1W6WN',
    },
  },
  {
    // RFC 4034 section 4.3.
    type: 'NSEC',
    texts: ['host.example.com. A MX RRSIG NSEC TYPE1234', 'host TYPE1234 NSEC a TYPE15 RRSIG A'],
    wire: `04 686f7374 ${exampleCom} 00 06 400100000003 04 1b ${'00'.repeat(26)} 20`,
    yaml: { next: 'host.example.com.', types: ['A', 'MX', 'RRSIG', 'NSEC', 'TYPE1234'] },
  },
  ...['DNSKEY', 'CDNSKEY'].map(
    (type): Case => ({
      type,
      texts: [`256 3 5 ${key}`, `256 3 RSASHA1 ${key.slice(0, 20)} (${key.slice(20)} )`],
      wire: `0100 03 05 ${Buffer.from(key, 'base64').toString('hex')}`,
      yaml: dnskey,
    }),
  ),
  {
    type: 'CDNSKEY',
    texts: ['0 3 0 AA=='],
    wire: '0000 03 00 00',
    yaml: { flags: 0, protocol: 3, algorithm: 0, public_key: 'AA==' },
  },
  {
    // RFC 4701 section 3.6.1.
    type: 'DHCID',
    texts: [
      'AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=',
      '( AAIBY2/AuCccgoJbsaxcQc9TUapptP69l\n OjxfNuVAA2kjEA= )',
    ],
    wire: '000201636fc0b8271c82825bb1ac5c41cf5351aa69b4febd94e8f17cdb95000da48c40',
  },
  {
    // RFC 5155 appendix A.
    type: 'NSEC3',
    texts: [
      '1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA MX RRSIG DNSKEY NSEC3PARAM',
      '1 1 12 AABBCCDD 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR MX DNSKEY NS SOA NSEC3PARAM RRSIG',
    ],
    wire: '01 01 000c 04 aabbccdd 14 174eb2409fe28bcb4887a1836f957f0a8425e27b 00 07 22010000000290',
    yaml: {
      algorithm: 1,
      flags: 1,
      iterations: 12,
      salt: 'aabbccdd',
      next: '2t7b4g4vsa5smi47k61mv5bv1a22bojr',
      types: ['NS', 'SOA', 'MX', 'RRSIG', 'DNSKEY', 'NSEC3PARAM'],
    },
  },
  {
    type: 'NSEC3PARAM',
    texts: ['1 0 0 -'],
    wire: '01 00 0000 00',
    yaml: { algorithm: 1, flags: 0, iterations: 0, salt: '-' },
  },
  ...['TLSA', 'SMIMEA'].map(
    (type): Case => ({
      type,
      texts: ['3 1 1 abcd0123', '3 1 1 ABCD 0123'],
      wire: '03 01 01 abcd0123',
      yaml: tlsa,
    }),
  ),
  { type: 'OPENPGPKEY', texts: ['AAEC', 'AA EC'], wire: '000102' },
  {
    // RFC 7477 section 2.1.3.
    type: 'CSYNC',
    texts: ['66 3 A NS AAAA', '66 3 AAAA NS A'],
    wire: '00000042 0003 00 04 60000008',
    yaml: { serial: 66, flags: 3, types: ['A', 'NS', 'AAAA'] },
    yamls: [{ serial: 66, flags: 3, types: 'A NS AAAA' }],
  },
  { type: 'CSYNC', texts: ['66 0'], wire: '00000042 0000', yaml: { serial: 66, flags: 0 } },
  {
    type: 'ZONEMD',
    texts: [`2018031500 1 1 ${'feedbeef'.repeat(12)}`, `2018031500 1 1 ${'FEED BEEF '.repeat(12)}`],
    wire: `7848b78c 01 01 ${'feedbeef'.repeat(12)}`,
    yaml: { serial: 2018031500, scheme: 1, hash_algorithm: 1, digest: 'feedbeef'.repeat(12) },
  },
  // RFC 7043 sections 3.2 and 4.2.
  { type: 'EUI48', texts: ['00-00-5e-00-53-2a', '00-00-5E-00-53-2A'], wire: '00005e00532a' },
  { type: 'EUI64', texts: ['00-00-5e-ef-10-00-00-2a'], wire: '00005eef1000002a' },
  {
    // RFC 7553 section 4.5.
    type: 'URI',
    texts: ['10 1 "ftp://ftp1.example.com/public"', '10 1 ftp://ftp1.example.com/public'],
    wire: '000a 0001 6674703a2f2f667470312e6578616d706c652e636f6d2f7075626c6963',
    yaml: { priority: 10, weight: 1, target: 'ftp://ftp1.example.com/public' },
  },
  {
    type: 'CAA',
    texts: ['0 issue "ca.example.net; a=b"', '0 ISSUE "ca.example.net; a=b"', '0 issue ca.example.net\\;\\032a=b'],
    wire: '00 05 6973737565 63612e6578616d706c652e6e65743b20613d62',
    yaml: { flags: 0, tag: 'issue', value: 'ca.example.net; a=b' },
    yamls: [
      { tag: 'issue', value: 'ca.example.net; a=b' },
      { flags: '0', tag: 'Issue', value: 'ca.example.net\\; a=b' },
    ],
  },
  { type: 'CAA', texts: ['128 issue ""'], wire: '80 05 6973737565', yaml: { flags: 128, tag: 'issue', value: '' } },
  {
    type: 'LUA',
    texts: ['A "ifportup(443, {\'192.0.2.1\'})"', 'a "ifportup(443," "{\'192.0.2.1\'})"'],
    wire: `0001 1c ${Buffer.from("ifportup(443, {'192.0.2.1'})").toString('hex')}`,
    yaml: { type: 'A', script: "ifportup(443, {'192.0.2.1'})" },
    yamls: [{ type: 'a', script: "\n  ifportup(443,\n    {'192.0.2.1'})\n" }],
  },
  { type: 'LUA', texts: ['A "\\""'], wire: '0001 01 22' },
  {
    type: 'LUA',
    texts: ['TXT "return \\"a\\\\\\"b\\""'],
    wire: `0010 0e ${Buffer.from('return "a\\\\"b"').toString('hex')}`,
  },
  // RFC 3597 section 5.
  { type: 'TYPE731', texts: ['\\# 6 abcdef012345', '\\# 6 abcdef (\n 01 23 45 )'], wire: 'abcdef012345' },
  { type: 'TYPE65534', texts: ['\\# 0'], wire: '' },
  { type: 'IPSECKEY', texts: ['\\# 2 0a0b'], wire: '0a0b' },
];
