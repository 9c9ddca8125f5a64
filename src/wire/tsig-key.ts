import { createSecretKey, type KeyObject } from 'node:crypto';
import { SyntaxProblem } from '../model/errors.ts';
import { nameToWire, parseAbsolute } from '../model/name.ts';
import { closest } from '../model/suggest.ts';

/** A shared secret for TSIG (RFC 8945). The secret is in no text that is made of it. */
export interface TsigKey {
  /** Canonical. */
  readonly name: string;
  /** Canonical, as it stands in a message: `hmac-sha256.` */
  readonly algorithm: string;
  /** Node's word for the hash. */
  readonly hash: string;
  /** How many octets a whole MAC has. */
  readonly fullBytes: number;
  /** How many octets of it are sent, and at least have to come back. */
  readonly macBytes: number;
  readonly secret: KeyObject;
  /** How many seconds two clocks may differ. */
  readonly fudge: number;
}

export interface TsigKeySettings {
  readonly name: string;
  /** One of `tsigAlgorithms`, or with a number of bits behind it as BIND has it: `hmac-sha256-128`. Default is hmac-sha256. */
  readonly algorithm?: string;
  /** In base64. */
  readonly secret: string;
  /** Default is 300. */
  readonly fudge?: number;
}

/** Octets of the MAC of each algorithm (RFC 8945 section 6). HMAC-MD5 must not be used any more, and is not known here. */
const algorithms: Readonly<Record<string, number>> = {
  'hmac-sha1': 20,
  'hmac-sha224': 28,
  'hmac-sha256': 32,
  'hmac-sha384': 48,
  'hmac-sha512': 64,
};

export const tsigAlgorithms: readonly string[] = Object.keys(algorithms);

const defaultFudge = 300;
const leastMacBytes = 10;

/** Throws SyntaxProblem for a name, an algorithm or a secret that cannot be used; it says which key, never the secret. */
export const createTsigKey = (settings: TsigKeySettings): TsigKey => {
  const name = parseAbsolute(settings.name);
  const { algorithm, fullBytes, macBytes } = readAlgorithm(settings.algorithm ?? 'hmac-sha256');
  return {
    name,
    algorithm: `${algorithm}.`,
    hash: algorithm.slice('hmac-'.length),
    fullBytes,
    macBytes,
    secret: createSecretKey(secretOctets(name, settings.secret)),
    fudge: settings.fudge ?? defaultFudge,
  };
};

/** The fewest octets of a MAC that anyone may send (RFC 8945 section 5.2.2.1). */
export const leastMac = ({ fullBytes }: TsigKey): number => Math.max(leastMacBytes, fullBytes / 2);

/** How many octets a signature adds to a message. */
export const tsigBytes = ({ algorithm, macBytes, name }: TsigKey): number =>
  nameToWire(name).length + 10 + nameToWire(algorithm).length + 16 + macBytes;

const readAlgorithm = (text: string) => {
  const [, algorithm = '', bits] = /^(hmac-[a-z0-9]+?)(?:-([0-9]{1,4}))?\.?$/.exec(text.toLowerCase()) ?? [];
  const fullBytes = algorithms[algorithm];
  if (fullBytes === undefined) {
    const shown = isNearAlgorithm(text) ? JSON.stringify(text) : 'what is named';
    throw new SyntaxProblem(`${shown} is no TSIG algorithm: use one of ${tsigAlgorithms.join(', ')}`);
  }
  const macBytes = bits === undefined ? fullBytes : Number(bits) / 8;
  if (!Number.isInteger(macBytes) || macBytes > fullBytes || macBytes < Math.max(leastMacBytes, fullBytes / 2)) {
    const least = 8 * Math.max(leastMacBytes, fullBytes / 2);
    throw new SyntaxProblem(
      `${algorithm} can be cut to ${least} to ${8 * fullBytes} bits, in whole octets; not to ${bits}`,
    );
  }
  return { algorithm, fullBytes, macBytes };
};

/** Anything else may be the secret, under the wrong key. */
const isNearAlgorithm = (text: string): boolean =>
  /^[\w.-]{1,15}$/.test(text) && closest(text, [...tsigAlgorithms, 'hmac-md5']) !== null;

const secretOctets = (name: string, secret: string): Buffer => {
  const text = secret.replace(/\s+/g, '');
  const octets = Buffer.from(text, 'base64');
  if (octets.length === 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) {
    throw new SyntaxProblem(`the secret of the TSIG key ${name} is not base64`);
  }
  return octets;
};
