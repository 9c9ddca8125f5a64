import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkEntry } from '../../src/inventory/check-entry.ts';

const server = (entry: unknown) => {
  const checked = checkEntry('lab', entry);
  if (checked.kind !== 'server') throw new Error(checked.reason);
  return checked.server;
};

const fault = (entry: unknown): string => {
  const checked = checkEntry('lab', entry);
  return checked.kind === 'invalid' ? `${checked.name ?? 'nobody'}: ${checked.reason}` : 'none';
};

describe('an entry', () => {
  it('is a server, in canonical form', () => {
    expect(
      server({
        name: 'Web1.Rack2',
        ips: ['192.0.2.11', '2001:DB8:0::11', '192.0.2.11'],
        labels: ['web-frontend', 'a', 'a'],
        environment: 'prod',
        cores: 8,
        virtual: false,
        nested: { a: 1 },
        list: [1],
        nothing: null,
      }),
    ).toEqual({
      name: 'web1.rack2',
      inventory: 'lab',
      ips: ['192.0.2.11', '2001:db8::11'],
      labels: ['a', 'web-frontend'],
      state: 'active',
      attributes: { environment: 'prod', cores: 8, virtual: false },
    });
  });

  it('needs only a name', () => {
    expect(server({ name: 'web1' })).toMatchObject({ ips: [], labels: [], state: 'active', attributes: {} });
    expect(server({ name: 'web1', ips: null, labels: null, state: null })).toMatchObject({ ips: [], state: 'active' });
  });

  it('may say ip for its one address', () => {
    expect(server({ name: 'web1', ip: '192.0.2.1' }).ips).toEqual(['192.0.2.1']);
    expect(server({ name: 'web1', ip: '192.0.2.2', ips: ['192.0.2.1', '192.0.2.2'] }).ips).toEqual([
      '192.0.2.2',
      '192.0.2.1',
    ]);
  });

  it.each(['active', 'maintenance', 'decommissioned'])('may be %s', (state) => {
    expect(server({ name: 'web1', state }).state).toBe(state);
  });

  it('takes a Unicode name for its xn-- form', () => {
    expect(server({ name: 'bücher1' }).name).toBe('xn--bcher1-3ya');
    expect(server({ name: 'xn--bcher1-3ya' }).name).toBe('xn--bcher1-3ya');
    expect(server({ name: 'wеb1' }).name).toMatch(/^xn--/);
  });

  it.each([
    [null, 'it is null, not a mapping'],
    ['web1', 'it is "web1", not a mapping'],
    [[], 'it is a list, not a mapping'],
    [{}, 'it has no name'],
    [{ name: 7 }, 'its name is 7, not text'],
    [{ name: '' }, 'its name is empty'],
    [{ name: 'web1.' }, 'ends in a dot'],
    [{ name: 'web1。' }, 'ends in a dot'],
    [{ name: 'a\\.b' }, 'has a backslash'],
    [{ name: 'a'.repeat(300) }, 'has 300 characters'],
    [{ name: 'a'.repeat(64) }, 'is not a host name'],
    [{ name: 'web_1' }, 'is not a host name'],
    [{ name: '*' }, 'is not a host name'],
    [{ name: '＊' }, 'is not a host name'],
    [{ name: '*.web' }, 'is not a host name'],
    [{ name: '@' }, 'is not a host name'],
    [{ name: 'a..b' }, 'is not a host name'],
    [{ name: '.a' }, 'is not a host name'],
    [{ name: '-a' }, 'is not a host name'],
    [{ name: 'a-' }, 'is not a host name'],
    [{ name: 'web 1' }, 'is not a host name'],
    [{ name: 'a/b' }, 'is not a host name'],
    [{ name: 'web1\u0000' }, 'its name "web1\\u0000" is not'],
    [{ name: 'web1\nmessage' }, 'its name "web1\\nmessage" is not'],
    [{ name: '\u202eweb' }, 'its name "\\u202eweb" is not'],
    [{ name: '{{server.name}}' }, 'is not a host name'],
    [{ name: 'x"]]--' }, 'its name "x\\"]]--" is not'],
  ])('%j has no name', (entry, reason) => {
    expect(fault(entry)).toContain(reason);
    expect(fault(entry)).toMatch(/^nobody: /);
  });

  it.each([
    [{ ips: '192.0.2.1' }, 'its ips are "192.0.2.1", not a list'],
    [{ ips: ['192.0.2.01'] }, '"192.0.2.01" is not an IPv4 or IPv6 address'],
    [{ ips: ['192.0.2.1/24'] }, 'is not an IPv4 or IPv6 address'],
    [{ ips: ['fe80::1%eth0'] }, 'is not an IPv4 or IPv6 address'],
    [{ ips: ['::1]'] }, 'is not an IPv4 or IPv6 address'],
    [{ ip: 3221225985 }, '3221225985 is not an IPv4 or IPv6 address'],
    [{ ips: [['192.0.2.1']] }, 'a list is not an IPv4 or IPv6 address'],
    [{ ips: Array(65).fill('192.0.2.1') }, 'it has 65 addresses'],
    [{ labels: 'web' }, 'its labels are "web", not a list'],
    [{ labels: { web: true } }, 'its labels are a mapping, not a list'],
    [{ labels: [7] }, 'its label 7 is not text'],
    [{ labels: [''] }, 'is not printable text'],
    [{ labels: ['a\u0000'] }, 'its label "a\\u0000" is not printable text'],
    [{ labels: ['a\u2028'] }, 'is not printable text'],
    [{ labels: ['\ud800'] }, 'is not printable text'],
    [{ labels: ['l'.repeat(129)] }, 'has over 128 characters'],
    [{ labels: Array(257).fill('l') }, 'it has 257 labels'],
    [{ state: 'Active' }, 'its state "Active" is none of active, maintenance and decommissioned'],
    [{ state: true }, 'its state true is none of'],
    [Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`a${i}`, i])), 'it has 300 attributes'],
  ])('%j cannot be used, and its name is known', (entry, reason) => {
    expect(fault({ name: 'Web1', ...entry })).toContain(`web1: `);
    expect(fault({ name: 'Web1', ...entry })).toContain(reason);
  });

  it('says all that is wrong with it at once', () => {
    expect(fault({ name: 'web1', ips: ['x'], state: 'gone' })).toMatch(/not an IPv4 .*; its state/);
  });

  it('may have attributes with names that mean something to JavaScript', () => {
    const { attributes } = server(JSON.parse('{"name":"web1","__proto__":"x","constructor":"y","toString":1}'));
    expect(Object.entries(attributes)).toEqual([
      ['constructor', 'y'],
      ['toString', 1],
    ]);
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
  });

  it('keeps the text of attributes as it is, and leaves out what is no attribute', () => {
    const { attributes } = server({
      name: 'web1',
      note: 'a\n"]]--',
      long: 'x'.repeat(1025),
      '\u0000': 1,
      half: '\ud800',
      huge: Number.POSITIVE_INFINITY,
    });
    expect(attributes).toEqual({ note: 'a\n"]]--', half: '\ufffd' });
  });
});

