import { Counter, Gauge, Histogram, Registry } from 'prom-client';

// Every metric of the daemon, in one table. A label is a target, a zone, an inventory, a name server or one of few words; an
// RRset's name never is, since there may be a million.

interface MetricRow {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Of a histogram, in seconds. */
  readonly buckets?: readonly number[];
}

const quick = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const slow = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** By name, without `hostmaster_`. */
export const metricRows = {
  build_info: { kind: 'gauge', help: 'Always 1; the label says which Hostmaster it is.', labels: ['version'] },
  passes_total: { kind: 'counter', help: 'Passes that have ended.', labels: ['cause', 'outcome'] },
  pass_seconds: { kind: 'histogram', help: 'How long a stage of a pass took.', labels: ['stage'], buckets: slow },
  last_pass_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the last pass ended, however it ended; 0: none has since the start.',
    labels: [],
  },
  last_converged_timestamp_seconds: {
    kind: 'gauge',
    help: 'When all was last known to be in order; 0: not since the start.',
    labels: [],
  },
  changes_total: { kind: 'counter', help: 'Changes that were applied.', labels: ['target', 'action', 'cause'] },
  withheld: { kind: 'gauge', help: 'Changes that a guard holds back now.', labels: ['zone', 'guard'] },
  drift: { kind: 'gauge', help: 'RRsets that somebody else changed, now.', labels: ['zone', 'target'] },
  zones: { kind: 'gauge', help: 'Zones by their state.', labels: ['state'] },
  target_up: {
    kind: 'gauge',
    help: '1: the target could be used last time; 0: it gave no answer, or refused us.',
    labels: ['target'],
  },
  target_requests_total: {
    kind: 'counter',
    help: 'Requests to a target.',
    labels: ['target', 'method', 'status'],
  },
  target_request_seconds: {
    kind: 'histogram',
    help: 'How long a request to a target took.',
    labels: ['target'],
    buckets: quick,
  },
  rate_limit_wait_seconds_total: {
    kind: 'counter',
    help: 'Time spent waiting because a target limits requests.',
    labels: ['target'],
  },
  inventory_age_seconds: {
    kind: 'gauge',
    help: 'How old the last complete answer of the inventory is.',
    labels: ['inventory'],
  },
  inventory_complete: {
    kind: 'gauge',
    help: "1: the inventory's last answer was complete; 0: it was not.",
    labels: ['inventory'],
  },
  git_commit_held: { kind: 'gauge', help: '1: a commit was seen and is not in force; 0: none.', labels: [] },
  git_last_fetch_timestamp_seconds: {
    kind: 'gauge',
    help: 'When Git was last fetched without an error; 0: not since the start.',
    labels: [],
  },
  hooks_total: { kind: 'counter', help: 'Hooks that came in, and what became of them.', labels: ['kind', 'result'] },
  hook_verified_seconds: {
    kind: 'histogram',
    help: "From a hook's arrival until the name servers answered as it says.",
    labels: [],
    buckets: slow,
  },
  verify_lag_seconds: {
    kind: 'gauge',
    help: 'How long the name server took to show the last change.',
    labels: ['nameserver'],
  },
  notifications_total: { kind: 'counter', help: 'Notifications by what became of them.', labels: ['result'] },
  suspended_seconds: {
    kind: 'gauge',
    help: 'How long something has been suspended; 0: nothing is.',
    labels: [],
  },
  health_checks: {
    kind: 'gauge',
    help: 'Health checks that the daemon makes itself; state is up or down.',
    labels: ['state'],
  },
  health_mass_failure: {
    kind: 'gauge',
    help: '1: over half of the checked addresses fail at once, and none of it is believed; 0: they do not.',
    labels: [],
  },
  contested: { kind: 'gauge', help: 'RRsets that somebody else changes again and again.', labels: [] },
} as const satisfies Readonly<Record<string, MetricRow>>;

type Rows = typeof metricRows;
type NameOf<Kind extends MetricRow['kind']> = {
  [Name in keyof Rows]: Rows[Name]['kind'] extends Kind ? Name : never;
}[keyof Rows];
type LabelsOf<Name extends keyof Rows> = Readonly<Record<Rows[Name]['labels'][number], string>>;

/** One series of a gauge. */
export interface Measured<Name extends NameOf<'gauge'>> {
  readonly labels: LabelsOf<Name>;
  readonly value: number;
}

export interface Metrics {
  readonly add: <Name extends NameOf<'counter'>>(name: Name, labels: LabelsOf<Name>, by?: number) => void;
  readonly set: <Name extends NameOf<'gauge'>>(name: Name, labels: LabelsOf<Name>, value: number) => void;
  /** These are all series of the gauge now: those of a zone or target that is gone go. */
  readonly setAll: <Name extends NameOf<'gauge'>>(name: Name, series: readonly Measured<Name>[]) => void;
  readonly observe: <Name extends NameOf<'histogram'>>(name: Name, labels: LabelsOf<Name>, seconds: number) => void;
  /** Called before each time that the metrics are read, for what changes by itself: ages. */
  readonly beforeRead: (refresh: () => void) => void;
  /** All of them as Prometheus reads them. */
  readonly text: () => Promise<{ readonly contentType: string; readonly body: string }>;
}

/** The metrics of one daemon, all at 0 or without a series yet. */
export const openMetrics = (version: string): Metrics => {
  const registry = new Registry();
  const made = new Map<string, Counter | Gauge | Histogram>(
    Object.entries<MetricRow>(metricRows).map(([name, row]) => [name, metricOf(registry, name, row)]),
  );
  const found = <Wanted extends Counter | Gauge | Histogram>(
    name: string,
    isWanted: (metric: unknown) => metric is Wanted,
  ): Wanted => {
    const metric = made.get(name);
    if (!isWanted(metric)) throw new Error(`${name} is no such metric`);
    return metric;
  };
  const refreshers: (() => void)[] = [];
  const set: Metrics['set'] = (name, labels, value) => found(name, isGauge).set(labels, value);
  set('build_info', { version }, 1);
  return {
    set,
    add: (name, labels, by = 1) => found(name, isCounter).inc(labels, by),
    setAll: (name, series) => {
      const gauge = found(name, isGauge);
      gauge.reset();
      for (const { labels, value } of series) gauge.set(labels, value);
    },
    observe: (name, labels, seconds) => found(name, isHistogram).observe(labels, seconds),
    beforeRead: (refresh) => {
      refreshers.push(refresh);
    },
    text: async () => {
      for (const refresh of refreshers) refresh();
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
};

const isCounter = (metric: unknown): metric is Counter => metric instanceof Counter;
const isGauge = (metric: unknown): metric is Gauge => metric instanceof Gauge;
const isHistogram = (metric: unknown): metric is Histogram => metric instanceof Histogram;

const metricOf = (registry: Registry, name: string, { buckets, help, kind, labels }: MetricRow) => {
  const definition = { name: `hostmaster_${name}`, help, labelNames: [...labels], registers: [registry] };
  if (kind === 'histogram') return new Histogram({ ...definition, ...(buckets ? { buckets: [...buckets] } : {}) });
  return kind === 'counter' ? new Counter(definition) : new Gauge(definition);
};
