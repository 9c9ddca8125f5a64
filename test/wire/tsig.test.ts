import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { WireError } from '../../src/wire/errors.ts';
import { encodeMessage, encodeQuery, maxMessageBytes, noFlags } from '../../src/wire/message.ts';
import { checkRequest, checkSignature, signMessage, type TsigContext, tsigErrorName } from '../../src/wire/tsig.ts';
import { createAnswerChecker } from '../../src/wire/tsig-answers.ts';
import { createTsigKey, tsigBytes } from '../../src/wire/tsig-key.ts';
import { type SignedMessage, takeTsig, withTsig } from '../../src/wire/tsig-record.ts';
import { algorithms, cutAlgorithms, keyFor, ours } from './keys.ts';

const now = 1_800_000_000;
const query = encodeQuery(4711, { name: 'example.com.', type: 'SOA', class: 1 });
const key = ours(keyFor('hmac-sha256'));
const taken = (bytes: Uint8Array): SignedMessage => {
  const message = takeTsig(bytes);
  if (message === null) throw new Error('no TSIG');
  return message;
};

describe('a key', () => {
  it('has its name and algorithm in canonical form', () => {
    expect(createTsigKey({ name: 'KEY.Example', algorithm: 'HMAC-SHA512-256.', secret: 'c2VjcmV0' })).toMatchObject({
      name: 'key.example.',
      algorithm: 'hmac-sha512.',
      macBytes: 32,
      fudge: 300,
    });
  });

  it.each(['hmac-md5', 'hmac-md5.sig-alg.reg.int', 'sha256', '', 'hmac-sha256-120', 'hmac-sha256-264', 'hmac-sha1-81'])(
    'does not take the algorithm %j',
    (algorithm) => {
      expect(() => createTsigKey({ name: 'k.', algorithm, secret: 'c2VjcmV0' })).toThrow(/TSIG algorithm|can be cut/);
    },
  );

  it.each(['', 'not base64 !', 'c2VjcmV', '===='])('does not take the secret %j, and does not repeat it', (secret) => {
    const attempt = () => createTsigKey({ name: 'k.', secret });
    expect(attempt).toThrow('the secret of the TSIG key k. is not base64');
  });

  it('shows its secret nowhere', () => {
    const text = [inspect(key, { depth: 9, showHidden: true }), JSON.stringify(key), String(key)].join();
    const { secret } = keyFor('hmac-sha256');
    expect(text).not.toContain(secret);
    expect(text).not.toContain(Buffer.from(secret, 'base64').toString('hex'));
  });

  it.each([...algorithms, ...cutAlgorithms])(
    '%s: adds as many octets as it says, and its signature is good',
    (algorithm) => {
      const own = ours(keyFor(algorithm));
      const { bytes, mac } = signMessage(query, own, { now });
      expect(bytes.length - query.length).toBe(tsigBytes(own));
      expect(checkRequest(bytes, [own], now)).toEqual({
        status: 'verified',
        key: own,
        mac: new Uint8Array(mac),
        message: Buffer.from(query),
      });
    },
  );
});

