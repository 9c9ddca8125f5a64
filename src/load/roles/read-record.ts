import { parseRdata, rdataFromYaml } from '../../model/rdata.ts';
import type { RecordDefinition } from '../../model/roles.ts';
import { isAddressType, isSoa } from '../../model/rr-types.ts';
import { isTemplate, parseTemplate } from '../../model/template.ts';
import { findType } from '../record-types.ts';
import type { RecordEntry } from '../schema/labels.ts';
import type { RuleReader } from './rule-reader.ts';
import { checkName, reportIn, tryIn } from './rule-reader.ts';

/** A record without its place; null after a problem. */
export const readRoleRecord = (reader: RuleReader, entry: RecordEntry): Omit<RecordDefinition, 'at'> | null => {
  const before = reader.text.problems.length;
  const type = readType(reader, entry.type);
  checkName(reader, entry.name);
  if (type !== null) checkValue(reader, type, entry.value);
  if (type === null || reader.text.problems.length > before) return null;
  return { type, name: entry.name, value: entry.value ?? null, ttl: entry.ttl ?? null };
};

const readType = (reader: RuleReader, text: string): string | null => {
  const found = findType(text);
  if (found.status === 'refused') {
    reportIn(reader, 'unknown-type', found.message, 'type');
    return null;
  }
  const { name, traits } = found.type;
  const fault =
    traits.synthesised !== undefined
      ? `${reader.text.file} cannot have ${name} records; put this one in a zone file`
      : isSoa(name) || traits.madeByServer === true
        ? `the name server makes the ${name}; remove this record`
        : null;
  if (fault === null) return name;
  reportIn(reader, 'inventory-type', fault, 'type');
  return null;
};

const checkValue = (reader: RuleReader, type: string, value: string | undefined): void => {
  if (value === undefined) {
    if (isAddressType(type)) return;
    reportIn(reader, 'record-syntax', `${type} needs a "value": only A and AAAA have the server's addresses for one`);
    return;
  }
  if (isTemplate(value) || value.includes('}}')) tryIn(reader, () => parseTemplate(value), 'value');
  else if (isAddressType(type)) tryIn(reader, () => parseRdata(type, value), 'value');
  else tryIn(reader, () => rdataFromYaml(type, value, { origin: '.' }), 'value');
};
