import { SyntaxProblem } from '../model/errors.ts';
import { type NameReader, rdataFromWire, typeByCode, typeByName } from '../model/rdata.ts';
import { typeCodes } from './codes.ts';
import { need, type RawRecord, type Reading, readRawRecord, sectionCounts, startReading, times } from './reader.ts';
import { createWriter, type Writer } from './writer.ts';

// DNS messages (RFC 1035 section 4), with EDNS (RFC 6891). Names and rdata are canonical text on our side.

export { headerBytes } from './reader.ts';
export const maxMessageBytes = 65_535;

export interface MessageFlags {
  /** An answer, not a question. */
  readonly qr: boolean;
  readonly opcode: number;
  readonly aa: boolean;
  readonly tc: boolean;
  readonly rd: boolean;
  readonly ra: boolean;
  readonly ad: boolean;
  readonly cd: boolean;
}

export const noFlags: MessageFlags = {
  qr: false,
  opcode: 0,
  aa: false,
  tc: false,
  rd: false,
  ra: false,
  ad: false,
  cd: false,
};

export interface MessageQuestion {
  readonly name: string;
  readonly type: string;
  readonly class: number;
  /** The question's own octets, where an answer has to repeat its upper and lower case. */
  readonly wire?: Uint8Array;
}

export interface MessageRecord {
  readonly name: string;
  readonly type: string;
  readonly class: number;
  readonly ttl: number;
  readonly rdata: string;
}

export interface EdnsOption {
  readonly code: number;
  readonly data: Uint8Array;
}

export interface Edns {
  /** The largest UDP message that its sender can take. */
  readonly udpSize: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  /** Missing where there are none. */
  readonly options?: readonly EdnsOption[];
}

export interface Message {
  readonly id: number;
  readonly flags: MessageFlags;
  /** With EDNS's upper bits. */
  readonly rcode: number;
  readonly questions: readonly MessageQuestion[];
  readonly answers: readonly MessageRecord[];
  readonly authority: readonly MessageRecord[];
  readonly additional: readonly MessageRecord[];
  readonly edns: Edns | null;
}

/** A question with one name; RD is 0. */
export const encodeQuery = (
  id: number,
  question: Omit<MessageQuestion, 'wire'>,
  edns: Edns | null = null,
): Uint8Array =>
  encodeMessage({
    id,
    flags: noFlags,
    rcode: 0,
    questions: [question],
    answers: [],
    authority: [],
    additional: [],
    edns,
  });

/** Throws SyntaxProblem where the message would be over `limit` octets, or a record has rdata that its type cannot have. */
export const encodeMessage = (message: Message, limit = maxMessageBytes): Uint8Array => {
  const writer = createWriter(limit);
  const additional = message.additional.length + (message.edns === null ? 0 : 1);
  writer.u16(message.id);
  writer.u16(flagBits(message.flags) | (message.rcode & 0xf));
  writer.u16(message.questions.length);
  writer.u16(message.answers.length);
  writer.u16(message.authority.length);
  writer.u16(additional);
  for (const question of message.questions) writeQuestion(writer, question);
  for (const section of [message.answers, message.authority, message.additional]) {
    for (const record of section) writer.record(record.name, codeOf(record.type), record);
  }
  if (message.edns !== null) writeEdns(writer, message.edns, message.rcode);
  return writer.bytes();
};

/** Reads a whole message. Throws SyntaxProblem for whatever is not one; the work is bounded by the message's length. */
export const decodeMessage = (bytes: Uint8Array): Message => {
  const state = startReading(bytes);
  const { view } = state;
  const bits = view.getUint16(2);
  const [questionCount, answerCount, authorityCount, additionalCount] = sectionCounts(state);
  const questions = times(questionCount, () => readQuestion(state));
  const answers = times(answerCount, () => readRecord(state));
  const authority = times(authorityCount, () => readRecord(state));
  const rest = times(additionalCount, () => readRawRecord(state));
  const options = rest.filter((record) => record.code === typeCodes.OPT);
  if (options.length > 1) throw new SyntaxProblem('a message with two OPT records', 'wire');
  const [opt] = options;
  return {
    id: view.getUint16(0),
    flags: readFlags(bits),
    rcode: (bits & 0xf) | (opt === undefined ? 0 : (opt.ttl >>> 24) << 4),
    questions,
    answers,
    authority,
    additional: rest.filter(({ code }) => code !== typeCodes.OPT).map((raw) => recordOf(state, raw)),
    edns: opt === undefined ? null : readEdns(state, opt),
  };
};

