import type { Refusal } from './limits.ts';
import type { Content } from './xml.ts';

/** A record set. `routing` are the elements of policies that are kept as they came: Weight, Region, Failover, GeoLocation. */
export interface RecordSet {
  readonly name: string;
  readonly type: string;
  readonly identifier: string | null;
  readonly ttl: number | null;
  readonly values: readonly string[];
  readonly multivalue: boolean;
  readonly healthCheck: string | null;
  readonly alias: { readonly zone: string; readonly name: string; readonly evaluates: boolean } | null;
  readonly routing: Readonly<Record<string, Content>>;
}

export interface HostedZone {
  readonly id: string;
  readonly name: string;
  readonly callerReference: string;
  comment: string | null;
  readonly isPrivate: boolean;
  readonly vpc: { readonly id: string; readonly region: string } | null;
  /** By `setKey`. */
  sets: Map<string, RecordSet>;
  /** Names of its key-signing keys; no zone is signed here. */
  signingKeys: readonly string[];
  /** What no batch may touch. */
  protections: readonly { readonly name: string; readonly type: string }[];
  /** Until then a change batch is being processed. */
  busyUntil: number;
}

/** A change of records: PENDING until its time has come. */
export interface ChangeInfo {
  readonly id: string;
  readonly submitted: number;
  readonly inSyncAt: number;
}

export interface HealthCheck {
  readonly id: string;
  readonly callerReference: string;
  readonly config: { readonly [name: string]: Content };
  /** When the last change that took it out of a record set is INSYNC. */
  releasedAt: number;
}

/** A limit or rule of AWS's that a request broke. */
export interface Broken {
  readonly limit: string;
  readonly operation: string;
  readonly code: string;
  readonly message: string;
}

/** All that the fake knows. */
export interface Account {
  readonly zones: Map<string, HostedZone>;
  readonly changes: Map<string, ChangeInfo>;
  readonly checks: Map<string, HealthCheck>;
  /** Caller references of checks that were deleted: they are never free again. */
  readonly spentReferences: Set<string>;
  /** By `type/id`. */
  readonly tags: Map<string, Map<string, string>>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds for which a change is PENDING. */
  readonly pending: number;
  /** Milliseconds for which a change batch keeps its zone busy. */
  readonly processing: number;
  /** Takes so many changes of records; false: that is more than the account may make now. */
  readonly mayChange: (count: number) => boolean;
  /** Items on a page, at most. */
  readonly page: number;
  next(prefix: string): string;
}

export interface Reply {
  readonly status: number;
  /** The document; its name is that of its one key. */
  readonly document: { readonly [name: string]: Content };
  readonly headers?: Readonly<Record<string, string>>;
}

export const isRefusal = (reply: object): reply is Refusal => 'code' in reply && 'limit' in reply;

export const setKey = ({ name, type, identifier }: Pick<RecordSet, 'name' | 'type' | 'identifier'>): string =>
  `${name} ${type} ${identifier ?? ''}`;

/** Notes a change of records. */
export const newChange = (account: Account): ChangeInfo => {
  const submitted = account.now();
  const change = { id: account.next('C'), submitted, inSyncAt: submitted + account.pending };
  account.changes.set(change.id, change);
  return change;
};

export const changeContent = (change: ChangeInfo, now: number): Content => ({
  Id: `/change/${change.id}`,
  Status: now < change.inSyncAt ? 'PENDING' : 'INSYNC',
  SubmittedAt: new Date(change.submitted).toISOString(),
});
