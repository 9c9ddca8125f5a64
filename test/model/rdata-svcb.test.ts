import { describe, expect, it } from 'vitest';
import {
  oldRdata,
  parseRdata,
  rdataFields,
  rdataFromWire,
  rdataFromYaml,
  rdataToWire,
  rdataToYaml,
} from '../../src/model/rdata.ts';

const context = { origin: 'example.com.' };
const com = '03666f6f076578616d706c6503636f6d00';
const org = '03666f6f076578616d706c65036f726700';
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const fromHex = (hex: string): string => {
  const bytes = Buffer.from(hex.replace(/\s/g, ''), 'hex');
  return rdataFromWire('SVCB', bytes, 0, bytes.length);
};

describe('RFC 9460 appendix D: vectors', () => {
  it.each([
    ['0 foo.example.com.', '0 foo.example.com.', `0000${com}`],
    ['1 .', '1 .', '000100'],
    ['16 foo.example.com. port=53', '16 foo.example.com. port=53', `0010${com}000300020035`],
    ['1 foo.example.com. key667=hello', '1 foo.example.com. key667="hello"', `0001${com}029b000568656c6c6f`],
    [
      '1 foo.example.com. key667="hello\\210qoo"',
      '1 foo.example.com. key667="hello\\210qoo"',
      `0001${com}029b000968656c6c6fd2716f6f`,
    ],
    [
      '1 foo.example.com. ( ipv6hint="2001:db8::1,2001:db8::53:1" )',
      '1 foo.example.com. ipv6hint=2001:db8::1,2001:db8::53:1',
      `0001${com}0006002020010db800000000000000000000000120010db8000000000000000000530001`,
    ],
    [
      '1 example.com. ( ipv6hint="2001:db8:122:344::192.0.2.33" )',
      '1 example.com. ipv6hint=2001:db8:122:344::c000:221',
      '0001076578616d706c6503636f6d000006001020010db80122034400000000c0000221',
    ],
    [
      '16 foo.example.org. ( alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1 )',
      '16 foo.example.org. mandatory=alpn,ipv4hint alpn=h2,h3-19 ipv4hint=192.0.2.1',
      `0010${org}000000040001000400010009026832056833 2d3139 00040004c0000201`,
    ],
    [
      '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
      '16 foo.example.org. alpn=f\\\\\\\\oo\\\\,bar,h2',
      `0010${org}0001000c08665c6f6f2c626172026832`,
    ],
    [
      '16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2',
      '16 foo.example.org. alpn=f\\\\\\\\oo\\\\,bar,h2',
      `0010${org}0001000c08665c6f6f2c626172026832`,
    ],
  ])('%s', (text, canonical, wire) => {
    for (const type of ['SVCB', 'HTTPS']) {
      expect(parseRdata(type, text)).toBe(canonical);
      expect(parseRdata(type, canonical)).toBe(canonical);
      expect(hexOf(rdataToWire(type, canonical))).toBe(wire.replace(/\s/g, ''));
      expect(fromHex(wire)).toBe(canonical);
      expect(rdataFromYaml(type, rdataToYaml(type, canonical), context)).toBe(canonical);
    }
  });

  it.each([
    ['key123=abc key123=def', 'key123 is there twice'],
    ['mandatory', 'mandatory: it needs a value'],
    ['alpn', 'alpn: it needs a value'],
    ['port', 'port: it needs a value'],
    ['ipv4hint', 'ipv4hint: it needs a value'],
    ['ipv6hint', 'ipv6hint: it needs a value'],
    ['no-default-alpn=abc', 'no-default-alpn: it takes no value'],
    ['mandatory=key123', 'mandatory: it names key123, which is not there'],
    ['mandatory=mandatory', 'mandatory: it names itself'],
    ['mandatory=key123,key123 key123=abc', 'mandatory: an item is there twice'],
  ])('failure: %s', (params, message) => {
    expect(() => parseRdata('SVCB', `1 foo.example.com. ${params}`)).toThrow(`svcparams: ${message}`);
  });
});

