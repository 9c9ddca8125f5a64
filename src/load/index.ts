import { resolve } from 'node:path';
import type { OperatorsFile } from '../model/daemon-settings.ts';
import type { Definitions } from '../model/definitions.ts';
import { HostmasterError } from '../model/errors.ts';
import type { ExternalProviders, Providers } from '../model/external-providers.ts';
import type { InventoryTypes } from '../model/inventory-keys.ts';
import { sortProblems } from '../model/problem.ts';
import type { SecretRef } from '../model/secret.ts';
import type { DesiredZone } from '../model/zone.ts';
import { asRecord } from '../validation/index.ts';
import {
  type Config,
  canonicalZone,
  checkTop,
  isLocalDefault,
  pathOf,
  readConfig,
  statePath,
  stopWithin,
} from './config/config.ts';
import { readGrants } from './config/grants.ts';
import { readInventories } from './config/inventory.ts';
import { readOperatorKeys, refuseOperatorKeys } from './config/operator-keys.ts';
import { readRegistration } from './config/registration.ts';
import { readTargets, withoutState } from './config/targets.ts';
import { readWindows } from './config/windows.ts';
import { defaultTop, readGuards, type TopGuards, type ZoneSettingsContext } from './config/zone-settings.ts';
import {
  type ConfiguredZone,
  configuredZones,
  readConfiguredZone,
  skipWithoutSource,
  zoneWithoutContent,
} from './configured-zones.ts';
import { limitsOf, pullRequestRun } from './pull-request/limits.ts';
import { leadsAway, realPath } from './pull-request/work-tree.ts';
import type { FileReader } from './read-zone.ts';
import { repositoryReader } from './repository-files.ts';
import { type RolesConfig, readRoles, rolesOfConfig } from './roles/index.ts';
import { reachOf } from './roles/writable-zones.ts';

export { type ConfigCommit, configCommit } from './config-commit.ts';
export { type DaemonDefinitions, type LoadDaemonOptions, loadDaemon } from './daemon.ts';
export { type DaemonSecrets, resolveDaemonSecrets } from './daemon-secrets.ts';
export { type LoadRuleId, loadRules } from './load-rules.ts';
export { resolveSecret, resolveSecrets } from './resolve-secrets.ts';
export { sizeLimits } from './size-limits.ts';

export interface LoadOptions {
  /** The path of hostmaster.yaml. */
  readonly config: string;
  /** Another file that targets, inventories and state are taken from: what is under review cannot redirect a key then. */
  readonly targetsFrom?: string | OperatorsFile;
  /** Only these zones are read. Default is all. */
  readonly zones?: readonly string[];
  /** `config`: no zone file is read; the zones have their settings, and nothing else. Default is `all`. */
  readonly only?: 'config' | 'all';
  /** The providers by name. Without them, a target's provider and its keys are not checked. */
  readonly providers?: Providers;
  /** Finds providers in packages and files. Default is none. */
  readonly external?: ExternalProviders;
  /** The kinds of inventory by name. Default is none: an inventory is of an unknown type then, which is a problem. */
  readonly inventories?: InventoryTypes;
}

/**
 * Reads the repository. What is wrong with it is a problem with file, line and column, and the rest is read all the same;
 * HostmasterError CONFIG is thrown only where hostmaster.yaml itself cannot be read or parsed.
 */
