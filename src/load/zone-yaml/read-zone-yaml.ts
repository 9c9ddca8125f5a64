import { SyntaxProblem } from '../../model/errors.ts';
import { isWithin, parseAbsolute, parseName } from '../../model/name.ts';
import type { FileOrigin } from '../../model/origin.ts';
import { quoted } from '../../model/phrases.ts';
import type { RRset } from '../../model/rrset.ts';
import { type LoadRuleId, syntaxRule } from '../load-rules.ts';
import { positionsOf } from '../text-position.ts';
import { readEntries } from '../yaml/bulk-reader.ts';
import { isNull, type YamlList, type YamlNode, YamlProblem, type YamlScalar } from '../yaml/node.ts';
import {
  type Collector,
  collector,
  countRecords,
  type FileContent,
  refuseDuplicate,
  type ZoneContext,
} from '../zone-content.ts';
import { type RecordReader, recordReader } from './unfinished-record.ts';
import { readYamlRecord } from './yaml-record.ts';

/** Reads a zone file in octoDNS's YAML. Never throws for what is in the text. */
export const readZoneYaml = (file: string, text: string, context: ZoneContext): FileContent => {
  const into = collector();
  const positionOf = positionsOf(text);
  const originAt = (offset: number): FileOrigin => {
    const { line, column } = positionOf(offset);
    return { kind: 'zone_file', file, line, column };
  };
  const reader = recordReader(context, into, originAt);
  const names = new Map<string, number>();
  let excess: string | null = null;
  try {
    readEntries(text, (key, value, merged) => {
      const name = readName(key, reader);
      if (name === null || (merged && names.has(name))) return;
      const first = names.get(name);
      if (first === undefined) {
        names.set(name, key.at);
        excess = readRecords(name, key, value, reader);
        if (excess !== null) throw new YamlProblem(excess, key.at);
      } else reportTwice(name, originAt(key.at), originAt(first), into);
    });
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    const at = originAt(error.offset);
    if (excess !== null) into.distrust('file-unusable', excess, at);
    else into.distrust('yaml-syntax', `cannot be read as YAML: ${error.message}`, at);
  }
  return into.content();
};

/** The absolute name of a key, taken from its source text; null after a problem, with the zone marked as incomplete or the name quarantined. */
const readName = (key: YamlNode, reader: RecordReader): string | null => {
  const { context, into, originAt } = reader;
  const refuse = (message: string, rule: LoadRuleId = 'name-syntax'): null => {
    into.report(rule, message, originAt(key.at));
    into.markIncomplete();
    return null;
  };
  if (key.kind !== 'scalar') return refuse('a name is expected here, not a list or a mapping');
  if (key.text === '')
    return key.plain ? refuse("a name is expected here; write '' for the zone's apex") : context.zone;
  if (key.text === '@') {
    return quarantine(context.zone, "\"@\" is not a name here; write '' for the zone's apex", key.at, reader);
  }
  if (/(?:^|[^\\])\s/.test(key.text)) {
    return refuse(`the name ${quoted(key.text)} has a space in it; if that is meant, write it as \\032`);
  }
  try {
    if (!isAbsolute(key.text)) return parseName(key.text, context.zone);
    const name = parseAbsolute(key.text);
    if (isWithin(name, context.zone)) return refuseAbsolute(name, key, reader);
    return refuse(
      `the name ${quoted(key.text)} is not in ${context.zone}; names here are relative to it`,
      'out-of-zone',
    );
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return refuse(error.message, syntaxRule(error.rule));
  }
};

const isAbsolute = (text: string): boolean => /(?:^|[^\\])(?:\\\\)*\.$/.test(text);

const refuseAbsolute = (name: string, key: YamlScalar, reader: RecordReader): null => {
  const { zone } = reader.context;
  const relative = name === zone ? "''" : quoted(name.slice(0, -zone.length - 1));
  const message = `the name ${quoted(key.text)} has a final dot, but names here are relative to ${zone}; write ${relative}`;
  return quarantine(name, message, key.at, reader);
};

const quarantine = (name: string, message: string, at: number, { into, originAt }: RecordReader): null => {
  into.report('name-syntax', message, originAt(at), name);
  into.quarantine(name, null, message, originAt(at));
  return null;
};

const reportTwice = (name: string, origin: FileOrigin, first: FileOrigin, into: Collector): void => {
  const message = `${name} is already defined at line ${first.line}; put its records into one list there`;
  into.report('duplicate-key', message, origin, name);
  into.quarantine(name, null, message, origin);
};

/** Null, or what to say of it where the zone has too many records now. */
const readRecords = (name: string, key: YamlNode, value: YamlNode, reader: RecordReader): string | null => {
  const { context, into } = reader;
  if (value.kind === 'map') {
    const rrset = readYamlRecord(name, value, reader);
    if (rrset === null) return null;
    into.add(rrset);
    return countRecords(context, rrset.values.length);
  }
  const read = new Map<string, RRset>();
  for (const record of value.kind === 'list' ? value.items : [value]) {
    const rrset = record.kind === 'map' ? readYamlRecord(name, record, reader) : notARecord(name, key, record, reader);
    if (rrset === null) continue;
    const known = read.get(rrset.type);
    if (known !== undefined) refuseDuplicate(rrset, known, into);
    else read.set(rrset.type, rrset);
  }
  let records = 0;
  for (const rrset of read.values()) {
    into.add(rrset);
    records += rrset.values.length;
  }
  return countRecords(context, records);
};

const notARecord = (name: string, key: YamlNode, record: YamlScalar | YamlList, reader: RecordReader): null => {
  const origin = reader.originAt(isNull(record) ? key.at : record.at);
  const what = isNull(record) ? 'nothing' : record.kind === 'list' ? 'a list in a list' : quoted(record.text);
  const message = `${name} needs a record like {type: A, value: 192.0.2.1}, or a list of them, not ${what}`;
  reader.into.report('record-syntax', message, origin, name);
  reader.into.quarantine(name, null, message, origin);
  return null;
};