describe('SvcParams', () => {
  const all =
    '1 . mandatory=alpn,port alpn=h2,h3 no-default-alpn port=8443 ipv4hint=192.0.2.1,192.0.2.2 ech="AEX+DQ==" ' +
    'ipv6hint=2001:db8::1 dohpath=/q{?dns} ohttp tls-supported-groups=29,23 docpath=a,b key65000="x y"';

  it('of every registered key, in any order, quoted or not', () => {
    const [priority, target, ...params] = all.match(/(?:[^ "]|"[^"]*")+/g) ?? [];
    expect(parseRdata('HTTPS', [priority, target, ...params.toReversed()].join('  '))).toBe(all);
    expect(parseRdata('HTTPS', all.replace('"AEX+DQ=="', 'AEX+DQ==').replace('h2,h3', '"h2,h3"'))).toBe(all);
    const wire = rdataToWire('HTTPS', all);
    expect(rdataFromWire('HTTPS', wire, 0, wire.length)).toBe(all);
  });

  it("in octoDNS's mapping", () => {
    const yaml = {
      svcpriority: 1,
      targetname: '.',
      svcparams: {
        mandatory: ['alpn', 'port'],
        alpn: ['h2', 'h3'],
        'no-default-alpn': null,
        port: 8443,
        ipv4hint: ['192.0.2.1', '192.0.2.2'],
        ech: 'AEX+DQ==',
        ipv6hint: ['2001:db8::1'],
        dohpath: '/q{?dns}',
        ohttp: null,
        'tls-supported-groups': ['29', '23'],
        docpath: ['a', 'b'],
        key65000: 'x y',
      },
    };
    expect(rdataToYaml('HTTPS', all)).toEqual(yaml);
    expect(rdataFromYaml('HTTPS', yaml, context)).toBe(all);
    expect(rdataFields('HTTPS', all)).toEqual(yaml);
    const other = {
      ...yaml,
      svcpriority: '1',
      svcparams: { ...yaml.svcparams, alpn: 'h2,h3', port: '8443', ohttp: true, 'tls-supported-groups': [29, 23] },
    };
    expect(rdataFromYaml('HTTPS', other, context)).toBe(all);
    expect(rdataFromYaml('HTTPS', all, context)).toBe(all);
  });

  it('may be none: AliasMode', () => {
    for (const svcparams of [undefined, null, {}, '']) {
      expect(rdataFromYaml('SVCB', { svcpriority: 0, targetname: 'WWW', svcparams }, context)).toBe(
        '0 www.example.com.',
      );
    }
    expect(rdataToYaml('SVCB', '0 .')).toEqual({ svcpriority: 0, targetname: '.' });
  });

  it('by number are the same as by name', () => {
    expect(parseRdata('SVCB', '1 . key1="\\002h2" key3="\\000\\053"')).toBe('1 . alpn=h2 port=53');
    expect(parseRdata('SVCB', '1 . mandatory=key1 key1=\\002h2')).toBe('1 . mandatory=alpn alpn=h2');
    expect(parseRdata('SVCB', '1 . key667')).toBe('1 . key667=""');
    expect(rdataFromYaml('SVCB', { svcpriority: 1, targetname: '.', svcparams: { key667: null } }, context)).toBe(
      '1 . key667=""',
    );
  });

  it('newer than RFC 9460 have a form for older servers', () => {
    const rdata = '1 . mandatory=alpn,dohpath alpn=h2 dohpath=/q{?dns} ohttp tls-supported-groups=29,23';
    const old = '1 . mandatory=alpn,key7 alpn=h2 key7="/q{?dns}" key8="" key9="\\000\\029\\000\\023"';
    expect(parseRdata('SVCB', rdata)).toBe(rdata);
    expect(oldRdata('SVCB', rdata)).toBe(old);
    expect(parseRdata('SVCB', old)).toBe(rdata);
    expect(oldRdata('TXT', '"a" "b"')).toBe('"a" "b"');
    expect(oldRdata('TYPE731', '\\# 1 00')).toBe('\\# 1 00');
  });

  it.each([
    ['alpn=a"b"c', 'alpn: '],
    ['alpn=h2,,h3', 'alpn: an item has 0 octets'],
    [`alpn=${'x'.repeat(256)}`, 'alpn: an item has 256 octets'],
    ['port=65536', 'port: "65536" is not between 0 and 65535'],
    ['port=53,54', 'port: "53,54" is not between'],
    ['ipv4hint=192.0.2.256', 'ipv4hint: "192.0.2.256" is not an IPv4 address'],
    ['ipv6hint=192.0.2.1', 'ipv6hint: "192.0.2.1" is not an IPv6 address'],
    ['ech=!', 'ech: "!" is not base64'],
    ['ohttp=1', 'ohttp: it takes no value'],
    ['no-default-alpn', 'no-default-alpn: it needs alpn beside it'],
    ['tls-supported-groups=29,29', 'tls-supported-groups: an item is there twice'],
    ['dohpath=\\255', 'dohpath: it is not UTF-8'],
    ['alpm=h2', '"alpm" is not a SvcParamKey'],
    ['ALPN=h2', '"ALPN" is not a SvcParamKey'],
    ['key01=a', '"key01" is not a SvcParamKey'],
    ['key65535=a', '"key65535" is not a SvcParamKey'],
    ['key1=h2', 'alpn: its length is wrong'],
    ['key3=abc', 'port: its length is wrong'],
  ])('%s is refused', (params, message) => {
    expect(() => parseRdata('HTTPS', `1 . ${params}`)).toThrow(message);
  });

  it.each([
    [['alpn'], 'svcparams: it is not a mapping of keys'],
    [{ port: ['53'] }, 'port: it takes one value, not a list'],
    [{ alpn: [null] }, 'alpn: it is neither text nor a number'],
    [{ alpm: ['h2'] }, '"alpm" is not a SvcParamKey'],
  ])('YAML %j is refused', (svcparams, message) => {
    expect(() => rdataFromYaml('SVCB', { svcpriority: 1, targetname: '.', svcparams }, context)).toThrow(message);
  });

  it.each([
    ['000100 0003 0002 0035 0001 0003 026832', 'SvcParams are not in order'],
    ['000100 0003 0002 0035 0003 0002 0035', 'SvcParams are not in order'],
    ['000100 0003 0003 0035', 'octets are missing'],
    ['000100 0003', 'octets are missing'],
    ['000100 0003 0001 35', 'port: its length is wrong'],
    ['000100 0001 0000', 'alpn: it needs a value'],
    ['000100 0001 0002 0568', 'alpn: its length is wrong'],
    ['000100 0000 0004 0003 0001 0001 0003 026832 0003 0002 0035', 'mandatory: its keys are not in order'],
    ['000100 ffff 0000', 'key65535 is reserved'],
  ])('wire %s is refused', (wire, message) => {
    expect(() => fromHex(wire)).toThrow(message);
  });
});
