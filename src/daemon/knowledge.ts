import type { DaemonPass, PassSummary, WithheldAt, ZoneStatus } from './answers.ts';
import type { EndedPass, PassEnd } from './engine/messages.ts';
import type { WaitingPass } from './loop/loop.ts';
import { endedPass, repeats, runningPass } from './pass-record.ts';
import { nothingKnown, type Standing, standingAfter } from './standing.ts';

// All that the daemon has seen since it began, for whoever asks.

/** So many passes are kept. */
const kept = 1_000;

export interface Knowledge {
  readonly standing: () => Standing;
  /** The newest first. */
  readonly passes: () => readonly DaemonPass[];
  readonly running: () => PassSummary | null;
  readonly withheldOf: (zone: ZoneStatus) => readonly WithheldAt[];
  readonly began: (pass: WaitingPass, commit: string | null) => PassSummary;
  readonly ended: (pass: WaitingPass, end: PassEnd) => DaemonPass | null;
}

export const newKnowledge = (now: () => number): Knowledge => {
  let standing = nothingKnown;
  let passes: readonly DaemonPass[] = [];
  let running: PassSummary | null = null;
  const withheld = new Map<string, readonly WithheldAt[]>();
  return {
    standing: () => standing,
    passes: () => passes,
    running: () => running,
    withheldOf: (zone) => withheld.get(keyOf(zone)) ?? [],
    began: (pass, commit) => {
      running = runningPass(pass, now(), commit);
      return running;
    },
    ended: (pass, end) => {
      const summary = running ?? runningPass(pass, now(), null);
      running = null;
      if (end.status === 'given up') return null;
      const ended = endedPass(summary, end, now());
      passes = withPass(passes, ended);
      if (end.status === 'ended') {
        standing = standingAfter(standing, end);
        if (end.scope === 'all') withheld.clear();
        if (end.scope !== 'names') for (const [zone, all] of withheldIn(end)) withheld.set(zone, all);
      }
      return ended;
    },
  };
};

/** One that ended as the one before, with nothing to do, only adds to its count. */
const withPass = (passes: readonly DaemonPass[], pass: DaemonPass): readonly DaemonPass[] => {
  const [last, ...older] = passes;
  if (last === undefined || !repeats(last, pass)) return [pass, ...passes].slice(0, kept);
  return [{ ...last, repeated: last.repeated + 1 }, ...older];
};

const keyOf = ({ view, zone }: Pick<ZoneStatus, 'zone' | 'view'>): string => `${zone}@${view ?? ''}`;

const withheldIn = ({ plan, zoneTargets }: EndedPass): ReadonlyMap<string, readonly WithheldAt[]> => {
  const found = new Map<string, WithheldAt[]>(zoneTargets.map((at) => [keyOf(at), []]));
  for (const changeset of plan.changesets) {
    const all = changeset.withheld.map((each) => ({ ...each, target: changeset.target }));
    found.get(keyOf(changeset))?.push(...all);
  }
  return found;
};
