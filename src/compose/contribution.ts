import type { InventoryOrigin, SourceLocation } from '../model/origin.ts';
import type { HealthCheckDefinition, Role } from '../model/roles.ts';
import type { RosterServer, Server } from '../model/server.ts';
import type { ZoneEntry } from './configured-zones.ts';
import type { Finding } from './findings-to-problems.ts';
import type { Allocation } from './roster.ts';
import type { Template } from './template.ts';

/** What makes a server write: the registration, or one record or claim of a label or group. */
export interface WriteRule {
  readonly kind: 'registration' | 'record' | 'claim';
  /** '' for the registration. */
  readonly type: string;
  /** null: the registration. */
  readonly role: Role | null;
  /** `label mailserver`, as messages have it. */
  readonly title: string;
  readonly name: Template;
  /** The canonical name, where it is the same for all servers. */
  readonly fixedName: string | null;
  /** null: the server's addresses. */
  readonly value: Template | null;
  readonly ttl: number | null;
  /** The TTL where no rule of the RRset has one. */
  readonly fallbackTtl: number;
  readonly check: RuleHealthCheck | null;
  readonly allowEmpty: boolean;
  readonly at: SourceLocation;
}

export interface RuleHealthCheck {
  readonly definition: HealthCheckDefinition;
  readonly url: Template | null;
  /** Equal for checks that ask for the same. */
  readonly key: string;
}

/** A server as it counts in this pass. */
export interface Contributor {
  readonly key: string;
  readonly entry: RosterServer;
  readonly server: Server;
  readonly allocation: Allocation;
  readonly addresses: readonly ServerAddress[];
  /** What records and claims of these types have without a value of their own. */
  readonly own: { readonly A: readonly WantedValue[]; readonly AAAA: readonly WantedValue[] };
}

/** A value of a record or claim, before anybody asked whether it may be. */
export interface WantedValue {
  readonly rdata: string;
  /** It is one of the server's addresses, so that it is none that no name may lead to. */
  readonly isServerAddress: boolean;
  readonly retained: string | null;
}

export interface ServerAddress {
  readonly ip: string;
  readonly family: 'A' | 'AAAA';
  /** Why no name may lead to it. */
  readonly refusal: string | null;
  /** Why it is only held: another has it now. */
  readonly retained: string | null;
}

/** One value at a name and type. */
export interface ContributedValue {
  readonly kind: 'value';
  readonly entry: ZoneEntry;
  readonly name: string;
  readonly type: string;
  readonly rdata: string;
  readonly rule: WriteRule;
  readonly contributor: Contributor;
  readonly origin: InventoryOrigin;
  readonly retained: string | null;
  /** How many values the RRset may have by the grant that allows it. */
  readonly limit: number;
  /** What a check asks for this address. */
  readonly url: string | null;
}

/** Something was wanted there and cannot be used: what exists stays, if nothing else is wanted at the name, or always. */
export interface Blocked {
  readonly kind: 'blocked';
  /** The server's key; null: Git's own. */
  readonly serverKey: string | null;
  readonly entry: ZoneEntry;
  readonly name: string;
  readonly type: string | null;
  readonly reason: string;
  readonly always: boolean;
  /** Nothing waits for it: what exists of the type stays, and all else goes on, at the name and of the server. */
  readonly stays?: true;
  readonly origin: InventoryOrigin | null;
}

/** A name that must not become empty, although nobody contributes to it now. */
export interface Vacant {
  readonly kind: 'vacant';
  /** What would have it: a server's registration, or a claim. */
  readonly by: 'registration' | 'claim';
  readonly serverKey: string;
  readonly entry: ZoneEntry;
  readonly name: string;
  readonly types: readonly string[];
  readonly reason: string;
}

export type Contribution = ContributedValue | Blocked | Vacant;

export const serverKeyOf = (contribution: Contribution): string | null =>
  contribution.kind === 'value' ? contribution.contributor.key : contribution.serverKey;

/** What one server comes to, whatever the others do. */
export interface ServerContributions {
  readonly key: string;
  readonly allocation: Allocation;
  readonly contributions: readonly Contribution[];
  readonly findings: readonly Finding[];
  /** Addresses whose PTR no configured zone takes. */
  readonly withoutReverseZone: readonly string[];
  /** PTRs in classless zones. */
  readonly classlessPtrs: readonly ClasslessPtr[];
}

export interface ClasslessPtr {
  readonly zone: string;
  readonly name: string;
  readonly parentName: string;
}

/** What is collected for one server. */
export interface Collected {
  readonly contributions: Contribution[];
  readonly findings: Finding[];
  readonly withoutReverseZone: string[];
  readonly classlessPtrs: ClasslessPtr[];
}
