import { rrTypes, serviceTypes } from '../../src/model/rdata.ts';
import { cases } from '../model/cases.ts';

// Zone files made to be slow, by their size. Each was, or is akin to one that was.

export interface Shape {
  readonly what: string;
  readonly form: 'yaml' | 'master';
  readonly text: (size: number) => string;
}

const lines = (size: number, line: (i: number) => string): string =>
  Array.from({ length: size }, (_, i) => line(i)).join('');

const sampleOf = (type: string): string =>
  cases.find((each) => each.type === type)?.texts[0] ??
  {
    SVCB: '1 . alpn=h2',
    'Route53Provider/ALIAS': 'A www.example.com. false Z1',
    HTTPS: '1 . alpn=h2',
    SPF: '"v=spf1 -all"',
    AVC: '"a"',
  }[type] ??
  '\\# 1 00';

/** Types of which an RRset may have several values. */
export const typesWithSeveral: readonly string[] = [...rrTypes, ...serviceTypes]
  .filter(({ traits }) => traits.values !== 'one')
  .map(({ name }) => name)
  .concat('TYPE65280');

/** So many equal values of a type, in each form that has the type. */
export const equalValues = (type: string): readonly Shape[] => {
  const sample = sampleOf(type);
  const where = ['NS', 'CDS', 'CDNSKEY', 'DNSKEY'].includes(type) ? '@' : 'a';
  return [
    {
      what: type,
      form: 'yaml',
      text: (size) =>
        `${where === '@' ? "''" : where}:\n  type: ${type}\n  values:\n${lines(size, () => `  - ${JSON.stringify(sample)}\n`)}`,
    },
    { what: type, form: 'master', text: (size) => lines(size, () => `${where} ${type} ${sample}\n`) },
  ];
};

const master = (what: string, text: Shape['text']): Shape => ({ what, form: 'master', text });
const yaml = (what: string, text: Shape['text']): Shape => ({ what, form: 'yaml', text });
const address = (i: number): string => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;

