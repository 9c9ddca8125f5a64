import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMaster } from '../../src/load/master/read-master.ts';
import { parseRdata, rdataFromWire, rdataToWire, rrTypes, typeByName } from '../../src/model/rdata.ts';
import { makeRRset, type RRset } from '../../src/model/rrset.ts';
import { zoneMaster } from '../../src/report/zonefile.ts';
import { wireOf } from '../model/arbitrary.ts';
import { cases } from '../model/cases.ts';
import { tempFolder } from '../servers/index.ts';

// What `dump --as zone` writes, read by BIND 9.18 and by ourselves.

const zone = 'example.com.';
const everySvcParam =
  '1 . mandatory=port,dohpath alpn=h2,h3 no-default-alpn port=8443 ipv4hint=192.0.2.1 ech="AEX+DQ==" ipv6hint=2001:db8::1 dohpath=/q{?dns} ohttp tls-supported-groups=29,23 docpath=a,b key667="\\000\\"\\\\x" key65534=""';

/** BIND looks at these in the light of the rest of the zone; test/model/rdata-bind.test.ts has them. */
const notHere: ReadonlySet<string> = new Set(['SOA', 'NSEC3', 'NSEC3PARAM', 'RRSIG', 'NSEC', 'CDS', 'CDNSKEY']);
/** BIND looks into these, so that not all octets will do. */
const checkedByBind: ReadonlySet<string> = new Set(['NAPTR', 'DS', 'DLV', 'ZONEMD', 'SVCB', 'HTTPS']);
const apexTypes: ReadonlySet<string> = new Set(['DNSKEY', 'ZONEMD']);

/** Types without fields here, with octets that they may have. */
const opaque: Readonly<Record<string, string>> = {
  KEY: '\\# 5 0100030501',
  X25: '\\# 5 0431323334',
  ISDN: '\\# 5 0431323334',
  WKS: '\\# 6 c00002010640',
  APL: '\\# 7 00011803c00002',
  NID: '\\# 10 000a0014' + '4fff00000064',
  RKEY: '\\# 5 0000030501',
  DSYNC: '\\# 6 003b01000100',
  CLA: '\\# 2 0161',
  TYPE731: '\\# 3 010203',
  TYPE65280: '\\# 0',
  ADDR: '\\# 4 c0000201',
};

const everyType: readonly string[] = [...rrTypes.map(({ name }) => name), ...Object.keys(opaque)].filter(
  (type) => !notHere.has(type),
);

const rdatasOf = (type: string): readonly string[] => {
  const only = opaque[type];
  if (only !== undefined) return [only];
  const own = cases.filter((each) => each.type === type).map(({ texts }) => parseRdata(type, texts[0]));
  if (checkedByBind.has(type)) return own.length > 0 ? own : [parseRdata(type, everySvcParam)];
  const made = fc.sample(wireOf(type), { numRuns: 12, seed: 918 });
  return [...own, ...made.map((wire) => rdataFromWire(type, wire, 0, wire.length))];
};

const rrsetsOf = (type: string, rdatas: readonly string[]): readonly RRset[] =>
  rdatas.map((rdata, i) =>
    makeRRset(apexTypes.has(type) ? zone : `n${i}.${type.toLowerCase()}.${zone}`, type, 60, [{ rdata, origins: [] }]),
  );

const head = '@ 60 IN SOA ns1 host 1 2 3 4 5\n@ 60 IN NS ns1\nns1 60 IN A 192.0.2.1\n';
const quiet = ['-i', 'none', ...['-k', '-n', '-m', '-M', '-S', '-T'].flatMap((check) => [check, 'ignore'])];

/** The octets that BIND makes of each record; of a type without fields that it writes in its own words, the type. */
const throughBind = (text: string): ReadonlySet<string> => {
  const file = join(tempFolder('dump'), 'zone');
  writeFileSync(file, text.replace('\n', `\n${head}`));
  const output = execFileSync('named-compilezone', [...quiet, '-s', 'full', '-o', '-', 'example.com', file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 26,
  });
  const octets = output.split('\n').flatMap((line) => {
    const [, type = '', rdata = ''] = /^\S+\s+\d+\s+IN\s+(\S+)\s*(.*)$/.exec(line) ?? [];
    const own = typeByName(type);
    return own === null ? [] : [octetsOf(own.name, own.fields.length > 0 ? parseRdata(own.name, rdata) : rdata)];
  });
  return new Set(octets);
};

const octetsOf = (type: string, rdata: string): string =>
  rdata.startsWith('\\#') || (typeByName(type)?.fields.length ?? 0) > 0
    ? `${type} ${Buffer.from(rdataToWire(type, rdata)).toString('hex')}`
    : type;

const rdatasIn = (rrsets: readonly RRset[]): readonly string[] =>
  rrsets.flatMap(({ values }) => values.map(({ rdata }) => rdata)).sort();

describe('a dumped master file', () => {
  it.each(everyType)('with %s is the same to BIND and to us', async (type) => {
    const rrsets = rrsetsOf(type, [...new Set(rdatasOf(type))]);
    const text = [...zoneMaster(rrsets, zone)].join('');
    const read = await readMaster('z.zone', text, { zone, ttl: 1, allowLua: true }, async (file) => ({
      file,
      text: { status: 'missing' },
    }));
    expect(read.problems).toEqual([]);
    expect(rdatasIn(read.rrsets)).toEqual(rdatasIn(rrsets));
    const bind = throughBind(text);
    expect(rdatasIn(rrsets).filter((rdata) => !bind.has(octetsOf(type, rdata)) && !bind.has(type))).toEqual([]);
  });

  it.each(['SVCB', 'HTTPS'])('with every SvcParam that %s may have', (type) => {
    const rdata = parseRdata(type, everySvcParam);
    const text = [...zoneMaster(rrsetsOf(type, [rdata]), zone)].join('');
    expect(text).toContain('mandatory=port,key7');
    expect(text).toMatch(/ key7="[^"]*" key8="" key9="[^"]*" key10="[^"]*" key667="/);
    expect(throughBind(text).has(octetsOf(type, rdata))).toBe(true);
  });
});
