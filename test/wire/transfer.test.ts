import { afterEach, describe, expect, it } from 'vitest';
import { WireError } from '../../src/wire/errors.ts';
import { decodeMessage, type MessageRecord } from '../../src/wire/message.ts';
import { type TransferOptions, transferChanges, transferZone } from '../../src/wire/transfer.ts';
import type { Listener } from './listener.ts';
import { a, key, ns, record, type Scene, soa, startScene } from './transfer-scene.ts';

// Transfers that go wrong, from a server of the tests' own.

let listener: Listener | null = null;
afterEach(() => listener?.stop());

const serve = async (scene: Scene): Promise<Listener['dns']> => {
  listener = await startScene(scene);
  return listener.dns;
};

const axfr = async (scene: Scene, options: TransferOptions = {}) =>
  outcome(transferZone(await serve(scene), 'x.test.', { timeoutMs: 3_000, ...options }));
const ixfr = async (scene: Scene, serial = 5, options: TransferOptions = {}) =>
  outcome(transferChanges(await serve(scene), 'x.test.', serial, { timeoutMs: 3_000, ...options }));

const outcome = async <T>(transfer: Promise<T>): Promise<T | string> => {
  try {
    return await transfer;
  } catch (error) {
    if (error instanceof WireError) return [error.fault, error.rcode ?? error.tsig ?? error.message].join(': ');
    throw error;
  }
};

const whole = [soa(7), ns, a('ns1'), a('w', 2), soa(7)];

describe('AXFR', () => {
  it('gives the zone, its SOA once, however it is cut into messages', async () => {
    const zone = { kind: 'zone', soa: soa(7), records: whole.slice(0, -1), outOfZone: 0 };
    expect(await axfr({ messages: [whole] })).toMatchObject(zone);
    expect(await axfr({ messages: whole.map((each) => [each]) })).toMatchObject(zone);
    expect(await axfr({ messages: whole.map((each) => [each]), stays: true }, { key })).toMatchObject(zone);
  });

  it('leaves out what is not of the zone, and counts it', async () => {
    const strays = [record('x.other.', 'A', '192.0.2.1'), record('notx.test.', 'A', '192.0.2.1')];
    expect(await axfr({ messages: [[...whole.slice(0, 3), ...strays, ...whole.slice(3)]] })).toMatchObject({
      records: whole.slice(0, -1),
      outOfZone: 2,
    });
  });

  const cut = 'cut: the connection was closed before the answer was whole';
  const unusable = 'malformed: the transfer cannot be used: ';
  it.each<readonly [string, Scene, string]>([
    ['refused', { messages: [[]], rcode: 5 }, 'refused: REFUSED'],
    [
      'refused in the middle',
      { messages: [whole.slice(0, 2), []], spoil: (bytes, i) => (i === 1 ? withRcode(bytes, 2) : bytes) },
      'refused: SERVFAIL',
    ],
    ['empty', { messages: [[]] }, 'malformed: the transfer has a message without records'],
    ['nothing at all', { messages: [] }, cut],
    ['cut after its SOA', { messages: [[soa(7)]] }, cut],
    ['cut between messages', { messages: [whole.slice(0, 2), whole.slice(2, 4)] }, cut],
    [
      'closed by another SOA',
      { messages: [[soa(7), ns, soa(8)]] },
      `${unusable}the SOA at its end is not the one it began with`,
    ],
    [
      'closed by the SOA of another zone',
      { messages: [[soa(7), ns, soa(7, 'y.test.')]] },
      `${unusable}it has a SOA that is not that of x.test., or does not begin with one`,
    ],
    [
      'of another zone',
      { messages: [[soa(7, 'y.test.'), soa(7, 'y.test.')]] },
      `${unusable}it has a SOA that is not that of x.test., or does not begin with one`,
    ],
    [
      'without a SOA in front',
      { messages: [[ns, soa(7)]] },
      `${unusable}it has a SOA that is not that of x.test., or does not begin with one`,
    ],
    [
      'with more behind its end',
      { messages: [[...whole, ns]] },
      `${unusable}there are records after the SOA that closes it`,
    ],
    [
      'of another class',
      { messages: [[soa(7), { ...ns, class: 3 }, soa(7)]] },
      'malformed: the transfer has records of another class',
    ],
    [
      'of another question',
      { messages: [whole], spoil: (bytes) => withId(bytes) },
      'malformed: the server answered another question, or cut its answer over TCP',
    ],
    [
      'unreadable',
      { messages: [whole], spoil: (bytes) => bytes.subarray(0, -3) },
      'malformed: the answer cannot be read: a record runs past the end of the message',
    ],
  ])('%s is an error, never an empty zone', async (_what, scene, error) => {
    expect(await axfr(scene)).toBe(error);
  });

  it('ends at its limits', async () => {
    expect(await axfr({ messages: [whole] }, { maxRecords: 4 })).toMatch(/^too-large: .* more than 4 records/);
    expect(await axfr({ messages: [whole] }, { maxBytes: 100 })).toMatch(/^too-large: more than 100 octets/);
    const open: Scene = { messages: [whole.slice(0, 2)], stays: true };
    expect(await axfr(open, { timeoutMs: 200 })).toBe('timeout: not done within 200 ms');
    expect(await axfr(open, { idleMs: 100 })).toBe('timeout: nothing came for 100 ms');
    expect(await axfr(open, { signal: AbortSignal.timeout(100) })).toBe('aborted: aborted');
    expect(await axfr(open, { signal: AbortSignal.abort() })).toBe('aborted: aborted');
    const nobody = transferZone({ address: '127.0.0.1', port: 1 }, 'x.test.');
    await expect(nobody).rejects.toMatchObject({ fault: 'unreachable', sent: false });
  });
});