describe('a request', () => {
  const { bytes } = signMessage(query, key, { now });

  it('without a signature is unsigned', () => {
    expect(checkRequest(query, [key], now)).toEqual({ status: 'unsigned' });
  });

  it('by another key, another algorithm or another secret is refused', () => {
    const fault = (...keys: readonly (typeof key)[]) => checkRequest(bytes, keys, now);
    expect(fault()).toMatchObject({ fault: 'BADKEY', key: null });
    expect(fault(ours({ ...keyFor('hmac-sha1'), name: key.name }))).toMatchObject({ fault: 'BADKEY', key: null });
    const other = ours({ ...keyFor('hmac-sha256'), secret: 'b3RoZXI=' });
    expect(fault(other)).toMatchObject({ fault: 'BADSIG', key: null });
  });

  it('with any octet changed is refused', () => {
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      let status = 'unreadable';
      try {
        status = checkRequest(changed, [key], now).status;
      } catch (error) {
        expect(error).toMatchObject({ name: 'SyntaxProblem' });
      }
      // The id may be changed on its way: the record has the one that was signed (RFC 8945 section 4.2).
      expect([at, status === 'verified']).toEqual([at, at < 2]);
    }
  });

  it('holds for its fudge, and no longer', () => {
    const at = (time: number) => checkRequest(bytes, [key], time);
    expect([now - 300, now + 300].map((time) => at(time).status)).toEqual(['verified', 'verified']);
    for (const time of [now - 301, now + 301]) expect(at(time)).toMatchObject({ fault: 'BADTIME', key });
  });

  it('with a MAC cut shorter than we allow is BADTRUNC, shorter than anyone may or longer than it is FORMERR', () => {
    const fault = (cut: (mac: Uint8Array) => Uint8Array, own = key) => {
      const { tsig, unsigned } = taken(bytes);
      const result = checkRequest(withTsig(unsigned, { ...tsig, mac: cut(tsig.mac) }), [own], now);
      return result.status === 'refused' ? result.fault : result.status;
    };
    expect(fault((mac) => mac.subarray(0, 16))).toBe('BADTRUNC');
    expect(fault((mac) => mac.subarray(0, 16), { ...key, macBytes: 16 })).toBe('verified');
    expect(fault((mac) => mac.subarray(0, 15), { ...key, macBytes: 15 })).toBe('FORMERR');
    expect(fault(() => new Uint8Array())).toBe('FORMERR');
    expect(fault((mac) => Buffer.concat([mac, Buffer.from('x')]))).toBe('FORMERR');
  });

  it('may be as long as a message can be, its signature counted', () => {
    const message = Buffer.concat([query, Buffer.alloc(maxMessageBytes - query.length - tsigBytes(key))]);
    expect(signMessage(message, key, { now }).bytes.length).toBe(maxMessageBytes);
    expect(() => signMessage(Buffer.concat([message, Buffer.alloc(1)]), key, { now })).toThrow(/65535 octets/);
  });
});