describe('whatever an inventory sends', () => {
  const nasty = fc.constantFrom(
    '"',
    '\\',
    ']]',
    '--',
    '\n',
    '\r',
    '\0',
    ';',
    '{{server.name}}',
    '*',
    '..',
    '.',
    '$(x)',
    '\u202e',
    '\ud800',
    'ａ',
    '。',
    'xn--',
    '@',
    '%s',
    '\u00ad',
    'é',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(nasty, fc.string()), { maxLength: 8 }).map((parts) => parts.join('')),
  );
  /** Half of them is what it should be. */
  const either = <T>(good: fc.Arbitrary<T>) => fc.oneof(good, text);
  const name = either(
    fc.oneof(fc.domain(), fc.mixedCase(fc.domain()), fc.constantFrom('web1', 'bücher', 'ＷＥＢ。lab')),
  );
  const address = fc.oneof({ weight: 9, arbitrary: fc.oneof(fc.ipV4(), fc.ipV6()) }, { weight: 1, arbitrary: text });
  const labels = fc.array(fc.oneof(fc.string({ minLength: 1 }), text), { maxLength: 2 });
  const entry = fc.oneof(
    fc.anything(),
    fc.record(
      {
        name,
        ip: address,
        ips: fc.array(address, { maxLength: 3 }),
        labels,
        state: either(fc.constantFrom('active', 'maintenance', 'decommissioned')),
        other: text,
      },
      { requiredKeys: ['name'] },
    ),
    fc.record({ name, labels, other: text }, { requiredKeys: ['name'] }),
    fc.dictionary(text, fc.anything()),
  );

  it('becomes a server that is well formed, or a reason in printable ASCII', () => {
    let servers = 0;
    fc.assert(
      fc.property(entry, (value) => {
        const checked = checkEntry('lab', value);
        if (checked.kind === 'invalid') {
          expect(checked.reason).toMatch(/^[\x20-\x7e\u2026]+$/);
          expect(checked.reason.length).toBeLessThan(1_000);
          return;
        }
        servers += 1;
        const { name, ips, labels, attributes } = checked.server;
        expect(name).toMatch(/^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/);
        expect(ips.every((ip) => /^(?:[0-9.]+|[0-9a-f:]+)$/.test(ip))).toBe(true);
        expect(labels.every((label) => label.isWellFormed() && !/\p{Cc}/u.test(label))).toBe(true);
        expect(Object.values(attributes).every((each) => typeof each !== 'object')).toBe(true);
        expect(checkEntry('lab', { ...attributes, name, ips, labels })).toMatchObject({
          kind: 'server',
          server: { name, ips, labels },
        });
      }),
      { numRuns: 2_000 },
    );
    expect(servers).toBeGreaterThan(100);
  });
});