describe('AXFR with TSIG', () => {
  const messages = Array.from({ length: 120 }, (_, i) =>
    i === 0 ? [soa(7), ns] : i === 119 ? [soa(7)] : [a(`h${i}`)],
  );
  const ends = (index: number): boolean => index === 0 || index === 119;
  const flip = (at: number) => (bytes: Uint8Array, index: number) =>
    index === at ? Buffer.from(bytes).fill((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1) : bytes;

  it('is the zone where up to 99 messages have no signature', async () => {
    const records = messages.flat().slice(0, -1);
    expect(await axfr({ messages, signs: (i) => i % 100 === 0 || ends(i) }, { key })).toMatchObject({ records });
    expect(await axfr({ messages, signs: ends }, { key })).toBe('tsig: UNSIGNED');
  });

  it.each<readonly [string, Scene, string]>([
    ['an unsigned first message', { messages, signs: (i) => i > 0 }, 'tsig: UNSIGNED'],
    ['an unsigned last message', { messages, signs: (i) => i % 50 === 0 }, 'tsig: UNSIGNED'],
    [
      'a changed message in the middle',
      { messages, signs: (i) => i % 50 === 0 || ends(i), spoil: flip(60) },
      'tsig: BADSIG',
    ],
    [
      'a bad signature on the last one',
      { messages, spoil: (bytes, i) => (i === 119 ? changedMac(bytes) : bytes) },
      'tsig: BADSIG',
    ],
    ['no signature at all', { messages, signs: () => false }, 'tsig: UNSIGNED'],
    [
      'cut before its end',
      { messages: messages.slice(0, 60) },
      'cut: the connection was closed before the answer was whole',
    ],
    ['refused', { messages: [[]], rcode: 9 }, 'refused: NOTAUTH'],
  ])('%s is an error', async (_what, scene, error) => {
    expect(await axfr(scene, { key })).toBe(error);
  });
});

describe('IXFR', () => {
  const step = (from: number, to: number, deleted: readonly MessageRecord[], added: readonly MessageRecord[]) => ({
    from: soa(from),
    to: soa(to),
    deleted,
    added,
  });
  const two = [soa(7), soa(5), a('w', 1), soa(6), a('w', 2), soa(6), soa(7), a('v'), soa(7)];

  it('gives the steps, however they are cut into messages', async () => {
    const steps = [step(5, 6, [a('w', 1)], [a('w', 2)]), step(6, 7, [], [a('v')])];
    expect(await ixfr({ messages: [two] })).toMatchObject({ kind: 'steps', soa: soa(7), steps });
    expect(await ixfr({ messages: two.map((each) => [each]) }, 5, { key })).toMatchObject({ steps });
  });

  it('sends the SOA with our serial', async () => {
    await ixfr({ messages: [[soa(5)]] });
    const { authority, questions } = decodeMessage(listener?.heard[0] ?? Buffer.alloc(0));
    expect(questions[0]).toMatchObject({ name: 'x.test.', type: 'TYPE251' });
    expect(authority).toMatchObject([{ name: 'x.test.', type: 'SOA', rdata: '. . 5 0 0 0 0' }]);
  });

  it('takes a whole zone for an answer, and that there is nothing newer', async () => {
    const records = whole.slice(0, -1);
    expect(await ixfr({ messages: [whole] })).toMatchObject({ kind: 'zone', records });
    expect(await ixfr({ messages: whole.map((each) => [each]) })).toMatchObject({ kind: 'zone', records });
    expect(await ixfr({ messages: [[soa(7), soa(7)]] })).toMatchObject({ kind: 'zone', records: [soa(7)] });
    expect(await ixfr({ messages: [[soa(5)]] })).toMatchObject({ kind: 'current', soa: soa(5) });
    expect(await ixfr({ messages: [[soa(4)]] })).toMatchObject({ kind: 'current', soa: soa(4) });
  });

  it('compares serials that wrap round 2^32', async () => {
    const old = 4_294_967_290;
    expect(await ixfr({ messages: [[soa(old)]] }, 3)).toMatchObject({ kind: 'current' });
    const over = [soa(3), soa(old), soa(3), a('v'), soa(3)];
    expect(await ixfr({ messages: [over] }, old)).toMatchObject({ steps: [step(old, 3, [], [a('v')])] });
  });

  it.each<readonly [string, readonly MessageRecord[], RegExp]>([
    ['a newer SOA alone', [soa(7)], /^cut/],
    ['steps that are cut', two.slice(0, -1), /^cut/],
    ['steps that begin elsewhere', [soa(7), soa(4), soa(7), soa(7)], /begins at 4, not at 5/],
    ['steps that leave one out', [soa(9), soa(5), soa(6), soa(7), soa(9), soa(9)], /begins at 7, not at 6/],
    ['more behind the end', [...two, a('u')], /records after the SOA/],
    ['the SOA of another zone', [soa(7), soa(5), soa(7, 'y.test.')], /SOA that is not that of x.test/],
  ])('%s is an error', async (_what, records, error) => {
    expect(await ixfr({ messages: [records] })).toMatch(error);
  });

  it('refused is an error, with what the server said', async () => {
    expect(await ixfr({ messages: [[]], rcode: 4 })).toBe('refused: NOTIMP');
  });
});

const withRcode = (bytes: Uint8Array, rcode: number): Uint8Array => {
  const changed = Buffer.from(bytes);
  changed[3] = ((changed[3] ?? 0) & 0xf0) | rcode;
  return changed;
};

const withId = (bytes: Uint8Array): Uint8Array => {
  const changed = Buffer.from(bytes);
  changed.writeUInt16BE(changed.readUInt16BE(0) ^ 1, 0);
  return changed;
};

/** The last octets of a signed message are its original id, error and other length; before them is the MAC. */
const changedMac = (bytes: Uint8Array): Uint8Array => {
  const changed = Buffer.from(bytes);
  changed[changed.length - 7] = (changed.at(-7) ?? 0) ^ 1;
  return changed;
};
