import type { ZoneId } from './zone.ts';

// What the pure core and the stages are handed by pass.ts, as types: the implementations live at the rim.

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

/** What the state store knows of one zone at one target after its last full read or write. */
export interface SettledZone {
  readonly fingerprint: string;
  /** The mark that we left at the target; a zone that was made anew has lost it. */
  readonly mark: string;
  /** Digest of what was desired, and of the settings that decide about ownership, when the two agreed. */
  readonly desired: string;
  /** Milliseconds since 1970 of the last full read. */
  readonly readAt: number;
  readonly unmanaged: readonly { readonly name: string; readonly type: string; readonly why: string }[];
}

/** Leave to write a zone at a target, until it is released, or not asked about for a minute. */
export interface Lease {
  readonly zone: ZoneId;
  readonly target: string;
  readonly token: string;
}

/** Somebody else has the lease. */
export interface LeaseHeld {
  readonly heldBy: string;
}

/** Where Hostmaster remembers. A store that is lost costs reads, never records. */
export interface Store {
  settled(zone: ZoneId, target: string): Promise<SettledZone | null>;
  settle(zone: ZoneId, target: string, settled: SettledZone): Promise<void>;
  forget(zone: ZoneId, target: string): Promise<void>;
  /** Of those who share this store, one at a time may write a zone at a target. */
  lease(zone: ZoneId, target: string): Promise<Lease | LeaseHeld>;
  /** Is it still ours? Asked just before each write, and renews it. */
  holds(lease: Lease): Promise<boolean>;
  release(lease: Lease): Promise<void>;
  close(): Promise<void>;
}
