import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolder, tempFolder } from '../servers/child.ts';
import type { DigRecord } from '../servers/dig.ts';
import type { Group, Wanted } from './suite.ts';

// BIND brings the data's rdata into the form that dig prints, so that nothing of ours takes part in the comparison.

/** Rdata as dig prints it. A type and text that no group has are an error. */
export type Normaliser = (type: string, text: string) => string;

/** Reads the rdata of all groups with one named-compilezone. */
export const normaliserOf = (groups: readonly Group[]): Normaliser => {
  const pairs = new Map<string, { readonly type: string; readonly text: string }>();
  for (const { type, values } of groups.flatMap(everyWanted)) {
    for (const { answer } of values) pairs.set(`${type} ${answer}`, { type, text: answer });
  }
  const plain = [...pairs.values()].filter(({ type }) => !unknownToBind.has(type) && type !== 'SOA');
  const printed = compile(plain.map(({ type, text }) => `${type} ${text}`));
  const known = new Map(plain.map(({ type, text }, i) => [`${type} ${text}`, comparable(type, printed[i] ?? '')]));
  return (type, text) => {
    if (isAsIs(type)) return comparable(type, text);
    const found = known.get(`${type} ${text}`);
    if (found === undefined || found === '') throw new Error(`BIND does not take ${type} ${text}`);
    return found;
  };
};

/** Records that did not come from dig, with names and rdata as it would print them. */
export const asDigPrints = (records: readonly DigRecord[]): readonly DigRecord[] => {
  const lines = records.flatMap(({ name, rdata, type }) => [
    `PTR ${name}`,
    isAsIs(type) ? 'PTR as.is.' : `${type} ${rdata}`,
  ]);
  const printed = compile(lines);
  return records.map(({ name, rdata, ttl, type }, i) => {
    const [owner = name, text = rdata] = printed.slice(2 * i, 2 * i + 2);
    return { name: owner, ttl, type, rdata: comparable(type, isAsIs(type) ? rdata : text) };
  });
};

/** Types that are answered as others. */
const unknownToBind: ReadonlySet<string> = new Set(['ALIAS', 'LUA']);

/** Does BIND not print it, as it is no type of BIND's, or at the apex only? */
const isAsIs = (type: string): boolean => type === 'SOA' || unknownToBind.has(type);

/**
 * Takes out of rdata, as BIND prints it, what does not count: where long digits are split, where text is split into
 * strings, and a SOA's serial, which is the name server's.
 */
export const comparable = (type: string, rdata: string): string => {
  if (type === 'TXT' || type === 'SPF') {
    const strings = rdata.matchAll(/"((?:[^"\\]|\\.)*)"/g);
    return `"${[...strings].map(([, text]) => text).join('')}"`;
  }
  const fields = rdata.split(' ');
  if (type === 'SOA') return fields.with(2, 'serial').join(' ');
  const start = rdata.startsWith('\\# ') ? 2 : digitsFrom[type];
  return start === undefined ? rdata : [...fields.slice(0, start), fields.slice(start).join('')].join(' ');
};

/** The field that the hexadecimal or base64 digits begin at, which may hold blanks. */
const digitsFrom: Readonly<Record<string, number>> = {
  CDNSKEY: 3,
  CDS: 3,
  DHCID: 0,
  DNSKEY: 3,
  DS: 3,
  OPENPGPKEY: 0,
  SMIMEA: 3,
  SSHFP: 2,
  TLSA: 3,
};

const everyWanted = (group: Group): readonly Wanted[] =>
  group.steps.flatMap(({ asks, records }) => [
    ...records.flatMap((wanted) => [wanted, ...(wanted.answeredAs ?? [])]),
    ...asks.flatMap(({ answer }) => answer),
  ]);

/** Each line gets an owner of its own, so that no two of them can disturb each other. */
const compile = (lines: readonly string[]): readonly string[] => {
  const folder = tempFolder('normalise');
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  const head = '$ORIGIN check.\n$TTL 1\n@ SOA . . 1 1 1 1 1\n@ NS .\n';
  writeFileSync(from, head + lines.map((line, i) => `r${i} ${line}\n`).join(''));
  const lenient = [
    '-i',
    'none',
    ...['-k', '-n', '-m', '-M', '-S', '-r', '-T', '-W'].flatMap((flag) => [flag, 'ignore']),
  ];
  execFileSync('named-compilezone', [...lenient, '-s', 'full', '-o', to, 'check.', from], { stdio: 'pipe' });
  const printed: string[] = [];
  for (const line of readFileSync(to, 'utf8').split('\n')) {
    const [, index, rdata] = /^r(\d+)\.check\.\s+\d+\s+IN\s+\S+\s+(.*)$/.exec(line) ?? [];
    if (index !== undefined && rdata !== undefined) printed[Number(index)] = rdata;
  }
  removeFolder(folder);
  return printed;
};
