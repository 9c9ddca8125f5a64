import { count, listed } from '../model/phrases.ts';
import type { ChangedAddress, CheckerReport } from './checker/checker.ts';
import { checkerThread } from './checker/link.ts';
import type { Driver } from './driver.ts';
import type { PassThread } from './engine/link.ts';
import type { Told } from './engine/messages.ts';
import type { OpenFeed } from './event-feed.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

// The health checker in the daemon: a pass says what to look at, what is found goes into the state, and what changed makes a pass.

export interface DaemonHealth {
  readonly watch: (message: Extract<Told, { type: 'watched' }>) => void;
  readonly figures: () => HealthFigures;
  readonly close: () => Promise<void>;
}

export interface HealthFigures {
  /** Probes, and how many of them found their address down. */
  readonly watched: number;
  readonly down: number;
  /** Over half fails at once, or nothing answers: nothing is believed. */
  readonly isMassFailure: boolean;
}

/** Sets the metrics of health checks each time that they are read. */
export const measureHealth = ({ figures }: Pick<DaemonHealth, 'figures'>, metrics: Metrics): void =>
  metrics.beforeRead(() => {
    const { down, isMassFailure, watched } = figures();
    metrics.set('health_checks', { state: 'up' }, watched - down);
    metrics.set('health_checks', { state: 'down' }, down);
    metrics.set('health_mass_failure', {}, Number(isMassFailure));
  });

export interface HealthWorld {
  /** The file that calls `runCheckerThread`. */
  readonly program: URL;
  readonly thread: Pick<PassThread, 'keepHealth'>;
  readonly ask: Driver['ask'];
  readonly events: Pick<OpenFeed, 'tell'>;
  readonly log: Log;
}

export const daemonHealth = ({ ask, events, log, program, thread }: HealthWorld): DaemonHealth => {
  let figures: HealthFigures = { watched: 0, down: 0, isMassFailure: false };
  const say = (level: 'info' | 'warn' | 'error', message: string, isAlert = false): void => {
    const code = isAlert ? ({ code: 'MASS_FAILURE' } as const) : {};
    log(level, message, code);
    events.tell({ kind: 'health', message, ...code });
  };
  const checker = checkerThread({
    program,
    onDied: (why) => log('error', `the thread of the health checker ended, and is begun again: ${why}`),
    onReport: (report) => {
      const { down, fell, massFailure, massFailureEnded, rose, watched } = report;
      const isMassFailure = massFailure !== null || (figures.isMassFailure && !massFailureEnded);
      figures = { watched, down, isMassFailure };
      thread.keepHealth(report.keep);
      if (fell.length > 0) say('warn', changeInWords(fell, 'down'));
      if (rose.length > 0) say('info', changeInWords(rose, 'up'));
      if (massFailure !== null) say('error', massFailureInWords(massFailure), true);
      if (massFailureEnded) say('info', 'health checks are believed again, and failures are counted anew', true);
      if (fell.length + rose.length > 0) ask({ cause: 'health' });
    },
  });
  return {
    watch: ({ kept, watched }) => checker.watch(watched, kept),
    figures: () => figures,
    close: checker.close,
  };
};

const mostNamed = 5;

const changeInWords = (changed: readonly ChangedAddress[], verdict: 'up' | 'down'): string => {
  const named = changed
    .slice(0, mostNamed)
    .map(({ address, rrsets }) => `${address} (${rrsets.slice(0, 3).join(', ')})`);
  const more = changed.length > mostNamed ? [count(changed.length - mostNamed, 'more', 'more')] : [];
  return `${verdict} by its health check: ${listed([...named, ...more])}`;
};

const massFailureInWords = ({ failing, of }: NonNullable<CheckerReport['massFailure']>): string =>
  `${failing} of ${count(of, 'checked address', 'checked addresses')} fail at once: none of it is believed, and names stay as they are. See whether this machine's own network works`;
