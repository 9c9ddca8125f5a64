import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { SyntaxProblem } from '../../src/model/errors.ts';
import { WireError } from '../../src/wire/errors.ts';
import {
  decodeMessage,
  encodeMessage,
  encodeQuery,
  type Message,
  type MessageRecord,
  noFlags,
} from '../../src/wire/message.ts';
import { readAxfr, readIxfr } from '../../src/wire/transfer-reader.ts';
import { checkRequest, signMessage } from '../../src/wire/tsig.ts';
import { createAnswerChecker } from '../../src/wire/tsig-answers.ts';
import { encodeUpdate, updateOf } from '../../src/wire/update.ts';
import { cpuTimeOf } from '../cpu.ts';
import { randomFrom } from '../model/random.ts';
import { keyFor, ours } from './keys.ts';
import { mutate } from './mutate.ts';
import { a, ns, record, soa } from './transfer-scene.ts';

// 100,000 mutated messages: each is read or refused, quickly, and leaves nothing behind.

const count = 100_000;
const slowest = 50;
const now = 1_800_000_000;
const key = ours(keyFor('hmac-sha256'));
const requestMac = Buffer.alloc(32, 7);

const answer = (answers: readonly MessageRecord[], more: Partial<Message> = {}): Uint8Array =>
  encodeMessage({
    id: 7,
    flags: { ...noFlags, qr: true, aa: true },
    rcode: 0,
    questions: [{ name: 'x.test.', type: 'TYPE252', class: 1 }],
    answers,
    authority: [],
    additional: [],
    edns: { udpSize: 1232, version: 0, dnssecOk: true, options: [{ code: 10, data: Buffer.alloc(8) }] },
    ...more,
  });

const types: readonly MessageRecord[] = [
  record('t.x.test.', 'MX', '10 mail.x.test.'),
  record('t.x.test.', 'TXT', '"one two"'),
  record('t.x.test.', 'SRV', '1 2 443 w.x.test.'),
  record('t.x.test.', 'CAA', '0 issue "ca.example"'),
  record('t.x.test.', 'SVCB', '1 . alpn="h2" ipv4hint=192.0.2.1'),
  record('t.x.test.', 'NAPTR', '1 2 "u" "E2U+sip" "" x.test.'),
  record('t.x.test.', 'NSEC', 'u.x.test. A TXT RRSIG NSEC'),
  record('t.x.test.', 'LOC', '1 2 3.000 N 4 5 6.000 E 7.00m 1m 10000m 10m'),
  record('t.x.test.', 'TYPE65280', '\\# 3 010203'),
];
const many = Array.from({ length: 60 }, (_, i) => a(`host${i}`, i & 255));
const update = encodeUpdate(7, {
  zone: 'x.test.',
  prerequisites: [
    { kind: 'equals', name: 'x.test.', type: 'SOA', rdata: [soa(7).rdata] },
    { kind: 'name-not-in-use', name: 'new.x.test.' },
  ],
  steps: [
    { kind: 'delete-rrset', name: 'w.x.test.', type: 'A' },
    { kind: 'add', name: 'w.x.test.', type: 'A', ttl: 60, rdata: '192.0.2.1' },
    { kind: 'delete-name', name: 'old.x.test.' },
  ],
});

const plain: readonly Uint8Array[] = [
  encodeQuery(7, { name: 'x.test.', type: 'SOA', class: 1 }, { udpSize: 4096, version: 0, dnssecOk: false }),
  update,
  answer([soa(7), ns, ...types, soa(7)]),
  answer([soa(7), soa(5), a('w', 1), soa(6), a('w', 2), soa(6), soa(7), a('v'), soa(7)]),
  answer([soa(7), ...many, soa(7)]),
];
const seeds = plain.flatMap((bytes) => [
  bytes,
  signMessage(bytes, key, { now }).bytes,
  signMessage(bytes, key, { now, prior: requestMac }).bytes,
]);

