import { SyntaxProblem } from '../model/errors.ts';
import { isSoa, soaAt } from '../model/rr-types.ts';
import { classCodes, metaType, opcodes } from './codes.ts';
import { encodeMessage, type Message, type MessageRecord, maxMessageBytes, noFlags } from './message.ts';

// UPDATE (RFC 2136). Its sections are those of a query under other names: zone, prerequisites, updates, additional.

/** What must hold for an UPDATE to be applied (RFC 2136 section 2.4). TTLs are never compared. */
export type Prerequisite =
  | { readonly kind: 'name-in-use'; readonly name: string }
  | { readonly kind: 'name-not-in-use'; readonly name: string }
  | { readonly kind: 'exists'; readonly name: string; readonly type: string }
  | { readonly kind: 'absent'; readonly name: string; readonly type: string }
  /** The RRset has exactly these values. */
  | { readonly kind: 'equals'; readonly name: string; readonly type: string; readonly rdata: readonly string[] };

/** One step of an UPDATE, applied in order (RFC 2136 section 2.5). */
export type UpdateStep =
  | { readonly kind: 'add'; readonly name: string; readonly type: string; readonly ttl: number; readonly rdata: string }
  | { readonly kind: 'delete-rrset'; readonly name: string; readonly type: string }
  /** Every RRset of the name. */
  | { readonly kind: 'delete-name'; readonly name: string }
  | { readonly kind: 'delete-value'; readonly name: string; readonly type: string; readonly rdata: string };

export interface Update {
  readonly zone: string;
  readonly prerequisites: readonly Prerequisite[];
  readonly steps: readonly UpdateStep[];
}

/** Throws SyntaxProblem where it would have more than `limit` octets; leave room for TSIG there (see tsigBytes). */
export const encodeUpdate = (id: number, update: Update, limit = maxMessageBytes): Uint8Array =>
  encodeMessage(updateMessage(id, update), limit);

export const updateMessage = (id: number, { zone, prerequisites, steps }: Update): Message => ({
  id,
  flags: { ...noFlags, opcode: opcodes.UPDATE },
  rcode: 0,
  questions: [{ ...soaAt(zone), class: classCodes.IN }],
  answers: prerequisites.flatMap(prerequisiteRecords),
  authority: steps.map(stepRecord),
  additional: [],
  edns: null,
});

/** Reads the UPDATE in a message. Throws SyntaxProblem where the message is none (RFC 2136 sections 3.1.1, 3.2, 3.4.1). */
export const updateOf = (message: Message): Update => {
  const [zone, ...more] = message.questions;
  if (message.flags.opcode !== opcodes.UPDATE || zone === undefined || !isSoa(zone.type) || more.length > 0) {
    throw new SyntaxProblem('the message is no UPDATE of one zone', 'wire');
  }
  return {
    zone: zone.name,
    prerequisites: readPrerequisites(message.answers, zone.class),
    steps: message.authority.map((record) => readStep(record, zone.class)),
  };
};

const noRdata = '\\# 0';
const anyType = metaType('ANY');

const record = (name: string, type: string, code: number, rdata = noRdata, ttl = 0): MessageRecord => ({
  name,
  type,
  class: code,
  ttl,
  rdata,
});

const prerequisiteRecords = (prerequisite: Prerequisite): readonly MessageRecord[] => {
  const { kind, name } = prerequisite;
  if (kind === 'name-in-use') return [record(name, anyType, classCodes.ANY)];
  if (kind === 'name-not-in-use') return [record(name, anyType, classCodes.NONE)];
  if (kind === 'exists') return [record(name, prerequisite.type, classCodes.ANY)];
  if (kind === 'absent') return [record(name, prerequisite.type, classCodes.NONE)];
  return prerequisite.rdata.map((rdata) => record(name, prerequisite.type, classCodes.IN, rdata));
};

const stepRecord = (step: UpdateStep): MessageRecord => {
  const { kind, name } = step;
  if (kind === 'add') return record(name, step.type, classCodes.IN, step.rdata, step.ttl);
  if (kind === 'delete-rrset') return record(name, step.type, classCodes.ANY);
  if (kind === 'delete-name') return record(name, anyType, classCodes.ANY);
  return record(name, step.type, classCodes.NONE, step.rdata);
};

const readPrerequisites = (records: readonly MessageRecord[], zoneClass: number): readonly Prerequisite[] => {
  const all: Prerequisite[] = [];
  const equals = new Map<string, string[]>();
  for (const each of records) {
    const { name, rdata, type } = each;
    if (each.ttl !== 0) throw new SyntaxProblem('a prerequisite with a TTL', 'wire');
    if (each.class !== zoneClass) {
      all.push(presence(each));
      continue;
    }
    const key = `${name} ${type}`;
    const values = equals.get(key) ?? [];
    if (values.length === 0) all.push({ kind: 'equals', name, type, rdata: values });
    values.push(rdata);
    equals.set(key, values);
  }
  return all;
};

const presence = ({ class: code, name, rdata, type }: MessageRecord): Prerequisite => {
  if (rdata !== noRdata || (code !== classCodes.ANY && code !== classCodes.NONE)) {
    throw new SyntaxProblem('a prerequisite of a form that RFC 2136 does not have', 'wire');
  }
  if (type === anyType) return { kind: code === classCodes.ANY ? 'name-in-use' : 'name-not-in-use', name };
  return { kind: code === classCodes.ANY ? 'exists' : 'absent', name, type };
};

const readStep = ({ class: code, name, rdata, ttl, type }: MessageRecord, zoneClass: number): UpdateStep => {
  if (code === zoneClass && type !== anyType) return { kind: 'add', name, type, ttl, rdata };
  const isDelete = code === classCodes.ANY ? rdata === noRdata : code === classCodes.NONE && type !== anyType;
  if (!isDelete || ttl !== 0) throw new SyntaxProblem('an update of a form that RFC 2136 does not have', 'wire');
  if (code === classCodes.NONE) return { kind: 'delete-value', name, type, rdata };
  return type === anyType ? { kind: 'delete-name', name } : { kind: 'delete-rrset', name, type };
};
