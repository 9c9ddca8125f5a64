import type { Missing, ReadOptions, Unchanged, ZoneId, ZoneSnapshot } from '../../src/provider.ts';
import { HostmasterError } from '../../src/provider.ts';
import {
  type ApiListedZone,
  type ApiZone,
  isMembers,
  isSecondary,
  metadataIn,
  UnsoundAnswer,
  zoneIn,
  zonesIn,
} from './answers.ts';
import type { Api } from './api.ts';
import { type ConvertedZone, type DisabledRecords, rrsetConverter } from './convert.ts';
import { type SerialScheme, serialMoves } from './serial.ts';
import { type ZoneStream, zoneStream } from './stream.ts';

/** What a read leaves behind for the write that follows it. */
export interface ZoneMetadata {
  readonly scheme: SerialScheme;
  readonly kind: string;
  /** As the last full read saw them. */
  readonly disabled: DisabledRecords;
  /** The version of the zone that they are of. */
  readonly serial: number;
}

/** Everything that one provider instance knows of its server. */
export interface Session {
  readonly api: Api;
  /** Are zones made here rectified by us, and not by each write? */
  readonly deferred: boolean;
  readonly metadata: Map<string, ZoneMetadata>;
  /** The zones' serials from one list call, shared by all reads that begin soon after it. */
  listed: { readonly at: number; readonly zones: Promise<readonly ApiListedZone[]> } | null;
  /** Zones that were read together, each for the next full read of it. */
  readonly prefetched: Map<string, { readonly at: number; readonly snapshot: ZoneSnapshot }>;
  /** By zone name: does it still need a rectify? What is not here is not known. */
  readonly pendingRectify: Map<string, boolean>;
}

/** The metadata that carries our mark; it goes when the zone goes, and no serial moves with it. */
export const markKind = 'X-HOSTMASTER';

/** The most names that are read one by one instead of the whole zone. */
const maxFilteredReads = 20;
const listLifetime = 10_000;
const prefetchLifetime = 60_000;

