import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DigAnswer, dig, digAll } from '../../servers/dig.ts';
import { type Embedded, putRecords, type RecordLine, startEmbedded } from './zone.ts';

// Answers as BIND's dig reads them.

const zone = 'example.com.';
const addresses = Array.from({ length: 1200 }, (_, i) => `192.0.${i >> 8}.${i & 255}`);
const lines: readonly RecordLine[] = [
  ['@', 3600, 'SOA', 'ns1 hostmaster 1 10800 3600 604800 60'],
  ['@', 3600, 'NS', 'ns1', 'ns2.example.net.'],
  ['ns1', 300, 'A', '192.0.2.53'],
  ['www', 300, 'A', '192.0.2.1', '192.0.2.2'],
  ['www', 300, 'AAAA', '2001:db8::1'],
  ['alias', 60, 'CNAME', 'www'],
  ['chain', 60, 'CNAME', 'alias'],
  ['outside', 60, 'CNAME', 'www.example.net.'],
  ['dangling', 60, 'CNAME', 'nowhere'],
  ['loop', 60, 'CNAME', 'loop2'],
  ['loop2', 60, 'CNAME', 'loop'],
  ['a.b.c', 60, 'A', '192.0.2.3'],
  ['*.wild', 60, 'A', '192.0.2.4'],
  ['*.wild', 60, 'MX', '10 mx'],
  ['x.y.wild', 60, 'TXT', '"blocks y.wild"'],
  ['*.aliased', 60, 'CNAME', 'www'],
  ['x.*.empty', 60, 'A', '192.0.2.6'],
  ['sub', 300, 'NS', 'ns.sub', 'ns1', 'ns.example.net.'],
  ['sub', 300, 'DS', '1 8 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'],
  ['ns.sub', 300, 'A', '192.0.2.54'],
  ['ns.sub', 300, 'AAAA', '2001:db8::54'],
  ['into', 60, 'CNAME', 'host.sub'],
  ['old', 60, 'DNAME', 'new'],
  ['old', 60, 'TXT', '"beside"'],
  ['host.new', 60, 'A', '192.0.2.5'],
  ['far', 60, 'DNAME', 'example.net.'],
  ['long', 60, 'DNAME', `${'l'.repeat(60)}.${'l'.repeat(60)}.${'l'.repeat(60)}`],
  ['many', 60, 'A', ...addresses],
  ['hundred', 60, 'A', ...addresses.slice(0, 100)],
  ['forty', 60, 'A', ...addresses.slice(0, 40)],
  ['Mixed\\.Case\\032x', 60, 'TXT', '"escaped"'],
];

let embedded: Embedded;
beforeAll(async () => {
  embedded = await startEmbedded();
  await putRecords(embedded.provider, zone, lines);
});
afterAll(() => embedded.stop());

const ask = (name: string, type: string, ...args: string[]): Promise<DigAnswer> =>
  dig(embedded.serving, name === '@' ? zone : `${name}.${zone}`, type, { args });
const brief = ({ answers, rcode }: DigAnswer): readonly string[] => [
  rcode,
  ...answers.map(({ name, rdata, ttl, type }) => `${name.replace('.example.com.', '')} ${ttl} ${type} ${rdata}`).sort(),
];

