import { Cron } from 'croner';
import { messageOf } from '../model/errors.ts';

/** When a window begins, over and over. */
export interface Schedule {
  /** The first start after a moment, both in milliseconds since 1970; null: there is none any more. */
  readonly startAfter: (moment: number) => number | null;
}

/**
 * Compiles the five fields of cron, read by the clock of a time zone. A start that the change to summer time leaves out is at
 * the first moment after it, and one that comes twice counts once; hours and minutes with `*` or a step mean the time that
 * passes, so that they begin as often as that time is. Throws what scheduleFault says.
 */
export const compileSchedule = (text: string, timeZone: string): Schedule => {
  // No function is given, so that no timer is started.
  const cron = new Cron(text, { mode: '5-part', timezone: timeZone, fixedTimeRule: 'no-wildcard' });
  return { startAfter: (moment) => cron.nextRun(new Date(moment))?.getTime() ?? null };
};

/** What keeps a text from being a schedule; null: nothing. */
export const scheduleFault = (text: string): string | null => {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5)
    return 'it must be the five fields of cron, like "0 22 * * FRI": minute, hour, day, month, day of the week';
  // Croner's own: the time at which it is read.
  if (text.includes('?')) return 'it has a "?", which is no time; write "*"';
  try {
    compileSchedule(text, 'UTC');
    return null;
  } catch (error) {
    return messageOf(error).replace(/^CronPattern: /, '');
  }
};

/** Is it the name of a time zone, and no offset? */
export const isTimeZone = (name: string): boolean => {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/** It has no year, so that one moment is as good as any other; no clock is read. */
const anyMoment = Date.UTC(2000, 0, 1);

/** Does it name a day that no year has? */
export const neverBegins = ({ startAfter }: Schedule): boolean => startAfter(anyMoment) === null;