/** A zone's path; what is not a letter, a digit, a dot or a hyphen is =XX in PowerDNS's ids. */
export const zonePath = (name: string): string =>
  `/zones/${name.replace(/[^A-Za-z0-9.-]/g, (c) => `=${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`).replace(/^\.$/, '=2E')}`;

export const listZones = async ({ api }: Session, signal?: AbortSignal): Promise<readonly ApiListedZone[]> => {
  const path = '/zones?dnssec=false';
  const reply = await api.repeat('GET', path, { signal });
  if (reply.status !== 200) throw api.errorFor('GET', path, reply);
  const zones = zonesIn(api.json('GET', path, reply));
  if (typeof zones === 'string') throw api.notPowerDns('GET', path, zones);
  return zones;
};

export const readZone = async (
  session: Session,
  zone: ZoneId,
  options: ReadOptions,
): Promise<ZoneSnapshot | Unchanged | Missing> => {
  const { names, signal, since } = options;
  const prefetched = session.prefetched.get(zone.name);
  session.prefetched.delete(zone.name);
  if (names === undefined && prefetched !== undefined && Date.now() - prefetched.at < prefetchLifetime)
    return prefetched.snapshot;
  if (since !== undefined && names === undefined && (await isUnchanged(session, zone, since, signal))) {
    return { status: 'unchanged' };
  }
  if (names !== undefined && names.length <= maxFilteredReads) {
    const filtered = await readNames(session, zone, names, signal);
    if (filtered !== null) return filtered;
  }
  return readAll(session, zone, signal);
};

/** The serial can be believed only where every write moves it, and where the zone is still the one that we marked. */
const isUnchanged = async (
  session: Session,
  zone: ZoneId,
  since: { readonly fingerprint: string; readonly mark: string },
  signal: AbortSignal | undefined,
): Promise<boolean> => {
  const listed = (await sharedList(session, signal)).find(({ name }) => name === zone.name);
  if (listed?.fingerprint !== since.fingerprint || isSecondary(listed.kind)) return false;
  const metadata = await readMetadata(session.api, zone, signal);
  return metadata.get(markKind)?.includes(since.mark) === true && serialMoves(metadata.get('SOA-EDIT-API')?.[0] ?? '');
};

const sharedList = async (session: Session, signal: AbortSignal | undefined): Promise<readonly ApiListedZone[]> => {
  if (session.listed === null || Date.now() - session.listed.at > listLifetime) {
    session.listed = { at: Date.now(), zones: listZones(session, signal) };
  }
  try {
    return await session.listed.zones;
  } catch (error) {
    session.listed = null;
    throw error;
  }
};

export const readMetadata = async (
  api: Api,
  zone: ZoneId,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const path = `${zonePath(zone.name)}/metadata`;
  const reply = await api.repeat('GET', path, { signal });
  const metadata = metadataIn(reply.status === 200 ? api.json('GET', path, reply) : []);
  if (typeof metadata === 'string') throw api.notPowerDns('GET', path, metadata);
  return metadata;
};

/** No serial moves with it. */
export const writeMetadata = async (
  session: Session,
  zone: ZoneId,
  kind: string,
  value: string,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const path = `${zonePath(zone.name)}/metadata/${kind}`;
  const reply = await session.api.repeat('PUT', path, { body: { kind, metadata: [value] }, signal });
  if (reply.status === 404) throw zoneMissing(session, zone);
  if (reply.status !== 200) throw session.api.errorFor('PUT', path, reply);
};

export const zoneMissing = ({ api }: Session, zone: ZoneId): HostmasterError =>
  new HostmasterError('ZONE_MISSING', `${api.where} does not have the zone ${zone.name}; set create, or make it`);

interface ReadZone extends ConvertedZone {
  readonly body: ApiZone;
}

const getZone = async (
  session: Session,
  zone: ZoneId,
  query: string,
  signal?: AbortSignal,
): Promise<ReadZone | null> => {
  const { api } = session;
  const path = `${zonePath(zone.name)}${query}`;
  let converted = rrsetConverter();
  let stream = zoneStream(converted.add);
  const bodyTo = () => {
    converted = rrsetConverter();
    stream = zoneStream(converted.add);
    return stream.push;
  };
  const reply = await api.repeat('GET', path, { signal, bodyTo });
  if (reply.status === 404) return null;
  if (reply.status !== 200) throw api.errorFor('GET', path, reply);
  const body = bodyOf(stream, zone);
  if (typeof body === 'string') throw api.notPowerDns('GET', path, body);
  const { disabled, rrsets, unreadable } = converted;
  return { body, disabled, rrsets, unreadable };
};

/** The zone of a whole answer, or why it is none. */
const bodyOf = (stream: ZoneStream, zone: ZoneId): ApiZone | string => {
  try {
    const body = stream.end();
    return isMembers(body) && Array.isArray(body.rrsets) ? zoneIn(body, zone.name) : 'its answer is no zone';
  } catch (error) {
    return error instanceof UnsoundAnswer ? `its answer ${error.message}` : 'its answer is no JSON';
  }
};

const readAll = async (
  session: Session,
  zone: ZoneId,
  signal: AbortSignal | undefined,
): Promise<ZoneSnapshot | Missing> => {
  const read = await getZone(session, zone, '', signal);
  if (read === null) return missing(session, zone);
  const { body, disabled, rrsets, unreadable } = read;
  const { kind, serial, soa_edit, soa_edit_api } = body;
  session.metadata.set(zone.name, { scheme: { soa_edit, soa_edit_api }, kind, disabled, serial });
  return { status: 'read', zone, fingerprint: String(serial), rrsets, unreadable, ...readOnlyIn(session, kind) };
};

/** Why a zone of that kind is not written to. */
export const readOnlyIn = ({ api }: Session, kind: string): Pick<ZoneSnapshot, 'readOnly'> =>
  isSecondary(kind)
    ? {
        readOnly: `it is of kind ${kind} on ${api.where}, and the next transfer from its primary would undo what is written; write to its primary, and take this target out of the zone's "targets"`,
      }
    : {};

const missing = (session: Session, zone: ZoneId): Missing => {
  session.metadata.delete(zone.name);
  return { status: 'missing' };
};

/**
 * One filtered read a name, which hides disabled records: it counts only for the version of which a full read showed that it has
 * none, and our own writes since. Null: somebody wrote in between, or nothing tells, so that all has to be read.
 */
const readNames = async (
  session: Session,
  zone: ZoneId,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ZoneSnapshot | Missing | null> => {
  const known = session.metadata.get(zone.name);
  if (known === undefined || known.disabled.size > 0 || !serialMoves(known.scheme.soa_edit_api)) return null;
  const reads = await Promise.all(names.map((name) => readName(session, zone, name, signal)));
  if (reads.length > 0 && reads.every((read) => read === null)) return missing(session, zone);
  if (reads.length === 0 || reads.some((read) => read?.body.serial !== known.serial)) return null;
  return {
    status: 'read',
    zone,
    fingerprint: String(known.serial),
    ...readOnlyIn(session, known.kind),
    rrsets: reads.flatMap((read) => read?.rrsets ?? []),
    unreadable: reads.flatMap((read) => read?.unreadable ?? []),
  };
};

/** An answer that has other names too is that of a server which does not know the filter, or of none. */
const readName = async (
  session: Session,
  zone: ZoneId,
  name: string,
  signal: AbortSignal | undefined,
): Promise<ReadZone | null> => {
  const query = `?rrset_name=${encodeURIComponent(name)}`;
  const read = await getZone(session, zone, query, signal);
  const other = [...(read?.rrsets ?? []), ...(read?.unreadable ?? [])].find((each) => each.name !== name);
  if (other === undefined) return read;
  throw session.api.notPowerDns('GET', `${zonePath(zone.name)}${query}`, `its answer has ${other.name}`);
};
