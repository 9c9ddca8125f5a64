import type { Driver } from './driver.ts';
import type { OpenFeed } from './event-feed.ts';
import type { Log } from './log.ts';
import type { SuspensionsOptions } from './open-suspensions.ts';
import { scopeInWords } from './operator-actions.ts';

interface Heard {
  readonly driver: Pick<Driver, 'ask'>;
  readonly events: Pick<OpenFeed, 'tell'>;
  readonly log: Log;
}

/** Says what was suspended or resumed, and asks for a pass: what is suspended is still planned and counted. */
export const sayingSuspensions = ({
  driver,
  events,
  log,
}: Heard): Pick<SuspensionsOptions, 'onSuspended' | 'onResumed'> => ({
  onSuspended: (made) => {
    const message = `${made.by} suspended ${scopeInWords(made)}: ${made.reason}`;
    log('warn', message);
    events.tell({ kind: 'suspended', message });
    driver.ask({ cause: 'manual', by: made.by });
  },
  onResumed: (by) => {
    const message = by === null ? 'a suspension is over' : `${by} resumed what was suspended`;
    log('info', message);
    events.tell({ kind: 'resumed', message });
    driver.ask({ cause: 'manual', by });
  },
});