export const shapes: readonly Shape[] = [
  master('different values of one RRset', (size) => lines(size, (i) => `a A ${address(i)}\n`)),
  master('values that are each there twice', (size) => lines(size, (i) => `a A ${address(i >> 1)}\n`)),
  master('types of one name', (size) => lines(size, (i) => `a TYPE${1000 + (i % 60_000)} \\# 0\n`)),
  yaml(
    'types of one name',
    (size) => `a:\n${lines(size, (i) => `- {type: TYPE${1000 + (i % 60_000)}, value: '\\# 0'}\n`)}`,
  ),
  yaml('one name again and again', (size) => lines(size, () => 'a: {type: A, value: 192.0.2.1}\n')),
  yaml('one type again and again', (size) => `a:\n${lines(size, () => '- {type: A, value: 192.0.2.1}\n')}`),
  yaml('unknown keys of one record', (size) => `a:\n  type: A\n${lines(size, (i) => `  valeu${i}: 1\n`)}`),
  yaml('unknown keys of one value', (size) => `a:\n  type: MX\n  value:\n${lines(size, (i) => `    k${i}: 1\n`)}`),
  yaml('one key of a record again and again', (size) => `a:\n  type: A\n${lines(size, () => '  value: 192.0.2.1\n')}`),
  yaml(
    'explicit keys after an anchor',
    (size) => `&a x: {type: A, value: 192.0.2.1}\n${lines(size, (i) => `? k${i}\n`)}`,
  ),
  yaml('empty keys', (size) => `a: [${lines(size, () => '? ,')}]\n`),
  yaml('merged mappings', (size) => `a: &a {${lines(size, (i) => `k${i}: 1, `)}}\nb:\n  <<: [*a]\n`),
  yaml('a list of one entry', (size) => `a: [${lines(size, (i) => `{type: A, value: ${address(i)}}, `)}]\n`),
  yaml('nothing but comments', (size) => `${lines(size, () => '# x\n')}a: {type: A, value: 192.0.2.1}\n`),
  yaml('empty lines', (size) => `${lines(size, () => '\n\n\n\n')}---\na: {type: A, value: 192.0.2.1}\n`),
  yaml('open brackets', (size) => '['.repeat(size)),
  yaml('a value of spaces', (size) => `a: {type: CAA, value: '0 issue "${' '.repeat(size)}!"'}\n`),
  yaml('a script of spaces', (size) => `a: {type: LUA, value: {type: A, script: "x${' '.repeat(size)}y"}}\n`),
  yaml('a name of letters', (size) => `${'a'.repeat(size)}: {type: A, value: 192.0.2.1}\n`),
  yaml(
    'a name of many letters beyond ASCII',
    (size) => `${lines(size, (i) => String.fromCodePoint(0x4e00 + (i % 20_000)))}: {type: A, value: 192.0.2.1}\n`,
  ),
  master('other TTLs of one RRset', (size) => lines(size, (i) => `a ${i} A ${address(i)}\n`)),
  master('values that are no addresses', (size) => lines(size, () => 'a A x\n')),
  master('names that are none', (size) => lines(size, () => 'a..b A 192.0.2.1\n')),
  master('records without a name', (size) => lines(size, () => ' A 192.0.2.1\n')),
  master('directives', (size) => lines(size, (i) => `$ORIGIN o${i}\n$ORIGIN example.com.\n`)),
  master('a bad $GENERATE', (size) => `$GENERATE 1-${size} h$ A x\n`),
  master('a good $GENERATE', (size) => `$GENERATE 1-${size} h$ A 192.0.2.1\n`),
  master('names that lie deep', (size) => lines(size, (i) => `n${i}.${'a.'.repeat(80)}b A 192.0.2.1\n`)),
  master('names of escapes', (size) => lines(size, (i) => `n${i}${'\\.'.repeat(20)} A 192.0.2.1\n`)),
  master('a loop of CNAMEs', (size) => lines(size, (i) => `c${i} CNAME c${(i + 1) % size}\n`)),
  master('a chain of CNAMEs', (size) => lines(size, (i) => `c${i} CNAME c${i + 1}\n`)),
  master('wildcards in each other', (size) => lines(size, (i) => `*.${'a.'.repeat(i % 60)}w${i} A 192.0.2.1\n`)),
  master('delegations in each other', (size) =>
    lines(size, (i) => `${'a.'.repeat(i % 60)}d${i >> 6} NS ns.example.net.\n`),
  ),
  master('mail to one name', (size) => `m A 192.0.2.1\n${lines(size, (i) => `a MX ${i} m\n`)}`),
  master('SPF that includes itself', (size) =>
    lines(size, (i) => `s${i} TXT "v=spf1 include:s${(i + 1) % size}.example.com -all"\n`),
  ),
  master('a SPF of includes', (size) => `a TXT ${lines(size, (i) => `"include:i${i}.example.com "`)}\n`),
  master('strings of one TXT', (size) => `a TXT ${lines(size, () => '"x" ')}\n`),
  master('escapes of one TXT', (size) => `a TXT "${'\\"'.repeat(size)}"\n`),
  master('octets of one TXT', (size) => `a TXT "${'\\000'.repeat(size)}"\n`),
  master('backslashes', (size) => `a TXT ${'\\\\'.repeat(size)}\n`),
  master('one word', (size) => `a TXT ${'x'.repeat(size * 20)}\n`),
  master('digits in the place of a TTL', (size) => `a ${'1'.repeat(size)}x A 192.0.2.1\n`),
  master('types in one bitmap', (size) => `a NSEC b ${lines(size, (i) => `TYPE${1 + (i % 65_000)} `)}\n`),
  master('SvcParams', (size) => `a SVCB 1 . ${lines(size, (i) => `key${100 + i}=x `)}\n`),
  master('parentheses', (size) => `a A ${'('.repeat(size)} 192.0.2.1 ${')'.repeat(size)}\n`),
  master('lines in parentheses', (size) => `a TXT (\n${lines(size, () => '"x" ; c\n')})\n`),
  master('quotes that do not end', (size) => lines(size, () => 'a TXT "x\n')),
];
