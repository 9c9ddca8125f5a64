import type { StoredRRset } from '../../providers/embedded/lookup.ts';
import { readQuery } from '../../providers/embedded/query.ts';
import { respond } from '../../providers/embedded/respond.ts';
import { readMaster } from '../../src/load/master/read-master.ts';
import { joinContents } from '../../src/load/zone-content.ts';
import { readZoneYaml } from '../../src/load/zone-yaml/read-zone-yaml.ts';
import { SyntaxProblem } from '../../src/model/errors.ts';
import { parseRdata, rdataFromWire, rdataFromYaml, rdataToWire, rdataToYaml } from '../../src/model/rdata.ts';
import type { RRset } from '../../src/model/rrset.ts';
import { zoneTreeOf } from '../../src/model/zone-tree.ts';
import { zoneMaster, zoneYaml } from '../../src/report/zonefile.ts';
import { decodeMessage, encodeMessage, encodeQuery, type Message, noFlags } from '../../src/wire/message.ts';
import { cpuTime } from '../cpu.ts';
import { cases } from '../model/cases.ts';
import { type Random, randomFrom } from '../model/random.ts';
import { mutate } from '../wire/mutate.ts';

// What is read from outside, changed by chance: it is read or refused, quickly, and what was read says the same when it is
// written and read again.

export interface Fuzzed {
  readonly what: string;
  readonly count: number;
  /** How many were read and not refused. */
  read: number;
  /** Milliseconds of processor. */
  slowest: number;
  readonly faults: string[];
}

interface Target {
  readonly what: string;
  readonly make: (random: Random) => string | Buffer;
  /** Whether it was read; throws what is no fault of the input, and where it does not read back to the same. */
  readonly check: (input: string | Buffer) => boolean | Promise<boolean>;
}

const zone = 'example.com.';
const context = { zone, ttl: 300, allowLua: true };
const mostFaults = 20;

export const fuzz = async (target: Target, count: number, seed: number): Promise<Fuzzed> => {
  const random = randomFrom(seed);
  const fuzzed: Fuzzed = { what: target.what, count, read: 0, slowest: 0, faults: [] };
  for (let i = 0; i < count && fuzzed.faults.length < mostFaults; i += 1) {
    const input = target.make(random);
    let isRead = false;
    const time = await cpuTime(async () => {
      try {
        isRead = await target.check(input);
      } catch (error) {
        fuzzed.faults.push(`${shownInput(input)}: ${error instanceof Error ? error.stack : String(error)}`);
      }
    });
    if (isRead) fuzzed.read += 1;
    fuzzed.slowest = Math.max(fuzzed.slowest, time);
    if (time > 1000) fuzzed.faults.push(`${shownInput(input)}: ${Math.round(time)} ms`);
  }
  return fuzzed;
};

const shownInput = (input: string | Buffer): string =>
  typeof input === 'string' ? JSON.stringify(input) : input.toString('hex');

const pick = <T>(items: readonly T[], random: Random): T => items[random(items.length)] as T;

const samples: readonly { readonly type: string; readonly text: string }[] = [
  ...cases.flatMap(({ texts, type }) => texts.map((text) => ({ type, text }))),
  ...['SVCB', 'HTTPS'].map((type) => ({
    type,
    text: '1 . mandatory=alpn alpn="h2,h\\\\,3" no-default-alpn port=8443 ipv4hint=192.0.2.1,192.0.2.2 ech="AEX+DQ==" ipv6hint=2001:db8::1 dohpath=/q{?dns} key667="a\\210b"',
  })),
  { type: 'Route53Provider/ALIAS', text: 'A www.example.com. true Z1' },
  { type: 'SPF', text: '"v=spf1 include:example.net -all"' },
];

const pieces: readonly string[] = [
  ...[
    '"',
    '\\',
    '\\"',
    '\\\\',
    '\\000',
    '\\255',
    '\\256',
    '\\9',
    ';',
    '(',
    ')',
    ' ',
    '\t',
    '\n',
    '\r\n',
    '.',
    '..',
    ',',
    '=',
    '@',
    '*',
  ],
  ...[
    '\\#',
    '\\# 0',
    '\\# 1 00',
    '-1',
    '0',
    '65535',
    '65536',
    '4294967295',
    '4294967296',
    '99999999999999999999999',
    '1h',
    '1w2d3h',
  ],
  ...[
    'é',
    '名',
    '\u00ad',
    '\u200b',
    '\ud800',
    '\u0000',
    '\u2028',
    '\ufeff',
    'xn--',
    'xn--a',
    'a'.repeat(64),
    'A'.repeat(300),
  ],
  ...[
    '$TTL',
    '$ORIGIN',
    '$INCLUDE x',
    '$GENERATE 1-9/2',
    '$\u007b1,2,x}',
    '$',
    'IN',
    'CH',
    'TYPE1',
    'TYPE65280',
    'CLASS1',
    'null',
    '~',
    '&a ',
    '*a',
    '<<: ',
    '- ',
    ': ',
    '? ',
    '!!str ',
    '| ',
    '> ',
    '---',
    '...',
    '{',
    '}',
    '[',
    ']',
    "'",
    '#',
  ],
];

