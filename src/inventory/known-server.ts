import type { KnownInventory, KnownServer, RosterServer, Server } from '../model/server.ts';
import { isProven } from '../model/server.ts';
import { lastComplete, type SnapshotContext } from './count-absences.ts';

/** A server as it counts where a complete answer of its inventory has it so. */
export const presentServer = (
  server: Server,
  last: KnownServer | undefined,
  known: KnownInventory,
  context: Pick<SnapshotContext, 'limits' | 'now'>,
): RosterServer => ({ standing: 'present', server, complete: true, known: backAgain(last, known, context) });

/** What is known of a server that is back. If it had been proven gone, its age starts anew: others may have its names. */
export const backAgain = (
  last: KnownServer | undefined,
  known: KnownInventory | null,
  context: Pick<SnapshotContext, 'limits' | 'now'>,
): KnownServer | null => {
  if (last === undefined) return null;
  const gone = last.missing !== null && isProven(last.missing, context.limits, lastComplete(known));
  const { lacking: _lacking, ...rest } = last;
  return { ...rest, since: gone ? context.now : last.since, missing: null };
};

/** What to remember of a server after an answer. */
export const knownNext = (each: RosterServer, { now }: Pick<SnapshotContext, 'now'>): KnownServer => ({
  server: each.server,
  // A known server is older than one that is new now, even if the clock was set back.
  since: each.known === null ? now : Math.min(each.known.since, now - 1),
  missing: each.standing === 'missing' ? each.missing : null,
  ...(isPartial(each) ? { partial: true } : {}),
  ...(each.standing === 'remembered' && each.known.lacking !== undefined ? { lacking: each.known.lacking } : {}),
});

/** Was it last known from an incomplete answer? */
const isPartial = (each: RosterServer): boolean =>
  each.standing === 'present' ? !each.complete : each.known.partial === true;
