import type { WindowDefinition } from '../model/daemon-settings.ts';
import { compileSchedule, type Schedule } from './schedule.ts';

// One window over time. It is open from each start for its duration, the end not included; starts that come while it is open
// keep it open, also where there is one at the very moment of its end.

/** A window as it is at a moment. */
export interface WindowNow {
  readonly definition: WindowDefinition;
  readonly isOpen: boolean;
  /** Until when it is as it is: nothing of it changes before. null: for good. */
  readonly until: number | null;
  /** False: at `until` it is still as it is, and has to be looked at again. */
  readonly changes: boolean;
}

export interface CompiledWindow {
  readonly definition: WindowDefinition;
  readonly schedule: Schedule;
}

export const compileWindow = (definition: WindowDefinition): CompiledWindow => ({
  definition,
  schedule: compileSchedule(definition.schedule, definition.timeZone),
});

export const windowAt = ({ definition, schedule }: CompiledWindow, moment: number): WindowNow => {
  const end = endAt(schedule, definition.duration, moment);
  if (end === null) return { definition, isOpen: false, until: schedule.startAfter(moment), changes: true };
  return { definition, isOpen: true, ...lastEnd(schedule, definition.duration, end) };
};

/** When what is open at a moment ends, as far as the first of the starts before says; null: it is not open. */
const endAt = ({ startAfter }: Schedule, duration: number, moment: number): number | null => {
  const start = startAfter(moment - duration);
  return start === null || start > moment ? null : start + duration;
};

/** So many ends in a row are looked at; a daily window is so known for four months ahead. */
const mostEnds = 120;

const lastEnd = (schedule: Schedule, duration: number, first: number): Pick<WindowNow, 'until' | 'changes'> => {
  let end = first;
  for (let i = 0; i < mostEnds; i += 1) {
    const next = endAt(schedule, duration, end);
    if (next === null) return { until: end, changes: true };
    end = next;
  }
  return { until: end, changes: false };
};
