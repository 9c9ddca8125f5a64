import type {
  DaemonInventory,
  DaemonState,
  DaemonStatus,
  DaemonTarget,
  GitStatus,
  PassSummary,
  ZoneState,
  ZoneStatus,
} from './answers.ts';
import { wholePass } from './failures.ts';
import type { BackOff } from './loop/back-off.ts';
import { type Standing, zoneStatuses } from './standing.ts';

// `GET /api/v1/status`, from what the daemon knows.

export interface StatusInput {
  readonly version: string;
  /** Milliseconds since 1970, as all times here. */
  readonly started: number;
  readonly now: number;
  readonly git: GitStatus | null;
  readonly standing: Standing;
  readonly backOff: BackOff;
  readonly lastPass: PassSummary | null;
  readonly isWorking: boolean;
  readonly hooksWaiting: number;
  readonly suspended: DaemonStatus['suspended'];
}

export const daemonStatus = (input: StatusInput): DaemonStatus => {
  const { backOff, git, hooksWaiting, lastPass, standing, started, suspended, version } = input;
  const zones = countedZones(zoneStatuses(standing));
  return {
    state: stateOf(input, zones),
    version,
    started: new Date(started).toISOString(),
    git,
    zones,
    targets: standing.targets.map((target): DaemonTarget => {
      const next = backOff.get(`target ${target.name}`)?.nextTry ?? null;
      return { ...target, next_try: next === null ? null : new Date(next).toISOString() };
    }),
    inventory: Object.fromEntries(
      Object.entries(standing.inventories).map(([name, { complete, message, servers }]): [string, DaemonInventory] => [
        name,
        { servers, complete, message, age_seconds: ageOf(name, input) },
      ]),
    ),
    last_pass: lastPass,
    hooks: { waiting: hooksWaiting },
    suspended,
  };
};

const ageOf = (name: string, { now, standing }: StatusInput): number | null => {
  const at = standing.takenAt[name] ?? 0;
  return at === 0 ? null : Math.max(0, Math.round((now - at) / 1_000));
};

const none: Record<ZoneState, number> = {
  converged: 0,
  waiting: 0,
  drifted: 0,
  refused: 0,
  failed: 0,
  suspended: 0,
};

export const countedZones = (zones: readonly ZoneStatus[]): Readonly<Record<ZoneState, number>> => {
  const counts = { ...none };
  for (const { state } of zones) counts[state] += 1;
  return counts;
};

/** What a person wants to know first. */
const stateOf = (
  { backOff, git, isWorking, lastPass, standing, suspended }: StatusInput,
  zones: Readonly<Record<ZoneState, number>>,
): DaemonState => {
  if (suspended !== null) return 'suspended';
  const isDown = standing.targets.some(({ status }) => status !== 'ok');
  const isBroken = standing.errors > 0 || backOff.has(wholePass) || lastPass?.outcome === 'failed';
  if (zones.failed > 0 || isDown || isBroken) return 'failed';
  if (zones.refused > 0) return 'refused';
  if (git !== null && git.held_because !== null) return 'held';
  if (isWorking) return 'working';
  return lastPass === null || zones.waiting + zones.drifted > 0 ? 'waiting' : 'converged';
};
