import { SyntaxProblem } from '../../model/errors.ts';
import type { FileOrigin } from '../../model/origin.ts';
import { type RRType, rdataFromYaml } from '../../model/rdata.ts';
import { makeRRset, type RRset, type Value } from '../../model/rrset.ts';
import { didYouMean } from '../../model/suggest.ts';
import { quoted } from '../quote.ts';
import { syntaxRule } from '../rules.ts';
import { findType, typeFault } from '../types.ts';
import { isNull, keyText, plainValue, type YamlMap, type YamlNode } from '../yaml/node.ts';
import type { Draft, RecordReader } from './draft.ts';
import { readOptions } from './options.ts';

type FieldName = 'type' | 'ttl' | 'value' | 'values' | 'octodns';
type Fields = Partial<Record<FieldName, YamlNode>>;

const recordKeys: readonly FieldName[] = ['type', 'ttl', 'value', 'values', 'octodns'];
/** octoDNS's keys that mean nothing here. */
const octodnsOnly: ReadonlySet<string> = new Set(['geo', 'dynamic', 'healthcheck']);
const maxSeconds = 2 ** 53;

/** Reads one record of a name: an RRset, or null after problems and a quarantine. */
export const readRecord = (name: string, record: YamlMap, reader: RecordReader): RRset | null => {
  const refused: { readonly message: string; readonly origin: FileOrigin }[] = [];
  const draft: Draft = {
    name,
    refuse: (rule, message, at) => {
      const origin = reader.originAt(at);
      reader.into.report(rule, message, origin);
      refused.push({ message, origin });
    },
    warn: (rule, message, at) => reader.into.report(rule, message, reader.originAt(at)),
  };
  const fields = readFields(record, draft);
  const type = readType(fields.type, record, reader, draft);
  const ttl = readTtl(fields.ttl, reader.context.ttl, draft);
  const options = readOptions(fields.octodns, draft);
  const values = type === null ? [] : readValues(type, fields, record, reader, draft);
  const first = refused[0];
  if (type !== null && first === undefined) return makeRRset(name, type.name, ttl, values, options);
  if (first !== undefined) reader.into.quarantine(name, type?.name ?? null, first.message, first.origin);
  return null;
};

/** The values by their keys; unknown and repeated keys are refused. */
const readFields = (record: YamlMap, draft: Draft): Fields => {
  const fields: Fields = {};
  const unused: string[] = [];
  for (const { key, value } of record.entries) {
    const text = keyText(key);
    const field = recordKeys.find((known) => known === text);
    if (octodnsOnly.has(text)) unused.push(text);
    else if (field === undefined) {
      const known = recordKeys.join(', ');
      const message = `${quoted(text)} is not a key of a record${didYouMean(text, recordKeys)}; the keys are ${known}`;
      draft.refuse('unknown-key', message, key.at);
    } else if (fields[field] !== undefined) {
      draft.refuse('duplicate-key', `"${text}" is there twice in this record; keep one of the two`, key.at);
    } else fields[field] = value;
  }
  if (unused.length > 0) {
    draft.warn(
      'octodns-unsupported',
      `${unused.map((key) => `"${key}"`).join(', ')} of octoDNS means nothing here; the plain values are used`,
      record.at,
    );
  }
  return fields;
};

const readType = (
  node: YamlNode | undefined,
  record: YamlMap,
  { context }: RecordReader,
  draft: Draft,
): RRType | null => {
  if (node === undefined || node.kind !== 'scalar' || isNull(node)) {
    draft.refuse(
      'record-syntax',
      `a record of ${draft.name} has no type; add one, like "type: A"`,
      (node ?? record).at,
    );
    return null;
  }
  const found = findType(node.text);
  if (found.status === 'refused') {
    draft.refuse('unknown-type', found.message, node.at);
    return null;
  }
  const fault = typeFault(found.type.name, draft.name, context);
  if (fault !== null) draft.refuse(fault.rule, fault.message, node.at);
  return found.type;
};

const readTtl = (node: YamlNode | undefined, fallback: number, draft: Draft): number => {
  if (node === undefined) return fallback;
  if (node.kind === 'scalar' && /^(?:0|[1-9][0-9]*)$/.test(node.text) && Number(node.text) < maxSeconds) {
    return Number(node.text);
  }
  const what = node.kind === 'scalar' ? quoted(node.text) : `a ${node.kind}`;
  draft.refuse(
    'ttl-syntax',
    `the ttl of ${draft.name} must be a whole number of seconds, like 3600, not ${what}`,
    node.at,
  );
  return fallback;
};

const readValues = (
  type: RRType,
  { value, values }: Fields,
  record: YamlMap,
  reader: RecordReader,
  draft: Draft,
): readonly Value[] => {
  const node = values ?? value;
  if (node === undefined || isNull(node) || (node.kind === 'list' && node.items.length === 0)) {
    const message = `${draft.name} ${type.name} has no value; add one, or remove the record`;
    draft.refuse('record-syntax', message, (node ?? record).at);
    return [];
  }
  if (value !== undefined && values !== undefined) {
    const message = `${draft.name} ${type.name} has both "value" and "values"; keep one of the two`;
    draft.refuse('record-syntax', message, value.at);
  }
  const read: Value[] = [];
  for (const item of node.kind === 'list' ? node.items : [node]) {
    const rdata = readRdata(type, item, reader, draft);
    if (rdata !== null) read.push({ rdata, origins: [reader.originAt(item.at)] });
  }
  return read;
};

const readRdata = (type: RRType, item: YamlNode, reader: RecordReader, draft: Draft): string | null => {
  try {
    const rdata = rdataFromYaml(type.name, plainValue(item), reader.rdata);
    if (reader.relative.length > 0) warnOfRelative(reader, item.at, draft);
    return rdata;
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    reader.relative.length = 0;
    draft.refuse(syntaxRule(error.rule), `${draft.name} ${type.name}: ${error.message}`, item.at);
    return null;
  }
};

const warnOfRelative = ({ relative, context }: RecordReader, at: number, draft: Draft): void => {
  for (const name of relative.splice(0)) {
    const message = `${quoted(name)} has no final dot, so it means ${quoted(`${name}.${context.zone}`)}`;
    draft.warn('missing-final-dot', `${message}; write it in full, with the final dot`, at);
  }
};
