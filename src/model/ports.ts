import type { DaemonStore } from './daemon-store.ts';
import type { Change, Unmanaged } from './plan.ts';
import type { KnownInventory, MissingSince } from './server.ts';
import type { ZoneId } from './zone.ts';

// What the pure core and the stages are handed by pass.ts, as types: the implementations live at the context.

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

/** A name server: an address (IPv4 or IPv6, no brackets), a port, and the words that people know it by. */
export interface NameServer {
  readonly label: string;
  readonly address: string;
  readonly port: number;
}

/** One RR of an answer; `name` and `rdata` in canonical text. */
export interface AnsweredRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly rdata: string;
}

/** What a name server said. `transport` is the one whose answer this is. */
export interface Answer {
  readonly status: 'answered';
  /** Mnemonic: NOERROR, NXDOMAIN, REFUSED, … or RCODEnn. */
  readonly rcode: string;
  readonly authoritative: boolean;
  readonly transport: 'udp' | 'tcp';
  readonly answers: readonly AnsweredRecord[];
  readonly authority: readonly AnsweredRecord[];
  /** Glue, where it is a referral. */
  readonly additional: readonly AnsweredRecord[];
}

export interface NoAnswer {
  readonly status: 'no_answer';
  readonly reason: string;
  /** Nothing listens there, or no way leads there: it cannot just have been slow. */
  readonly unreachable?: true;
}

export interface Question {
  readonly name: string;
  readonly type: string;
  /** Default is IN. CH asks for a server's own words (version.bind). */
  readonly class?: 'IN' | 'CH';
  /** Default is UDP first. Glue that does not fit may be left out of a UDP answer without a word. */
  readonly transport?: 'tcp';
}

/** Asks one name server one question: UDP, then TCP where the answer was cut; RD=0. Never throws. */
export type Asker = (nameserver: NameServer, question: Question, signal?: AbortSignal) => Promise<Answer | NoAnswer>;

/** The addresses of a name that no zone of ours has; none where nobody gives any. Never throws. */
export type AddressLookup = (name: string) => Promise<readonly string[]>;

/** What the state store knows of one zone at one target after its last full read or write. */
export interface LastSync {
  readonly fingerprint: string;
  /** The mark that we left at the target; a zone that was made anew has lost it. */
  readonly mark: string;
  /** Digest of what was desired, and of the settings that decide about ownership, when the two agreed. */
  readonly desired: string;
  /** Milliseconds since 1970 of the last full read. */
  readonly readAt: number;
  readonly unmanaged: readonly Unmanaged[];
}

/** Leave to write a zone at a target, until it is released, or not asked about for a minute. */
export interface Lease {
  readonly zone: ZoneId;
  readonly target: string;
  readonly token: string;
  /** Until then a write that an earlier holder sent may still take effect; milliseconds since 1970, null: none. */
  readonly unansweredUntil: number | null;
}

/** Somebody else has the lease. */
export interface LeaseRefusal {
  readonly heldBy: string;
  /** Milliseconds until it runs out, where its holder does not renew it. */
  readonly lasts: number;
}

/** What keeps others from a zone at a target now: a holder of its lease, or a write that may still take effect. */
export interface LeaseInUse {
  readonly zone: ZoneId;
  readonly target: string;
  /** null: nobody has it any more. */
  readonly holder: LeaseRefusal | null;
  readonly unansweredUntil: number | null;
}

/**
 * A value that we wrote, and for whom: keys of servers (`lab/web1`), and `git` for zone files.
 */
export interface WrittenValue {
  readonly name: string;
  readonly type: string;
  readonly rdata: string;
  readonly sources: readonly string[];
  /** Where it is a claim's: whose, as `label mailserver`. */
  readonly claims?: readonly string[];
}

/** A value that exists where the inventory could have written it, and that nobody wants or accounts for. */
export interface OrphanedValue {
  readonly name: string;
  readonly type: string;
  readonly rdata: string;
  readonly missing: MissingSince;
}

/** A change that an apply wrote, and that some name server did not show when it was asked. */
export interface UnprovenChange {
  readonly name: string;
  readonly type: string;
  /** What was written; null: it was deleted. */
  readonly after: { readonly ttl: number; readonly values: readonly string[] } | null;
  /** The target had it so when it was read later: a name server is still to show it. */
  readonly isAtTarget: boolean;
}

/** What one atomic set is about to do, kept from before its first write until all of it stands or none. */
export interface JournalEntry {
  readonly id: string;
  readonly inventory: string;
  readonly server: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly members: readonly JournalMember[];
  /** Why it could be neither completed nor rolled back; null: not tried yet. */
  readonly stuck: string | null;
}

