import type { InventoryOrigin, SourceLocation } from '../model/origin.ts';
import type { HealthCheckDefinition, Role } from '../model/roles.ts';
import type { AddressType } from '../model/rr-types.ts';
import type { RosterServer, Server } from '../model/server.ts';
import type { DirectoryZone } from './configured-zones.ts';
import type { Finding } from './findings-to-problems.ts';
import type { Allocation } from './roster.ts';
import type { Template } from './template.ts';

/** Why a server contributes: the registration, or one record or claim of a label or group. */
export interface WriteRule {
  readonly kind: 'registration' | 'record' | 'claim';
  /** '' for the registration. */
  readonly type: string;
  /** null: the registration. */
  readonly role: Role | null;
  /** `label mailserver`, as messages have it. */
  readonly title: string;
  readonly nameTemplate: Template;
  /** The canonical name, where it is the same for all servers. */
  readonly fixedName: string | null;
  /** null: the server's addresses. */
  readonly valueTemplate: Template | null;
  readonly ttl: number | null;
  /** The TTL where no rule of the RRset has one. */
  readonly fallbackTtl: number;
  readonly healthCheck: RuleHealthCheck | null;
  readonly allowEmpty: boolean;
  readonly at: SourceLocation;
}

export interface RuleHealthCheck {
  readonly definition: HealthCheckDefinition;
  readonly url: Template | null;
  /** Equal for checks that ask for the same. */
  readonly key: string;
}

/** A server that gets something (its allocation), ready to contribute. */
export interface Contributor {
  readonly key: string;
  readonly entry: RosterServer;
  readonly server: Server;
  readonly allocation: Allocation;
  readonly addresses: readonly ServerAddress[];
  /** Its addresses as values, for records and claims that give no value. */
  readonly addressValues: { readonly A: readonly WantedValue[]; readonly AAAA: readonly WantedValue[] };
}

/** A value that a record or claim wants, before grants and zones are asked whether it may be. */
export interface WantedValue {
  readonly rdata: string;
  /** It is one of the server's addresses, which were checked once for all rules. */
  readonly isServerAddress: boolean;
  readonly retained: string | null;
}

export interface ServerAddress {
  readonly ip: string;
  readonly family: AddressType;
  /** Why no name may lead to it; null: one may. */
  readonly refusal: string | null;
  /** Why the value is only retained where it exists: another server has the address now. */
  readonly retained: string | null;
}

/** One value at a name and type, allowed by its rule's grant. */
export interface ContributedValue {
  readonly kind: 'value';
  readonly entry: DirectoryZone;
  readonly name: string;
  readonly type: string;
  readonly rdata: string;
  readonly rule: WriteRule;
  readonly contributor: Contributor;
  readonly origin: InventoryOrigin;
  readonly retained: string | null;
  /** How many values the RRset may have by that grant. */
  readonly limit: number;
  /** The URL that the rule's health check asks at this address. */
  readonly url: string | null;
}

/** Something is wanted at the name that cannot be used: what exists there stays. */
export interface Blocked {
  readonly kind: 'blocked';
  /** null: a rule in Git blocks the name, for all servers. */
  readonly serverKey: string | null;
  readonly entry: DirectoryZone;
  readonly name: string;
  readonly type: string | null;
  readonly reason: string;
  /** False: only where nothing else is wanted at the name. */
  readonly always: boolean;
  /** What exists of the type stays, and changes of the same name or server need not wait for it. */
  readonly stays?: true;
  readonly origin: InventoryOrigin | null;
}

/** A name that must not become empty, although the server contributes nothing to it now. */
export interface Vacant {
  readonly kind: 'vacant';
  /** What the name belongs to. */
  readonly by: 'registration' | 'claim';
  readonly serverKey: string;
  readonly entry: DirectoryZone;
  readonly name: string;
  readonly types: readonly string[];
  readonly reason: string;
}

/** What one server, or a rule in Git, adds to one name. */
export type Contribution = ContributedValue | Blocked | Vacant;

export const serverKeyOf = (contribution: Contribution): string | null =>
  contribution.kind === 'value' ? contribution.contributor.key : contribution.serverKey;

/** Everything that one server contributes, with what was found on the way. */
export interface ServerContributions {
  readonly key: string;
  readonly allocation: Allocation;
  readonly contributions: readonly Contribution[];
  readonly findings: readonly Finding[];
  /** Addresses for whose PTR there is no configured zone. */
  readonly withoutReverseZone: readonly string[];
  /** PTRs in classless zones. */
  readonly classlessPtrs: readonly ClasslessPtr[];
}

/** A PTR in a classless zone (RFC 2317), which its parent zone must lead to. */
export interface ClasslessPtr {
  readonly zone: string;
  readonly name: string;
  /** Where the parent zone must have a CNAME to `name`. */
  readonly parentName: string;
}

/** ServerContributions in the making; whoever is handed it adds to it. */
export interface Collected {
  readonly contributions: Contribution[];
  readonly findings: Finding[];
  readonly withoutReverseZone: string[];
  readonly classlessPtrs: ClasslessPtr[];
}
