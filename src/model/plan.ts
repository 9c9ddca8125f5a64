import { createHash } from 'node:crypto';
import { type HealthCheck, sameCheck } from './health.ts';
import type { Origin } from './origin.ts';
import type { Problem } from './problem.ts';
import { sameAnswer } from './rrset.ts';
import type { InventoryStatus } from './server.ts';

// The plan's types are its JSON: keys stand here as the contract writes them.

export interface PlannedRRset {
  readonly ttl: number;
  readonly values: readonly { readonly rdata: string; readonly origins: readonly Origin[] }[];
  readonly health_check: HealthCheck | null;
}

/** Do both answer alike, and check alike? */
export const samePlanned = (type: string, a: PlannedRRset, b: PlannedRRset): boolean =>
  sameAnswer(a, b) && sameCheck(type, a.health_check, b.health_check);

export type Action = 'create' | 'replace' | 'delete';

/** The transition of one RRset. `before` is null for a create, `after` for a delete. */
export interface Change {
  readonly action: Action;
  readonly name: string;
  readonly type: string;
  readonly before: PlannedRRset | null;
  readonly after: PlannedRRset | null;
  /** It makes good what somebody else did: the same is wanted as when the RRset was last verified. Missing: it does not. */
  readonly drift?: true;
  /** It only takes out what a health check found down, or puts back what is up. Missing: nobody knows that of it. */
  readonly health?: true;
}

export const guardNames = [
  'max_delete_percent',
  'max_replace_percent',
  'never_empty',
  'delegation',
  'absence',
  'filter',
  'quarantine',
  'incomplete',
  'drift',
  'suspended',
] as const;
export type GuardName = (typeof guardNames)[number];

/**
 * `refused`: the guard judged this change, or what it belongs to. `dependent`: it waits for another that is withheld.
 * `contested`: it makes good what somebody else did again and again.
 */
export const withheldKinds = ['refused', 'dependent', 'contested'] as const;
export type WithheldKind = (typeof withheldKinds)[number];

/** A change that a guard keeps from being applied. */
export interface Withheld extends Change {
  readonly guard: GuardName;
  readonly kind: WithheldKind;
  /** For people: it may be reworded at any time. */
  readonly reason: string;
  /** The exact `--allow` argument that lets it through; null where none does: bad input is corrected in its file. */
  readonly allow: string | null;
}

export const unmanagedKinds = [
  /** ExternalDNS's registry says that it is its own. */
  'foreign',
  /** `ignore` in hostmaster.yaml names it. */
  'ignored',
  /** The zone file says that it is not for this target. */
  'excluded',
  /** The name server makes it, and the zone file does not state it. */
  'server_own',
  /** The zone file has no apex NS. */
  'apex_ns',
  /** An alias record set of Route 53 that the zone file does not state. */
  'alias',
  /** Stored, and not served. */
  'disabled',
  /** `owns: listed`, and nothing says that Hostmaster wrote it. */
  'not_listed',
  /** The provider can neither read nor compare it. */
  'unreadable',
  /** From a plan file that does not say. */
  'unknown',
] as const;
export type UnmanagedKind = (typeof unmanagedKinds)[number];

/** Why an RRset is left alone. */
export interface UnmanagedReason {
  readonly kind: UnmanagedKind;
  /** For people: it may be reworded at any time. */
  readonly why: string;
}

/** An RRset that the target holds and that no plan touches. */
export interface Unmanaged extends UnmanagedReason {
  readonly name: string;
  readonly type: string;
}

/** A checked address that is wanted and not answered, as the daemon's health checker found it down. */
export interface DownAddress {
  readonly name: string;
  readonly type: string;
  readonly rdata: string;
  /** RFC 3339, in UTC. */
  readonly since: string;
}

/** All changes of one zone at one target. */
export interface Changeset {
  readonly zone: string;
  readonly view: string | null;
  readonly target: string;
  /** The fingerprint of the read that it was computed from. */
  readonly based_on: string | null;
  readonly create_zone: boolean;
  readonly changes: readonly Change[];
  readonly withheld: readonly Withheld[];
  readonly unmanaged: readonly Unmanaged[];
  /** What the changes cost, in words. Missing: they cost nothing. */
  readonly cost?: string;
  /** What is not answered as it is down. Missing: nothing. */
  readonly down?: readonly DownAddress[];
}

/** Is there anything to do? */
export const isDueChangeset = ({ changes, create_zone }: Pick<Changeset, 'changes' | 'create_zone'>): boolean =>
  changes.length > 0 || create_zone;

/** A change by its place. */
export interface ChangeRef {
  readonly zone: string;
  readonly view: string | null;
  readonly target: string;
  readonly name: string;
  readonly type: string;
}

