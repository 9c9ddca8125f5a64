import { SyntaxProblem } from '../../model/errors.ts';
import { parseName } from '../../model/name.ts';
import { quoted } from '../../model/phrases.ts';
import { aliasSetType, type RRType, rdataFromYaml, typeByName } from '../../model/rdata.ts';
import { makeRRset, type RRset, type Value } from '../../model/rrset.ts';
import { didYouMean } from '../../model/suggest.ts';
import { syntaxRule } from '../load-rules.ts';
import { findType, typeFault } from '../record-types.ts';
import { isNull, keyText, plainValue, type YamlMap, type YamlNode } from '../yaml/node.ts';
import { readOptions } from './octodns-options.ts';
import { type Draft, type RecordReader, refuse, warn } from './unfinished-record.ts';

const recordKeys = ['type', 'ttl', 'value', 'values', 'octodns'] as const;
const recordKeySet: ReadonlySet<string> = new Set(recordKeys);
/** octoDNS's keys that mean nothing here. */
const octodnsOnly: ReadonlySet<string> = new Set(['geo', 'dynamic', 'healthcheck']);
/** As octoDNS's providers name types of their own. */
const typeOfOneProvider = /^[A-Za-z0-9]+Provider\/[A-Z0-9_]+$/;
const maxSeconds = 2 ** 53;

type FieldName = (typeof recordKeys)[number];
type Fields = Partial<Record<FieldName, YamlNode>>;

/** Reads one record of a name: an RRset, or null after problems and a quarantine. */
export const readRecord = (name: string, record: YamlMap, reader: RecordReader): RRset | null => {
  const draft: Draft = { reader, name, refused: null };
  const fields = readFields(record, draft);
  const type = readType(fields.type, record, draft);
  const given = readTtl(fields.ttl, reader.context.ttl, draft);
  // An alias answers with the TTL of its target.
  const ttl = type?.name === aliasSetType ? 0 : given;
  const options = readOptions(fields.octodns, draft);
  const values = type === null ? [] : readValues(type, fields, record, draft);
  const { refused } = draft;
  if (type !== null && refused === null) return makeRRset(name, type.name, ttl, values, options);
  if (refused !== null) reader.into.quarantine(name, type?.name ?? null, refused.message, refused.origin);
  return null;
};

/** The values by their keys; unknown and repeated keys are refused. */
const readFields = (record: YamlMap, draft: Draft): Fields => {
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
      refuse(draft, 'unknown-key', message, key.at);
      if (value.kind !== 'scalar') keepNext(text, message, key.at, draft);
    } else if (fields[text] !== undefined) {
      refuse(draft, 'duplicate-key', `"${text}" is there twice in this record; keep one of the two`, key.at);
    } else fields[text] = value;
  }
  if (unused) warnOfUnused(record, draft);
  return fields;
};

/** A list or mapping under an unknown key is mostly the next name's, indented too far: what exists at that name stays. */
const keepNext = (text: string, message: string, at: number, { reader }: Draft): void => {
  try {
    reader.into.quarantine(parseName(text, reader.context.zone), null, message, reader.originAt(at));
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
  }
};

const isField = (text: string): text is FieldName => recordKeySet.has(text);

const warnOfUnused = (record: YamlMap, draft: Draft): void => {
  const unused = record.entries.map(({ key }) => keyText(key)).filter((key) => octodnsOnly.has(key));
  const names = unused.map((key) => `"${key}"`).join(', ');
  warn(draft, 'octodns-unsupported', `${names} of octoDNS means nothing here; the plain values are used`, record.at);
};

const readType = (node: YamlNode | undefined, record: YamlMap, draft: Draft): RRType | null => {
  if (node === undefined || node.kind !== 'scalar' || isNull(node)) {
    refuse(
      draft,
      'record-syntax',
      `a record of ${draft.name} has no type; add one, like "type: A"`,
      (node ?? record).at,
    );
    return null;
  }
  if (typeOfOneProvider.test(node.text) && typeByName(node.text) === null) {
    const message = `${quoted(node.text)} is octoDNS's type for one provider, and is not written`;
    warn(draft, 'octodns-unsupported', message, node.at);
    return null;
  }
  const found = findType(node.text);
  if (found.status === 'refused') {
    refuse(draft, 'unknown-type', found.message, node.at);
    return null;
  }
  const fault = typeFault(found.type.name, draft.name, draft.reader.context);
  if (fault !== null) refuse(draft, fault.rule, fault.message, node.at);
  return found.type;
};

const readTtl = (node: YamlNode | undefined, fallback: number, draft: Draft): number => {
  if (node === undefined) return fallback;
  if (node.kind === 'scalar' && /^(?:0|[1-9][0-9]*)$/.test(node.text) && Number(node.text) < maxSeconds) {
    return Number(node.text);
  }
  const what = node.kind === 'scalar' ? quoted(node.text) : `a ${node.kind}`;
  refuse(
    draft,
    'ttl-syntax',
    `the ttl of ${draft.name} must be a whole number of seconds, like 3600, not ${what}`,
    node.at,
  );
  return fallback;
};

const readValues = (type: RRType, { value, values }: Fields, record: YamlMap, draft: Draft): readonly Value[] => {
  const node = values ?? value;
  if (node === undefined || isNull(node) || (node.kind === 'list' && node.items.length === 0)) {
    const message = `${draft.name} ${type.name} has no value; add one, or remove the record`;
    refuse(draft, 'record-syntax', message, (node ?? record).at);
    return [];
  }
  if (value !== undefined && values !== undefined) {
    const message = `${draft.name} ${type.name} has both "value" and "values"; keep one of the two`;
    refuse(draft, 'record-syntax', message, value.at);
  }
  const read: Value[] = [];
  for (const item of node.kind === 'list' ? node.items : [node]) {
    const rdata = readRdata(type, item, draft);
    if (rdata !== null) read.push({ rdata, origins: [draft.reader.originAt(item.at)] });
  }
  return read;
};

const readRdata = (type: RRType, item: YamlNode, draft: Draft): string | null => {
  const { reader } = draft;
  try {
    const rdata = rdataFromYaml(type.name, plainValue(item), reader.rdata);
    if (reader.relative.length > 0) warnOfRelative(item.at, draft);
    return rdata;
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    reader.relative.length = 0;
    refuse(draft, syntaxRule(error.rule), `${draft.name} ${type.name}: ${error.message}`, item.at);
    return null;
  }
};

const warnOfRelative = (at: number, draft: Draft): void => {
  const { relative, context } = draft.reader;
  for (const name of relative.splice(0)) {
    const message = `${quoted(name)} has no final dot, so it means ${quoted(`${name}.${context.zone}`)}`;
    warn(draft, 'missing-final-dot', `${message}; write it in full, with the final dot`, at);
  }
};
