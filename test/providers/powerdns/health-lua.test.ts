import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toContent } from '../../../providers/powerdns/convert.ts';
import { healthChecksOf } from '../../../providers/powerdns/health.ts';
import { type HealthCheck, parseRdata, type RRset, SyntaxProblem } from '../../../src/provider.ts';
import { anyChecked } from './arbitrary.ts';
import { checked } from './health-scene.ts';

const config = (parts: Readonly<Record<string, string>> = {}) =>
  new Map(
    Object.entries({ 'local-address': '0.0.0.0, ::', 'local-port': '53', 'lua-health-checks-interval': '5', ...parts }),
  );
const checks = healthChecksOf(config());
const textsOf = (...rrsets: readonly RRset[]): readonly string[] =>
  checks.compile(rrsets).rrset.values.map(({ rdata }) => rdata);
const warningsOf = (check: Partial<HealthCheck>) =>
  checks.compile([checked(['192.0.2.1'], { port: 25, ...check })]).warnings;

const pair = ['192.0.2.1', '192.0.2.2'];
const { healthCheck: _none, ...unchecked } = checked(pair, {});
const sharedUrl = (url: string, addresses: readonly string[] = pair) =>
  checked(addresses, { urls: Object.fromEntries(addresses.map((address) => [address, url])) });

describe('the text', () => {
  it('of a port check is one call', () => {
    expect(textsOf(checked(pair, { port: 25 }))).toEqual([
      `A "ifportup(25, {'192.0.2.1', '192.0.2.2'}, {selector='all', backupSelector='all'})"`,
    ]);
  });

  it('is the same for the same input in any order', () => {
    const six = checked(['2001:db8::1'], { port: 25 });
    const urls = { '192.0.2.1': 'http://b.example/', '192.0.2.2': 'http://a.example/' };
    const turned = Object.fromEntries(Object.entries(urls).reverse());
    expect(textsOf(checked(pair.toReversed(), { urls }), six)).toEqual(textsOf(six, checked(pair, { urls: turned })));
  });

  it.each([
    ['http://a.example', 'http://a.example/'],
    ['HTTP://Bücher.example:80/x?y=1#part', 'http://xn--bcher-kva.example/x?y=1'],
    ['https://192.0.2.1:8443/a[1]|{b}', 'https://192.0.2.1:8443/a%5B1%5D%7C%7Bb%7D'],
  ])('asks %s as %s', (url, asked) => {
    expect(textsOf(sharedUrl(url))[0]).toContain(`{{'${asked}', {'192.0.2.1', '192.0.2.2'}}}`);
  });

  it('percent-encodes the brackets of an IPv6 address, which PowerDNS takes for a port otherwise', () => {
    const addresses = ['2001:db8::1'];
    expect(textsOf(sharedUrl('https://[2001:DB8:0::1]:8443/up', addresses))[0]).toContain(
      `'https://%5B2001%3Adb8%3A%3A1%5D:8443/up'`,
    );
  });

  it.each([
    [{ 'local-address': '0.0.0.0, ::' }, `ifportup(53, {'127.0.0.1', s}, k)`],
    [{ 'local-address': '::', 'local-port': '5300' }, `ifportup(5300, {'::1', s}, k)`],
    [{ 'local-address': '192.0.2.53:5353 127.0.0.1' }, `ifportup(5353, {'192.0.2.53', s}, k)`],
    [{ 'local-address': '[2001:DB8::53]:54' }, `ifportup(54, {'2001:db8::53', s}, k)`],
    [{ 'local-address': `1'}) os.exit(`, 'local-port': `1'` }, `ifportup(53, {'127.0.0.1', s}, k)`],
  ])('has the server itself for a witness: %j', (parts, call) => {
    const { rrset } = healthChecksOf(config(parts)).compile([checked(pair, { port: 25, when_all_down: 'closed' })]);
    expect(rrset.values[0]?.rdata).toContain(`local w = ${call} if`);
    expect(checks.addressesOf(rrset.values.map(({ rdata }) => rdata))).toEqual(pair);
  });
});

