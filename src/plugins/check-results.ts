import { isIP } from 'node:net';
import { SyntaxProblem } from '../model/errors.ts';
import { parseName } from '../model/name.ts';
import { keyOf } from '../model/rrset.ts';
import { whyInvalidSnapshot } from './check-snapshot.ts';
import { isObjectLike } from './unchecked.ts';

/** Why what a method returned cannot be used, or null. */
export const whyInvalidResult = (method: string, value: unknown, args: readonly unknown[]): string | null => {
  if (method === 'read') return whyInvalidSnapshot(value, args[0], args[1]);
  if (method === 'apply') return whyInvalidWriteResult(value, args[0]);
  if (method === 'cut') return whyInvalidCut(value, args[1]);
  if (method === 'listZones') return whyInvalidList(value, whyInvalidListedZone);
  if (method === 'nameServers') return whyInvalidList(value, whyInvalidNameServer);
  if (method === 'delegation') return value === null ? null : whyInvalidList(value, whyInvalidName);
  if (method === 'zoneId') return isTextOrNull(value) ? null : 'it returned neither a string nor null';
  if (method === 'writeTimeout') {
    return Number.isFinite(value) && Number(value) >= 0 ? null : 'it returned no number of milliseconds';
  }
  return method === 'mark' && typeof value !== 'string' ? 'it returned no string' : null;
};

const whyInvalidList = (value: unknown, whyInvalid: (each: unknown) => string | null): string | null => {
  if (!Array.isArray(value)) return 'it returned no list';
  for (const each of value) {
    const problem = whyInvalid(each);
    if (problem !== null) return problem;
  }
  return null;
};

const whyInvalidListedZone = (zone: unknown): string | null => {
  if (!isObjectLike(zone) || !isTextOrNull(zone.fingerprint)) return 'a zone is not {name, fingerprint}';
  return whyInvalidName(zone.name);
};

const whyInvalidName = (name: unknown): string | null => {
  if (typeof name !== 'string') return 'a name is no string';
  try {
    return parseName(name) === name ? null : `the name ${name} is not canonical`;
  } catch (error) {
    if (error instanceof SyntaxProblem) return `the name ${name} is not canonical`;
    throw error;
  }
};

const whyInvalidNameServer = (server: unknown): string | null => {
  const isPlace =
    isObjectLike(server) &&
    typeof server.address === 'string' &&
    isIP(server.address) !== 0 &&
    Number.isInteger(server.port);
  return isPlace ? null : 'a name server is not {address, port}, of which the address is an IP address';
};

/** Changes that `cut` leaves out would silently not be written. */
const whyInvalidCut = (writes: unknown, changes: unknown): string | null => {
  if (!Array.isArray(writes) || !writes.every((write) => Array.isArray(write))) return 'it returned no list of lists';
  const cut = writes.flat();
  const isWhole =
    Array.isArray(changes) && changes.length === cut.length && new Set([...changes, ...cut]).size === cut.length;
  return isWhole ? null : 'what it returned is not the changes that it was given, each once';
};

const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';

/** A refusal that names no change of the write would have it sent again for ever. */
const whyInvalidWriteResult = (result: unknown, write: unknown): string | null => {
  if (!isObjectLike(result)) return 'it returned neither "applied" nor "refused"';
  const { fingerprint, refused, status } = result;
  if (status === 'applied') {
    return isTextOrNull(fingerprint) ? null : 'its fingerprint is neither a string nor null';
  }
  if (status !== 'refused' || !Array.isArray(refused)) return 'it returned neither "applied" nor "refused"';
  const changes = isObjectLike(write) && Array.isArray(write.changes) ? write.changes : [];
  const sent: ReadonlySet<string> = new Set(changes.map(keyOf));
  const isSent = (each: unknown): boolean =>
    isObjectLike(each) && typeof each.message === 'string' && sent.has(`${each.name} ${each.type}`);
  return refused.every(isSent) ? null : 'what it refused is not {name, type, message} of a change that it was given';
};
