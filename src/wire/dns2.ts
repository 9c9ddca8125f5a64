import { createRequire } from 'node:module';
import type dns2 from 'dns2';
import { nameFromWire } from '../model/name.ts';
import { rrTypes, typeByCode } from '../model/rdata.ts';
import { typeCodes } from './codes.ts';
import { rdataText } from './message.ts';

// dns2 reads the headers and sections of messages. Their names and rdata are ours: dns2 3.1 takes "\." in a name for a
// dot and follows any chain of pointers (7 s for 64 KB), its TXT loses octets over 127, and it knows 14 types. Its maps
// may be extended, so the codecs stand there, once for the process: dns2 keeps them in one object. Its sockets are not
// used: a client's is not connected, and a server's reads on whatever is asked of it.

/** What dns2 hands over for a record of any type: rdata in canonical text. */
export interface CanonicalRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly canonical?: string;
}

/** A question as our codec reads it: `wire` are its own octets. */
export interface CanonicalQuestion {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly wire: Uint8Array;
}

interface Reader {
  readonly buffer: Buffer;
  /** In bits. */
  offset: number;
}

interface RdataCodec {
  decode(this: object, reader: Reader, length: number): object;
}

/** Loaded when it is first used: a plan asks no name server. */
const require = createRequire(import.meta.url);
const library = (): typeof dns2 => require('dns2');

/** dns2 with our codec for names and for the rdata of every type; to be called before each use, cheap after the first. */
export const dns2WithOurCodec = (): typeof dns2 => {
  const dns2 = library();
  if (dns2.Packet.Name.decode !== (decodeName as unknown)) install(dns2.Packet);
  return dns2;
};

/** A packet's questions as our codec read them; one that it did not read has no octets of its own, and is none of them. */
export const canonicalQuestions = ({ questions }: dns2.Packet): readonly CanonicalQuestion[] =>
  questions.filter(isCanonical);

const isCanonical = (question: dns2.Packet.Question): question is dns2.Packet.Question & CanonicalQuestion =>
  'wire' in question && question.wire instanceof Uint8Array;

const install = (packet: typeof dns2.Packet): void => {
  Object.assign(packet.Name, { decode: decodeName });
  Object.assign(packet.Question, { parse: decodeQuestion, decode: decodeQuestion });
  const own = Object.values(packet.TYPE).filter((code) => code !== typeCodes.OPT);
  for (const type of [...rrTypes, ...own.map(typeByCode)]) teach(packet, type.name, type.code);
};

const teach = (packet: typeof dns2.Packet, name: string, code: number): void => {
  Object.assign(packet.TYPE, { [name]: code });
  packet.TYPE_NAME[code] = name;
  Object.assign(packet.Resource, { [name]: rdataCodec(name) });
};

const rdataCodec = (type: string): RdataCodec => ({
  decode(reader, length) {
    const canonical = rdataText(type, reader.buffer, reader.offset / 8, length);
    reader.offset += length * 8;
    return Object.assign(this, { canonical });
  },
});

const decodeName = (reader: Reader): string => {
  const { name, end } = nameFromWire(reader.buffer, reader.offset / 8);
  reader.offset = end * 8;
  return name;
};

const decodeQuestion = (reader: Reader): CanonicalQuestion => {
  const start = reader.offset / 8;
  const name = decodeName(reader);
  const at = reader.offset / 8;
  const [type, code] = [reader.buffer.readUInt16BE(at), reader.buffer.readUInt16BE(at + 2)];
  reader.offset += 32;
  return { name, type, class: code, wire: reader.buffer.subarray(start, at + 4) };
};
