import { opcodes, typeCodes } from '../../src/wire/codes.ts';
import { canonicalQuestions, dns2WithOurCodec } from '../../src/wire/dns2.ts';
import { headerBytes } from '../../src/wire/message.ts';
import type { Query } from './respond.ts';

// The header says what a query costs to read, and is read first: nothing else of a message that is no query is looked at.

/** A query is one name, and whatever EDNS says beside it. */
export const maxQueryBytes = 4096;
/** OPT, TSIG, SIG(0), and room for what comes. */
const maxAdditional = 4;

/** Reads a query; null: it is none, and gets no answer, as two servers must not answer each other for ever. */
export const readQuery = (message: Buffer): Query | null => {
  if (message.length < headerBytes || (message.readUInt8(2) & 0x80) !== 0) return null;
  const bits = message.readUInt16BE(2);
  const query: Query = {
    id: message.readUInt16BE(0),
    opcode: (bits >>> 11) & 0xf,
    rd: (bits & 0x100) !== 0,
    question: null,
    edns: null,
  };
  return query.opcode === opcodes.QUERY && hasShapeOfQuery(message) ? { ...query, ...contentOf(message) } : query;
};

/** One question, no answer, and of authority at most the SOA of IXFR. */
const hasShapeOfQuery = (message: Buffer): boolean =>
  message.length <= maxQueryBytes &&
  message.readUInt16BE(4) === 1 &&
  message.readUInt16BE(6) === 0 &&
  message.readUInt16BE(8) <= 1 &&
  message.readUInt16BE(10) <= maxAdditional;

/** Without a question where any of it is malformed, or there are two OPT (RFC 6891 section 6.1.1). */
const contentOf = (message: Buffer): Pick<Query, 'question' | 'edns'> => {
  const packet = dns2WithOurCodec().Packet.parse(message);
  const options = packet.additionals.filter((record) => record.type === typeCodes.OPT);
  const [question] = canonicalQuestions(packet);
  const [opt] = options;
  const isSound = packet.errors.length === 0 && options.length < 2 && (opt === undefined || opt.name === '.');
  return {
    question: isSound ? (question ?? null) : null,
    edns: opt === undefined ? null : { udpSize: opt.class, version: opt.version ?? 0, dnssecOk: opt.doFlag ?? false },
  };
};