describe('what cannot be done as asked', () => {
  it('is a warning', () => {
    expect(warningsOf({})).toEqual([]);
    expect(warningsOf({ interval: 5_000, timeout: 2_000 })).toEqual([]);
    expect(warningsOf({ interval: 30_000 })[0]).toContain('each 5 s (lua-health-checks-interval), not each 30 s');
    expect(warningsOf({ timeout: 1_500 })[0]).toContain('2 s, not 1.5 s');
    expect(warningsOf({ timeout: 9_000 })[0]).toContain('holds up all checks');
  });

  it.each<readonly [string, readonly RRset[]]>([
    ['no RRset', []],
    ['no address', [checked([], { port: 25 })]],
    ['no check', [unchecked]],
    ['neither port nor URL', [checked(pair, {})]],
    ['both', [checked(pair, { port: 25, urls: {} })]],
    ['a port that is none', [checked(pair, { port: 65_536 })]],
    ['half a port', [checked(pair, { port: 2.5 })]],
    ['another type', [{ ...checked(pair, { port: 25 }), type: 'TXT' }]],
    ['a type twice', [checked(pair, { port: 25 }), checked(pair, { port: 25 })]],
    ['two names', [checked(pair, { port: 25 }), { ...checked(['::1'], { port: 25 }), name: 'a.test.' }]],
    ['an address that is not canonical', [checked(['2001:DB8::1'], { port: 25 })]],
    ['an address with more to it', [checked([`192.0.2.1'}) os.exit(`], { port: 25 })]],
    ['a missing URL', [checked(pair, { urls: { '192.0.2.1': 'http://a.example/' } })]],
    ['another scheme', [sharedUrl('ftp://a.example/')]],
    ['no URL', [sharedUrl('a.example')]],
    ['an IPv6 address without brackets', [sharedUrl('http://2001:db8::1/')]],
    ['a password', [sharedUrl('http://me:secret@a.example/')]],
    ['port 0', [sharedUrl('http://a.example:0/')]],
    ['a quote', [sharedUrl(`http://a.example/'`)]],
    ['a double quote', [sharedUrl('http://a.example/"')]],
    ['a backslash', [sharedUrl('http://a.example\\b/')]],
    ['a line break', [sharedUrl('http://a.example/\n')]],
    ['a closing long bracket', [sharedUrl('http://a.example/]]')]],
    ['the IPv6 address of another server', [sharedUrl('http://[2001:db8::2]/', ['2001:db8::1'])]],
    ['no time', [checked(pair, { port: 25, timeout: 0 })]],
    ['a control character to match', [checked(pair, { port: 25, string_match: 'a\nb' })]],
    ['no backup', [checked(pair, { port: 25, when_all_down: { backup: [] } })]],
    ['a backup that is a name', [checked(pair, { port: 25, when_all_down: { backup: ['sorry.example.'] } })]],
  ])('is refused: %s', (_what, rrsets) => {
    expect(() => checks.compile(rrsets)).toThrow(SyntaxProblem);
  });
});

describe('what is not compiled here', () => {
  const [own = ''] = textsOf(checked(pair, { port: 25, when_all_down: 'closed' }));
  it.each([
    [[]],
    [[`A "'192.0.2.1'"`]],
    [[own, `TXT "'also'"`]],
    [[own.replace('return {}', `return {'192.0.2.3'} `)]],
    [[own.replace('25', '26')]],
    [[own.replace('A ', 'TXT ')]],
    [[own.replaceAll('255.255.255.255', '192.0.2.9')]],
    [[`A "ifportup(25, {'192.0.2.1'}, {selector='random'})"`]],
    [[`A "ifportup(25, {'192.0.2.1'}, {selector='all', backupSelector='all'}) or os.exit()"`]],
    [[`A "ifportup(025, {'192.0.2.1'}, {selector='all', backupSelector='all'})"`]],
  ])('has no addresses: %j', (rdata) => {
    expect(checks.addressesOf(rdata)).toBeNull();
  });
});

