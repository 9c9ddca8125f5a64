import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Change,
  HostmasterError,
  listKeys,
  type RefusedChange,
  type Sending,
  type Write,
  type WriteResult,
  type ZoneId,
} from '../../src/provider.ts';
import type { Content } from './content.ts';
import { differing } from './convert.ts';
import { contentNow, fingerprintOf, type Session } from './read.ts';
import { readBack, type UpdateBasis } from './read-back.ts';
import { silentlyIgnored } from './silently-ignored.ts';
import { type PrerequisiteLevel, updateFor } from './split-update.ts';

/** How often a write is sent again after a prerequisite that did not hold, and after SERVFAIL, which BIND gives in passing. */
const tries = 6;
const triesAfterServfail = 2;
const firstPause = 50;

/** One UPDATE: all of it or nothing, and only on the zone that was read (RFC 2136 section 3.2). */
export const applyWrite = async (
  session: Session,
  write: Write,
  signal?: AbortSignal,
  sending?: Sending,
): Promise<WriteResult> => {
  const { changes, expect, zone } = write;
  if (changes.length === 0) return { status: 'applied', fingerprint: expect, raced: false };
  const known = session.contents.get(zone.name);
  let basis: UpdateBasis = {
    content: known !== undefined && fingerprintOf(known) === expect ? known : await contentNow(session, zone, signal),
    level: session.levels.get(zone.name) ?? 'all',
  };
  for (let attempt = 1; ; attempt += 1) {
    const { content, level } = basis;
    refuseStale(session, zone, changes, content);
    const refused = silentlyIgnored(zone.name, changes, content);
    if (refused.length > 0) return { status: 'refused', refused };
    const update = updateFor(zone.name, changes, content, { level, limit: session.api.limit });
    if (update === null) return { status: 'refused', refused: refusalsIfOneName(changes, tooLong) };
    const rcode = await session.api.update(update, { changes: changes.length, signal, before: sending?.before });
    if (rcode === 'NOERROR') return readBack(session, write, basis, signal);
    if (attempt >= maxTries(rcode))
      return { status: 'refused', refused: refusalsIfOneName(changes, refusalOf(session, rcode)) };
    await sleep(firstPause * 2 ** attempt * (0.5 + Math.random()));
    basis = await nextBasis(session, zone, { ...basis, isUnmet: unmetPrerequisite.has(rcode) }, signal);
    // A secondary that forwards updates answers SERVFAIL also where only the primary's answer was lost.
    if (rcode === 'SERVFAIL' && differing(changes, basis.content, 'after').length === 0) {
      return { status: 'applied', fingerprint: fingerprintOf(basis.content), raced: null };
    }
  }
};

/** What the next UPDATE is sent on after one that was refused. */
const nextBasis = async (
  session: Session,
  zone: ZoneId,
  { content, level, isUnmet }: UpdateBasis & { readonly isUnmet: boolean },
  signal: AbortSignal | undefined,
): Promise<UpdateBasis> => {
  const now = await contentNow(session, zone, signal);
  if (!isUnmet || now.soa.rdata !== content.soa.rdata) return { content: now, level };
  // Other content may stand under a serial (a zone file that was changed without it): only all of the zone shows that.
  session.contents.delete(zone.name);
  const whole = await contentNow(session, zone, signal);
  const isSame = whole.soa.rdata === content.soa.rdata;
  return { content: whole, level: isSame ? weakerLevel(session, zone, level) : level };
};

const tooLong = 'it does not fit one UPDATE of 65,535 octets';

/** RCODEs of a prerequisite that does not hold (RFC 2136 section 2.2). */
const unmetPrerequisite: ReadonlySet<string> = new Set(['NXRRSET', 'YXRRSET', 'NXDOMAIN', 'YXDOMAIN']);

const maxTries = (rcode: string): number =>
  unmetPrerequisite.has(rcode) ? tries : rcode === 'SERVFAIL' ? triesAfterServfail : 1;

const refuseStale = ({ api }: Session, { name }: ZoneId, changes: readonly Change[], content: Content): void => {
  const stale = differing(changes, content, 'before');
  if (stale.length === 0) return;
  throw new HostmasterError(
    'STALE_PLAN',
    `somebody else has changed ${listKeys(stale)} of ${name} at ${api.where} since the plan; nothing of this write was applied: plan again`,
  );
};

/**
 * A name in SOA or rdata that has capitals is not the one that we send to a server which compares octets (BIND): then the
 * SOA alone, or the values alone, have to do. Each of them keeps another's change from being overwritten; the SOA does
 * where all of the zone was read just before, so that a later write begins with both again.
 */
const weakerLevel = (session: Session, zone: ZoneId, level: PrerequisiteLevel): PrerequisiteLevel => {
  if (level === 'all') return 'soa';
  if (level === 'soa') {
    session.levels.set(zone.name, 'values');
    return 'values';
  }
  throw new HostmasterError(
    'LOST_RACE',
    `${session.api.where} says that ${zone.name} is not what it transfers to us; nothing of this write was applied: plan again`,
  );
};

/** A server does not say which change it will not take: that is known only of a write that has one name. */
const refusalsIfOneName = (changes: readonly Change[], message: string): readonly RefusedChange[] =>
  new Set(changes.map(({ name }) => name)).size > 1 ? [] : changes.map(({ name, type }) => ({ name, type, message }));

const refusalOf = ({ api }: Session, rcode: string): string => `${api.where} answers ${rcode}${helpFor(rcode)}`;

const helpFor = (rcode: string): string => {
  if (rcode === 'SERVFAIL') {
    return ' (BIND: more values than max-records-per-type, or a DNSKEY without its private key; its log says)';
  }
  if (rcode === 'FORMERR') return ' (PowerDNS: a type that it does not know)';
  return rcode === 'REFUSED' || rcode === 'NOTAUTH'
    ? ' (the key may not write it; or the server has the zone as a secondary: write to its primary; or it is against a check of the server: its log says)'
    : '';
};
