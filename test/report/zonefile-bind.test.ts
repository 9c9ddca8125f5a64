import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMaster } from '../../src/load/master/read-master.ts';
import { parseRdata, rdataFromWire, rdataToWire, rrTypes, typeByCode, typeByName } from '../../src/model/rdata.ts';
import { makeRRset, type RRset } from '../../src/model/rrset.ts';
import { zoneMaster } from '../../src/report/zonefile.ts';
import { wireOf } from '../model/arbitrary.ts';
import { cases } from '../model/cases.ts';
import { tempFolder } from '../servers/index.ts';

// What `dump --as zone` writes, read by BIND 9.18 and by ourselves.

const zone = 'example.com.';
const everySvcParam =
  '1 . mandatory=port,dohpath alpn=h2,h3 no-default-alpn port=8443 ipv4hint=192.0.2.1 ech="AEX+DQ==" ipv6hint=2001:db8::1 dohpath=/q{?dns} ohttp tls-supported-groups=29,23 docpath=a,b key667="\\000\\"\\\\x" key65534=""';

/** BIND has no NULL in a file (RFC 1035 section 3.3.10), and looks at these in the light of the rest of the zone. */
const notHere: ReadonlySet<string> = new Set(['SOA', 'NULL', 'NSEC3', 'NSEC3PARAM', 'RRSIG', 'NSEC']);
const apexTypes: ReadonlySet<string> = new Set(['DNSKEY', 'CDS', 'CDNSKEY']);

/** Every type that has a name, and two that have none. */
const everyType: readonly string[] = [
  ...new Set([
    ...Array.from({ length: 65_536 }, (_, code) => typeByCode(code).name).filter((name) => !name.startsWith('TYPE')),
    'TYPE731',
    'TYPE65280',
  ]),
].filter((type) => !notHere.has(type));

const rdatasOf = (type: string): readonly string[] => {
  const own = cases.filter((each) => each.type === type).map(({ texts }) => parseRdata(type, texts[0]));
  const made = fc
    .sample(wireOf(type), { numRuns: 12, seed: 918 })
    .map((wire) => rdataFromWire(type, wire, 0, wire.length));
  return rrTypes.some(({ name }) => name === type) ? [...own, ...made] : [...own, '\\# 3 010203'];
};

const rrsetsOf = (type: string, rdatas: readonly string[]): readonly RRset[] =>
  rdatas.map((rdata, i) =>
    makeRRset(apexTypes.has(type) ? zone : `n${i}.${type.toLowerCase()}.${zone}`, type, 60, [{ rdata, origins: [] }]),
  );

const head = '@ 60 IN SOA ns1 host 1 2 3 4 5\n@ 60 IN NS ns1\nns1 60 IN A 192.0.2.1\n';
const quiet = [
  '-i',
  'none',
  '-k',
  'ignore',
  '-n',
  'ignore',
  '-m',
  'ignore',
  '-M',
  'ignore',
  '-S',
  'ignore',
  '-T',
  'ignore',
];

/** The octets that BIND makes of each line, in RFC 3597's form where we know no other. */
const throughBind = (text: string): readonly string[] => {
  const file = join(tempFolder('dump'), 'zone');
  writeFileSync(file, text.replace('\n', `\n${head}`));
  const output = execFileSync('named-compilezone', [...quiet, '-s', 'full', '-o', '-', 'example.com', file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 26,
  });
  return output.split('\n').flatMap((line) => {
    const [, name = '', type = '', rdata = ''] = /^(\S+)\s+\d+\s+IN\s+(\S+)\s*(.*)$/.exec(line) ?? [];
    const own = typeByName(type);
    return own === null || name === ''
      ? []
      : [octetsOf(own.name, own.fields.length === 0 && !rdata.startsWith('\\#') ? rdata : parseRdata(own.name, rdata))];
  });
};

const octetsOf = (type: string, rdata: string): string =>
  rdata.startsWith('\\#') || (typeByName(type)?.fields.length ?? 0) > 0
    ? `${type} ${Buffer.from(rdataToWire(type, rdata)).toString('hex')}`
    : type;

describe('a dumped master file', () => {
  it.each(everyType)('with %s is the same to BIND and to us', async (type) => {
    const rrsets = rrsetsOf(type, rdatasOf(type));
    const text = [...zoneMaster(rrsets, zone)].join('');
    const read = await readMaster('z.zone', text, { zone, ttl: 1, allowLua: true }, async (file) => ({
      file,
      text: { status: 'missing' },
    }));
    expect(read.problems).toEqual([]);
    expect(read.rrsets.flatMap(({ values }) => values.map(({ rdata }) => rdata)).sort()).toEqual(
      [...new Set(rrsets.flatMap(({ values }) => values.map(({ rdata }) => rdata)))].sort(),
    );
    const bind = new Set(throughBind(text));
    const lost = rrsets
      .flatMap(({ values }) => values)
      .filter(({ rdata }) => !bind.has(octetsOf(type, rdata)) && !bind.has(type));
    expect(lost).toEqual([]);
  });

  it.each(['SVCB', 'HTTPS'])('with every SvcParam that %s may have', (type) => {
    const rdata = parseRdata(type, everySvcParam);
    const text = [...zoneMaster(rrsetsOf(type, [rdata]), zone)].join('');
    expect(text).toContain('mandatory=port,key7');
    expect(text).toMatch(/ key7="[^"]*" key8="" key9="[^"]*" key10="[^"]*" key667="/);
    expect(throughBind(text)).toContain(octetsOf(type, rdata));
  });
});
