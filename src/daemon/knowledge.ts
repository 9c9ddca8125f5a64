import type { DaemonPass, PassSummary, WithheldAt, ZoneStatus } from './answers.ts';
import type { EndedPass, PassEnd } from './engine/messages.ts';
import type { WaitingPass } from './loop/loop.ts';
import { endedPass, repeats, runningPass, summaryOf, withheldText } from './pass-record.ts';
import { nothingKnown, type Standing, standingAfter } from './standing.ts';

// All that the daemon has seen since it began, and its passes from before, for whoever asks.

/** So many passes are in memory, without their details; the state has more. */
export const passesInMemory = 1_000;

export interface Knowledge {
  readonly standing: () => Standing;
  /** The newest first. */
  readonly passes: () => readonly PassSummary[];
  /** The last one that ended since the start, with all that there is of it. */
  readonly last: () => DaemonPass | null;
  /** Takes the passes of earlier starts, the newest first. */
  readonly knewBefore: (passes: readonly PassSummary[]) => void;
  readonly running: () => PassSummary | null;
  readonly withheldOf: (zone: ZoneStatus) => readonly WithheldAt[];
  readonly began: (pass: WaitingPass, commit: string | null) => PassSummary;
  readonly ended: (pass: WaitingPass, end: PassEnd) => DaemonPass | null;
}

export const newKnowledge = (now: () => number): Knowledge => {
  let standing = nothingKnown;
  let passes: readonly PassSummary[] = [];
  let last: DaemonPass | null = null;
  let running: PassSummary | null = null;
  const withheld = new Map<string, readonly WithheldAt[]>();
  return {
    standing: () => standing,
    passes: () => passes,
    last: () => last,
    knewBefore: (before) => {
      passes = [...passes, ...before].slice(0, passesInMemory);
    },
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
      const isOther = withheldText(ended) !== (last === null ? nothingWithheld : withheldText(last));
      last = ended;
      passes = withPass(passes, summaryOf(ended), isOther);
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
const withPass = (passes: readonly PassSummary[], pass: PassSummary, isOther: boolean): readonly PassSummary[] => {
  const [last, ...older] = passes;
  if (last === undefined || isOther || !repeats(last, pass)) return [pass, ...passes].slice(0, passesInMemory);
  return [{ ...last, repeated: last.repeated + 1 }, ...older];
};

const nothingWithheld = withheldText({ plan: null });

const keyOf = ({ view, zone }: Pick<ZoneStatus, 'zone' | 'view'>): string => `${zone}@${view ?? ''}`;

const withheldIn = ({ plan, zoneTargets }: EndedPass): ReadonlyMap<string, readonly WithheldAt[]> => {
  const found = new Map<string, WithheldAt[]>(zoneTargets.map((at) => [keyOf(at), []]));
  for (const changeset of plan.changesets) {
    const all = changeset.withheld.map((each) => ({ ...each, target: changeset.target }));
    found.get(keyOf(changeset))?.push(...all);
  }
  return found;
};