/**
 * The changes of one server's A, AAAA and PTR, which are all made or none, and those of claims that take a value from it,
 * which wait for them. Only servers with changes have one.
 */
export interface AtomicSet {
  readonly inventory: string;
  readonly server: string;
  readonly members: readonly ChangeRef[];
  readonly claims: readonly ChangeRef[];
}

export interface TargetStatus {
  readonly name: string;
  readonly status: 'ok' | 'unreachable' | 'refused';
  /** The error's documented code; null where the target is there. */
  readonly code: string | null;
  readonly message: string | null;
}

export interface PlanSummary {
  readonly create: number;
  readonly replace: number;
  readonly delete: number;
  readonly withheld: number;
}

/** A deny of `windows:` that is open as the plan is made. It is named here, and heeded by the daemon alone. */
export interface OpenDeny {
  readonly schedule: string;
  readonly time_zone: string;
  /** Globs over zone names; null: all zones. */
  readonly zones: readonly string[] | null;
  /** RFC 3339; null: not known, it is months away or never. */
  readonly until: string | null;
  readonly file: string;
  readonly line: number;
}

export interface Plan {
  readonly version: 2;
  readonly digest: string;
  /** The commit that is checked out; null where there is none, or Git does not tell. */
  readonly config_commit: string | null;
  /** Was it made from files that are not in that commit as they were? */
  readonly dirty: boolean;
  readonly inventory: Readonly<Record<string, InventoryStatus>>;
  readonly targets: readonly TargetStatus[];
  readonly changesets: readonly Changeset[];
  readonly atomic_sets: readonly AtomicSet[];
  readonly problems: readonly Problem[];
  readonly summary: PlanSummary;
  /** Servers, by serverKey, of which a person said that they are gone (`--allow absent`). Missing: none. */
  readonly absent?: readonly string[];
  /** Missing: none. */
  readonly open_denies?: readonly OpenDeny[];
}

/**
 * `sha256:` over the canonical JSON (RFC 8785) of what decides about what is done: the plan's `changesets` with zone, view,
 * target, create_zone and changes (action, name, type, before and after with ttl, values' rdata and health_check), and its
 * `atomic_sets`. Origins are not in it: a line more above a record makes no other plan.
 */
export const planDigest = (changesets: readonly Changeset[], atomicSets: readonly AtomicSet[]): string => {
  const hash = createHash('sha256').update(
    `{"atomic_sets":${canonicalJson(atomicSets.map(digestedSet))},"changesets":[`,
  );
  changesets.forEach(({ changes, create_zone, target, view, zone }, i) => {
    hash.update(`${i === 0 ? '' : ','}{"changes":[`);
    changes.forEach((change, k) => {
      hash.update((k === 0 ? '' : ',') + canonicalJson(digestedChange(change)));
    });
    hash.update(`],${canonicalJson({ create_zone, target, view, zone }).slice(1)}`);
  });
  return `sha256:${hash.update(']}').digest('hex')}`;
};

const digestedChange = ({ action, name, type, before, after }: Change) => ({
  action,
  name,
  type,
  before: before && digestedRRset(before),
  after: after && digestedRRset(after),
});

const digestedRRset = ({ ttl, values, health_check }: PlannedRRset) => ({
  ttl,
  values: values.map(({ rdata }) => ({ rdata })),
  health_check,
});

const digestedSet = ({ inventory, server, members, claims }: AtomicSet) => ({
  inventory,
  server,
  members: members.map(digestedRef),
  claims: claims.map(digestedRef),
});

const digestedRef = ({ zone, view, target, name, type }: ChangeRef) => ({ zone, view, target, name, type });

/** JSON without spaces, its keys in the order of their UTF-16 units. */
const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonicalJson(part)}`).join(',')}}`;
};

/** What waits by itself, for proof or for a person who knows of it, is not refused. */
const waiting: readonly GuardName[] = ['absence', 'drift', 'suspended'];

/** Does a guard refuse what it withholds, so that a person has to look at it? */
export const isRefusing = (guard: GuardName): boolean => !waiting.includes(guard);

/** Of one zone at one target. A change that two guards withhold counts once. */
export const countWithheld = (withheld: readonly Withheld[]): number =>
  new Set(withheld.map(({ name, type, action }) => `${name} ${type} ${action}`)).size;

export const summarise = (changesets: readonly Pick<Changeset, 'changes' | 'withheld'>[]): PlanSummary => {
  const count = { create: 0, replace: 0, delete: 0, withheld: 0 };
  for (const changeset of changesets) {
    for (const change of changeset.changes) count[change.action] += 1;
    count.withheld += countWithheld(changeset.withheld);
  }
  return count;
};
