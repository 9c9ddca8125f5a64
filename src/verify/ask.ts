import { randomInt } from 'node:crypto';
import type dns2 from 'dns2';
import { messageOf } from '../model/errors.ts';
import type { Answer, AnsweredRecord, Asker, NameServer, NoAnswer, Question } from '../model/ports.ts';
import { typeByCode } from '../model/rdata.ts';
import { classCodes, rcodeName } from '../wire/codes.ts';
import { type CanonicalQuestion, type CanonicalRecord, dns2WithOurCodec } from '../wire/dns2.ts';
import { WireError } from '../wire/errors.ts';
import { exchange } from '../wire/exchange.ts';
import { encodeQuery, type MessageRecord, rdataText } from '../wire/message.ts';
import { exchangeDatagram } from '../wire/udp.ts';

export interface AskOptions {
  /** For one question over UDP, and for one over TCP. Default is 2000. */
  readonly timeoutMs?: number;
  /** How often a question is sent that gets no answer. Default is 2. */
  readonly attempts?: number;
}

/**
 * Asks over UDP with RD=0, and over TCP where the answer was cut; a lost question is sent once more, but not to where nothing
 * listens. dns2 reads what comes by UDP; its own client's socket is not connected, and waits in vain at a closed port.
 */
export const askByDns = (options: AskOptions = {}): Asker => {
  const timeoutMs = options.timeoutMs ?? 2000;
  const attempts = options.attempts ?? 2;
  return async (nameserver, question, signal) => {
    let failure = 'no answer';
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (signal?.aborted === true) return noAnswer('aborted');
      try {
        return await askOnce(nameserver, question, timeoutMs, signal);
      } catch (error) {
        if (error instanceof WireError && error.fault === 'unreachable') return unreachable(error.message);
        failure = messageOf(error);
      }
    }
    return noAnswer(failure);
  };
};

const noAnswer = (reason: string): NoAnswer => ({ status: 'no_answer', reason });
const unreachable = (reason: string): NoAnswer => ({ status: 'no_answer', reason, unreachable: true });

const askOnce = async (
  nameserver: NameServer,
  question: Question,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Answer> => {
  if (question.transport === 'tcp') return askOverTcp(nameserver, question, timeoutMs, signal);
  const packet = await askOverUdp(nameserver, question, timeoutMs, signal);
  return packet.header.tc ? askOverTcp(nameserver, question, timeoutMs, signal) : answerOf(packet);
};

const askOverUdp = (
  nameserver: NameServer,
  question: Question,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<dns2.Packet> => {
  const { Packet } = dns2WithOurCodec();
  const id = randomInt(0x10000);
  const asked = { name: question.name, type: question.type, class: classOf(question) };
  const read = (datagram: Buffer): dns2.Packet | null => {
    const packet = parsed(Packet, datagram);
    if (packet?.header.id !== id) return null;
    refuseWrong(packet, question);
    return packet;
  };
  return exchangeDatagram(nameserver, encodeQuery(id, asked), read, { timeoutMs, signal });
};

/** Null: not even a header. */
const parsed = (packet: typeof dns2.Packet, datagram: Buffer): dns2.Packet | null => {
  try {
    return packet.parse(datagram);
  } catch {
    return null;
  }
};

const refuseWrong = (packet: dns2.Packet, question: Question): void => {
  const [asked] = packet.questions;
  if (packet.header.qr !== 1) throw new Error('it sent a question back');
  if (packet.errors.length > 0 && !packet.header.tc) throw new Error(`unreadable answer: ${packet.errors[0]?.message}`);
  if (asked !== undefined && !isAsked(question, { ...asked, type: typeByCode(asked.type).name })) {
    throw new Error('it answered another question');
  }
};

/**
 * Our own client: dns2 3.1 has no time-out over TCP, leaves the connection behind, does not look at the answer's id,
 * and cannot connect to an IPv6 address.
 */
const askOverTcp = async (
  nameserver: NameServer,
  question: Question,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Answer> => {
  const asked = { name: question.name, type: question.type, class: classOf(question) };
  const message = await exchange(nameserver, encodeQuery(randomInt(0x10000), asked), { timeoutMs, signal });
  const keep = (records: readonly MessageRecord[]): readonly AnsweredRecord[] =>
    records.map(({ name, rdata, ttl, type }) => ({ name, type, ttl, rdata }));
  return {
    status: 'answered',
    rcode: rcodeName(message.rcode),
    authoritative: message.flags.aa,
    transport: 'tcp',
    answers: keep(message.answers),
    authority: keep(message.authority),
    additional: keep(message.additional),
  };
};

const answerOf = (packet: dns2.Packet): Answer => ({
  status: 'answered',
  rcode: rcodeName(packet.header.rcode),
  authoritative: packet.header.aa === 1,
  transport: 'udp',
  answers: packet.answers.map(recordOf),
  authority: packet.authorities.map(recordOf),
  additional: packet.additionals.filter((record) => record.rdata === undefined).map(recordOf),
});

const recordOf = (record: CanonicalRecord & { readonly data?: unknown }): AnsweredRecord => {
  const type = typeByCode(record.type).name;
  const raw = Buffer.isBuffer(record.data) ? record.data : Buffer.alloc(0);
  return { name: record.name, type, ttl: record.ttl, rdata: record.canonical ?? rdataText(type, raw, 0, raw.length) };
};

const classOf = (question: Question): number => classCodes[question.class ?? 'IN'];

const isAsked = (
  question: Question,
  asked: Pick<CanonicalQuestion, 'name' | 'class'> & { readonly type: string },
): boolean => asked.name === question.name && asked.type === question.type && asked.class === classOf(question);
