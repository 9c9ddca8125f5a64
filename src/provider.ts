// The plugins' door: what a provider implements, and what of the model it may use.
import type { CheckedAnswer } from './model/health.ts';
import type { Change } from './model/plan.ts';
import type { RRset } from './model/rrset.ts';
import type { CreateSettings, ZoneId, ZoneSnapshot } from './model/zone.ts';

export * from './model/duration.ts';
export * from './model/errors.ts';
export type * from './model/health.ts';
export { sameCheck } from './model/health.ts';
export { whyNoJson } from './model/json-measure.ts';
export { lazy } from './model/lazy.ts';
export * from './model/list-keys.ts';
export { masked } from './model/mask.ts';
export * from './model/name.ts';
export * from './model/network.ts';
export type * from './model/plan.ts';
export {
  type CheckedRecord,
  checkedAddresses,
  printCheckedLua,
  readCheckedLua,
  type Witness,
} from './model/rdata/services/checked-lua.ts';
export * from './model/rdata.ts';
export {
  type AddressType,
  addressTypeOf,
  addressTypes,
  answeredTypes,
  besideCname,
  isAddressType,
  isApexSet,
  isNameServersOf,
  isSoa,
  ownTypes,
  pointingTypes,
  soaAt,
  standsAlone,
  synthesisedTypes,
  type TypeTraits,
  traitsOf,
} from './model/rr-types.ts';
export * from './model/rrset.ts';
export * from './model/rrset-map.ts';
export { serialOf, withSerialNumber, withSerialOf } from './model/soa.ts';
export type * from './model/zone.ts';
export { occlusionIn, type ZoneTree, zoneTree } from './model/zone-tree.ts';

/** A provider's limits, as data. The planner and the conformance suite read the same object. */
export interface Supports {
  /** Types that can be written. A wanted RRset of another type is a problem, and what exists at its name stays. */
  readonly types: readonly string[];
  /** Why a type of the table is missing from `types`, in the server's own words where it has any. */
  readonly refuses: Readonly<Record<string, string>>;
  /** Does it take TYPEnnn that is not in the table (RFC 3597)? */
  readonly unknown_types: boolean;
  /** Names with characters that need an escape in presentation form. */
  readonly escaped_names: boolean;
  /** A regular expression for the names that can be written; all, where it is missing. */
  readonly name_pattern?: string;
  /** Types that only some name servers can answer, so that each has to be asked first. */
  readonly synthesised: readonly string[];
  /** The name servers that answer `synthesised` types. Without it, none is known to. */
  readonly synthesised_by?: NameServerSoftware;
  /** Types that the name server makes itself: neither wanted nor deleted unless a file has that name and type. */
  readonly own_types: readonly string[];
  readonly min_ttl: number;
  readonly max_ttl: number;
  /** Is one write all or nothing? */
  readonly atomic: boolean;
  /** The most changes and bytes of one write, and how a change's bytes are reckoned. */
  readonly max_changes: number;
  readonly max_bytes: number;
  readonly bytes_per_change: number;
  readonly bytes_per_value: number;
  /** Why an RRset whose rdata is this long on the wire cannot be served; null: no limit but the message's. */
  readonly max_rrset_bytes: number;
  /** The most values of one RRset. Default is no limit. */
  readonly max_values?: number;
  /** Writes to different zones may run at once. */
  readonly parallel_zones: number;
  /** `native`: a write carries what it replaces; `checked`: the touched RRsets are read again just before. */
  readonly cas: 'native' | 'checked';
  /** How what was written is proven. */
  readonly verify: 'dns' | 'api' | 'none';
  readonly health_checks: boolean;
  /** Can it make a missing zone? */
  readonly creates_zones: boolean;
  /**
   * `last`: `finish` need only follow the last write of an apply to a zone. Default is `each`: zones that are written later
   * because of this one wait for it.
   */
  readonly finishes?: 'each' | 'last';
  /** How a person makes one, where it cannot. */
  readonly zones_are_made?: string;
  /** How a person deletes one; where it is missing, `deleteZone` can. */
  readonly zones_are_deleted?: string;
}

