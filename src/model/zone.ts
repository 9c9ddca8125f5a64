import type { Origin } from './origin.ts';
import { isNameServersOf } from './rr-types.ts';
import type { RRset, RRsetKey } from './rrset.ts';
import type { AbsenceLimits } from './server.ts';

/** A zone's identity: its canonical name and its view (null: the only one). */
export interface ZoneId {
  readonly name: string;
  readonly view: string | null;
}

/** `example.com.` or `example.com.@internal`, as messages and `--allow` write it. */
export const zoneLabel = (zone: ZoneId): string => (zone.view === null ? zone.name : `${zone.name}@${zone.view}`);

/** One entry of `ignore:`; see model/glob.ts for `name`. */
export interface IgnoreRule {
  readonly name: string;
  readonly types?: readonly string[];
  readonly value?: string;
}

export interface Exemption {
  readonly rule: string;
  readonly name: string;
  readonly reason: string;
  /** Where hostmaster.yaml has it. */
  readonly at?: { readonly file: string; readonly line: number; readonly column: number };
}

export interface GuardSettings {
  readonly max_delete_percent: number;
  readonly max_replace_percent: number;
  readonly min_existing: number;
  /** Over how long the percentages count what changes; milliseconds, 0: one change at a time. */
  readonly window: number;
  readonly never_empty: boolean;
  readonly delegation: boolean;
  readonly absence: AbsenceLimits;
}

/** How a missing zone is made. `kind` and `soa_edit_api` are PowerDNS's words; other providers ignore them. */
export interface CreateSettings {
  readonly kind: string;
  readonly ns: readonly string[];
  readonly soa_edit_api: string;
}

/** One zone's settings, defaults filled in. Key names are those of hostmaster.yaml. */
export interface ZoneSettings {
  readonly targets: readonly string[];
  readonly ttl: number;
  readonly owns: 'all' | 'listed';
  readonly ignore: readonly IgnoreRule[];
  /** null: a missing zone is an error. */
  readonly create: CreateSettings | null;
  readonly public: boolean;
  readonly allow_lua: boolean;
  readonly covers: string | null;
  readonly exempt: readonly Exemption[];
  readonly guards: GuardSettings;
  /** What the daemon does with drift: make it good, or withhold that and say so. */
  readonly drift: 'correct' | 'alert';
}

/**
 * What is wanted at a name and type but cannot be used, or a name with only bad input (`type` null: every type of
 * that name). Its existing RRsets stay, and so does what depends on it: it is not missing from desired.
 */
export interface Quarantine {
  readonly name: string;
  readonly type: string | null;
  /** The id of the rule that it breaks. Missing: there is none with an id of its own. */
  readonly rule?: string;
  readonly reason: string;
  readonly origin: Origin | null;
}

/**
 * A live name that no automatic change may empty. `types` are those of which one must keep a value; or, where `stays`,
 * those of which what exists is kept, as what is wanted instead cannot be used, while the rest of the name goes on.
 */
export interface Protection {
  readonly name: string;
  readonly types: readonly string[];
  readonly reason: string;
  readonly stays?: true;
  /** serverKey of whose it is that stays. Missing: nobody's. */
  readonly server?: string;
}

/** Names that a label's or group's claim may come to, whose name is a template: a glob like those of a scope. */
export interface ClaimedNames {
  /** `label mailserver`. */
  readonly role: string;
  readonly type: string;
  readonly names: string;
}

/**
 * Which names of a zone the inventory could have written: there what nobody wants any more goes only when its absence is
 * proven. Globs are over absolute names without the final dot.
 */
export interface InventoryScope {
  /** Every name of the zone: it is the registration's. */
  readonly all: boolean;
  /** Every PTR of the zone. */
  readonly ptr: boolean;
  readonly grants: readonly { readonly names: readonly string[]; readonly types: readonly string[] }[];
}

/** A zone as Git and the inventory want it. */
export interface DesiredZone {
  readonly id: ZoneId;
  readonly settings: ZoneSettings;
  readonly rrsets: readonly RRset[];
  readonly quarantined: readonly Quarantine[];
  /** False: a file did not parse, so that all deletes and replaces of the zone are withheld. */
  readonly complete: boolean;
  readonly protected?: readonly Protection[];
  /** Claims whose names depend on the server, and that may not be left without an answer. */
  readonly claimedNames?: readonly ClaimedNames[];
  /** Missing: the inventory writes nothing here. */
  readonly scope?: InventoryScope;
  /** What the zone was read from, relative to hostmaster.yaml; for messages. */
  readonly files: readonly string[];
}

/** An RRset as a provider holds it: `values` are the served ones. */
export interface ExistingRRset extends RRset {
  /** Rdata that is stored but not served (PowerDNS's disabled records). */
  readonly disabled?: readonly string[];
}

/** An RRset that the provider holds and that we cannot read or compare: always left alone. */
export interface Unreadable extends RRsetKey {
  readonly why: string;
}

/** One read of a zone, or of some names of it. */
export interface ZoneSnapshot {
  readonly status: 'read';
  readonly zone: ZoneId;
  /** What moves when the zone changes (a serial); null where the provider has nothing of the kind. */
  readonly fingerprint: string | null;
  readonly rrsets: readonly ExistingRRset[];
  readonly unreadable: readonly Unreadable[];
  /** Why nothing can be written to the zone there, and what to do instead. Missing: it can. */
  readonly readOnly?: string;
}

/** The values of the NS at the apex. */
export const apexNsOf = ({ id, rrsets }: DesiredZone): RRset['values'] =>
  rrsets.find((rrset) => isNameServersOf(rrset, id.name))?.values ?? [];

/** `create:` without name servers takes those that are wanted at the apex. */
export const createSettingsOf = (
  { create }: ZoneSettings,
  apexNs: readonly { readonly rdata: string }[],
): CreateSettings | null =>
  create === null || create.ns.length > 0 ? create : { ...create, ns: apexNs.map(({ rdata }) => rdata) };