describe('an answer', () => {
  const requestMac = signMessage(query, key, { now }).mac;
  const message = (id: number, rcode = 0): Uint8Array =>
    encodeMessage({
      id,
      flags: { ...noFlags, qr: true },
      rcode,
      questions: [],
      answers: [],
      authority: [],
      additional: [],
      edns: null,
    });
  const checker = () => createAnswerChecker(key, requestMac, () => now);
  const fault = (take: () => unknown): unknown => {
    try {
      take();
    } catch (error) {
      if (error instanceof WireError) return [error.fault, error.tsig, error.rcode];
      throw error;
    }
    return null;
  };

  /** So many messages, of which only some are signed; as a server of RFC 8945 section 5.3.1 does it. */
  const transfer = (count: number, isSigned: (index: number) => boolean): readonly Uint8Array[] => {
    let context: TsigContext = { prior: requestMac };
    return Array.from({ length: count }, (_, index) => {
      const own = message(index);
      if (!isSigned(index)) {
        context = { ...context, between: [...(context.between ?? []), own] };
        return own;
      }
      const { bytes, mac } = signMessage(own, key, { ...context, now });
      context = { prior: mac, timersOnly: true };
      return bytes;
    });
  };

  it('signed for this question is good, for another one it is not', () => {
    const { bytes } = signMessage(message(1), key, { now, prior: requestMac });
    expect(checker().take(bytes).map(Buffer.from)).toEqual([message(1)]);
    const other = signMessage(message(1), key, { now, prior: Buffer.alloc(32) }).bytes;
    expect(fault(() => checker().take(other))).toEqual(['tsig', 'BADSIG', null]);
    const alone = signMessage(message(1), key, { now }).bytes;
    expect(fault(() => checker().take(alone))).toEqual(['tsig', 'BADSIG', null]);
  });

  it('without a signature is none, and a refusal without one is a refusal', () => {
    expect(fault(() => checker().take(message(1)))).toEqual(['tsig', 'UNSIGNED', null]);
    expect(fault(() => checker().take(message(1, 5)))).toEqual(['refused', null, 'REFUSED']);
    expect(fault(() => checker().take(Buffer.alloc(5)))).toEqual(['malformed', null, null]);
  });

  it('says which error the server has with our signature', () => {
    const { tsig } = taken(signMessage(message(1, 9), key, { now }).bytes);
    const answered = (error: number) => withTsig(message(1, 9), { ...tsig, mac: new Uint8Array(), error });
    expect(fault(() => checker().take(answered(16)))).toEqual(['tsig', 'BADSIG', 'NOTAUTH']);
    expect(fault(() => checker().take(answered(17)))).toEqual(['tsig', 'BADKEY', 'NOTAUTH']);
    const truncated = signMessage(message(1, 9), key, { now, prior: requestMac, error: 22 }).bytes;
    expect(fault(() => checker().take(truncated))).toEqual(['tsig', 'BADTRUNC', 'NOTAUTH']);
    expect(tsigErrorName(77)).toBe('error 77');
  });

  it('tells the time of the server only when that is proven', () => {
    const other = Buffer.alloc(6);
    other.writeUIntBE(now - 4000, 0, 6);
    const proven = signMessage(message(1, 9), key, { now: now - 1000, prior: requestMac, error: 18, other }).bytes;
    expect(() => checker().take(proven)).toThrow(expect.objectContaining({ tsig: 'BADTIME', serverTime: now - 4000 }));
    const { tsig, unsigned } = taken(proven);
    const forged = withTsig(unsigned, { ...tsig, mac: Buffer.alloc(32) });
    expect(() => checker().take(forged)).toThrow(expect.objectContaining({ tsig: 'BADSIG', serverTime: null }));
    const late = signMessage(message(1), key, { now: now - 301, prior: requestMac }).bytes;
    expect(() => checker().take(late)).toThrow(expect.objectContaining({ tsig: 'BADTIME', serverTime: now - 301 }));
  });

  it.each([
    ['all signed', 5, () => true],
    ['99 unsigned between', 201, (index: number) => index % 100 === 0],
    ['the first two and the last', 60, (index: number) => index < 2 || index === 59],
  ] as const)('of many messages, %s: each comes out once, proven', (_what, count, isSigned) => {
    const { pending, take } = checker();
    const out = transfer(count, isSigned).flatMap((bytes, index) => {
      const proven = take(bytes);
      expect(proven.length > 0).toBe(isSigned(index));
      return proven.map(Buffer.from);
    });
    expect(pending()).toBe(0);
    expect(out).toEqual(Array.from({ length: count }, (_, id) => message(id)));
  });

  it('of many messages: 100 unsigned, one changed, one left out, one twice', () => {
    const all = transfer(103, (index) => index === 0 || index >= 101);
    const taking = (messages: readonly Uint8Array[]) => {
      const { take } = checker();
      return fault(() => messages.forEach((bytes) => void take(bytes)));
    };
    expect(taking(all)).toEqual(['tsig', 'UNSIGNED', null]);
    const good = transfer(30, (index) => index % 10 === 0 || index === 29);
    expect(taking(good)).toBeNull();
    expect(taking(good.filter((_, index) => index !== 5))).toEqual(['tsig', 'BADSIG', null]);
    expect(taking(good.flatMap((bytes, index) => (index === 5 ? [bytes, bytes] : [bytes])))).toEqual([
      'tsig',
      'BADSIG',
      null,
    ]);
    expect(taking(good.map((bytes, index) => (index === 15 ? message(99) : bytes)))).toEqual(['tsig', 'BADSIG', null]);
    expect(taking([...good.slice(10)])).toEqual(['tsig', 'BADSIG', null]);
  });

  it('is checked with the key that the question was signed with', () => {
    const other = ours({ ...keyFor('hmac-sha256'), name: 'other.' });
    const signed = taken(signMessage(message(1), other, { now, prior: requestMac }).bytes);
    expect(checkSignature(key, signed, { now, prior: requestMac })).toBe('BADKEY');
  });
});
