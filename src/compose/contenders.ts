import { type AbsenceLimits, isProven, type RosterServer, serverKey } from '../model/server.ts';
import { isServerName } from './template.ts';

// Which servers of the roster want names and addresses at all, and how messages name them.

export const keyOfEntry = (entry: RosterServer): string => serverKey(entry.server);

/** `server lab/web1`, as messages have it. */
export const serverTitle = (server: { readonly name: string; readonly inventory: string }): string =>
  `server ${serverKey(server)}`;

/** Has its absence been proven by these limits? */
export const isGone = (entry: RosterServer, limits: AbsenceLimits, now: number): boolean =>
  entry.standing === 'missing' && isProven(entry.missing, limits, now);

/** Why the values of a server are only retained; null: they are not. */
export const retainedReason = (entry: RosterServer, limits: AbsenceLimits): string | null => {
  if (entry.standing !== 'missing') return null;
  const { snapshots, since } = entry.missing;
  const counted = `${Math.min(snapshots, limits.snapshots)} of ${limits.snapshots}`;
  return `${serverTitle(entry.server)} is missing from ${counted} complete snapshots, since ${new Date(since).toISOString()}`;
};

/**
 * Does the server contend for names and addresses? Not if it is decommissioned, if its absence is proven in every zone,
 * or if its name makes no DNS name.
 */
export type Contends = (entry: RosterServer) => boolean;

export const contendsBy = (limits: readonly AbsenceLimits[], now: number): Contends => {
  return (entry) =>
    entry.server.state !== 'decommissioned' &&
    isServerName(entry.server.name) &&
    (entry.standing !== 'missing' || limits.length === 0 || limits.some((limit) => !isGone(entry, limit, now)));
};
