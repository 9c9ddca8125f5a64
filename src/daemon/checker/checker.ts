import type { HealthVerdict } from '../../model/daemon-store.ts';
import { knownHealth, probeKey, type WatchedProbe } from '../../model/probe.ts';
import type { AskAddress } from './ask-address.ts';
import {
  afterResult,
  type CheckerHealth,
  type Judgement,
  judged,
  newCheckerHealth,
  type ProbeHealth,
  verdictsToKeep,
  watching,
} from './machine.ts';

// Sends the probes, each in its interval, and tells what is found. A thousand intervals do not begin together, and however many
// addresses there are, only some sockets are open at once.

/** So many probes are under way at once. */
const mostAtOnce = 500;
/** How often it looks for probes that are due, and judges; milliseconds. */
const tick = 100;
const judgeEach = 1_000;
/** What stands in the state is said again at least so often: a verdict counts for three intervals. */
const longestRefresh = 10_000;
/** So far from its interval a probe may come. */
const jitter = 0.05;

/** What a checker tells: what the state is to have now, and what changed. */
export interface CheckerReport {
  readonly keep: readonly HealthVerdict[];
  readonly fell: readonly ChangedAddress[];
  readonly rose: readonly ChangedAddress[];
  readonly massFailure: Judgement['massFailure'];
  readonly massFailureEnded: boolean;
  readonly watched: number;
  readonly down: number;
}

export interface ChangedAddress {
  readonly address: string;
  /** As keys. */
  readonly rrsets: readonly string[];
}

export interface Checker {
  /** These from now on, and no others; `kept`: what the state has of them. */
  watch(watched: readonly WatchedProbe[], kept: readonly HealthVerdict[]): void;
  close(): void;
}

export interface CheckerOptions {
  readonly ask: AskAddress;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly chance: () => number;
  readonly tell: (report: CheckerReport) => void;
}

export const openChecker = ({ ask, chance, now, tell }: CheckerOptions): Checker => {
  const started = now();
  const closing = new AbortController();
  const dueAt = new Map<string, number>();
  const running = new Set<string>();
  let health = newCheckerHealth;
  /** Results since it was last judged: to copy ten thousand probes for each costs more than the probe. */
  let results = new Map<string, ProbeHealth>();
  let heardAt: number | null = null;
  let judgedAt = started;
  let toldAt = -Infinity;

  const probe = async (key: string): Promise<void> => {
    const asked = health.probes.get(key);
    if (asked === undefined) return;
    const began = now();
    const { interval } = asked.probe;
    dueAt.set(key, began + interval * (1 + jitter * (2 * chance() - 1)));
    running.add(key);
    const result = await ask(asked.probe, closing.signal);
    running.delete(key);
    const known = results.get(key) ?? health.probes.get(key);
    if (known === undefined || closing.signal.aborted) return;
    const ended = now();
    results.set(key, afterResult(known, result, { began, countedFrom: health.countedFrom, heardAt, now: ended }));
    if (result === 'up' || result === 'refused') heardAt = ended;
  };
  const judge = (): void => {
    judgedAt = now();
    const { health: after, ...found } = judged(withResults(), judgedAt);
    health = after;
    const isNews = found.fell.length + found.rose.length > 0 || found.massFailure !== null || found.massFailureEnded;
    if (isNews || judgedAt - toldAt >= refreshEach(health)) report(found);
  };
  const withResults = (): CheckerHealth => {
    const all = { ...health, probes: new Map([...health.probes, ...results]) };
    results = new Map();
    return all;
  };
  const report = (found: Omit<Judgement, 'health'>): void => {
    toldAt = now();
    const { massFailure, massFailureEnded } = found;
    const [fell, rose] = [found.fell, found.rose].map((all) =>
      all.map(({ probe: { address }, rrsets }) => ({ address, rrsets })),
    );
    const down = [...health.probes.values()].filter(({ isUp }) => !isUp).length;
    const keep = verdictsToKeep(health, started, toldAt);
    tell({
      keep,
      fell: fell ?? [],
      rose: rose ?? [],
      massFailure,
      massFailureEnded,
      watched: health.probes.size,
      down,
    });
  };
  const look = (): void => {
    const time = now();
    const due = [...dueAt].filter(([key, at]) => at <= time && !running.has(key));
    const room = mostAtOnce - running.size;
    const next = due.length <= room ? due : due.sort(([, a], [, b]) => a - b).slice(0, Math.max(0, room));
    for (const [key] of next) void probe(key);
    if (health.probes.size > 0 && time - judgedAt >= judgeEach) judge();
  };
  const timer = setInterval(look, tick);
  return {
    watch: (watched, kept) => {
      health = watching(withResults(), watched, knownHealth(kept, now()));
      for (const key of dueAt.keys()) if (!health.probes.has(key)) dueAt.delete(key);
      for (const { probe: each } of watched) {
        const key = probeKey(each);
        if (!dueAt.has(key)) dueAt.set(key, now() + each.interval * chance());
      }
    },
    close: () => {
      clearInterval(timer);
      closing.abort();
    },
  };
};

const refreshEach = ({ probes }: CheckerHealth): number =>
  [...probes.values()].reduce((least, { probe: { interval } }) => Math.min(least, interval), longestRefresh);
