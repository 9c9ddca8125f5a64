import { isIP } from 'node:net';
import { SyntaxProblem } from '../model/errors.ts';
import { parseName } from '../model/name.ts';
import { keyOf } from '../model/rrset.ts';
import { faultOfRead } from './check-snapshot.ts';

type Loose = Readonly<Record<string, unknown>>;

/** Why what a method gave cannot be used, or null. */
export const faultOf = (method: string, value: unknown, args: readonly unknown[]): string | null => {
  if (method === 'read') return faultOfRead(value, args[0], args[1]);
  if (method === 'apply') return faultOfWrite(value, args[0]);
  if (method === 'cut') return faultOfCut(value, args[1]);
  if (method === 'listZones') return faultOfList(value, faultOfZone);
  if (method === 'nameServers') return faultOfList(value, faultOfServer);
  if (method === 'delegation') return value === null ? null : faultOfList(value, faultOfName);
  return method === 'mark' && typeof value !== 'string' ? 'it gave no text' : null;
};

const isMapping = (value: unknown): value is Loose => typeof value === 'object' && value !== null;

const faultOfList = (value: unknown, faultOfEach: (each: unknown) => string | null): string | null => {
  if (!Array.isArray(value)) return 'it gave no list';
  for (const each of value) {
    const fault = faultOfEach(each);
    if (fault !== null) return fault;
  }
  return null;
};

const faultOfZone = (zone: unknown): string | null => {
  if (!isMapping(zone) || !isTextOrNull(zone.fingerprint)) return 'a zone is not {name, fingerprint}';
  return faultOfName(zone.name);
};

const faultOfName = (name: unknown): string | null => {
  if (typeof name !== 'string') return 'a name is no text';
  try {
    return parseName(name) === name ? null : `the name ${name} is not canonical`;
  } catch (error) {
    if (error instanceof SyntaxProblem) return `the name ${name} is not canonical`;
    throw error;
  }
};

const faultOfServer = (server: unknown): string | null => {
  const isPlace =
    isMapping(server) &&
    typeof server.address === 'string' &&
    isIP(server.address) !== 0 &&
    Number.isInteger(server.port);
  return isPlace ? null : 'a name server is not {address, port}, of which the address is an IP address';
};

/** What a cut leaves out would not be written, and nobody would know. */
const faultOfCut = (writes: unknown, changes: unknown): string | null => {
  if (!Array.isArray(writes) || !writes.every((write) => Array.isArray(write))) return 'it gave no list of lists';
  const cut = writes.flat();
  const isWhole =
    Array.isArray(changes) && changes.length === cut.length && new Set([...changes, ...cut]).size === cut.length;
  return isWhole ? null : 'what it gave is not the changes that it was given, each once';
};

const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';

/** A refusal of what was not asked for would have the same write sent for ever. */
const faultOfWrite = (result: unknown, write: unknown): string | null => {
  if (!isMapping(result)) return 'it gave neither "applied" nor "refused"';
  const { fingerprint, refused, status } = result;
  if (status === 'applied') {
    return isTextOrNull(fingerprint) ? null : 'its fingerprint is neither text nor null';
  }
  if (status !== 'refused' || !Array.isArray(refused)) return 'it gave neither "applied" nor "refused"';
  const changes = isMapping(write) && Array.isArray(write.changes) ? write.changes : [];
  const sent: ReadonlySet<string> = new Set(changes.map(keyOf));
  const isSent = (each: unknown): boolean =>
    isMapping(each) && typeof each.message === 'string' && sent.has(`${each.name} ${each.type}`);
  return refused.every(isSent) ? null : 'what it refused is not {name, type, message} of a change that it was given';
};
