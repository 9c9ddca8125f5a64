import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

// Whether a hook was sent by somebody who knows the secret. Every comparison takes the same time whatever differs.

/** What a request came with: names in lower case, and the body as it was sent, byte for byte. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** `stale`: signed with the secret, longer ago than a replay could be told from. */
export type SignatureVerdict = 'valid' | 'missing' | 'wrong' | 'stale';

/** How far the clock of whoever sends a hook may be from ours; milliseconds. */
export const hookClockSkew = 5 * 60_000;

/** The value of a header; one that is there twice counts as neither. */
export const headerOf = ({ headers }: SignedRequest, name: string): string | null => {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
};

/** GitHub's, Gitea's, GitLab's token, or Standard Webhooks: one of those that are there has to be right. */
export const gitSignature = (request: SignedRequest, secret: string, now: number): SignatureVerdict =>
  best([
    hubSignature(request, secret),
    hexSignature(request, 'x-gitea-signature', 'sha256', secret),
    gitlabToken(request, secret),
    standardSignature(request, secret, now),
  ]);

/** `X-Hub-Signature-256: sha256=…`, an HMAC over the body. */
export const hubSignature = (request: SignedRequest, secret: string): SignatureVerdict => {
  const given = headerOf(request, 'x-hub-signature-256');
  if (given === null) return 'missing';
  return verdict(sameBytes(hexBytes(given, 'sha256='), hmac('sha256', secret, [request.body])), secret);
};

/** NetBox's `X-Hook-Signature`: the bare hex of an HMAC-SHA-512 over the body. */
export const netboxSignature = (request: SignedRequest, secret: string): SignatureVerdict =>
  hexSignature(request, 'x-hook-signature', 'sha512', secret);

const hexSignature = (
  request: SignedRequest,
  header: string,
  algorithm: 'sha256' | 'sha512',
  secret: string,
): SignatureVerdict => {
  const given = headerOf(request, header);
  if (given === null) return 'missing';
  return verdict(sameBytes(hexBytes(given, ''), hmac(algorithm, secret, [request.body])), secret);
};

/** GitLab sends the secret itself. */
const gitlabToken = (request: SignedRequest, secret: string): SignatureVerdict => {
  const given = headerOf(request, 'x-gitlab-token');
  return given === null ? 'missing' : verdict(sameText(given, secret), secret);
};

/** https://www.standardwebhooks.com: several signatures may be given, as while a secret is changed; one has to be right. */
const standardSignature = (request: SignedRequest, secret: string, now: number): SignatureVerdict => {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    headerOf(request, name),
  );
  if (id == null || timestamp == null || signatures == null) return 'missing';
  if (!/^[0-9]{1,12}$/.test(timestamp)) return 'wrong';
  const signed = hmac('sha256', standardKey(secret), [`${id}.${timestamp}.`, request.body]);
  const given = signatures.split(' ').slice(0, mostSignatures);
  const right = given.filter(
    (each) => each.startsWith('v1,') && sameBytes(Buffer.from(each.slice(3), 'base64'), signed),
  );
  if (verdict(right.length > 0, secret) === 'wrong') return 'wrong';
  return Math.abs(now - Number(timestamp) * 1000) > hookClockSkew ? 'stale' : 'valid';
};

const mostSignatures = 10;
const standardPrefix = 'whsec_';

/** The standard's own secrets are base64 after a prefix; any other text is the key itself. */
const standardKey = (secret: string): string | Buffer =>
  secret.startsWith(standardPrefix) ? Buffer.from(secret.slice(standardPrefix.length), 'base64') : secret;

/** An empty secret would be known to everybody. */
const verdict = (isRight: boolean, secret: string): SignatureVerdict => (isRight && secret !== '' ? 'valid' : 'wrong');

const ranks: readonly SignatureVerdict[] = ['valid', 'stale', 'wrong', 'missing'];

const best = (verdicts: readonly SignatureVerdict[]): SignatureVerdict =>
  ranks.find((each) => verdicts.includes(each)) ?? 'missing';

const hmac = (algorithm: string, key: string | Buffer, parts: readonly (string | Buffer)[]): Buffer => {
  const hash = createHmac(algorithm, key);
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The bytes of hex after a prefix; of anything else none. */
const hexBytes = (text: string, prefix: string): Buffer => {
  const hex = text.slice(prefix.length);
  return text.startsWith(prefix) && /^(?:[0-9a-f]{2})+$/i.test(hex) ? Buffer.from(hex, 'hex') : Buffer.alloc(0);
};

const sameBytes = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

/** Of any length: it is digests that are compared. */
export const sameText = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