describe('the embedded server', () => {
  it('answers with authority, and without recursion', async () => {
    const answer = await ask('www', 'A');
    expect(brief(answer)).toEqual(['NOERROR', 'www 300 A 192.0.2.1', 'www 300 A 192.0.2.2']);
    expect(answer.flags).toEqual(['qr', 'aa']);
  });

  it('has its own serial in the SOA', async () => {
    const [listed] = await embedded.provider.listZones();
    const { answers } = await ask('@', 'SOA');
    expect(answers[0]?.rdata).toBe(
      `ns1.example.com. hostmaster.example.com. ${listed?.fingerprint} 10800 3600 604800 60`,
    );
  });

  it('says NODATA and NXDOMAIN with the SOA, at its minimum', async () => {
    for (const [name, rcode] of [
      ['www', 'NOERROR'],
      ['none', 'NXDOMAIN'],
      ['below.none', 'NXDOMAIN'],
      ['b.c', 'NOERROR'],
      ['c', 'NOERROR'],
      ['x.b.c', 'NXDOMAIN'],
    ] as const) {
      const answer = await ask(name, 'LOC');
      expect([name, answer.rcode, answer.answers.length]).toEqual([name, rcode, 0]);
      expect(answer.authority.map(({ ttl, type }) => `${ttl} ${type}`)).toEqual(['60 SOA']);
    }
  });

  it.each([
    ['alias', 'A', ['NOERROR', 'alias 60 CNAME www.example.com.', 'www 300 A 192.0.2.1', 'www 300 A 192.0.2.2']],
    ['alias', 'CNAME', ['NOERROR', 'alias 60 CNAME www.example.com.']],
    ['alias', 'LOC', ['NOERROR', 'alias 60 CNAME www.example.com.']],
    [
      'chain',
      'AAAA',
      ['NOERROR', 'alias 60 CNAME www.example.com.', 'chain 60 CNAME alias.example.com.', 'www 300 AAAA 2001:db8::1'],
    ],
    ['outside', 'A', ['NOERROR', 'outside 60 CNAME www.example.net.']],
    ['dangling', 'A', ['NXDOMAIN', 'dangling 60 CNAME nowhere.example.com.']],
  ])('follows CNAME: %s %s', async (name, type, expected) => {
    expect(brief(await ask(name, type))).toEqual(expected);
  });

  it('ends a loop of CNAME', async () => {
    const answer = await ask('loop', 'A');
    expect(answer.rcode).toBe('NOERROR');
    expect(answer.answers.length).toBeLessThanOrEqual(16);
  });

  it.each([
    ['any.wild', 'A', ['NOERROR', 'any.wild 60 A 192.0.2.4']],
    ['deep.er.wild', 'MX', ['NOERROR', 'deep.er.wild 60 MX 10 mx.example.com.']],
    ['any.wild', 'AAAA', ['NOERROR']],
    ['wild', 'A', ['NOERROR']],
    ['*.wild', 'A', ['NOERROR', '*.wild 60 A 192.0.2.4']],
    ['y.wild', 'A', ['NOERROR']],
    ['z.y.wild', 'A', ['NXDOMAIN']],
    ['x.y.wild', 'A', ['NOERROR']],
    ['*.empty', 'A', ['NOERROR']],
    ['any.empty', 'A', ['NOERROR']],
    ['x.any.empty', 'A', ['NOERROR']],
    ['x.*.empty', 'A', ['NOERROR', 'x.*.empty 60 A 192.0.2.6']],
    ['y.*.empty', 'A', ['NXDOMAIN']],
    [
      'n.aliased',
      'A',
      ['NOERROR', 'n.aliased 60 CNAME www.example.com.', 'www 300 A 192.0.2.1', 'www 300 A 192.0.2.2'],
    ],
  ])('answers by wildcards, which empty non-terminals block (RFC 4592): %s %s', async (name, type, expected) => {
    expect(brief(await ask(name, type))).toEqual(expected);
  });

  it.each(['sub', 'host.sub', 'ns.sub'])(
    'refers to the name servers of a delegated name, with glue: %s',
    async (name) => {
      const answer = await ask(name, name === 'sub' ? 'NS' : 'A');
      expect(brief(answer)).toEqual(['NOERROR']);
      expect(answer.flags).toEqual(['qr']);
      expect(answer.authority.map(({ rdata }) => rdata).sort()).toEqual([
        'ns.example.net.',
        'ns.sub.example.com.',
        'ns1.example.com.',
      ]);
      expect(answer.additional.map(({ name: owner, rdata }) => `${owner} ${rdata}`).sort()).toEqual([
        'ns.sub.example.com. 192.0.2.54',
        'ns.sub.example.com. 2001:db8::54',
        'ns1.example.com. 192.0.2.53',
      ]);
    },
  );

  it('answers DS from above the cut', async () => {
    const answer = await ask('sub', 'DS');
    expect(answer.flags).toEqual(['qr', 'aa']);
    expect(answer.answers).toHaveLength(1);
  });

  it('answers DS from the parent zone where it has both', async () => {
    await putRecords(embedded.provider, 'child.example.com.', []);
    expect(await ask('child', 'DS')).toMatchObject({ rcode: 'NXDOMAIN', authority: [{ name: zone }] });
    expect(await ask('child', 'SOA')).toMatchObject({ rcode: 'NOERROR', answers: [{ name: 'child.example.com.' }] });
  });

  it('follows a CNAME into a delegated name only as far as it is', async () => {
    const answer = await ask('into', 'A');
    expect(brief(answer)).toEqual(['NOERROR', 'into 60 CNAME host.sub.example.com.']);
    expect(answer.flags).toEqual(['qr', 'aa']);
    expect(answer.authority).toHaveLength(3);
  });

  it.each([
    [
      'host.old',
      'A',
      [
        'NOERROR',
        'host.new 60 A 192.0.2.5',
        'host.old 60 CNAME host.new.example.com.',
        'old 60 DNAME new.example.com.',
      ],
    ],
    ['none.old', 'A', ['NXDOMAIN', 'none.old 60 CNAME none.new.example.com.', 'old 60 DNAME new.example.com.']],
    ['old', 'TXT', ['NOERROR', 'old 60 TXT "beside"']],
    ['old', 'DNAME', ['NOERROR', 'old 60 DNAME new.example.com.']],
    ['a.b.far', 'A', ['NOERROR', 'a.b.far 60 CNAME a.b.example.net.', 'far 60 DNAME example.net.']],
  ])('synthesises below a DNAME (RFC 6672): %s %s', async (name, type, expected) => {
    expect(brief(await ask(name, type))).toEqual(expected);
  });

  it('says YXDOMAIN where a DNAME makes a name too long', async () => {
    const { answers, rcode } = await ask(`${'x'.repeat(60)}.long`, 'A');
    expect(rcode).toBe('YXDOMAIN');
    expect(answers.map(({ type }) => type)).toEqual(['DNAME']);
  });

  it('cuts what does not fit UDP, and has it over TCP', async () => {
    const cut = await ask('many', 'A', '+ignore');
    expect([cut.flags, cut.answers.length]).toEqual([['qr', 'aa', 'tc'], 0]);
    expect((await ask('many', 'A')).answers.map(({ rdata }) => rdata).sort()).toEqual([...addresses].sort());
  });

  it('takes the size that EDNS allows, up to 1,232', async () => {
    expect((await ask('forty', 'A', '+noedns', '+ignore')).flags).toContain('tc');
    expect((await ask('forty', 'A', '+bufsize=600', '+ignore')).flags).toContain('tc');
    expect((await ask('forty', 'A', '+bufsize=1232', '+ignore')).answers).toHaveLength(40);
    expect((await ask('hundred', 'A', '+bufsize=4096', '+ignore')).flags).toContain('tc');
  });

  it('gives one RRset for ANY (RFC 8482)', async () => {
    const { answers, rcode } = await ask('www', 'ANY');
    expect([rcode, new Set(answers.map(({ type }) => type)).size]).toEqual(['NOERROR', 1]);
  });

  it.each([
    ['another zone', ['example.net', 'A'], 'REFUSED'],
    ['another class', ['example.com', 'A', '-c', 'HS'], 'REFUSED'],
    ['a type that no record has', ['example.com', 'TYPE250'], 'NOTIMP'],
    ['another opcode', ['example.com', 'A', '+opcode=UPDATE'], 'NOTIMP'],
    ['another EDNS version', ['example.com', 'A', '+edns=1', '+noednsnegotiation'], 'BADVERS'],
    ['no question', ['+header-only', 'example.com'], 'FORMERR'],
  ])('refuses %s', async (_what, args, rcode) => {
    const { stdout } = await digText(args);
    expect(/status: (\w+)/.exec(stdout)?.[1]).toBe(rcode);
  });

  it('tells who it is', async () => {
    const { stdout } = await digText(['version.bind', 'TXT', 'CH', '+short']);
    expect(stdout.trim()).toBe('"hostmaster"');
  });

  it('takes names in any case and with any octets, and repeats the question as it came', async () => {
    const { stdout } = await digText(['wWw.ExAmPlE.cOm', 'A', '+noall', '+question']);
    expect(stdout).toContain('wWw.ExAmPlE.cOm.');
    expect((await ask('mixed\\.case\\032x', 'TXT')).answers[0]?.rdata).toBe('"escaped"');
    expect((await ask('mixed', 'TXT')).rcode).toBe('NXDOMAIN');
  });

  it('answers many questions in one connection', async () => {
    const questions = Array.from({ length: 200 }, (_, i) => ({
      name: i % 2 ? `www.${zone}` : `none.${zone}`,
      type: 'A',
    }));
    const answers = await digAll(embedded.serving, questions, { tcp: true, args: ['+keepopen'] });
    expect(answers.map(({ rcode }) => rcode)).toEqual(questions.map((_, i) => (i % 2 ? 'NOERROR' : 'NXDOMAIN')));
  });
});

const digText = (args: readonly string[]): Promise<{ readonly stdout: string }> =>
  promisify(execFile)('dig', ['-r', `@${embedded.serving.address}`, '-p', String(embedded.serving.port), ...args]);
