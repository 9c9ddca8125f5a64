import { SyntaxProblem, typeByCode } from '../../src/provider.ts';
import { classCodes, rcodeOf, typeCodes } from '../../src/wire/codes.ts';
import { type Edns, encodeMessage, type Message, maxMessageBytes, noFlags } from '../../src/wire/message.ts';
import { answerFrom, type StoredRRset, type StoredZone, type ZoneAnswer } from './lookup.ts';

/** A query, as far as it could be read. */
export interface Query {
  readonly id: number;
  readonly opcode: number;
  readonly rd: boolean;
  /** null: there is not exactly one, or the message is malformed. */
  readonly question: QueryQuestion | null;
  readonly edns: Edns | null;
}

export interface QueryQuestion {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** Its own octets: upper and lower case go back as they came. */
  readonly wire: Uint8Array;
}

/** What the server has to answer from. */
export interface Zones {
  /** This server's own id, for id.server. */
  readonly id: string;
  /** Answers from the zone that `name` belongs to; null: none does. `above` asks for the zone above one of that name. */
  withZone(name: string, above: boolean, answer: (zone: StoredZone) => ZoneAnswer): ZoneAnswer | null;
}

/** The largest UDP answer, whatever a query allows: it passes every network without being cut into fragments. */
export const maxUdpBytes = 1232;
const maxUdpBytesWithoutEdns = 512;

interface Reply {
  readonly rcode: string;
  readonly authoritative: boolean;
  readonly answers: readonly StoredRRset[];
  readonly authority: readonly StoredRRset[];
  readonly additional: readonly StoredRRset[];
}

/** The octets to send back. Never throws for what a query says. */
export const respond = (query: Query, transport: 'udp' | 'tcp', zones: Zones): Uint8Array => {
  const limit =
    transport === 'tcp'
      ? maxMessageBytes
      : Math.min(Math.max(query.edns?.udpSize ?? 0, maxUdpBytesWithoutEdns), maxUdpBytes);
  const reply = replyTo(query, zones);
  try {
    return encode(query, reply, false, limit);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    // Too long: TCP has room for it (RFC 2181 section 9), or nothing has.
    return transport === 'udp'
      ? encode(query, { ...noRecords, rcode: reply.rcode, authoritative: reply.authoritative }, true, limit)
      : encode(query, failure('SERVFAIL'), false, limit);
  }
};

const noRecords = { answers: [], authority: [], additional: [] } as const;
const failure = (rcode: string): Reply => ({ ...noRecords, rcode, authoritative: false });

const replyTo = ({ edns, opcode, question }: Query, zones: Zones): Reply => {
  if (opcode !== 0) return failure('NOTIMP');
  if (question === null) return failure('FORMERR');
  if (edns !== null && edns.version > 0) return failure('BADVERS');
  if (question.class === classCodes.CH) return identityReply(question, zones);
  if (question.class !== classCodes.IN) return failure('REFUSED');
  if (question.type === typeCodes.AXFR || question.type === typeCodes.IXFR) return failure('REFUSED');
  const isMeta = question.type >= 128 && question.type < typeCodes.ANY;
  if (isMeta || question.type === typeCodes.OPT || question.type === 0) return failure('NOTIMP');
  const type = question.type === typeCodes.ANY ? 'ANY' : typeByCode(question.type).name;
  const answer = zones.withZone(question.name, type === 'DS', (zone) => answerFrom(zone, question.name, type));
  return answer ?? failure('REFUSED');
};

/** RFC 4892: who is it? */
const identityReply = (question: QueryQuestion, zones: Zones): Reply => {
  const identity = new Map([
    ['version.bind.', 'hostmaster'],
    ['version.server.', 'hostmaster'],
    ['id.server.', zones.id],
  ]).get(question.name);
  if (identity === undefined || typeByCode(question.type).name !== 'TXT') return failure('REFUSED');
  const answers = [{ name: question.name, type: 'TXT', ttl: 0, rdata: [`"${identity}"`] }];
  return { ...noRecords, rcode: 'NOERROR', authoritative: true, answers };
};

const encode = (query: Query, reply: Reply, truncated: boolean, limit: number): Uint8Array => {
  const { question } = query;
  const code = question?.class ?? classCodes.IN;
  const records = (rrsets: readonly StoredRRset[]): Message['answers'] =>
    rrsets.flatMap(({ name, rdata, ttl, type }) =>
      rdata.map((text) => ({ name, type, class: code, ttl, rdata: text })),
    );
  const message: Message = {
    id: query.id,
    flags: { ...noFlags, qr: true, opcode: query.opcode, aa: reply.authoritative, tc: truncated, rd: query.rd },
    rcode: rcodeOf(reply.rcode),
    questions: question === null ? [] : [{ ...question, type: typeByCode(question.type).name }],
    answers: records(reply.answers),
    authority: records(reply.authority),
    additional: records(reply.additional),
    edns: query.edns === null ? null : { udpSize: maxUdpBytes, version: 0, dnssecOk: query.edns.dnssecOk },
  };
  return encodeMessage(message, limit);
};
