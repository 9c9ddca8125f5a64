import { compareText } from '../model/compare.ts';
import { relativeTo } from '../model/name.ts';
import { masterForm, rdataToYaml, typeByName } from '../model/rdata.ts';
import { isSoa } from '../model/rr-types.ts';
import type { RRset } from '../model/rrset.ts';
import { commandMark, unprintable, visible } from './words/visible.ts';

/** octoDNS's YAML, or an RFC 1035 master file. */
export type ZoneFileForm = 'yaml' | 'zone';

/** What of a zone goes into a file. */
export interface ZoneInFile {
  readonly zone: string;
  readonly rrsets: readonly RRset[];
}

/** octoDNS's file name for a zone; "/" in a name is %2F. */
export const zoneFileName = (zone: string, form: ZoneFileForm): string =>
  `${zone.slice(0, -1).replaceAll('/', '%2F')}.${form}`;

/** A zone as a file, piece by piece. */
export const zoneFile = ({ rrsets, zone }: ZoneInFile, form: ZoneFileForm): Iterable<string> =>
  form === 'yaml' ? zoneYaml(rrsets, zone) : zoneMaster(rrsets, zone);

/** Those of a zone that its file has: YAML is without the SOA. */
export const rrsetsOfFile = ({ rrsets }: Pick<ZoneInFile, 'rrsets'>, form: ZoneFileForm): readonly RRset[] =>
  form === 'zone' ? rrsets : rrsets.filter(({ type }) => !isSoa(type));

/**
 * A zone as octoDNS's YAML, keys in octoDNS's order, which it insists on; loading it gives the same RRsets. Without the
 * SOA: it is the name server's own unless a file has one, and octoDNS has no such type. Yields a piece a name.
 */
export function* zoneYaml(rrsets: readonly RRset[], zone: string): Generator<string> {
  const byName = Map.groupBy(rrsetsOfFile({ rrsets }, 'yaml'), ({ name }) => relativeTo(name, zone));
  yield byName.size === 0 ? '--- {}\n' : '---\n';
  for (const [name, sets] of [...byName].sort(([a], [b]) => naturally(a, b))) {
    const records = sets.toSorted((a, b) => compareText(a.type, b.type));
    const [only] = records;
    if (records.length === 1 && only !== undefined) yield `${yamlScalar(name)}:\n${recordYaml(only, '  ', '  ')}`;
    else yield `${yamlScalar(name)}:\n${records.map((rrset) => recordYaml(rrset, '  - ', '    ')).join('')}`;
  }
}

const recordYaml = ({ type, ttl, values }: RRset, first: string, rest: string): string => {
  const head = `${first}ttl: ${ttl}\n${rest}type: ${type}\n`;
  const yaml = values.map(({ rdata }) => rdataToYaml(type, rdata));
  if (yaml.length === 1) return `${head}${rest}value:${valueYaml(yaml[0], `${rest}  `, false)}`;
  return `${head}${rest}values:\n${yaml.map((value) => `${rest}  -${valueYaml(value, `${rest}    `, true)}`).join('')}`;
};

/** A value after `key:` or after a list's dash, where a mapping begins on the same line. */
const valueYaml = (value: unknown, indent: string, inList: boolean): string => {
  if (Array.isArray(value))
    return `\n${value.map((item) => `${indent}-${valueYaml(item, `${indent}  `, true)}`).join('')}`;
  if (value === null || typeof value !== 'object') return ` ${yamlScalar(value)}\n`;
  const entries = Object.entries(value).sort(([a], [b]) => naturally(a, b));
  if (entries.length === 0) return ' {}\n';
  const lines = entries.map(([key, part]) => `${yamlScalar(key)}:${valueYaml(part, `${indent}  `, false)}`);
  return inList ? ` ${lines.join(indent)}` : `\n${lines.map((line) => indent + line).join('')}`;
};

const plain = /^(?:[A-Za-z_][A-Za-z0-9_./+-]*|[0-9]+(?:\.[0-9]+){3})$/;
/** Words that YAML 1.1 takes for something else than text (octoDNS reads 1.1). */
const reserved = /^(?:y|n|yes|no|on|off|true|false|null|~)$/i;

/** Plain where every reader of YAML takes it for the same text; else double-quoted, which JSON's strings are. */
const yamlScalar = (value: unknown): string => {
  if (typeof value !== 'string') return JSON.stringify(value);
  return plain.test(value) && !reserved.test(value) ? value : inQuotes(value);
};

/** With escapes for what a log or a terminal would act on; beyond 16 bits as all readers of YAML know them. */
const inQuotes = (text: string): string => {
  const json = JSON.stringify(text);
  const printable = /^[ -~]*$/.test(json) ? json : json.replaceAll(unprintable, escapedInYaml);
  return printable.includes('##') ? printable.replaceAll(commandMark, escapedInYaml) : printable;
};

const escapedInYaml = (character: string): string => {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  return hex.length > 4 ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
};

/**
 * A zone as an RFC 1035 master file. What a parser may not know is written by RFC 3597, its text in a comment, and SvcParams
 * younger than RFC 9460 by their numbers.
 */
export function* zoneMaster(rrsets: readonly RRset[], zone: string): Generator<string> {
  yield `$ORIGIN ${withoutCommands(zone)}\n`;
  for (const rrset of inOrder(rrsets, zone)) {
    const type = typeByName(rrset.type);
    const owner = atLineStart(relativeTo(rrset.name, zone) || '@');
    for (const { rdata } of rrset.values) {
      if (type === null || type.code === 0) {
        yield `; ${owner} ${rrset.type} ${visible(rdata)} is no record of a master file\n`;
        continue;
      }
      const [shown, text] = masterForm(type, rdata);
      const comment = text === rdata || shown === rrset.type ? '' : `\t; ${rrset.type} ${visible(rdata)}`;
      yield `${owner}\t${rrset.ttl}\tIN\t${shown}\t${withoutCommands(text)}${comment}\n`;
    }
  }
}

/** The same text with RFC 1035's escapes where a log that it is printed to would begin a command. */
const withoutCommands = (text: string): string => (text.includes('##') ? text.replaceAll(commandMark, '\\035') : text);

/** The same for what begins a line. */
const atLineStart = (text: string): string => withoutCommands(text).replace(/^:(?=:)/, '\\058');

/** Numbers inside of a text count as numbers: h2 before h10. */
const naturally = (a: string, b: string): number => {
  const [ours, theirs] = [a.split(/([0-9]+)/), b.split(/([0-9]+)/)];
  for (let i = 0; i < Math.min(ours.length, theirs.length); i += 1) {
    const [one = '', other = ''] = [ours[i], theirs[i]];
    const order = i % 2 === 0 ? compareText(one, other) : compareDigits(one, other);
    if (order !== 0) return order;
  }
  return ours.length - theirs.length || compareText(a, b);
};

/** Digits of any length, which need not fit into a number. */
const compareDigits = (a: string, b: string): number => {
  const [one, other] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return one.length - other.length || compareText(one, other);
};

/** SOA first, then the apex, then by name and type. */
const inOrder = (rrsets: readonly RRset[], zone: string): readonly RRset[] =>
  rrsets.toSorted(
    (a, b) =>
      Number(isSoa(b.type)) - Number(isSoa(a.type)) ||
      Number(b.name === zone) - Number(a.name === zone) ||
      compareText(a.name, b.name) ||
      compareText(a.type, b.type),
  );