export const load = async (options: LoadOptions): Promise<Definitions> => {
  const from = options.targetsFrom;
  const targetsFrom = from === undefined ? undefined : pathOf(from);
  const run = pullRequestRun(options.config, targetsFrom, process.env);
  if (run !== null && leadsAway(options.config, process.env)) {
    const message = `${options.config} is a symlink that leads out of its work tree, or to a hidden file, which is not followed in a run for a pull request (${run.event})`;
    throw new HostmasterError('CONFIG', message);
  }
  const config = await readConfig(options.config, isLocalDefault(options.config));
  const source = from === undefined ? config : await readConfig(from, true, targetsFrom);
  const state = statePath(source);
  const sources = run === null ? options : { ...options, withoutCode: run.event };
  const targets = withoutState(source, await readTargets(source, sources), state);
  const guards = readGuards(config);
  // A guard that cannot be read must not be a guard that is off: then nothing is deleted or replaced anywhere.
  const sound = checkTop(config) && guards !== null;
  const operator = readOperatorKeys(source, source !== config, state);
  if (source !== config) {
    checkTop(source);
    refuseOperatorKeys(config, source);
  }
  const context: ZoneSettingsContext = {
    guards: (guards ?? defaultTop).zones,
    usableTargets: new Set(targets.map(({ name }) => name)),
    namedTargets: new Set(Object.keys(asRecord(source.top.targets))),
  };
  const entries = await configuredZones(config, context);
  const rolesFrom = readRolesConfig(config, source, options.inventories ?? {}, entries, guards ?? defaultTop);
  const secrets = secretFilesOf(source.folder, [...targets, ...rolesFrom.inventories.inventories, operator]);
  const filesRead = new Set([resolve(config.folder, config.file)]);
  const readFile = recordingReader(repositoryReader(config.folder, secrets), config.folder, filesRead);
  const roles = options.only === 'config' ? rolesOfConfig(rolesFrom) : readRoles(config, readFile, rolesFrom);
  const zones = await readZones(config, readFile, skipWithoutSource(config, entries, reachOf(rolesFrom)), options);
  const problems = source === config ? config.problems : [...config.problems, ...source.problems];
  return {
    folder: config.folder,
    targetsFolder: source.folder,
    file: config.file,
    state,
    stopWithin: stopWithin(config),
    targets,
    zones: sound ? zones : zones.map((zone) => ({ ...zone, complete: false })),
    zoneNames: [...new Set(entries.map(({ name }) => name))],
    roles,
    windows: await readWindows(
      config,
      entries.map(({ name }) => name),
    ),
    filesRead: [...filesRead],
    pullRequest: run === null ? null : limitsOf(run, source, state, options),
    problems: sortProblems(problems),
  };
};

const recordingReader =
  (read: FileReader, folder: string, filesRead: Set<string>): FileReader =>
  (path, maxBytes) => {
    const found = read(path, maxBytes);
    if (found.status !== 'missing') filesRead.add(resolve(folder, path));
    return found;
  };

/** Like targets and state, inventories come from `source`: what is under review cannot redirect a key then. */
const readRolesConfig = (
  config: Config,
  source: Config,
  types: InventoryTypes,
  entries: readonly ConfiguredZone[],
  guards: TopGuards,
): RolesConfig => {
  const zones = entries.flatMap((entry) => (entry.source === null ? [] : [entry.name]));
  return {
    inventories: readInventories(source, types),
    registration: readRegistration(config, zones),
    grants: readGrants(config),
    guards,
    zones,
  };
};

/** No message may show a line of one of these. */
const secretFilesOf = (
  folder: string,
  definitions: readonly { readonly secrets: Readonly<Record<string, SecretRef>> }[],
): ReadonlySet<string> =>
  new Set(
    definitions
      .flatMap(({ secrets }) => Object.values(secrets))
      .flatMap((ref) => ('file' in ref ? [realPath(resolve(folder, ref.file))] : [])),
  );

const readZones = async (
  config: Config,
  readFile: FileReader,
  entries: readonly ConfiguredZone[],
  { zones: names, only }: LoadOptions,
): Promise<readonly DesiredZone[]> => {
  const wanted = names === undefined ? null : new Set(names.map(canonicalZone));
  const zones: DesiredZone[] = [];
  for (const entry of entries) {
    if (wanted !== null && !wanted.has(entry.name)) continue;
    const zone = only === 'config' ? zoneWithoutContent(entry) : await readConfiguredZone(config, readFile, entry);
    if (zone !== null) zones.push(zone);
  }
  return zones;
};