export interface JournalMember {
  readonly zone: ZoneId;
  readonly target: string;
  readonly change: Change;
}

/** One pass that wrote, for people who look back. Times are milliseconds since 1970. */
export interface PassRecord {
  readonly started: number;
  readonly ended: number;
  readonly commit: string | null;
  readonly digest: string;
  readonly outcome: 'done' | 'failed' | 'refused' | 'differs';
  readonly changes: number;
  readonly problems: number;
}

/** What a name of the configuration stands for. */
export interface Identity {
  readonly kind: 'target' | 'inventory' | 'zone';
  readonly name: string;
  /** One text for the server, the inventory or the zone itself, in words that people know it by, without a secret. */
  readonly identity: string;
  /** The name that the first one of this name is kept under. */
  readonly first: string;
}

/** The name that the state keeps it under; `before`: what the name stood for last, where that was another; else null. */
export interface KnownAs {
  readonly stored: string;
  readonly before: string | null;
}

/** Where Hostmaster remembers. A store that is lost costs reads and time, never records. */
export interface Store extends DaemonStore {
  /** What each is known as, in their order; one that was never seen is noted, where the store can be written. */
  identify(identities: readonly Identity[]): Promise<readonly KnownAs[]>;
  lastSync(zone: ZoneId, target: string): Promise<LastSync | null>;
  saveSync(zone: ZoneId, target: string, lastSync: LastSync): Promise<void>;
  forgetSync(zone: ZoneId, target: string): Promise<void>;
  /** Of those who share this store, one at a time may write a zone at a target. */
  lease(zone: ZoneId, target: string): Promise<Lease | LeaseRefusal>;
  /**
   * Is it still ours? Asked just before each write, and renews it. Whoever has it next is told of `unansweredUntil`: until
   * then what was sent under it may take effect.
   */
  holds(lease: Lease, unansweredUntil?: number | null): Promise<boolean>;
  /** Gives it back; whoever has it next is told of `unansweredUntil`. */
  release(lease: Lease, unansweredUntil?: number | null): Promise<void>;
  /** The leases that others have to wait for. */
  leasesInUse(): Promise<readonly LeaseInUse[]>;
  /** The last good snapshot of an inventory. */
  inventory(name: string): Promise<KnownInventory | null>;
  remember(name: string, known: KnownInventory): Promise<void>;
  /** The same where all is as it was remembered last but for the servers at these positions of `known.servers`. */
  rememberServers(name: string, known: KnownInventory, positions: readonly number[]): Promise<void>;
  /** The values that we wrote in a zone for servers, and, where it owns only what is listed, for Git; `names`: at these. */
  written(zone: ZoneId, target: string, names?: readonly string[]): Promise<readonly WrittenValue[]>;
  /** What we wrote at these names and types is now `values`, and nothing else. */
  noteWritten(
    zone: ZoneId,
    target: string,
    at: readonly { readonly name: string; readonly type: string }[],
    values: readonly WrittenValue[],
  ): Promise<void>;
  orphans(zone: ZoneId, target: string): Promise<readonly OrphanedValue[]>;
  /** In place of all that were kept for the zone at the target. */
  keepOrphans(zone: ZoneId, target: string, orphans: readonly OrphanedValue[]): Promise<void>;
  unproven(zone: ZoneId, target: string): Promise<readonly UnprovenChange[]>;
  /** In place of all that were kept for the zone at the target. */
  keepUnproven(zone: ZoneId, target: string, changes: readonly UnprovenChange[]): Promise<void>;
  /** Durable when it returns: nothing of the set is written before. */
  journal(entry: JournalEntry): Promise<void>;
  /** All of them in one transaction. An entry that is there by its id is replaced. */
  journalAll(entries: readonly JournalEntry[]): Promise<void>;
  journalled(): Promise<readonly JournalEntry[]>;
  /** Sets that are half done at servers that the configuration does not speak of: nobody here can end them. */
  journalledElsewhere(): Promise<readonly JournalEntry[]>;
  /** The set stands whole, or is as before. */
  endJournal(id: string): Promise<void>;
  /** All of them, or none. */
  endJournalAll(ids: readonly string[]): Promise<void>;
  recordPass(pass: PassRecord): Promise<void>;
  /** The newest first. */
  passes(limit: number): Promise<readonly PassRecord[]>;
  close(): Promise<void>;
}