/** Pieces put in, cut out, doubled, swapped; or a run of one piece. */
export const mutateText = (text: string, random: Random): string => {
  let mutated = text;
  for (let times = 1 + random(4); times > 0; times -= 1) {
    const at = random(mutated.length + 1);
    const length = random(8);
    const kind = random(7);
    const [front, back] = [mutated.slice(0, at), mutated.slice(at)];
    if (kind < 3) mutated = front + pick(pieces, random) + back;
    else if (kind === 3) mutated = front + back.slice(length);
    else if (kind === 4) mutated = front + back.slice(0, length) + back;
    else if (kind === 5) mutated = front + pick(pieces, random).repeat(random(40)) + back;
    else mutated = back + front;
  }
  return mutated;
};

const same = (written: string, read: string, how: string): void => {
  if (written !== read) throw new Error(`${how}: ${JSON.stringify(written)} became ${JSON.stringify(read)}`);
};

/** Null where it is refused. */
const unlessRefused = <T>(read: () => T): T | null => {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyntaxProblem) return null;
    throw error;
  }
};

const rdata: Target = {
  what: 'rdata',
  make: (random) => {
    const { text, type } = pick(samples, random);
    return `${type} ${mutateText(text, random)}`;
  },
  check: (input) => {
    const [type = '', ...rest] = String(input).split(' ');
    const text = rest.join(' ');
    const read = unlessRefused(() => parseRdata(type, text, { origin: zone }));
    unlessRefused(() => rdataFromYaml(type, text, { origin: zone }));
    if (read === null) return false;
    same(read, parseRdata(type, read), 'read again');
    same(read, rdataFromYaml(type, rdataToYaml(type, read), { origin: zone }), 'in YAML');
    const wire = unlessRefused(() => rdataToWire(type, read));
    if (wire !== null) same(read, rdataFromWire(type, wire, 0, wire.length), 'on the wire');
    return true;
  },
};

const plain = (rrsets: readonly RRset[]): string =>
  rrsets
    .map(({ name, ttl, type, values }) => `${name} ${ttl} ${type} ${values.map((value) => value.rdata).join(' | ')}`)
    .sort()
    .join('\n');

const include = async (file: string) => ({ file, text: { status: 'missing' as const } });

const readFile = async (form: 'yaml' | 'zone', text: string): Promise<readonly RRset[]> => {
  const content = form === 'yaml' ? readZoneYaml('z', text, context) : await readMaster('z', text, context, include);
  return joinContents([content]).rrsets;
};

const zoneFileIn = (form: 'yaml' | 'zone', make: Target['make']): Target => ({
  what: form === 'yaml' ? 'zone files in YAML' : 'master files',
  make,
  check: async (input) => {
    const read = (await readFile(form, String(input))).filter(({ type }) => form === 'zone' || type !== 'SOA');
    const print = (rrsets: readonly RRset[]): string =>
      [...(form === 'yaml' ? zoneYaml(rrsets, zone) : zoneMaster(rrsets, zone))].join('');
    const kept = form === 'yaml' ? read : read.filter(({ type }) => type !== 'Route53Provider/ALIAS');
    same(plain(kept), plain(await readFile(form, print(kept))), 'written and read again');
    return read.length > 0;
  },
});

const masterLine = (random: Random, i: number): string => {
  const { text, type } = pick(samples, random);
  return `n${i}${pick(['', '.sub', '.*', '\\.x'], random)} ${pick(['', '60 ', 'IN ', '1h IN '], random)}${type} ${text}\n`;
};

const yamlEntry = (random: Random, i: number): string => {
  const { text, type } = pick(samples, random);
  const value = JSON.stringify(text);
  return pick(
    [
      `n${i}:\n  type: ${type}\n  ttl: 60\n  value: ${value}\n`,
      `n${i}: {type: ${type}, value: ${value}}\n`,
      `n${i}:\n  - type: ${type}\n    values:\n      - ${value}\n      - ${value}\n  - type: TXT\n    value: &a ${value}\n`,
      `n${i}:\n  type: TXT\n  value: >-\n    ${text.replaceAll('\n', ' ')}\n`,
      `'*.n${i}': &b${i}\n  type: MX\n  value: {preference: 10, exchange: mx.example.net.}\nm${i}:\n  <<: *b${i}\n`,
    ],
    random,
  );
};