/** Everything that reads what comes from outside. */
const readers: readonly ((bytes: Uint8Array) => unknown)[] = [
  (bytes) => updateOf(decodeMessage(bytes)),
  (bytes) => checkRequest(bytes, [key], now),
  (bytes) => createAnswerChecker(key, requestMac, () => now).take(bytes),
  ...[() => readAxfr('x.test.'), () => readIxfr('x.test.', 5)].map((start) => (bytes: Uint8Array) => {
    const reader = start();
    for (const each of decodeMessage(bytes).answers) reader.take(each);
    return reader.ended();
  }),
];

const readAll = (bytes: Uint8Array): number =>
  cpuTimeOf(() => {
    for (const read of readers) {
      try {
        read(bytes);
      } catch (error) {
        if (!(error instanceof SyntaxProblem || error instanceof WireError)) throw error;
      }
    }
  });

/** A collection of garbage is not the message's doing: what was slow once is measured again. */
const timeOf = (bytes: Uint8Array): number => {
  let time = readAll(bytes);
  for (let again = 0; again < 4 && time > slowest; again += 1) time = Math.min(time, readAll(bytes));
  return time;
};

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
const heapAfterCollecting = (): number => {
  collect();
  collect();
  return process.memoryUsage().heapUsed + process.memoryUsage().external;
};

describe('100,000 mutated messages', () => {
  it('are read or refused, none takes over 50 ms, and nothing of them stays', () => {
    const random = randomFrom(20261122);
    let [worst, before] = [0, 0];
    for (let i = 0; i < count; i += 1) {
      if (i === count / 10) before = heapAfterCollecting();
      const bytes = mutate(seeds[i % seeds.length] ?? Buffer.alloc(0), random);
      worst = Math.max(worst, timeOf(bytes));
    }
    expect(worst).toBeLessThan(slowest);
    expect(heapAfterCollecting() - before).toBeLessThan(2_000_000);
  }, 300_000);
});

describe('64 KiB made to be slow', () => {
  const filled = (fill: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.alloc(65_535);
    fill(bytes);
    return bytes;
  };
  /** A question with the longest name there is, and records that all have it as owner and as value. */
  const longNames = filled((bytes) => {
    let at = 12;
    for (let i = 0; i < 126; i += 1) at = bytes.writeUInt8(97 + (i % 26), bytes.writeUInt8(1, at));
    at = bytes.writeUInt16BE(1, bytes.writeUInt16BE(1, at + 1));
    let records = 0;
    for (; at + 14 <= bytes.length; at += 14, records += 1) {
      bytes.write('c00c000500010000000000', at, 'hex');
      bytes.write('02c00c', at + 11, 'hex');
    }
    bytes.writeUInt16BE(1, 4);
    bytes.writeUInt16BE(records, 6);
  });
  const pointers = filled((bytes) => {
    bytes.writeUInt16BE(10_000, 4);
    for (let at = 14; at + 1 < bytes.length; at += 2) bytes.writeUInt16BE(0xc000 | Math.min(at - 2, 0x3ffe), at);
  });
  const counts = filled((bytes) => bytes.fill(0xff, 4, 12));
  const emptyRecords = filled((bytes) => bytes.writeUInt16BE(0xffff, 10));

  it.each([
    ['names', longNames],
    ['pointers', pointers],
    ['counts that lie', counts],
    ['empty records', emptyRecords],
  ])('%s: under 50 ms for each that reads it', (_what, bytes) => {
    for (let warm = 0; warm < 3; warm += 1) readAll(bytes);
    const times = Array.from({ length: 5 }, () => readAll(bytes));
    expect(Math.min(...times) / readers.length).toBeLessThan(slowest);
  });

  it('the records with long names are all read', () => {
    expect(decodeMessage(longNames).answers).toHaveLength(Math.floor((65_535 - 12 - 253 - 4) / 14));
  });
});
