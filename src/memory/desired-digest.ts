import { createHash } from 'node:crypto';
import type { DesiredZone } from '../model/zone.ts';
import type { OpenTarget } from '../target.ts';

/** The hash is fed in pieces of about this many characters. */
const pieceLength = 65_536;

/**
 * A digest of the desired RRsets and of everything else that a plan depends on: the zone's settings, what the target
 * supports, the name servers that must be able to answer. '' where some of that is not known. Computed when it is first
 * asked for, as few zones need it.
 */
export const desiredDigestOf = (zone: DesiredZone, target: OpenTarget): (() => string) => {
  let digest: string | null = null;
  return () => {
    digest ??= zone.quarantined.length > 0 || !zone.complete ? '' : digestOf(zone, target);
    return digest;
  };
};

const digestOf = (zone: DesiredZone, target: OpenTarget): string => {
  const hash = createHash('sha256');
  let piece = JSON.stringify([zone.settings, target.provider.supports, target.definition.verify_at]);
  for (const { name, type, ttl, values, options, healthCheck, isWatched } of zone.rrsets) {
    piece += `${name} ${type} ${ttl} ${values.length}\n`;
    // A retained value is reported by every pass, and for that the zone has to be read.
    for (const { downSince, rdata, retained } of values) {
      piece += `${rdata}${retained === undefined ? '' : ' retained'}${downSince === undefined ? '' : ' down'}\n`;
    }
    if (isWatched === true) piece += 'watched';
    if (options !== undefined) piece += JSON.stringify(options);
    if (healthCheck !== undefined) piece += JSON.stringify(healthCheck);
    if (piece.length > pieceLength) {
      hash.update(piece);
      piece = '';
    }
  }
  return hash.update(piece).digest('hex');
};