const fileOf =
  (line: (random: Random, i: number) => string) =>
  (random: Random): string =>
    mutateText(Array.from({ length: 1 + random(6) }, (_, i) => line(random, i)).join(''), random);

const stored: readonly StoredRRset[] = [
  { name: zone, type: 'SOA', ttl: 300, rdata: ['ns1.example.com. h.example.com. 1 2 3 4 5'] },
  { name: zone, type: 'NS', ttl: 300, rdata: ['ns1.example.com.'] },
  { name: `www.${zone}`, type: 'A', ttl: 60, rdata: ['192.0.2.1', '192.0.2.2'] },
  { name: `*.${zone}`, type: 'TXT', ttl: 60, rdata: ['"x"'] },
  { name: `old.${zone}`, type: 'DNAME', ttl: 60, rdata: [`new.${zone}`] },
  { name: `loop.${zone}`, type: 'CNAME', ttl: 60, rdata: [`loop.${zone}`] },
  { name: `sub.${zone}`, type: 'NS', ttl: 60, rdata: [`ns.sub.${zone}`] },
  { name: `ns.sub.${zone}`, type: 'A', ttl: 60, rdata: ['192.0.2.3'] },
  { name: `x.*.e.${zone}`, type: 'A', ttl: 60, rdata: ['192.0.2.3'] },
];
const tree = zoneTreeOf(zone, stored);
const zones: Parameters<typeof respond>[2] = { id: 'x', withZone: (_name, _above, answer) => answer(tree) };

const question = (name: string, type: string) => ({ name, type, class: 1 });
const edns = { udpSize: 4096, version: 0, dnssecOk: true, options: [{ code: 10, data: Buffer.alloc(8) }] };
const queries: readonly Buffer[] = [
  ...['www', 'a.b.old', 'loop', 'x.sub', 'any', 'y.e', '@'].flatMap((name) =>
    ['A', 'NS', 'TYPE255', 'DS'].map((type) =>
      Buffer.from(encodeQuery(7, question(name === '@' ? zone : `${name}.${zone}`, type), edns)),
    ),
  ),
  Buffer.from(encodeQuery(7, { name: 'version.bind.', type: 'TXT', class: 3 })),
];

const server: Target = {
  what: 'questions to the embedded server',
  make: (random) => mutate(pick(queries, random), random),
  check: (input) => {
    const query = readQuery(Buffer.from(input));
    if (query === null) return false;
    const udp = decodeMessage(respond(query, 'udp', zones));
    decodeMessage(respond(query, 'tcp', zones));
    if (!udp.flags.qr || udp.id !== query.id) throw new Error('the answer is to another question');
    return query.question !== null;
  },
};

const answers: readonly Buffer[] = samples.flatMap(({ text, type }, i) => {
  const own = unlessRefused(() => parseRdata(type, text, { origin: zone }));
  const message: Message = {
    id: 7,
    flags: { ...noFlags, qr: true, aa: true },
    rcode: 0,
    questions: [question(`n${i}.${zone}`, 'A')],
    answers: [{ name: `n${i}.${zone}`, type, class: 1, ttl: 60, rdata: own ?? '' }],
    authority: [{ name: zone, type: 'SOA', class: 1, ttl: 60, rdata: stored[0]?.rdata[0] ?? '' }],
    additional: [{ name: `ns1.${zone}`, type: 'A', class: 1, ttl: 60, rdata: '192.0.2.1' }],
    edns,
  };
  return own === null || type.includes('/') ? [] : [Buffer.from(encodeMessage(message))];
});

const withoutWire = ({ questions, ...rest }: Message): string =>
  JSON.stringify({ ...rest, questions: questions.map(({ class: code, name, type }) => [name, type, code]) });

const wire: Target = {
  what: 'messages',
  make: (random) => mutate(pick(answers, random), random),
  check: (input) => {
    const message = unlessRefused(() => decodeMessage(Buffer.from(input)));
    if (message === null) return false;
    const again = unlessRefused(() => encodeMessage(message));
    if (again !== null) same(withoutWire(message), withoutWire(decodeMessage(again)), 'written and read again');
    return true;
  },
};

export const textTargets: readonly Target[] = [
  rdata,
  zoneFileIn('yaml', fileOf(yamlEntry)),
  zoneFileIn('zone', fileOf(masterLine)),
];

export const messageTargets: readonly Target[] = [wire, server];
