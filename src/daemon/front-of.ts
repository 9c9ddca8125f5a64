import { HostmasterError, SyntaxProblem } from '../model/errors.ts';
import { parseAbsolute } from '../model/name.ts';
import type { DaemonPass, DaemonStatus, ServerStatus, WithheldAt, ZoneDetail, ZoneStatus } from './answers.ts';
import type { Driver } from './driver.ts';
import type { PassThread } from './engine/link.ts';
import type { EventFeed } from './events.ts';
import type { FileSource } from './file-source.ts';
import type { Front, Readiness } from './front.ts';
import type { HookAnswer, InventoryHook } from './inventory-hook.ts';
import type { Listed, ListPage } from './list.ts';
import { partOfList } from './part-of-list.ts';
import { summaryOf } from './pass-record.ts';
import { type Standing, zoneStatuses } from './standing.ts';

/** What the daemon is made of, for the HTTP interface. */
export interface FrontParts {
  readonly driver: Driver;
  readonly thread: Pick<PassThread, 'ask'>;
  readonly events: EventFeed;
  readonly source: FileSource;
  readonly status: () => DaemonStatus;
  readonly readiness: () => Readiness;
  readonly isStopping: () => boolean;
  readonly standing: () => Standing;
  /** The newest first. */
  readonly passes: () => readonly DaemonPass[];
  /** Of the zones that the last pass left withheld, by zone. */
  readonly withheldOf: (zone: ZoneStatus) => readonly WithheldAt[];
  readonly explain: Front['explain'];
  readonly suspend: Front['suspend'];
  readonly resume: Front['resume'];
  readonly gitHook: () => void;
  readonly inventoryHook: (inventory: string, hook: InventoryHook, waitMs: number | null) => Promise<HookAnswer>;
  readonly hookAt: (inventory: string, name: string) => string | null;
}

const mostWithheld = 1_000;

export const frontOf = (parts: FrontParts): Front => ({
  status: async () => parts.status(),
  isReady: parts.readiness,
  isStopping: parts.isStopping,
  zones: async (page) => partOfList(zoneStatuses(parts.standing()), keyOfZone, page),
  zone: (name, page) => zoneDetail(name, page, parts),
  passes: async (page) => partOfPasses(parts.passes(), page),
  pass: async (id) => parts.passes().find((pass) => pass.id === id) ?? null,
  servers: async (page) => withHooks(await parts.thread.ask({ kind: 'servers', page }), parts),
  audit: async () => ({ items: [], next: null }),
  explain: parts.explain,
  sync: async (request, by) => {
    const { allow, full, zones } = request;
    refuseUnknownZones(zones, parts.standing());
    if (request.accept !== null) parts.source.accept(request.accept);
    if (request.rewind !== null) parts.source.rewind(request.rewind);
    if (request.force) parts.source.force();
    return { pass: parts.driver.ask({ cause: 'manual', by, allow, full, zones }) };
  },
  suspend: parts.suspend,
  resume: parts.resume,
  gitHook: parts.gitHook,
  inventoryHook: parts.inventoryHook,
  events: parts.events,
});

const keyOfZone = ({ view, zone }: ZoneStatus): string => (view === null ? zone : `${zone}@${view}`);

const zoneDetail = async (name: string, page: ListPage, parts: FrontParts): Promise<ZoneDetail | null> => {
  const [asked = '', view = null] = name.split('@');
  const canonical = canonicalName(asked);
  const found = zoneStatuses(parts.standing()).find(
    (each) => each.zone === canonical && (view === null || each.view === view),
  );
  if (found === undefined) return null;
  const rrsets = await parts.thread.ask({ kind: 'rrsets', zone: { name: found.zone, view: found.view }, page });
  if (rrsets === null) return null;
  return { ...found, withheld: parts.withheldOf(found).slice(0, mostWithheld), rrsets };
};

const canonicalName = (text: string): string | null => {
  try {
    return parseAbsolute(text);
  } catch (error) {
    if (error instanceof SyntaxProblem) return null;
    throw error;
  }
};

const refuseUnknownZones = (zones: readonly string[] | null, standing: Standing): void => {
  if (zones === null) return;
  const known = new Set(zoneStatuses(standing).map(({ zone }) => zone));
  const unknown = zones.filter((zone) => !known.has(canonicalName(zone) ?? ''));
  if (unknown.length === 0) return;
  throw new HostmasterError('USAGE', `zones: ${unknown.join(', ')}: not configured in hostmaster.yaml`);
};

/** The newest first: `after` is the id of the last one that was shown. */
const partOfPasses = (passes: readonly DaemonPass[], { after, limit, q }: ListPage): Listed<DaemonPassSummary> => {
  const from = after === null ? 0 : passes.findIndex(({ id }) => id === after) + 1;
  const rest = passes
    .slice(from)
    .filter(({ id, cause, commit }) => q === null || `${id} ${cause} ${commit}`.includes(q));
  const part = rest.slice(0, limit);
  return { items: part.map(summaryOf), next: rest.length > part.length ? (part.at(-1)?.id ?? null) : null };
};

type DaemonPassSummary = ReturnType<typeof summaryOf>;

const withHooks = (
  { items, next }: Listed<Omit<ServerStatus, 'hook_at'>>,
  { hookAt }: FrontParts,
): Listed<ServerStatus> => ({
  items: items.map((server) => ({ ...server, hook_at: hookAt(server.inventory, server.name) })),
  next,
});
