import type { HostedZone as AwsZone, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { HostmasterError, type ListedZone, type ZoneId } from '../../src/provider.ts';
import { type Api, unsoundPaging } from './api.ts';
import { nameFromAws, nameToAws } from './escapes.ts';
import { isDenied, isRefusal } from './failure.ts';
import { type HealthCheckCache, newHealthCheckCache } from './health-check-cache.ts';
import { bareId, type Settings } from './settings.ts';

/** A hosted zone of the account. */
export interface HostedZone {
  readonly id: string;
  /** Canonical. */
  readonly name: string;
  readonly isPrivate: boolean;
  /** Record sets, as far as is known. */
  readonly count: number;
  readonly callerReference: string;
}

/** The last change of a zone, which not every name server may have yet. */
export interface Pending {
  /** null: no answer gave one. */
  readonly id: string | null;
  /** When it was sent; milliseconds since 1970. */
  readonly sentAt: number;
  readonly onlyDeletes: boolean;
}

/** Everything that one provider instance knows of its account. */
export interface Session {
  readonly api: Api;
  readonly settings: Settings;
  /** By name. */
  readonly hosted: Map<string, { readonly at: number; readonly zone: HostedZone }>;
  /** By zone name, what the last reads found spelt otherwise than we would, or has checks. */
  readonly stored: Map<string, ReadonlyMap<string, readonly ResourceRecordSet[]>>;
  readonly checks: HealthCheckCache;
  /** By zone name. */
  readonly pending: Map<string, Pending>;
  /** By zone name: the last of its writes that wait for each other. */
  readonly writes: Map<string, Promise<unknown>>;
}

export const newSession = (api: Api, settings: Settings): Session => ({
  api,
  settings,
  hosted: new Map(),
  stored: new Map(),
  checks: newHealthCheckCache(),
  pending: new Map(),
  writes: new Map(),
});

const cacheLifetime = 300_000;
/** To list all zones takes one request for 100 of them; to find one by name takes one. */
const fewZones = 5;

/** The hosted zone of a name; null: there is none. Throws where there are several and the configuration names none. */
export const findZone = async (
  session: Session,
  name: string,
  signal: AbortSignal | undefined,
): Promise<HostedZone | null> => {
  const known = session.hosted.get(name);
  if (known !== undefined && Date.now() - known.at < cacheLifetime) return known.zone;
  const id = session.settings.zoneIds.get(name);
  const zone =
    id === undefined
      ? soleZone(session, name, await zonesNamed(session, name, signal))
      : await zoneById(session, name, id, signal);
  if (zone === null) session.hosted.delete(name);
  else session.hosted.set(name, { at: Date.now(), zone });
  return zone;
};

/** Forgets what was known of a zone, as it is gone, or another. */
export const forgetZone = ({ checks, hosted, pending, stored }: Session, name: string): void => {
  for (const map of [checks.used, hosted, pending, stored]) map.delete(name);
};

/** The zone as AWS counts it now; what else is known of it stays. Null: it is not there any more. */
export const countAnew = (
  session: Session,
  name: string,
  signal: AbortSignal | undefined,
): Promise<HostedZone | null> => {
  session.hosted.delete(name);
  return findZone(session, name, signal);
};

/** Notes that a zone has so many record sets. */
export const noteCount = (session: Session, name: string, count: number): void => {
  const known = session.hosted.get(name);
  if (known !== undefined) addToCount(session, name, count - known.zone.count);
};

/** Notes that a zone has so many record sets more. */
export const addToCount = ({ hosted }: Session, name: string, more: number): void => {
  const known = hosted.get(name);
  if (known === undefined || more === 0) return;
  hosted.set(name, { ...known, zone: { ...known.zone, count: known.zone.count + more } });
};

/** Looks up many zones at once, in fewer requests. */
export const expectZones = async (
  session: Session,
  zones: readonly ZoneId[],
  signal: AbortSignal | undefined,
): Promise<void> => {
  // Which zones are of a VPC, no list of them says.
  if (zones.length <= fewZones || session.settings.vpc !== null) return;
  const byName = Map.groupBy(await allZones(session, signal), ({ name }) => name);
  for (const { name } of zones) {
    const [zone, ...more] = byName.get(name) ?? [];
    if (session.settings.zoneIds.has(name) || zone === undefined || more.length > 0) continue;
    session.hosted.set(name, { at: Date.now(), zone });
  }
};

/** One for each name. */
export const listZones = async (session: Session, signal?: AbortSignal): Promise<readonly ListedZone[]> => {
  const all = await allZones(session, signal);
  const zones = session.settings.vpc === null ? all : all.filter(({ isPrivate }) => isPrivate);
  return [...new Set(zones.map(({ name }) => name))].map((name) => ({ name, fingerprint: null }));
};

const allZones = async ({ api }: Session, signal: AbortSignal | undefined): Promise<readonly HostedZone[]> => {
  const zones: HostedZone[] = [];
  const ids = new Set<string>();
  for (let marker: string | undefined; ; ) {
    const page = await api.call('ListHostedZones', marker === undefined ? {} : { Marker: marker }, { signal });
    const listed = page.HostedZones ?? [];
    zones.push(...listed.flatMap(zoneOf));
    const before = ids.size;
    for (const { Id = '' } of listed) ids.add(Id);
    if (ids.size < before + listed.length) throw unsoundPaging(api.where, 'ListHostedZones');
    if (page.IsTruncated !== true) return zones;
    if (page.NextMarker === undefined || listed.length === 0) throw unsoundPaging(api.where, 'ListHostedZones');
    marker = page.NextMarker;
  }
};

/** All zones of this name that the target can be about. */
export const zonesNamed = async (
  session: Session,
  name: string,
  signal: AbortSignal | undefined,
): Promise<readonly HostedZone[]> => inTargetVpc(session, await listNamed(session, name, signal), signal);

/** AWS lists those of one name together, from a name on. */
const listNamed = async (
  { api }: Session,
  name: string,
  signal: AbortSignal | undefined,
): Promise<readonly HostedZone[]> => {
  const zones: HostedZone[] = [];
  for (let from: { readonly DNSName: string; readonly HostedZoneId?: string } = { DNSName: nameToAws(name) }; ; ) {
    const page = await api.call('ListHostedZonesByName', from, { signal });
    const here = (page.HostedZones ?? []).flatMap(zoneOf);
    zones.push(...here.filter((zone) => zone.name === name));
    const { NextDNSName, NextHostedZoneId } = page;
    if (page.IsTruncated !== true || here.at(-1)?.name !== name || NextDNSName === undefined) return zones;
    if (NextHostedZoneId === undefined || zones.some(({ id }) => id === bareId(NextHostedZoneId)))
      throw unsoundPaging(api.where, 'ListHostedZonesByName');
    from = { DNSName: NextDNSName, HostedZoneId: NextHostedZoneId };
  }
};

/** Where the target is of a VPC, only that VPC's zones: a public zone, or another network's, is another zone. */
const inTargetVpc = async (
  session: Session,
  zones: readonly HostedZone[],
  signal: AbortSignal | undefined,
): Promise<readonly HostedZone[]> => {
  const { vpc } = session.settings;
  if (vpc === null) return zones;
  const own: HostedZone[] = [];
  for (const zone of zones.filter(({ isPrivate }) => isPrivate)) {
    const { VPCs = [] } = await detailOf(session, zone.id, signal);
    if (VPCs.some(({ VPCId }) => VPCId === vpc.id)) own.push(zone);
  }
  return own;
};

/** That one zone may not be read says nothing of the others: ZONE_UNREADABLE. */
const detailOf = async ({ api }: Session, id: string, signal: AbortSignal | undefined) => {
  try {
    return await api.call('GetHostedZone', { Id: id }, { signal });
  } catch (error) {
    if (!isDenied(error)) throw error;
    throw new HostmasterError('ZONE_UNREADABLE', `${error.message}; the hosted zone is ${id}`, {
      cause: error,
    });
  }
};

const zoneOf = ({
  CallerReference = '',
  Config,
  Id = '',
  Name = '',
  ResourceRecordSetCount,
}: Partial<AwsZone>): readonly HostedZone[] => {
  try {
    const rest = { isPrivate: Config?.PrivateZone === true, callerReference: CallerReference };
    return [{ id: bareId(Id), name: nameFromAws(Name), count: ResourceRecordSetCount ?? 0, ...rest }];
  } catch {
    return [];
  }
};

const soleZone = ({ api }: Session, name: string, zones: readonly HostedZone[]): HostedZone | null => {
  if (zones.length < 2) return zones[0] ?? null;
  const listed = zones.map(({ id, isPrivate }) => `${id} (${isPrivate ? 'private' : 'public'})`).join(', ');
  const message = `${api.where} has ${zones.length} hosted zones named ${name}: ${listed}; name the one that is meant under zone_ids of the target, as "${name}: ${zones[0]?.id}"`;
  throw new HostmasterError('ZONE_UNREADABLE', message);
};

const zoneById = async (
  session: Session,
  name: string,
  id: string,
  signal: AbortSignal | undefined,
): Promise<HostedZone> => {
  const { api } = session;
  const unusable = (why: string, cause?: unknown): HostmasterError =>
    new HostmasterError('ZONE_UNREADABLE', `${api.where}: zone_ids says ${id} for ${name}, and ${why}`, {
      cause,
    });
  try {
    const { HostedZone: found = {} } = await detailOf(session, id, signal);
    const [zone] = zoneOf(found);
    if (zone?.name !== name) throw unusable(`that is the zone of ${zone?.name ?? 'nothing that can be read'}`);
    return zone;
  } catch (error) {
    throw isRefusal(error, 'NoSuchHostedZone') ? unusable('the account has no such hosted zone', error) : error;
  }
};
