import { SyntaxProblem } from '../../model/errors.ts';
import { parseName } from '../../model/name.ts';
import { listed, quoted } from '../../model/phrases.ts';
import { type RRType, rdataFromYaml, typeByName } from '../../model/rdata.ts';
import { makeRRset, type RRset, type Value } from '../../model/rrset.ts';
import { didYouMean } from '../../model/suggest.ts';
import { syntaxRule } from '../load-rules.ts';
import { findType, typeFault } from '../record-types.ts';
import { isNull, keyText, plainValue, type YamlMap, type YamlNode, type YamlScalar } from '../yaml/node.ts';
import { readOptions } from './octodns-options.ts';
import { type RecordReader, refuseRecord, type UnfinishedRecord, warn } from './unfinished-record.ts';

const recordKeys = ['type', 'ttl', 'value', 'values', 'octodns'] as const;
const recordKeySet: ReadonlySet<string> = new Set(recordKeys);
/** octoDNS's keys that Hostmaster does not use. */
const octodnsOnly: ReadonlySet<string> = new Set(['geo', 'dynamic', 'healthcheck']);
/** As octoDNS's providers name types of their own. */
const typeOfOneProvider = /^[A-Za-z0-9]+Provider\/[A-Z0-9_]+$/;
const maxSeconds = 2 ** 53;

type FieldName = (typeof recordKeys)[number];
type Fields = Partial<Record<FieldName, YamlNode>>;

/** Reads one record of a name: an RRset, or null after problems and a quarantine. */
export const readYamlRecord = (name: string, record: YamlMap, reader: RecordReader): RRset | null => {
  const unfinished: UnfinishedRecord = { reader, name, refused: null };
  const fields = readFields(record, unfinished);
  const type = readType(fields.type, record, unfinished);
  const given = readTtl(fields.ttl, reader.context.ttl, unfinished);
  // An alias answers with the TTL of its target.
  const ttl = type?.traits.noTtl === true ? 0 : given;
  const options = readOptions(fields.octodns, unfinished);
  const values = type === null ? [] : readValues(type, fields, record, unfinished);
  const { refused } = unfinished;
  if (type !== null && refused === null) return makeRRset(name, type.name, ttl, values, options);
  if (refused !== null) reader.into.quarantine(name, type?.name ?? null, refused.message, refused.origin);
  return null;
};

/** The values by their keys; unknown and repeated keys are refused. */
const readFields = (record: YamlMap, unfinished: UnfinishedRecord): Fields => {
  const fields: Fields = {};
  let unused = false;
  for (const { key, value } of record.entries) {
    const text = keyText(key);
    if (!isField(text)) {
      if (octodnsOnly.has(text)) {
        unused = true;
        continue;
      }
      const known = recordKeys.join(', ');
      const next = value.kind === 'scalar' ? '' : '; if it is a name of its own, it is indented too far';
      const message = `${quoted(text)} is not a key of a record${didYouMean(text, recordKeys)}; the keys are ${known}${next}`;
      refuseRecord(unfinished, 'unknown-key', message, key.at);
      if (value.kind !== 'scalar') keepNext(text, message, key.at, unfinished);
    } else if (fields[text] !== undefined) {
      refuseRecord(unfinished, 'duplicate-key', `"${text}" is there twice in this record; keep one of the two`, key.at);
    } else fields[text] = value;
  }
  if (unused) warnOfUnused(record, unfinished);
  return fields;
};

/** A list or mapping under an unknown key is usually the next name, indented too far: quarantine that name as well. */
const keepNext = (text: string, message: string, at: number, { reader }: UnfinishedRecord): void => {
  try {
    reader.into.quarantine(parseName(text, reader.context.zone), null, message, reader.originAt(at));
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
  }
};

const isField = (text: string): text is FieldName => recordKeySet.has(text);

