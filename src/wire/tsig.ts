import { createHmac, timingSafeEqual } from 'node:crypto';
import { nameToWire } from '../model/name.ts';
import { classCodes } from './codes.ts';
import { leastMac, type TsigKey } from './tsig-key.ts';
import { type SignedMessage, type TsigRecord, takeTsig, uint, withTsig } from './tsig-record.ts';

// TSIG (RFC 8945): signing a message, and checking the signature of one. Times are seconds since 1970.

/** TSIG's error codes (RFC 8945 section 3), and NOTAUTH's other ones. */
export const tsigErrors = { BADSIG: 16, BADKEY: 17, BADTIME: 18, BADTRUNC: 22 } as const;

export type TsigFault = keyof typeof tsigErrors | 'FORMERR';

export const tsigErrorName = (code: number): string =>
  Object.entries(tsigErrors).find(([, number]) => number === code)?.[0] ?? `error ${code}`;

/** What a signature covers besides its message. */
export interface TsigContext {
  /** An answer: the MAC of the question. In a transfer: the last MAC before. */
  readonly prior?: Uint8Array;
  /** A transfer's messages since `prior` that have no signature of their own. */
  readonly between?: readonly Uint8Array[];
  /** A later message of a transfer: of the record only its times are signed (RFC 8945 section 5.3.1). */
  readonly timersOnly?: boolean;
}

export interface SignOptions extends TsigContext {
  readonly now: number;
  /** Default is 0. */
  readonly error?: number;
  readonly other?: Uint8Array;
}

export interface Signed {
  readonly bytes: Uint8Array;
  /** What the answer's signature covers, or the next one of a transfer. */
  readonly mac: Uint8Array;
}

/** The message with its signature. Throws SyntaxProblem where it gets longer than a message can be. */
export const signMessage = (message: Uint8Array, key: TsigKey, options: SignOptions): Signed => {
  const unsigned: TsigRecord = {
    keyName: key.name,
    algorithm: key.algorithm,
    time: options.now,
    fudge: key.fudge,
    mac: new Uint8Array(),
    originalId: Buffer.from(message.subarray(0, 2)).readUInt16BE(0),
    error: options.error ?? 0,
    other: options.other ?? new Uint8Array(),
  };
  const mac = macOf(key, { unsigned: message, tsig: unsigned }, options).subarray(0, key.macBytes);
  return { bytes: withTsig(message, { ...unsigned, mac }), mac };
};

/** Checks a signature in the order of RFC 8945 section 5.2: key, MAC, time, truncation. Null: it is good. */
export const checkSignature = (
  key: TsigKey,
  message: SignedMessage,
  options: TsigContext & { readonly now: number },
): TsigFault | null => {
  const { tsig } = message;
  if (tsig.keyName !== key.name || tsig.algorithm !== key.algorithm) return 'BADKEY';
  if (tsig.mac.length > key.fullBytes || tsig.mac.length < leastMac(key)) return 'FORMERR';
  const right = macOf(key, message, options).subarray(0, tsig.mac.length);
  if (!timingSafeEqual(right, tsig.mac)) return 'BADSIG';
  if (Math.abs(options.now - tsig.time) > tsig.fudge) return 'BADTIME';
  return tsig.mac.length < key.macBytes ? 'BADTRUNC' : null;
};

export type CheckedRequest =
  | { readonly status: 'unsigned' }
  | { readonly status: 'verified'; readonly key: TsigKey; readonly mac: Uint8Array; readonly message: Uint8Array }
  /** With the key where the MAC was right: only then the answer may be signed. */
  | { readonly status: 'refused'; readonly fault: TsigFault; readonly key: TsigKey | null; readonly tsig: TsigRecord };

/** Checks the signature of a request as a server does. Throws SyntaxProblem for what is no message. */
export const checkRequest = (bytes: Uint8Array, keys: readonly TsigKey[], now: number): CheckedRequest => {
  const message = takeTsig(bytes);
  if (message === null) return { status: 'unsigned' };
  const { tsig } = message;
  const key = keys.find(({ algorithm, name }) => name === tsig.keyName && algorithm === tsig.algorithm);
  if (key === undefined) return { status: 'refused', fault: 'BADKEY', key: null, tsig };
  const fault = checkSignature(key, message, { now });
  if (fault === null) return { status: 'verified', key, mac: tsig.mac, message: message.unsigned };
  const proven = fault === 'BADTIME' || fault === 'BADTRUNC';
  return { status: 'refused', fault, key: proven ? key : null, tsig };
};

const macOf = (key: TsigKey, { tsig, unsigned }: SignedMessage, context: TsigContext): Buffer => {
  const hmac = createHmac(key.hash, key.secret);
  if (context.prior !== undefined) hmac.update(uint(context.prior.length, 2)).update(context.prior);
  for (const message of context.between ?? []) hmac.update(message);
  hmac.update(unsigned);
  const times = [uint(tsig.time, 6), uint(tsig.fudge, 2)];
  if (context.timersOnly === true) return hmac.update(Buffer.concat(times)).digest();
  const variables = [
    nameToWire(tsig.keyName),
    uint(classCodes.ANY, 2),
    uint(0, 4),
    nameToWire(tsig.algorithm),
    ...times,
    uint(tsig.error, 2),
    uint(tsig.other.length, 2),
    tsig.other,
  ];
  return hmac.update(Buffer.concat(variables)).digest();
};
