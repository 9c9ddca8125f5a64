import { SyntaxProblem } from '../model/errors.ts';
import { rcodeName } from './codes.ts';
import { WireError } from './errors.ts';
import { checkSignature, type TsigContext, tsigErrorName, tsigErrors } from './tsig.ts';
import type { TsigKey } from './tsig-key.ts';
import { type SignedMessage, takeTsig } from './tsig-record.ts';

/** A transfer's messages without a signature of their own, in a row (RFC 8945 section 5.3.1). */
const maxUnsigned = 99;

/** Checks the signatures of the messages that answer one signed question, in the order they come. */
export interface AnswerChecker {
  /**
   * Takes the next message and gives those that are proven now, without their TSIG: none, while only a later signature
   * will cover this one. Throws WireError.
   */
  take(bytes: Uint8Array): readonly Uint8Array[];
  /** Messages that no signature covers yet. */
  pending(): number;
}

/** For a question that had no signature: takes every message as it is. */
export const uncheckedAnswers = (): AnswerChecker => ({ take: (bytes) => [bytes], pending: () => 0 });

/** `requestMac` is the MAC that the question went out with; `now` gives seconds since 1970. */
export const createAnswerChecker = (key: TsigKey, requestMac: Uint8Array, now: () => number): AnswerChecker => {
  let prior = requestMac;
  let first = true;
  let between: Uint8Array[] = [];

  return {
    pending: () => between.length,
    take: (bytes) => {
      const signed = tsigOf(bytes);
      if (signed === null) {
        refuseUnsigned(bytes, key, first, between.length);
        between.push(bytes);
        return [];
      }
      check(key, signed, { prior, between, timersOnly: !first }, now());
      const proven = [...between, signed.unsigned];
      prior = signed.tsig.mac;
      first = false;
      between = [];
      return proven;
    },
  };
};

const tsigOf = (bytes: Uint8Array): SignedMessage | null => {
  try {
    return takeTsig(bytes);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    throw new WireError('malformed', `the answer cannot be read: ${error.message}`, { cause: error });
  }
};

const refuseUnsigned = (bytes: Uint8Array, key: TsigKey, first: boolean, before: number): void => {
  const rcode = rcodeOfHeader(bytes);
  if (rcode !== 'NOERROR') {
    throw new WireError('refused', `the server answered ${rcode}, without a signature of the key ${key.name}`, {
      rcode,
    });
  }
  if (!first && before < maxUnsigned) return;
  const what = first ? 'the answer has no signature' : `over ${maxUnsigned} messages in a row have no signature`;
  throw new WireError('tsig', `${what} of the key ${key.name}`, { tsig: 'UNSIGNED' });
};

const check = (key: TsigKey, signed: SignedMessage, context: TsigContext, now: number): void => {
  const { error, other } = signed.tsig;
  const rcode = rcodeOfHeader(signed.unsigned);
  if (error === tsigErrors.BADSIG || error === tsigErrors.BADKEY) {
    const name = tsigErrorName(error);
    throw new WireError('tsig', `the server does not accept the key ${key.name}: ${name}`, { tsig: name, rcode });
  }
  const isBadTime = error === tsigErrors.BADTIME && other.length === 6;
  // The answer to a request at the wrong time carries the request's time, and the server's in its other data.
  const fault = checkSignature(key, signed, { ...context, now: isBadTime ? signed.tsig.time : now });
  if (fault === 'BADTIME') throw clockError(key, signed.tsig.time, now, {});
  if (fault !== null) {
    throw new WireError('tsig', `the signature of the answer is not one of the key ${key.name}: ${fault}`, {
      tsig: fault,
    });
  }
  if (isBadTime) throw clockError(key, Buffer.from(other).readUIntBE(0, 6), now, { rcode });
  if (error !== 0) {
    const name = tsigErrorName(error);
    throw new WireError('tsig', `the server does not accept our signature by ${key.name}: ${name}`, {
      tsig: name,
      rcode,
    });
  }
};

const clockError = (key: TsigKey, serverTime: number, now: number, details: { readonly rcode?: string }): WireError => {
  const apart = `${Math.abs(serverTime - now)} s ${serverTime > now ? 'ahead of' : 'behind'} ours`;
  const message = `the server's clock is ${apart}; a signature by ${key.name} holds for ${key.fudge} s`;
  return new WireError('tsig', message, { ...details, tsig: 'BADTIME', serverTime });
};

/** The header's four bits; those in EDNS do not matter here. */
const rcodeOfHeader = (bytes: Uint8Array): string => rcodeName((bytes[3] ?? 0) & 0xf);
