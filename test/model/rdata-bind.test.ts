import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { genericRdata, oldRdata, parseRdata, rrTypes } from '../../src/model/rdata.ts';
import { cases } from './cases.ts';

/** BIND 9.18 knows these by number only. */
const unknownToBind = new Set(['ALIAS', 'LUA', 'RESINFO', 'WALLET']);
/** What may stand once in a zone, or at its apex only, or is checked against other records there. */
const notInOneZone = new Set(['SOA', 'NSEC', 'NSEC3', 'NSEC3PARAM', 'RRSIG', 'DNSKEY', 'CDS', 'CDNSKEY', 'DNAME']);

const svcb = [
  '0 www.example.com.',
  '1 .',
  '1 . mandatory=alpn,port alpn=h2,h3 no-default-alpn port=8443 ipv4hint=192.0.2.1 ech="AEX+DQ==" ipv6hint=2001:db8::1',
  '1 . alpn=f\\\\\\\\oo\\\\,bar,h2',
  '1 . alpn="a b" key667="hello\\210qoo"',
  '1 . dohpath=/q{?dns} ohttp tls-supported-groups=29,23 key65000=""',
];
const txt = ['""', '"a;b"', '"a\\"b\\\\c"', '"\\000\\127\\255 é"', `"${'x'.repeat(300)}"`];

const rdatas = [
  // IPSECKEY has no fields here, but its own text in BIND.
  ...cases.filter(({ type }) => type !== 'IPSECKEY').map(({ type, texts }) => [type, texts[0]] as const),
  ...svcb.flatMap((rdata) => [['SVCB', rdata] as const, ['HTTPS', rdata] as const]),
  ...txt.map((rdata) => ['TXT', rdata] as const),
  ['SPF', '"v=spf1 -all"'] as const,
  ['AVC', '"a"'] as const,
  ['CNAME', 'a\\.b\\032c\\@\\$\\;\\(\\)\\"\\\\.\\000\\255.example.com.'] as const,
].map(([type, rdata]) => ({ type, rdata: parseRdata(type, rdata) }));

/** Compiles a zone with BIND and gives its records back, in BIND's own text. */
const compile = (lines: readonly string[]): readonly { name: string; type: string; rdata: string }[] => {
  const folder = mkdtempSync(join(tmpdir(), 'hostmaster-bind-'));
  try {
    const file = join(folder, 'zone');
    writeFileSync(file, `${lines.join('\n')}\n`);
    const options = ['-i', 'none', '-k', 'ignore', '-n', 'ignore', '-m', 'ignore', '-M', 'ignore', '-S', 'ignore'];
    const output = execFileSync('named-compilezone', [...options, '-s', 'full', '-o', '-', 'example.com', file], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 2 ** 26,
    });
    return output.split('\n').flatMap((line) => {
      const match = /^(\S+)\s+\d+\s+IN\s+(\S+)\s*(.*)$/.exec(line);
      return match === null ? [] : [{ name: match[1] ?? '', type: match[2] ?? '', rdata: match[3] ?? '' }];
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const head = [
  '$TTL 60',
  '$ORIGIN example.com.',
  '@ SOA ns1.example.com. host.example.com. 1 2 3 4 5',
  '@ NS ns1',
  'ns1 A 192.0.2.1',
];

describe("BIND's named-compilezone", () => {
  it('reads our text, and what it prints is the same rdata', () => {
    const own = rdatas.filter(({ type }) => !unknownToBind.has(type) && !notInOneZone.has(type));
    const records = compile([...head, ...own.map(({ type, rdata }, i) => `n${i} ${type} ${oldRdata(type, rdata)}`)]);
    for (const [i, { type, rdata }] of own.entries()) {
      const printed = records.find((record) => record.name === `n${i}.example.com.`);
      expect(printed, `${type} ${rdata}`).toBeDefined();
      if (printed === undefined) continue;
      expect(parseRdata(printed.type, printed.rdata), printed.rdata).toBe(rdata);
    }
  });

  it.each(rdatas.filter(({ type }) => notInOneZone.has(type) && type !== 'SOA'))(
    'reads $type $rdata',
    ({ type, rdata }) => {
      const name =
        type === 'NSEC3' ? '2t7b4g4vsa5smi47k61mv5bv1a22bojr' : /^(?:DNAME|CDS|CDNSKEY)$/.test(type) ? 'sub' : '@';
      const records = compile([...head, `${name} ${type} ${rdata}`]);
      const printed = records.find((record) => record.type === type);
      expect(printed && parseRdata(type, printed.rdata)).toBe(rdata);
    },
  );

  it('reads every type in the form of RFC 3597', () => {
    const own = rdatas.filter(({ type }) => !notInOneZone.has(type));
    const records = compile([
      ...head,
      ...own.map(({ type, rdata }, i) => {
        const code = rrTypes.find((t) => t.name === type)?.code;
        return `n${i} ${code === undefined ? type : `TYPE${code}`} ${genericRdata(type, rdata)}`;
      }),
    ]);
    for (const [i, { rdata }] of own.entries()) {
      const printed = records.find((record) => record.name === `n${i}.example.com.`);
      expect(printed && parseRdata(printed.type, printed.rdata)).toBe(rdata);
    }
  });
});
