import type { WindowDefinition } from '../../model/daemon-settings.ts';
import { compileGlob, globProblem } from '../../model/glob.ts';
import { withoutFinalDot } from '../../model/name.ts';
import { quoted } from '../../model/phrases.ts';
import { checkOf } from '../../validation/index.ts';
import { type WindowEntry, windowSchema } from '../schema/windows.ts';
import type { Path } from '../yaml/config-document.ts';
import { boundedDuration } from './bounded-duration.ts';
import { type Config, checkAt, reportAt, reportAtKey } from './config.ts';

/** Reads `windows:`; one that cannot be used is a problem, and does not count. `zones` are the configured ones, canonical. */
export const readWindows = async (config: Config, zones: readonly string[]): Promise<readonly WindowDefinition[]> => {
  const value = config.top.windows;
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    const message = '"windows" must be a list, with entries like "{kind: deny, schedule: 0 17 * * FRI, duration: 63h}"';
    reportAtKey(config, 'config-syntax', message, ['windows']);
    return [];
  }
  const schedules = await import('../../windows/schedule.ts');
  const check = checkOf(windowSchema);
  return value.flatMap((each: unknown, i): readonly WindowDefinition[] => {
    const path = ['windows', i];
    const before = config.problems.length;
    const entry = checkAt(config, check, each, path);
    if (entry === null) return [];
    const timeZone = entry.time_zone ?? 'UTC';
    checkTime(config, entry, timeZone, schedules, path);
    const bounds = { least: '1m', most: '8784h' };
    const duration = boundedDuration(config, entry.duration, [...path, 'duration'], bounds) ?? 0;
    const globs = readZones(config, entry, path);
    if (config.problems.length > before) return [];
    warnOfZones(config, globs ?? [], zones, path);
    const at = { file: config.file, ...config.text.positionOf(path) };
    return [{ kind: entry.kind, schedule: entry.schedule, duration, timeZone, zones: globs, at }];
  });
};

const checkTime = (
  config: Config,
  { schedule }: WindowEntry,
  timeZone: string,
  { compileSchedule, isTimeZone, neverBegins, scheduleFault }: typeof import('../../windows/schedule.ts'),
  path: Path,
): void => {
  const where = path.join('.');
  const isKnown = isTimeZone(timeZone);
  if (!isKnown) {
    const message = `${where}: "time_zone" must be an IANA name like Europe/London, not ${quoted(timeZone)}`;
    reportAt(config, 'config-syntax', message, [...path, 'time_zone']);
  }
  const fault = scheduleFault(schedule);
  if (fault !== null) {
    reportAt(config, 'config-syntax', `${where}: "schedule" ${quoted(schedule)}: ${fault}`, [...path, 'schedule']);
  } else if (isKnown && neverBegins(compileSchedule(schedule, timeZone))) {
    const message = `${where}: "schedule" ${quoted(schedule)} names a day that no year has; correct it, or take the window out`;
    reportAt(config, 'window-never', message, [...path, 'schedule']);
  }
};

/** Globs without a final dot. */
const readZones = (config: Config, { zones }: WindowEntry, path: Path): readonly string[] | null =>
  zones?.map((text, i) => {
    const glob = withoutFinalDot(text);
    const fault = glob === '' ? 'it is the root' : globProblem(glob);
    if (fault !== null) {
      const message = `${path.join('.')}: zones: ${quoted(text)} matches nothing: ${fault.split(';')[0]}`;
      reportAt(config, 'config-syntax', message, [...path, 'zones', i]);
    }
    return glob;
  }) ?? null;

const warnOfZones = (config: Config, globs: readonly string[], zones: readonly string[], path: Path): void => {
  const names = zones.map(withoutFinalDot);
  globs.forEach((glob, i) => {
    if (names.some(compileGlob(glob))) return;
    const message = `${path.join('.')}: zones: ${quoted(glob)} is none of the configured zones; the window does nothing for it`;
    reportAt(config, 'window-zone', message, [...path, 'zones', i]);
  });
};