// The whole of what may ever be emitted; each string is plain, each number one octet.
const ip = `'(?:[0-9.]{7,15}|[0-9a-f:]{2,39})'`;
const ips = `\\{(?:${ip}(?:, ${ip})*)?\\}`;
const text = `(?:'[ !#-&(-\\[\\]-~]*'|string\\.char\\([0-9]{1,3}(?:, [0-9]{1,3})*\\))`;
const expression = `${text}(?: \\.\\. ${text})*`;
const url = `'https?://[A-Za-z0-9._~:/?@!$&()*+,;=%-]+'(?: \\.\\. '[A-Za-z0-9._~:/?@!$&()*+,;=%-]+')*`;
const options = `\\{selector='all', backupSelector='all'(?:, timeout='[1-9][0-9]*')?(?:, stringmatch=${expression})?\\}`;
const group = `\\{${url}, ${ips}\\}`;
const probe =
  `(?:local r = ifportup\\([0-9]+, \\{${ip}(?:, ${ip})*, s\\}, o\\)` +
  `|local r = \\{\\} for _, c in ipairs\\(\\{${group}(?:, ${group})*\\}\\) do local u = ifurlup\\(c\\[1\\], \\{c\\[2\\], \\{s\\}\\}, o\\) ` +
  `if u\\[#u\\] ~= s then for _, a in ipairs\\(u\\) do r\\[#r\\+1\\] = a end end end)`;
const witness =
  `local k = \\{selector='all', backupSelector='all', of='[0-9a-f]{16}'\\} local w = ifportup\\([0-9]+, \\{${ip}, s\\}, k\\) ` +
  `if w\\[#w\\] ~= s then k\\.of = '[0-9a-f]{16}\\+' w = ifportup\\([0-9]+, \\{${ip}, s\\}, k\\) end`;
const grammar = new RegExp(
  `^(?:A|AAAA) "(?:ifportup\\([0-9]+, ${ips}, ${options}\\)` +
    `|;local s, o = '255\\.255\\.255\\.255', ${options} ${probe} (?:${witness} )?if r\\[1\\] and r\\[#r\\] ~= s then return r end ` +
    `(?:if w\\[#w\\] == s then return ${ips} end )?return ${ips})"$`,
);

it('never emits anything outside of a strict grammar, and knows all that it emits', () => {
  let made = 0;
  fc.assert(
    fc.property(anyChecked, (rrset) => {
      let texts: readonly string[];
      try {
        texts = textsOf(rrset);
      } catch (error) {
        if (error instanceof SyntaxProblem) return;
        throw error;
      }
      made += 1;
      const [only = ''] = texts;
      expect(only).toMatch(grammar);
      expect(only.slice(only.indexOf('"') + 1, -1)).not.toContain('"');
      expect(checks.addressesOf(texts)).toEqual(rrset.values.map(({ rdata }) => rdata).toSorted());
      const { backup = null } =
        typeof rrset.healthCheck?.when_all_down === 'object' ? rrset.healthCheck.when_all_down : {};
      const [answers] = checks.answersOf(texts) ?? [];
      if (rrset.healthCheck?.when_all_down === 'closed') expect(answers?.whenAllDown).toEqual([]);
      else if (backup === null) expect(answers?.whenAllDown).toEqual(answers?.addresses);
      else expect(backup).toEqual(expect.arrayContaining([...(answers?.whenAllDown ?? [])]));
      const content = toContent('LUA', only);
      expect(content.match(/"[^"]*"/g)?.every((part) => part.length <= 257)).toBe(true);
      expect(parseRdata('LUA', content)).toBe(only);
    }),
    { numRuns: 3_000 },
  );
  expect(made).toBeGreaterThan(250);
});
