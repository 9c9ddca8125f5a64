import type { WhenAllDown } from './health.ts';
import type { InventoryConfig } from './inventory-keys.ts';
import type { SourceLocation } from './origin.ts';
import { type AddressType, typesWhere } from './rr-types.ts';
import type { SecretRef } from './secret.ts';
import type { AbsenceLimits, Scalar } from './server.ts';

// What hostmaster.yaml, labels.yaml and groups.yaml say of an inventory's servers. Times are milliseconds, TTLs seconds.

/** One entry of `inventory:`. */
export interface InventoryDefinition {
  readonly name: string;
  /** The kind of its source: `http`, `file`, … */
  readonly type: string;
  /** The source's own keys, checked and as it wants them; secrets left out. */
  readonly config: InventoryConfig;
  readonly secrets: Readonly<Record<string, SecretRef>>;
  readonly interval: number;
  readonly at: SourceLocation;
}

/** `registration:`. */
export interface Registration {
  /** Canonical; it need not be a configured zone: then that is a problem of its own. */
  readonly zone: string;
  readonly ttl: number;
  readonly reverse: boolean;
  readonly at: SourceLocation;
}

/** One entry of `grants:`. Names are globs over absolute names without the final dot. */
export interface Grant {
  readonly to: 'label' | 'group' | 'inventory';
  readonly role: string;
  readonly names: readonly string[];
  readonly types: readonly string[];
  /** null: any address. */
  readonly cidrs: readonly string[] | null;
  readonly max_values: number | null;
  readonly at: SourceLocation;
}

/** Types that decide who may speak for a name, or move more than one server's traffic: no glob of a grant reaches them. */
export const guardedTypes: ReadonlySet<string> = new Set(typesWhere(({ guarded }) => guarded === true));

/** One entry of `records:`; `name` and `value` are templates. */
export interface RecordDefinition {
  readonly type: string;
  readonly name: string;
  /** null: the server's addresses. */
  readonly value: string | null;
  readonly ttl: number | null;
  readonly at: SourceLocation;
}

/** `health_check:` of a claim; `url` is a template. */
export interface HealthCheckDefinition {
  readonly port: number | null;
  readonly url: string | null;
  readonly interval: number | null;
  readonly timeout: number | null;
  readonly string_match: string | null;
  /** Backup addresses are canonical. */
  readonly when_all_down: WhenAllDown;
}

/** One entry of `claims:`; `name` is a template, mostly without an expression. */
export interface ClaimDefinition {
  readonly type: AddressType;
  readonly name: string;
  readonly ttl: number | null;
  readonly health_check: HealthCheckDefinition | null;
  readonly allow_empty: boolean;
  readonly at: SourceLocation;
}

/** A label or a group, and what its servers get in DNS. */
export interface Role {
  readonly kind: 'label' | 'group';
  readonly name: string;
  /** Of a group: all must hold, and of a list of values, one. `labels`, `name` and `state` are among the keys. null: a label. */
  readonly match: Readonly<Record<string, readonly Scalar[]>> | null;
  readonly records: readonly RecordDefinition[];
  readonly claims: readonly ClaimDefinition[];
  readonly at: SourceLocation;
}

/** A record or claim that cannot be used: what exists at its name stays. */
export interface UnusableRule {
  /** A template, where one can be read; null: nobody knows which names it is about, so that nothing is deleted. */
  readonly name: string | null;
  readonly reason: string;
  readonly at: SourceLocation;
  /** Without a name: it can only be about names that the inventory may write, and those are known. Default is no. */
  readonly inScope?: boolean;
}

/** Everything that the repository says of servers. */
export interface Roles {
  readonly inventories: readonly InventoryDefinition[];
  readonly registration: Registration | null;
  readonly grants: readonly Grant[];
  readonly labels: readonly Role[];
  readonly groups: readonly Role[];
  readonly unusable: readonly UnusableRule[];
  readonly max_shrink: { readonly percent: number; readonly min_servers: number };
  /** When a server that is missing is gone; a zone may have limits of its own for its values. */
  readonly absence: AbsenceLimits;
}

export const noRoles: Roles = {
  inventories: [],
  registration: null,
  grants: [],
  labels: [],
  groups: [],
  unusable: [],
  max_shrink: { percent: 30, min_servers: 10 },
  absence: { snapshots: 3, grace: 600_000 },
};
