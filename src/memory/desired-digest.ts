import { createHash } from 'node:crypto';
import type { DesiredZone } from '../model/zone.ts';
import type { OpenTarget } from '../target.ts';

const pieceLength = 65_536;

/**
 * The digest of what is desired, of what decides about whose an RRset is, of what the target supports, and of the name
 * servers that must be able to answer; '' where some of that is not known. Made when it is first asked for: only what is
 * kept from pass to pass needs it.
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
  for (const { name, type, ttl, values, options, healthCheck } of zone.rrsets) {
    piece += `${name} ${type} ${ttl} ${values.length}\n`;
    // What is only held is said at every pass, and for that the zone has to be read.
    for (const { rdata, retained } of values) piece += retained === undefined ? `${rdata}\n` : `${rdata} held\n`;
    if (options !== undefined) piece += JSON.stringify(options);
    if (healthCheck !== undefined) piece += JSON.stringify(healthCheck);
    if (piece.length > pieceLength) {
      hash.update(piece);
      piece = '';
    }
  }
  return hash.update(piece).digest('hex');
};