/** The question of a message that has one. Throws SyntaxProblem. */
export const firstQuestion = (bytes: Uint8Array): MessageQuestion => readQuestion(startReading(bytes));

/**
 * The rdata's canonical text; octets that its type cannot have are shown as RFC 3597 writes any rdata, so that one bad
 * record spoils no other.
 */
export const rdataText = (
  type: string,
  message: Uint8Array,
  offset: number,
  length: number,
  readName?: NameReader,
): string => {
  try {
    return rdataFromWire(type, message, offset, length, readName);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    const hex = Buffer.from(message.subarray(offset, offset + length)).toString('hex');
    return length === 0 ? '\\# 0' : `\\# ${length} ${hex}`;
  }
};

const readQuestion = (state: Reading): MessageQuestion => {
  const start = state.at;
  const { name, end } = state.readName(state.bytes, start);
  need(state, end + 4);
  state.at = end + 4;
  return {
    name,
    type: typeByCode(state.view.getUint16(end)).name,
    class: state.view.getUint16(end + 2),
    wire: state.bytes.subarray(start, end + 4),
  };
};

const readRecord = (state: Reading): MessageRecord => recordOf(state, readRawRecord(state));

const recordOf = (state: Reading, raw: RawRecord): MessageRecord => {
  const type = typeByCode(raw.code).name;
  const rdata = rdataText(type, state.bytes, raw.offset, raw.length, state.readName);
  return { name: raw.name, type, class: raw.class, ttl: raw.ttl, rdata };
};

const readEdns = (state: Reading, opt: RawRecord): Edns => {
  const options = readOptions(state, opt);
  return {
    udpSize: opt.class,
    version: (opt.ttl >>> 16) & 0xff,
    dnssecOk: (opt.ttl & 0x8000) !== 0,
    ...(options.length === 0 ? {} : { options }),
  };
};

/** RFC 6891 section 6.1.2. */
const readOptions = (state: Reading, opt: RawRecord): readonly EdnsOption[] => {
  const options: EdnsOption[] = [];
  const end = opt.offset + opt.length;
  for (let at = opt.offset; at < end; ) {
    const next = at + 4 > end ? end + 1 : at + 4 + state.view.getUint16(at + 2);
    if (next > end) throw new SyntaxProblem('an EDNS option runs past the end of its record', 'wire');
    options.push({ code: state.view.getUint16(at), data: new Uint8Array(state.bytes.subarray(at + 4, next)) });
    at = next;
  }
  return options;
};

const readFlags = (bits: number): MessageFlags => ({
  qr: (bits & 0x8000) !== 0,
  opcode: (bits >>> 11) & 0xf,
  aa: (bits & 0x400) !== 0,
  tc: (bits & 0x200) !== 0,
  rd: (bits & 0x100) !== 0,
  ra: (bits & 0x80) !== 0,
  ad: (bits & 0x20) !== 0,
  cd: (bits & 0x10) !== 0,
});

const flagBits = (flags: MessageFlags): number =>
  (flags.qr ? 0x8000 : 0) |
  ((flags.opcode & 0xf) << 11) |
  (flags.aa ? 0x400 : 0) |
  (flags.tc ? 0x200 : 0) |
  (flags.rd ? 0x100 : 0) |
  (flags.ra ? 0x80 : 0) |
  (flags.ad ? 0x20 : 0) |
  (flags.cd ? 0x10 : 0);

const writeQuestion = (writer: Writer, question: MessageQuestion): void => {
  if (question.wire !== undefined) {
    writer.remember(question.name);
    writer.octets(question.wire);
    return;
  }
  writer.name(question.name);
  writer.u16(codeOf(question.type));
  writer.u16(question.class);
};

const writeEdns = (writer: Writer, edns: Edns, rcode: number): void => {
  writer.octets(Uint8Array.of(0));
  writer.u16(typeCodes.OPT);
  writer.u16(edns.udpSize);
  writer.u16((((rcode >>> 4) & 0xff) << 8) | edns.version);
  writer.u16(edns.dnssecOk ? 0x8000 : 0);
  const options = edns.options ?? [];
  writer.u16(options.reduce((sum, { data }) => sum + 4 + data.length, 0));
  for (const { code, data } of options) {
    writer.u16(code);
    writer.u16(data.length);
    writer.octets(data);
  }
};

const codeOf = (type: string): number => {
  const known = typeByName(type);
  if (known === null) throw new SyntaxProblem(`${type} is no RR type`, 'wire');
  return known.code;
};
