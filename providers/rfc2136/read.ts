import { setTimeout as sleep } from 'node:timers/promises';
import {
  HostmasterError,
  type ListedZone,
  type Missing,
  type ReadOptions,
  serialOf,
  type Unchanged,
  type ZoneId,
  type ZoneSnapshot,
} from '../../src/provider.ts';
import type { MessageRecord } from '../../src/wire/message.ts';
import { isNewer } from '../../src/wire/serial.ts';
import type { Api } from './api.ts';
import { membersOf } from './catalog.ts';
import { type Content, contentAfter, contentOf } from './content.ts';
import type { Settings } from './settings.ts';
import type { PrerequisiteLevel } from './split-update.ts';

/** Everything that one provider instance knows of its name servers. */
export interface Session {
  readonly api: Api;
  readonly settings: Settings;
  /** The zones as they were last read, by name. */
  readonly contents: Map<string, Content>;
  /** By zone: the prerequisites that its updates begin with, where that is not `all`. */
  readonly levels: Map<string, PrerequisiteLevel>;
  readonly onDebug: (message: string) => void;
}

export const readZone = async (
  session: Session,
  zone: ZoneId,
  { names, signal, since }: ReadOptions,
): Promise<ZoneSnapshot | Unchanged | Missing> => {
  if (since !== undefined && names === undefined) {
    const soa = await session.api.soa(zone.name, signal);
    if (soa !== null && isVersion(soa, since)) return { status: 'unchanged' };
  }
  const content = await currentContent(session, zone.name, signal);
  return content === null ? { status: 'missing' } : snapshotOf(zone, content);
};

export const snapshotOf = (zone: ZoneId, content: Content): ZoneSnapshot => ({
  status: 'read',
  zone,
  fingerprint: fingerprintOf(content),
  rrsets: content.rrsets,
  unreadable: content.unreadable,
});

const isVersion = ({ rdata }: MessageRecord, { fingerprint, mark }: Required<ReadOptions>['since']): boolean =>
  String(serialOf(rdata)) === fingerprint && rdata === mark;

/**
 * The mark of a zone: all of its SOA after a write of ours. A zone that is made anew begins with the serial of its file,
 * which that write has moved. Null: it was never read.
 */
export const markOf = ({ contents }: Session, zone: string): string | null => contents.get(zone)?.soa.rdata ?? null;

/** A zone's serial: every change moves it, as its secondaries have to see it. */
export const fingerprintOf = ({ soa }: Content): string => String(serialOf(soa.rdata));

/**
 * The zone as its primary has it now. Where it is read from another server, that one is waited for. Null: it is not
 * there.
 */
export const currentContent = async (
  session: Session,
  zone: string,
  signal: AbortSignal | undefined,
): Promise<Content | null> => {
  const { api, settings } = session;
  const soa = api.lags ? await api.soa(zone, signal) : null;
  const wanted = soa === null ? null : serialOf(soa.rdata);
  for (const since = Date.now(); ; await sleep(pauseBetween)) {
    const content = await transferred(session, zone, signal);
    const behind = content !== null && wanted !== null && isNewer(wanted, serialOf(content.soa.rdata));
    if (!behind) return content;
    if (Date.now() - since > settings.timeout) throw tooFarBehind(session, zone, wanted, content);
  }
};

/** The same; throws ZONE_MISSING where it is not there. */
export const contentNow = async (session: Session, zone: ZoneId, signal: AbortSignal | undefined): Promise<Content> => {
  const content = await currentContent(session, zone.name, signal);
  if (content !== null) return content;
  const message = `${session.api.where} does not have the zone ${zone.name}`;
  throw new HostmasterError('ZONE_MISSING', message);
};

/** Milliseconds, while what is read is behind. */
export const pauseBetween = 100;

const tooFarBehind = ({ api }: Session, zone: string, wanted: number, content: Content): HostmasterError =>
  new HostmasterError(
    'TARGET_UNREACHABLE',
    `${zone} is at serial ${wanted} at ${api.where}, and only at ${fingerprintOf(content)} where it is read from (transfer_host)`,
  );

const transferred = async (
  session: Session,
  zone: string,
  signal: AbortSignal | undefined,
): Promise<Content | null> => {
  const known = session.contents.get(zone);
  const content = (known === undefined ? null : await nextContent(session, zone, known, signal)) ?? null;
  if (content !== null) {
    session.contents.set(zone, content);
    return content;
  }
  session.contents.delete(zone);
  const whole = await session.api.zone(zone, signal);
  if (whole === null) return null;
  const read = contentOf(whole.soa, whole.records);
  session.contents.set(zone, read);
  return read;
};

/** The version after a known one, by IXFR (RFC 1995). Null: all of the zone has to be read. */
const nextContent = async (
  { api, onDebug }: Session,
  zone: string,
  known: Content,
  signal: AbortSignal | undefined,
): Promise<Content | null> => {
  const changes = await api.changes(zone, serialOf(known.soa.rdata), signal);
  if (changes === null) return null;
  if (changes.kind === 'zone') return contentOf(changes.soa, changes.records);
  // An older serial, or the same one of another SOA, is a zone that was made anew.
  if (changes.kind === 'current') return changes.soa.rdata === known.soa.rdata ? known : null;
  const next = contentAfter(known, changes.soa, changes.steps);
  if (next === null) onDebug(`the changes of ${zone} (IXFR) do not fit what was read before; all of it is read`);
  return next;
};

/** Those of a catalog zone, or those of the target in hostmaster.yaml that the primary has. */
export const listZones = async (session: Session, signal?: AbortSignal): Promise<readonly ListedZone[]> => {
  const { api, settings } = session;
  const { catalog } = settings;
  if (catalog !== null) {
    const content = await currentContent(session, catalog, signal);
    if (content === null) {
      throw new HostmasterError('ZONE_MISSING', `${api.where} does not have the catalog zone ${catalog}`);
    }
    return membersOf(catalog, content).map((name) => ({ name, fingerprint: null }));
  }
  const names = settings.zones.length > 0 ? settings.zones : ['.'];
  const listed: ListedZone[] = [];
  for (const name of names) {
    const soa = await api.soa(name, signal);
    if (soa !== null) listed.push({ name, fingerprint: String(serialOf(soa.rdata)) });
  }
  return listed;
};