/** Name server software, and how it is told from other software by what it says of itself. */
export interface NameServerSoftware {
  /** For messages: `PowerDNS`. */
  readonly name: string;
  /** A regular expression, in any case of letters, for its answer to TXT CH version.bind. */
  readonly version_bind: string;
}

export interface ListedZone {
  readonly name: string;
  readonly fingerprint: string | null;
}

/** The zone has not changed since the fingerprint that was asked about, and its mark is the one that was asked for. */
export interface Unchanged {
  readonly status: 'unchanged';
}

/** The target does not have the zone. */
export interface Missing {
  readonly status: 'missing';
}

export interface ReadOptions {
  /** At least these names; without it, all of the zone. */
  readonly names?: readonly string[];
  /** Answer `unchanged` where this fingerprint and mark can be believed. */
  readonly since?: { readonly fingerprint: string; readonly mark: string };
  readonly signal?: AbortSignal;
}

/** One write: changes that go out together, in the order given. */
export interface Write {
  readonly zone: ZoneId;
  readonly changes: readonly Change[];
  /** The fingerprint of the read just before, to tell whether somebody wrote in between. */
  readonly expect: string | null;
}

export interface RefusedChange {
  readonly name: string;
  readonly type: string;
  /** The server's own words. */
  readonly message: string;
}

export type WriteResult =
  | {
      readonly status: 'applied';
      readonly fingerprint: string | null;
      /** True: somebody else wrote between the read and this write. Null: the server cannot tell. */
      readonly raced: boolean | null;
    }
  /**
   * Nothing of this write was applied; `refused` names what the server would not take. Empty: it does not say which; of a
   * write to one name it is known.
   */
  | { readonly status: 'refused'; readonly refused: readonly RefusedChange[] };

/** How a write is to be sent. */
export interface Sending {
  /** To be called just before each request that may change something. Throws where it must not be sent any more. */
  readonly before: () => Promise<void>;
  /** Somebody wants to stop: waits for what was written already are cut short. */
  readonly stopping?: AbortSignal;
}

/** A kind of DNS service. It never diffs, never guards, never logs; it throws HostmasterError. */
export interface Provider {
  readonly supports: Supports;
  listZones(signal?: AbortSignal): Promise<readonly ListedZone[]>;
  /** Says that these zones are about to be read in full, for a provider that can read many of them at once. */
  expect?(zones: readonly ZoneId[], signal?: AbortSignal): Promise<void>;
  read(zone: ZoneId, options?: ReadOptions): Promise<ZoneSnapshot | Unchanged | Missing>;
  /** Cuts a write, in its order, where `max_bytes` and `max_changes` cannot say what one holds; a name is not cut. Pure. */
  cut?(zone: ZoneId, changes: readonly Change[]): readonly (readonly Change[])[];
  /**
   * A write that got no answer throws WRITE_UNKNOWN: whoever called reads back before trying again. One that would replace
   * what is not there any more throws STALE_PLAN, one that met another's LOST_RACE, and nothing of these is applied. The
   * signal of a write ends the wait for its answer: it comes long after the one that ends reads.
   */
  apply(write: Write, signal?: AbortSignal, sending?: Sending): Promise<WriteResult>;
  /** Milliseconds in which a write of so many changes takes effect, or never. Default is 30,000. Pure. */
  writeTimeout?(changes: number): number;
  /**
   * What is owed after the last write of a zone (a rectify), before anyone asks. Without changes: what a process that
   * was killed may have left undone. `stopping`: somebody wants to stop, and what need not be waited for is left.
   */
  finish?(zone: ZoneId, changes: readonly Change[], signal?: AbortSignal, stopping?: AbortSignal): Promise<void>;
  /** The mark of the zone, which goes when the zone goes: the one it has, or `mark`, which is left there then. */
  mark?(zone: ZoneId, mark: string, signal?: AbortSignal): Promise<string>;
  /**
   * What tells the zone from another of its name there, now or in another account; null: it is not there. Without it, the
   * server and the name do.
   */
  zoneId?(zone: ZoneId, signal?: AbortSignal): Promise<string | null>;
  createZone(zone: ZoneId, settings: CreateSettings, signal?: AbortSignal): Promise<void>;
  deleteZone(zone: ZoneId, signal?: AbortSignal): Promise<void>;
  /** Where `supports.health_checks`. */
  readonly healthChecks?: HealthChecks;
  /** Where `supports.health_checks`, instead of `healthChecks`. */
  readonly nativeChecks?: NativeChecks;
  /** The name servers that this target itself runs or knows; verify asks them where verify_at is missing. */
  nameServers?(): readonly { readonly address: string; readonly port: number }[];
  /**
   * The names of the name servers that the target gave a zone; verify asks them where verify_at is missing. Null: none that
   * can be asked, and what the target holds is read back.
   */
  delegation?(zone: ZoneId, signal?: AbortSignal): Promise<readonly string[] | null>;
  close?(): Promise<void>;
}