const warnOfUnused = (record: YamlMap, unfinished: UnfinishedRecord): void => {
  const unused = record.entries.map(({ key }) => keyText(key)).filter((key) => octodnsOnly.has(key));
  const names = unused.map(quoted);
  warn(
    unfinished,
    'octodns-unsupported',
    `octoDNS's ${listed(names)} ${names.length === 1 ? 'is' : 'are'} not supported; the plain values are used`,
    record.at,
  );
};

const readType = (node: YamlNode | undefined, record: YamlMap, unfinished: UnfinishedRecord): RRType | null => {
  if (node === undefined || node.kind !== 'scalar' || isNull(node)) {
    refuseRecord(
      unfinished,
      'record-syntax',
      `a record of ${unfinished.name} has no type; add one, like "type: A"`,
      (node ?? record).at,
    );
    return null;
  }
  if (typeOfOneProvider.test(node.text) && typeByName(node.text) === null) {
    const message = `${quoted(node.text)} is a type of one octoDNS provider; this record is not written`;
    warn(unfinished, 'octodns-unsupported', message, node.at);
    return null;
  }
  const found = findType(node.text);
  if (found.status === 'refused') {
    refuseRecord(unfinished, 'unknown-type', found.message, node.at);
    return null;
  }
  const fault = typeFault(found.type.name, unfinished.name, unfinished.reader.context);
  if (fault !== null) refuseRecord(unfinished, fault.rule, fault.message, node.at);
  return found.type;
};

const readTtl = (node: YamlNode | undefined, fallback: number, unfinished: UnfinishedRecord): number => {
  if (node === undefined) return fallback;
  if (node.kind === 'scalar' && /^(?:0|[1-9][0-9]*)$/.test(node.text) && Number(node.text) < maxSeconds) {
    return Number(node.text);
  }
  const what = node.kind === 'scalar' ? shownScalar(node) : node.kind === 'map' ? 'a mapping' : 'a list';
  refuseRecord(
    unfinished,
    'ttl-syntax',
    `the ttl of ${unfinished.name} must be a whole number of seconds, like 3600, not ${what}`,
    node.at,
  );
  return fallback;
};

const shownScalar = ({ plain, text }: YamlScalar): string => (plain && /^-?[0-9.]+$/.test(text) ? text : quoted(text));

const readValues = (
  type: RRType,
  { value, values }: Fields,
  record: YamlMap,
  unfinished: UnfinishedRecord,
): readonly Value[] => {
  const node = values ?? value;
  if (node === undefined || isNull(node) || (node.kind === 'list' && node.items.length === 0)) {
    const message = `${unfinished.name} ${type.name} has no value; add one, or remove the record`;
    refuseRecord(unfinished, 'record-syntax', message, (node ?? record).at);
    return [];
  }
  if (value !== undefined && values !== undefined) {
    const message = `${unfinished.name} ${type.name} has both "value" and "values"; keep one of the two`;
    refuseRecord(unfinished, 'record-syntax', message, value.at);
  }
  const read: Value[] = [];
  for (const item of node.kind === 'list' ? node.items : [node]) {
    const rdata = readRdata(type, item, unfinished);
    if (rdata !== null) read.push({ rdata, origins: [unfinished.reader.originAt(item.at)] });
  }
  return read;
};

const readRdata = (type: RRType, item: YamlNode, unfinished: UnfinishedRecord): string | null => {
  const { reader } = unfinished;
  try {
    const rdata = rdataFromYaml(type.name, plainValue(item), reader.rdata);
    if (reader.relative.length > 0) warnOfRelative(item.at, unfinished);
    return rdata;
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    reader.relative.length = 0;
    refuseRecord(unfinished, syntaxRule(error.rule), `${unfinished.name} ${type.name}: ${error.message}`, item.at);
    return null;
  }
};

const warnOfRelative = (at: number, unfinished: UnfinishedRecord): void => {
  const { relative, context } = unfinished.reader;
  for (const name of relative.splice(0)) {
    const message = `${quoted(name)} has no final dot, so it means ${quoted(`${name}.${context.zone}`)}`;
    warn(unfinished, 'missing-final-dot', `${message}; write it in full, with the final dot`, at);
  }
};
