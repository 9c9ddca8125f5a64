import { parseDuration } from '../../model/duration.ts';
import type { Path } from '../yaml/config-document.ts';
import { type Config, reportAt } from './config.ts';

/** The shortest and the longest time that a key takes, as a person writes them. */
export interface DurationBounds {
  readonly least: string;
  readonly most: string;
}

/** Milliseconds of the time at `path`; null where there is none, and after a problem: it is no time, or out of bounds. */
export const boundedDuration = (config: Config, value: unknown, path: Path, bounds: DurationBounds): number | null => {
  const length = typeof value === 'string' ? parseDuration(value) : null;
  // What is no time at all is the schema's to report.
  if (length === null) return null;
  const isWithin = length >= (parseDuration(bounds.least) ?? 0) && length <= (parseDuration(bounds.most) ?? 0);
  if (isWithin) return length;
  const where = path.slice(0, -1).join('.');
  const message = `${where}: "${path.at(-1)}" must be from ${bounds.least} to ${bounds.most}`;
  reportAt(config, 'config-syntax', message, path);
  return null;
};

/** Of `guards.window`: what is older is another day's work, and no slice of the same change. */
export const guardWindow: DurationBounds = { least: '0s', most: '24h' };
