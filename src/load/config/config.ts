import { basename, dirname, resolve } from 'node:path';
import type { OperatorsFile } from '../../model/daemon-settings.ts';
import { isOfGit } from '../../model/dot-names.ts';
import { parseDuration } from '../../model/duration.ts';
import { HostmasterError } from '../../model/errors.ts';
import { parseAbsolute } from '../../model/name.ts';
import { quoted } from '../../model/phrases.ts';
import { type Problem, problemAt } from '../../model/problem.ts';
import { type Check, checkOf, type Fault, isMapping, unknownKey } from '../../validation/index.ts';
import { type LoadRuleId, loadSeverity } from '../load-rules.ts';
import { realPath } from '../pull-request/work-tree.ts';
import { readTextFile } from '../repository-files.ts';
import { topSchemas } from '../schema/hostmaster.ts';
import { sizeLimits } from '../size-limits.ts';
import { type ConfigDocument, type Path, parseConfig } from '../yaml/config-document.ts';

/** hostmaster.yaml (or labels.yaml, groups.yaml) as read, with the problems that are found in it. */
export interface Config {
  readonly folder: string;
  readonly file: string;
  /** May it name a file whose code runs, or one that is read as a secret? */
  readonly trusted: boolean;
  readonly text: ConfigDocument;
  readonly top: Readonly<Record<string, unknown>>;
  readonly problems: Problem[];
}

/**
 * Reads hostmaster.yaml, or the file of --targets-from, which problems show as `file`. Throws CONFIG where it cannot be
 * read or parsed at all.
 */
export const readConfig = async (
  from: string | OperatorsFile,
  trusted: boolean,
  file = basename(pathOf(from)),
): Promise<Config> => {
  const text = parseConfig(file, typeof from === 'string' ? readConfigText(from) : from.text);
  if (!isMapping(text.value)) {
    const what = text.value === null ? 'is empty' : 'must be a mapping';
    throw new HostmasterError('CONFIG', `${file}:1:1: ${file} ${what}; it needs "targets:" and "zones:"`);
  }
  const config: Config = {
    folder: dirname(resolve(pathOf(from))),
    file,
    trusted,
    text,
    top: text.value,
    problems: [],
  };
  for (const { key, at } of text.duplicates) {
    const message = `${quoted(key)} is there twice in this mapping; keep one of the two`;
    config.problems.push(problemAt('duplicate-key', 'error', message, { file, ...at }));
  }
  return config;
};

export const pathOf = (from: string | OperatorsFile): string => (typeof from === 'string' ? from : from.path);

/** Throws CONFIG. */
export const readConfigText = (path: string): string => {
  const absolute = resolve(path);
  if (isOfGit(realPath(absolute))) {
    throw new HostmasterError('CONFIG', `${path} is one of Git's own files, or leads to one; name another`);
  }
  const read = readTextFile(absolute, sizeLimits.configBytes);
  if (read.status === 'missing') {
    throw new HostmasterError('CONFIG', `there is no ${path}; name it with --config, or run "hostmaster init"`);
  }
  if (read.status === 'refused') throw new HostmasterError('CONFIG', `${path} cannot be used: ${read.message}`);
  return read.text;
};

/** The hostmaster.yaml in the folder where the command runs is trusted, like the file of --targets-from. */
export const isLocalDefault = (path: string): boolean => resolve(path) === resolve('hostmaster.yaml');

/** Reports at the value of `path`. */
export const reportAt = (config: Config, rule: LoadRuleId, message: string, path: Path): void => {
  const at = { file: config.file, ...config.text.positionOf(path) };
  config.problems.push({ ...problemAt(rule, loadSeverity(rule), message, at), ...zoneOf(path) });
};

/** Reports at the key that ends `path`. */
export const reportAtKey = (config: Config, rule: LoadRuleId, message: string, path: Path): void => {
  const at = { file: config.file, ...config.text.positionOfKey(path) };
  config.problems.push({ ...problemAt(rule, loadSeverity(rule), message, at), ...zoneOf(path) });
};

/** The zone whose settings they are. */
const zoneOf = ([top, key]: Path): { readonly zone?: string } =>
  top !== 'zones' || typeof key !== 'string' || key === '*' ? {} : { zone: canonicalZone(key) };

/** A zone's name as `--zone` has it, in canonical form; text that is not a name stays as it is. */
export const canonicalZone = (text: string): string => {
  try {
    return parseAbsolute(text);
  } catch {
    return text;
  }
};

export const reportFaults = (config: Config, faults: readonly Fault[], base: Path): void => {
  for (const { path, atKey, message } of faults) {
    const where = [...base, ...path];
    const prefix = base.length === 0 ? '' : `${base.join('.')}: `;
    (atKey ? reportAtKey : reportAt)(config, 'config-syntax', `${prefix}${message}`, where);
  }
};

/** What to do where a configuration may not name a file. */
export const howToTrust = ({ file }: Config): string =>
  `if you trust ${file}, name it with --targets-from, or run hostmaster in its folder`;

/** The checked value at `path`, or null after its problems. */
export const checkAt = <T>(config: Config, check: Check<T>, value: unknown, path: Path): T | null => {
  const checked = check(value);
  if (checked.ok) return checked.value;
  reportFaults(config, checked.faults, path);
  return null;
};

/**
 * Checks which keys hostmaster.yaml has. False: something that concerns every zone cannot be read,
 * so that nothing may be deleted anywhere.
 */
export const checkTop = (config: Config): boolean => {
  const known = Object.keys(topSchemas);
  const unknown = Object.keys(config.top).filter((key) => !known.includes(key));
  for (const key of unknown) reportAtKey(config, 'config-syntax', unknownKey(key, known), [key]);
  return unknown.length === 0 && config.text.duplicates.length === 0;
};

/** The absolute path of the state file. */
export const statePath = (config: Config): string => {
  const fallback = resolve(config.folder, '.hostmaster/state.sqlite');
  const value = config.top.state;
  if (value === undefined) return fallback;
  const state = checkAt(config, checkOf(topSchemas.state), value, ['state']);
  // Never shown: the URL of a database may have a password in it.
  const isUrl = typeof state === 'string' && /^[a-z][a-z0-9+.-]*:\/\//i.test(state);
  if (typeof state === 'string' && !isUrl) return resolve(config.folder, state);
  if (state !== null) {
    reportAt(
      config,
      'not-yet',
      'PostgreSQL is not supported yet; write the path of a file. Until then .hostmaster/state.sqlite is used',
      ['state'],
    );
  }
  return fallback;
};

const defaultStopWithin = 60_000;

/** Milliseconds. */
export const stopWithin = (config: Config): number => {
  const value = config.top.stop_within;
  if (value === undefined) return defaultStopWithin;
  return (
    parseDuration(checkAt(config, checkOf(topSchemas.stop_within), value, ['stop_within']) ?? '') ?? defaultStopWithin
  );
};

/** The entries of a mapping at the top; a problem where it is something else. */
export const entriesAt = (config: Config, key: 'targets' | 'zones'): readonly (readonly [string, unknown])[] => {
  const value = config.top[key];
  if (isMapping(value)) return Object.entries(value);
  const example = key === 'targets' ? 'pdns: {provider: powerdns, …}' : 'example.com: {targets: [pdns]}';
  if (value === undefined) {
    reportAtKey(config, 'config-syntax', `"${key}" is missing; add it, with an entry like "${example}"`, []);
  } else reportAtKey(config, 'config-syntax', `"${key}" must be a mapping, with entries like "${example}"`, [key]);
  return [];
};