/** How a provider makes an RRset that answers with what is up. Pure. */
export interface HealthChecks {
  /** The type of what it makes; its own `synthesised` has it. */
  readonly type: string;
  /**
   * One RRset of `type` for the checked A and AAAA of one name: the smaller TTL, the origins of all values, and what of
   * the checks cannot be done as asked.
   */
  compile(rrsets: readonly RRset[]): { readonly rrset: RRset; readonly warnings: readonly string[] };
  /** The addresses that an RRset of `type` can answer with, if it is one that `compile` could have made; else null. */
  addressesOf(rdata: readonly string[]): readonly string[] | null;
  /** What each address type may be answered with, if it is such an RRset; else null. */
  answersOf(rdata: readonly string[]): readonly CheckedAnswer[] | null;
}

/**
 * How a provider checks addresses itself: an A or AAAA stays one, and has its `healthCheck` when it is written and when it is
 * read. Pure.
 */
export interface NativeChecks {
  /**
   * A checked A or AAAA, its check as the provider makes and reads it, so that equal ones are equal data; and what of it
   * cannot be done as asked. A string: why no address of it can be checked. Throws SyntaxProblem for a check that is none.
   */
  fitted(rrset: RRset): { readonly rrset: RRset; readonly warnings: readonly string[] } | string;
  /** What the checks of these changes add to or take from a monthly bill, in words; null: nothing. */
  costOf?(changes: readonly Change[]): string | null;
}

export interface ProviderContext {
  /** The target's keys in hostmaster.yaml, checked against the provider's schema, defaults filled in. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The resolved secrets by key; that of `secret` under `tsig` is `tsig.secret`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The folder of hostmaster.yaml, that relative paths start from. */
  readonly folder: string;
  /** The target's zones in hostmaster.yaml, by their canonical names; the target need not have them. */
  readonly zones?: readonly string[];
  readonly signal?: AbortSignal;
  /** Takes a line for whoever looks for a fault: nobody has to do anything about it. */
  readonly onDebug?: (message: string) => void;
}

/** A target by what hostmaster.yaml says of it, without its secrets. */
export interface ServerTarget extends Pick<ProviderContext, 'config' | 'folder'> {
  readonly name: string;
}

/** What a provider's index.ts exports. `schema` is the JSON Schema of its target keys; `secrets` names the secret ones, as `api_key` or `tsig.secret`. */
export interface ProviderFactory {
  readonly apiVersion: 1;
  readonly name: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly secrets: readonly string[];
  /** Does it need neither a network nor a secret? Counts for built-in ones alone. Default is no. */
  readonly isOffline?: boolean;
  /**
   * One string for the server that a target writes to: targets of the same server take turns, and no zone of one is deleted
   * that is wanted at another. Default: each target is a server of its own. Pure.
   */
  serverId?(target: ServerTarget): string;
  /**
   * One string, without a secret, for the server that what is remembered of a target is about: with another one it begins at
   * nothing. Default is serverId. Pure.
   */
  stateId?(target: ServerTarget): string;
  /** Reads what it must know of the server first (its settings decide `supports`). */
  open(context: ProviderContext): Promise<Provider>;
  /** Its own name server, where it is one: runs until stopped. Throws where its address is taken. */
  serve?(context: ProviderContext): Promise<Serving>;
  /** The same, unless another process runs it already: then `stop` leaves that one alone. */
  ensureServing?(context: ProviderContext): Promise<Serving>;
}

/** A name server that runs; `port` is the real one where 0 was asked for. */
export interface Serving {
  readonly address: string;
  readonly port: number;
  stop(): Promise<void>;
}
