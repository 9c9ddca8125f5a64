import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Change,
  HostmasterError,
  type RefusedChange,
  type Write,
  type WriteResult,
  type ZoneId,
} from '../../src/provider.ts';
import type { Content } from './content.ts';
import { differing } from './convert.ts';
import { type Insist, updateFor } from './cut.ts';
import { leftOut } from './left-out.ts';
import { currentContent, fingerprintOf, type Session } from './read.ts';

/** How often a write is sent again after a prerequisite that did not hold, and after SERVFAIL, which BIND gives in passing. */
const tries = 6;
const triesAfterServfail = 2;
const firstPause = 50;

/** One UPDATE: all of it or nothing, and only on the zone that was read (RFC 2136 section 3.2). */
export const applyWrite = async (session: Session, write: Write, signal?: AbortSignal): Promise<WriteResult> => {
  const { changes, expect, zone } = write;
  if (changes.length === 0) return { status: 'applied', fingerprint: expect, raced: false };
  const known = session.contents.get(zone.name);
  let content =
    known !== undefined && fingerprintOf(known) === expect ? known : await contentNow(session, zone, signal);
  let insist = session.insists.get(zone.name) ?? 'all';
  for (let attempt = 1; ; attempt += 1) {
    refuseStale(session, zone, changes, content);
    const refused = leftOut(zone.name, changes, content);
    if (refused.length > 0) return { status: 'refused', refused };
    const update = updateFor(zone.name, changes, content, { insist, limit: session.api.limit });
    if (update === null) return { status: 'refused', refused: blame(changes, tooLong) };
    const rcode = await session.api.update(update, signal);
    if (rcode === 'NOERROR') return proven(session, write, content, signal);
    if (attempt >= mostTries(rcode)) return { status: 'refused', refused: blame(changes, refusalOf(session, rcode)) };
    await sleep(firstPause * 2 ** attempt * (0.5 + Math.random()));
    const same = unmet.has(rcode) ? content.soa.rdata : null;
    content = await contentNow(session, zone, signal);
    if (content.soa.rdata !== same) continue;
    // Other content may stand under a serial (a zone file that was changed without it): only all of the zone shows that.
    session.contents.delete(zone.name);
    content = await contentNow(session, zone, signal);
    if (content.soa.rdata === same) insist = insistLess(session, zone, insist);
  }
};

const tooLong = 'it does not fit one UPDATE of 65,535 octets';

/** RCODEs of a prerequisite that does not hold (RFC 2136 section 2.2). */
const unmet: ReadonlySet<string> = new Set(['NXRRSET', 'YXRRSET', 'NXDOMAIN', 'YXDOMAIN']);

const mostTries = (rcode: string): number => (unmet.has(rcode) ? tries : rcode === 'SERVFAIL' ? triesAfterServfail : 1);

const contentNow = async (session: Session, zone: ZoneId, signal: AbortSignal | undefined): Promise<Content> => {
  const content = await currentContent(session, zone.name, signal);
  if (content !== null) return content;
  const message = `${session.api.where} does not have the zone ${zone.name}`;
  throw new HostmasterError('ZONE_MISSING', 'stop', message);
};

const mostNamed = 5;

const nameAll = (changes: readonly Change[]): string => {
  const named = changes.slice(0, mostNamed).map(({ name, type }) => `${name} ${type}`);
  const more = changes.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
};

const refuseStale = ({ api }: Session, { name }: ZoneId, changes: readonly Change[], content: Content): void => {
  const stale = differing(changes, content, 'before');
  if (stale.length === 0) return;
  throw new HostmasterError(
    'STALE_PLAN',
    'retry',
    `somebody else has changed ${nameAll(stale)} of ${name} at ${api.where} since the plan; nothing of this write was applied: plan again`,
  );
};

/**
 * A name in SOA or rdata that has capitals is not the one that we send to a server which compares octets (BIND): then the
 * SOA alone, or the values alone, have to do. Each of them keeps another's change from being overwritten; the SOA does
 * where all of the zone was read just before, so that a later write begins with both again.
 */
const insistLess = (session: Session, zone: ZoneId, insist: Insist): Insist => {
  if (insist === 'all') return 'soa';
  if (insist === 'soa') {
    session.insists.set(zone.name, 'values');
    return 'values';
  }
  throw new HostmasterError(
    'LOST_RACE',
    'retry',
    `${session.api.where} says that ${zone.name} is not what it gives us by transfer; nothing of this write was applied: plan again`,
  );
};

/** A server does not say which change it will not take: that is known only of a write that has one name. */
const blame = (changes: readonly Change[], message: string): readonly RefusedChange[] =>
  new Set(changes.map(({ name }) => name)).size > 1 ? [] : changes.map(({ name, type }) => ({ name, type, message }));

const refusalOf = ({ api }: Session, rcode: string): string => `${api.where} answers ${rcode}${helpFor(rcode)}`;

const helpFor = (rcode: string): string => {
  if (rcode === 'SERVFAIL') {
    return ' (BIND: more values than max-records-per-type, or a DNSKEY without its private key; its log says)';
  }
  if (rcode === 'FORMERR') return ' (PowerDNS: a type that it does not know)';
  return rcode === 'REFUSED' || rcode === 'NOTAUTH'
    ? ' (the key may not write it, or it is against a check of the server: its log says)'
    : '';
};

/** NOERROR says that an UPDATE was well formed, not what became of each record (RFC 2136 section 3.4.2): it is read back. */
const proven = async (
  session: Session,
  { changes, zone }: Write,
  before: Content,
  signal: AbortSignal | undefined,
): Promise<WriteResult> => {
  const now = await contentNow(session, zone, signal).catch((error: unknown) => {
    throw new HostmasterError(
      'WRITE_UNKNOWN',
      'retry',
      `${session.api.where} took the update of ${zone.name}, and it could not be read back: ${String(error)}`,
      { cause: error },
    );
  });
  const lacking = differing(changes, now, 'after');
  if (lacking.length === 0) return { status: 'applied', fingerprint: fingerprintOf(now), raced: false };
  const same = differing(lacking, now, 'before').length === 0;
  // Something else than before and after is another's, who came later; whoever called looks again.
  if (!same) return { status: 'applied', fingerprint: fingerprintOf(now), raced: null };
  const message = `${session.api.where} answered NOERROR and left it out`;
  if (lacking.length === changes.length && fingerprintOf(now) === fingerprintOf(before)) {
    return { status: 'refused', refused: lacking.map(({ name, type }) => ({ name, type, message })) };
  }
  throw new HostmasterError(
    'WRITE_REFUSED',
    'stop',
    `${message}: ${nameAll(lacking)} of ${zone.name}; the rest of that write was applied`,
  );
};
