import { createHash } from 'node:crypto';
import { createTsigKey, type TsigKey } from '../../src/wire/tsig-key.ts';
import type { ServerKey } from '../servers/index.ts';

/** What BIND, Knot and PowerDNS know; the cut ones are BIND's. */
export const algorithms = ['hmac-sha1', 'hmac-sha224', 'hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const;
export const cutAlgorithms = [
  'hmac-sha1-80',
  'hmac-sha224-112',
  'hmac-sha256-128',
  'hmac-sha384-192',
  'hmac-sha512-256',
];

/** A key of its own for each algorithm, named after it. */
export const keyFor = (algorithm: string): ServerKey => ({
  name: `${algorithm}.keys.test.`,
  algorithm,
  secret: createHash('sha256').update(algorithm).digest('base64'),
});

export const ours = (key: ServerKey, fudge = 300): TsigKey => createTsigKey({ ...key, fudge });
