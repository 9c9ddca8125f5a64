import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SyntaxProblem } from '../../src/model/errors.ts';
import { parseRdata } from '../../src/model/rdata.ts';
import { decodeMessage, encodeMessage, encodeQuery, type Message, noFlags } from '../../src/wire/message.ts';
import { cpuTimeOf } from '../cpu.ts';
import { randomFrom } from '../model/random.ts';
import { mutate } from './mutate.ts';

const record = (name: string, type: string, ttl: number, text: string) => ({
  name,
  type,
  class: 1,
  ttl,
  rdata: parseRdata(type, text, { origin: 'example.com.' }),
});

const message: Message = {
  id: 0xbeef,
  flags: { ...noFlags, qr: true, aa: true, rd: true },
  rcode: 0,
  questions: [{ name: 'www.example.com.', type: 'A', class: 1 }],
  answers: [
    record('www.example.com.', 'A', 300, '192.0.2.1'),
    record('www.example.com.', 'TXT', 300, '"one" "two; three"'),
    record('a\\.b.www.example.com.', 'MX', 0, '10 mx.example.com.'),
  ],
  authority: [record('example.com.', 'SOA', 60, 'ns1.example.com. h.example.com. 1 2 3 4 5')],
  additional: [record('x.example.org.', 'TYPE65333', 2_147_483_647, '\\# 3 010203')],
  edns: { udpSize: 1232, version: 0, dnssecOk: true },
};

const withoutWire = (decoded: Message): Message => ({
  ...decoded,
  questions: decoded.questions.map(({ name, type, class: code }) => ({ name, type, class: code })),
});

describe('messages', () => {
  it('are the same after encoding and decoding', () => {
    expect(withoutWire(decodeMessage(encodeMessage(message)))).toEqual(message);
  });

  it('carry an RCODE over 15 in EDNS', () => {
    const decoded = decodeMessage(encodeMessage({ ...message, rcode: 16 }));
    expect(decoded.rcode).toBe(16);
  });

  it('ask with RD=0', () => {
    const decoded = decodeMessage(encodeQuery(7, { name: 'example.com.', type: 'SOA', class: 1 }));
    expect(decoded.id).toBe(7);
    expect(decoded.flags).toEqual(noFlags);
    expect(withoutWire(decoded).questions).toEqual([{ name: 'example.com.', type: 'SOA', class: 1 }]);
  });

  it('repeat the octets of a question whose case counts', () => {
    const query = encodeQuery(1, { name: 'www.example.com.', type: 'A', class: 1 });
    query[13] = 'W'.charCodeAt(0);
    const { questions } = decodeMessage(query);
    const answer = encodeMessage({ ...message, questions });
    expect(Buffer.from(answer.subarray(12, 12 + 21))).toEqual(Buffer.from(query.subarray(12, 12 + 21)));
    expect(decodeMessage(answer).answers).toEqual(message.answers);
  });

  it('write a name once, and point to it', () => {
    const answers = Array.from({ length: 1200 }, (_, i) =>
      record('www.example.com.', 'A', 300, `192.0.${i >> 8}.${i & 255}`),
    );
    const bytes = encodeMessage({ ...message, answers, authority: [], additional: [], edns: null });
    expect(bytes.length).toBe(12 + 17 + 4 + 1200 * 16);
    expect(decodeMessage(bytes).answers).toEqual(answers);
  });

  it('do not get longer than 65,535 octets', () => {
    const long = record('www.example.com.', 'TXT', 1, `"${'x'.repeat(250)}"`);
    expect(() => encodeMessage({ ...message, answers: Array.from({ length: 300 }, () => long) })).toThrow(
      SyntaxProblem,
    );
  });

  it('show rdata that its type cannot have as RFC 3597 writes it', () => {
    const bytes = Buffer.from(encodeMessage({ ...message, answers: [], authority: [], additional: [], edns: null }));
    bytes.writeUInt16BE(1, 6);
    const bad = Buffer.concat([bytes, Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 3, 1, 2, 3])]);
    expect(decodeMessage(bad).answers[0]?.rdata).toBe('\\# 3 010203');
  });

  it.each([
    ['too short', Buffer.alloc(11)],
    ['a name past the end', Buffer.from('000000000001000000000000ff', 'hex')],
    ['a pointer to itself', Buffer.from('000000000001000000000000c00c00010001', 'hex')],
    ['counts that lie', Buffer.from('00000000000000000000ffff', 'hex')],
  ])('%s: SyntaxProblem', (_what, bytes) => {
    expect(() => decodeMessage(bytes)).toThrow(SyntaxProblem);
  });

  it('are decoded or refused, whatever the octets: 20,000 mutations', () => {
    const random = randomFrom(20261122);
    const seeds = [encodeMessage(message), encodeQuery(1, { name: 'example.com.', type: 'TXT', class: 1 })];
    for (let i = 0; i < 20_000; i += 1) {
      const bytes = mutate(seeds[i % seeds.length] ?? Buffer.alloc(0), random);
      try {
        decodeMessage(bytes);
      } catch (error) {
        if (!(error instanceof SyntaxProblem)) throw error;
      }
    }
  });

  it('cost little, even when 64 KB are nothing but pointers', () => {
    const bytes = Buffer.alloc(65_535);
    bytes.writeUInt16BE(10_000, 4);
    bytes.writeUInt16BE(0, 12);
    for (let at = 14; at + 1 < bytes.length; at += 2) bytes.writeUInt16BE(0xc000 | Math.min(at - 2, 0x3ffe), at);
    const spent = cpuTimeOf(() => expect(() => decodeMessage(bytes)).toThrow(SyntaxProblem));
    expect(spent).toBeLessThan(500);
  });

  it('hold any octets in names and TXT', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 63 }), fc.uint8Array({ maxLength: 600 }), (label, text) => {
        const escaped = (bytes: Uint8Array): string =>
          [...bytes].map((octet) => `\\${String(octet).padStart(3, '0')}`).join('');
        const rdata = parseRdata('TXT', `"${escaped(text)}"`);
        const name = decodeMessage(encodeQuery(1, { name: `${escaped(label)}.example.`, type: 'TXT', class: 1 }))
          .questions[0]?.name;
        const sent = { ...message, answers: [{ name: name ?? '', type: 'TXT', class: 1, ttl: 0, rdata }] };
        expect(withoutWire(decodeMessage(encodeMessage(sent)))).toEqual(sent);
      }),
      { numRuns: 200 },
    );
  });
});
