/** A zone example.com. with one fault, as lines of a master file. The tests and named-checkzone read the same lines. */
export interface FaultyZone {
  /** Its id. */
  readonly rule: string;
  readonly what: string;
  readonly lines: readonly string[];
  /** What `named-checkzone -i local` does with these lines. Default is accepts. */
  readonly namedCheckzone?: 'warns' | 'refuses';
  /** Keys of the zone in hostmaster.yaml that the rule needs. */
  readonly settings?: {
    readonly public?: boolean;
    readonly ignore?: readonly { readonly name: string; readonly types?: readonly string[]; readonly value?: string }[];
    readonly exempt?: readonly { readonly rule: string; readonly name: string; readonly reason: string }[];
  };
  readonly zoneNames?: readonly string[];
  /** Names and types that an error keeps from being written; a type of `*` is all of the name. */
  readonly quarantined?: readonly string[];
  /** The zone has no apex NS of its own here; by default two are added. */
  readonly ownNs?: true;
  /** No master file can say it. */
  readonly onlyHere?: true;
}

export const faultyZones: readonly FaultyZone[] = [
  {
    rule: 'cname-coexistence',
    what: 'a CNAME beside an A',
    namedCheckzone: 'refuses',
    lines: ['www CNAME a', 'www A 192.0.2.1', 'a A 192.0.2.1'],
    quarantined: ['www *'],
  },
  {
    rule: 'dname-coexistence',
    what: 'a DNAME beside an NS',
    lines: ['sub DNAME example.net.', 'sub NS ns1.example.net.', 'sub NS ns2.example.net.'],
    quarantined: ['sub *'],
  },
  {
    rule: 'alias-coexistence',
    what: 'an ALIAS beside an A',
    namedCheckzone: 'refuses',
    lines: ['www ALIAS example.net.', 'www A 192.0.2.1'],
    quarantined: ['www *'],
  },
  {
    rule: 'one-value',
    what: 'a CNAME with two values',
    namedCheckzone: 'refuses',
    lines: ['www CNAME a.example.net.', 'www CNAME b.example.net.'],
    quarantined: ['www CNAME'],
  },
  {
    rule: 'one-value',
    what: 'a DNAME with two values',
    namedCheckzone: 'refuses',
    lines: ['sub DNAME a.example.net.', 'sub DNAME b.example.net.'],
    quarantined: ['sub DNAME'],
  },
  {
    rule: 'apex-cname',
    what: 'a CNAME at the apex',
    namedCheckzone: 'refuses',
    lines: ['@ CNAME example.net.'],
    quarantined: ['@ CNAME'],
  },
  {
    rule: 'apex-only',
    what: 'a CDS below the apex',
    lines: [`www CDS 1 13 2 ${'ab'.repeat(32)}`],
    quarantined: ['www CDS'],
  },
  {
    rule: 'ds-at-apex',
    what: 'a DS at the apex',
    namedCheckzone: 'refuses',
    lines: [`@ DS 1 13 2 ${'ab'.repeat(32)}`],
    quarantined: ['@ DS'],
  },
  {
    rule: 'ns-wildcard',
    what: 'an NS at a wildcard',
    namedCheckzone: 'refuses',
    lines: ['* NS ns1.example.net.', '* NS ns2.example.net.'],
    quarantined: ['* NS'],
  },
  {
    rule: 'subzone',
    what: 'an A of a zone that is configured elsewhere',
    lines: ['sub NS ns1.sub', 'sub NS ns2.example.net.', 'ns1.sub A 192.0.2.1', 'www.sub A 192.0.2.1'],
    zoneNames: ['example.com.', 'sub.example.com.'],
    quarantined: ['www.sub A'],
  },
  {
    rule: 'below-delegation',
    what: 'an A below a delegation that is no glue',
    lines: ['sub NS ns1.sub', 'sub NS ns2.example.net.', 'ns1.sub A 192.0.2.1', 'www.sub A 192.0.2.1'],
    quarantined: ['www.sub A'],
  },
  {
    rule: 'below-dname',
    what: 'an A below a DNAME',
    lines: ['sub DNAME example.net.', 'www.sub A 192.0.2.1'],
    quarantined: ['www.sub A'],
  },
  {
    rule: 'cname-loop',
    what: 'two CNAMEs that lead to each other',
    lines: ['a CNAME b', 'b CNAME a'],
    quarantined: ['a CNAME', 'b CNAME'],
  },
  {
    rule: 'dname-loop',
    what: 'a DNAME that leads below itself',
    lines: ['sub DNAME x.sub'],
    quarantined: ['sub DNAME'],
  },
  {
    rule: 'target-address',
    what: 'an MX to an address',
    namedCheckzone: 'warns',
    lines: ['@ MX 10 192.0.2.1.'],
    quarantined: ['@ MX'],
  },
  {
    rule: 'target-address',
    what: 'an NS to an address without a final dot',
    namedCheckzone: 'warns',
    lines: ['sub NS 192.0.2.1', 'sub NS 192.0.2.2', '192.0.2.1 A 192.0.2.1', '192.0.2.2 A 192.0.2.2'],
    quarantined: ['sub NS'],
  },
  {
    rule: 'target-address',
    what: 'an SRV to an address',

    lines: ['_x._tcp SRV 0 0 1 192.0.2.1.'],
    quarantined: ['_x._tcp SRV'],
  },
  {
    rule: 'target-cname',
    what: 'an MX to a CNAME',
    namedCheckzone: 'warns',
    lines: ['@ MX 10 mail', 'mail CNAME example.net.'],
    quarantined: ['@ MX'],
  },
  {
    rule: 'target-cname',
    what: 'an NS to a CNAME',
    namedCheckzone: 'warns',
    lines: ['sub NS dns', 'sub NS ns2.example.net.', 'dns CNAME example.net.'],
    quarantined: ['sub NS'],
  },
  {
    rule: 'missing-glue',
    what: 'a delegation to a name below it that has no address',
    namedCheckzone: 'warns',
    lines: ['sub NS ns1.sub', 'sub NS ns2.example.net.'],
    quarantined: ['sub NS'],
  },
  {
    rule: 'missing-glue',
    what: 'an apex NS in the zone that has no address',
    namedCheckzone: 'refuses',
    lines: ['@ NS ns1', '@ NS ns2.example.net.'],
    ownNs: true,
    quarantined: ['@ NS'],
  },
  {
    rule: 'ttl-range',
    what: 'a TTL of 2^31',
    namedCheckzone: 'warns',
    lines: ['www 2147483648 A 192.0.2.1'],
    quarantined: ['www A'],
  },
  {
    rule: 'duplicate-value',
    what: 'one value twice',
    lines: ['www A 192.0.2.1', 'www A 192.0.2.1'],
    quarantined: ['www A'],
  },
  {
    rule: 'rrset-size',
    what: '600 TXT of 100 bytes',
    lines: Array.from({ length: 600 }, (_, i) => `big TXT "${String(i).padStart(100, 'x')}"`),
    quarantined: ['big TXT'],
  },
  {
    rule: 'null-mx',
    what: 'a null MX beside another',
    lines: ['@ MX 0 .', '@ MX 10 mx.example.net.'],
    quarantined: ['@ MX'],
  },
  { rule: 'null-mx', what: 'a null MX with a preference', lines: ['@ MX 10 .'], quarantined: ['@ MX'] },
  {
    rule: 'svcb-alias',
    what: 'AliasMode beside ServiceMode',
    lines: ['www HTTPS 0 example.net.', 'www HTTPS 1 example.net. alpn=h2'],
    quarantined: ['www HTTPS'],
  },
  {
    rule: 'svcb-alias',
    what: 'AliasMode with SvcParams',
    lines: ['www HTTPS 0 example.net. alpn=h2'],
    quarantined: ['www HTTPS'],
  },
  {
    rule: 'spf-multiple',
    what: 'two SPF records',
    lines: ['@ TXT "v=spf1 -all"', '@ TXT "v=spf1 mx -all"'],
    quarantined: ['@ TXT'],
  },
  {
    rule: 'spf-lookups',
    what: 'eleven look-ups, six of them in an included record of the zone',
    lines: [
      '@ TXT "v=spf1 include:a.example.com a mx exists:%{i}.x.example.net include:b.example.net -all"',
      'a TXT "v=spf1 a:b.example.net a:c.example.net a:d.example.net mx:e.example.net ptr redirect=f.example.net"',
    ],
    quarantined: ['@ TXT'],
  },
  { rule: 'caa-value', what: 'CAA flags of 1', lines: ['@ CAA 1 issue "ca.example.net"'], quarantined: ['@ CAA'] },
  {
    rule: 'caa-value',
    what: 'a CAA issuer that is no domain name',
    lines: ['@ CAA 0 issue "https://ca.example.net/"'],
    quarantined: ['@ CAA'],
  },
  {
    rule: 'caa-value',
    what: 'a CAA iodef without a scheme',
    lines: ['@ CAA 0 iodef "security@example.com"'],
    quarantined: ['@ CAA'],
  },
  {
    rule: 'ds-value',
    what: 'a SHA-256 DS digest of 20 octets',
    namedCheckzone: 'refuses',
    lines: ['sub NS ns1.example.net.', 'sub NS ns2.example.net.', `sub DS 1 13 2 ${'ab'.repeat(20)}`],
    quarantined: ['sub DS'],
  },
  {
    rule: 'ds-value',
    what: 'a DS of algorithm 0',
    lines: ['sub NS ns1.example.net.', 'sub NS ns2.example.net.', `sub DS 1 0 2 ${'ab'.repeat(32)}`],
    quarantined: ['sub DS'],
  },
  {
    rule: 'tlsa-value',
    what: 'a TLSA selector of 2',
    lines: [`_443._tcp TLSA 3 2 1 ${'ab'.repeat(32)}`],
    quarantined: ['_443._tcp TLSA'],
  },
  {
    rule: 'tlsa-value',
    what: 'a SHA-256 TLSA of 31 octets',
    lines: [`_443._tcp TLSA 3 1 1 ${'ab'.repeat(31)}`],
    quarantined: ['_443._tcp TLSA'],
  },
  {
    rule: 'sshfp-value',
    what: 'an SSHFP algorithm of 5',
    lines: [`www SSHFP 5 2 ${'ab'.repeat(32)}`],
    quarantined: ['www SSHFP'],
  },
  {
    rule: 'sshfp-value',
    what: 'a SHA-1 SSHFP of 32 octets',
    namedCheckzone: 'refuses',
    lines: [`www SSHFP 4 1 ${'ab'.repeat(32)}`],
    quarantined: ['www SSHFP'],
  },
  { rule: 'dangling-target', what: 'a CNAME to nothing', lines: ['www CNAME gone'] },
  {
    rule: 'dangling-target',
    what: 'an MX to a name without addresses',
    namedCheckzone: 'warns',
    lines: ['@ MX 10 mail', 'mail TXT "x"'],
  },
  { rule: 'repeated-zone', what: 'a name that repeats the zone', lines: ['www.example.com A 192.0.2.1'] },
  {
    rule: 'private-address',
    what: 'a private address in a public zone',
    lines: ['www A 10.0.0.1'],
    settings: { public: true },
  },
  { rule: 'single-ns', what: 'one NS', lines: ['@ NS ns1.example.net.'], ownNs: true },
  { rule: 'ttl-high', what: 'a TTL of a day and a second', lines: ['www 86401 A 192.0.2.1'] },
  {
    rule: 'apex-ns-undeclared',
    what: 'no NS at the apex',
    namedCheckzone: 'refuses',
    lines: ['www A 192.0.2.1'],
    ownNs: true,
  },
  {
    rule: 'ignored-but-wanted',
    what: 'an RRset that is wanted and ignored',
    lines: ['www A 192.0.2.1'],
    settings: { ignore: [{ name: 'www' }] },
    quarantined: ['www A'],
    onlyHere: true,
  },
  {
    rule: 'exempt-unknown-rule',
    what: 'an exemption of no rule',
    lines: ['www A 192.0.2.1'],
    settings: { exempt: [{ rule: 'ttl-hi', name: '**', reason: 'x' }] },
    onlyHere: true,
  },
  {
    rule: 'exempt-unused',
    what: 'an exemption of what is not broken',
    lines: ['www A 192.0.2.1'],
    settings: { exempt: [{ rule: 'ttl-high', name: '**', reason: 'x' }] },
    onlyHere: true,
  },
];
