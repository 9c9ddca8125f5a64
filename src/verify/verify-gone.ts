import { forEachPooled } from '../model/pool.ts';
import type { NameServer } from '../model/ports.ts';
import type { Difference, VerifyReport } from '../model/result.ts';
import { isSoa, soaAt } from '../model/rr-types.ts';
import { type ZoneId, zoneLabel } from '../model/zone.ts';
import type { VerifyZonesOptions } from './verify-zones.ts';

/** A zone that should be gone from its name servers. */
export interface ZoneToBeGone {
  readonly zone: ZoneId;
  readonly nameservers: readonly NameServer[];
  /** Milliseconds that a name server may take. */
  readonly wait: number;
}

const firstPause = 100;
const longestPause = 2000;

/**
 * Asks each name server until it no longer answers for the zone with authority, or `wait` is over. `checked` are those
 * that do not. Never throws for what a name server does.
 */
export const verifyGone = async (
  { nameservers, wait, zone }: ZoneToBeGone,
  options: VerifyZonesOptions,
): Promise<VerifyReport> => {
  const started = options.now();
  const found = new Map<NameServer, Difference>();
  let unproven = nameservers;
  for (let pause = firstPause; unproven.length > 0; pause = Math.min(pause * 2, longestPause)) {
    await forEachPooled(unproven, options.concurrency ?? 64, async (nameserver) => {
      const difference = await stillThere(nameserver, zone, options);
      if (difference === null) found.delete(nameserver);
      else found.set(nameserver, difference);
    });
    unproven = unproven.filter((nameserver) => found.has(nameserver));
    if (unproven.length === 0 || options.signal?.aborted === true || options.now() - started >= wait) break;
    await options.sleep(pause, options.signal);
  }
  const differences = [...found.values()].sort((a, b) => (a.nameserver < b.nameserver ? -1 : 1));
  return { checked: nameservers.length - differences.length, differences };
};

/** Null: it has nothing to say about the zone itself, whatever it says about the one above. */
const stillThere = async (
  nameserver: NameServer,
  zone: ZoneId,
  { ask, signal }: VerifyZonesOptions,
): Promise<Difference | null> => {
  const answer = await ask(nameserver, soaAt(zone.name), signal);
  const at = { zone: zoneLabel(zone), nameserver: nameserver.label, ...soaAt(zone.name), expected: null, serial: null };
  if (answer.status === 'no_answer') return { ...at, kind: 'no_answer', answered: answer.reason };
  const soas = answer.answers.filter(({ name, type }) => name === zone.name && isSoa(type));
  if (!answer.authoritative || soas.length === 0) return null;
  return { ...at, kind: 'unexpected', answered: soas.map(({ rdata, ttl }) => `${ttl} ${rdata}`) };
};
