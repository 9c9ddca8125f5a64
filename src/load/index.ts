import type { Definitions } from '../model/definitions.ts';
import { sortProblems } from '../model/problem.ts';
import type { DesiredZone } from '../model/zone.ts';
import { asRecord } from './check.ts';
import { type Config, checkTop, readConfig, statePath } from './config.ts';
import { defaultGuards, readGuards, type Shared } from './settings.ts';
import { type Providers, readTargets } from './targets.ts';
import { canonicalZone, readZoneEntry, zoneEntries } from './zones.ts';

export { limits } from './limits.ts';
export { type LoadRule, type LoadRuleId, loadRules } from './rules.ts';
export { resolveSecrets } from './secrets.ts';
export type { ProviderKeys, Providers } from './targets.ts';

export interface LoadOptions {
  /** The path of hostmaster.yaml. */
  readonly config: string;
  /** The file that targets and state are taken from. Default is hostmaster.yaml itself. */
  readonly targetsFrom?: string;
  /** Only these zones are read. Default is all. */
  readonly zones?: readonly string[];
  /** Another file that targets and state are taken from: what is under review cannot redirect a key then. */
  readonly targetsFrom?: string;
  /** `config`: no zone file is read, and the zones are empty. Default is `all`. */
  readonly only?: 'config' | 'all';
  /** The providers by name. Without them, a target's provider and its keys are not checked. */
  readonly providers?: Providers;
  /** `config`: no zone file is read; the zones have their settings, and nothing else. Default is all of the repository. */
  readonly only?: 'config';
}

/**
 * Reads the repository. What is wrong with it is a problem with file, line and column, and the rest is read all the same;
 * HostmasterError CONFIG is thrown only where hostmaster.yaml itself cannot be read or parsed.
 */
export const load = async (options: LoadOptions): Promise<Definitions> => {
  const config = await readConfig(options.config);
  const rim = options.targetsFrom === undefined ? config : await readConfig(options.targetsFrom);
  const targets = readTargets(rim, options.providers);
  const guards = readGuards(config);
  // A guard that cannot be read must not be a guard that is off: then nothing is deleted or replaced anywhere.
  const sound = checkTop(config) && guards !== null && config.text.duplicates.length === 0;
  const shared: Shared = {
    guards: guards ?? defaultGuards,
    targets: new Set(targets.map(({ name }) => name)),
    named: new Set(Object.keys(asRecord(rim.top.targets))),
  };
  const state = statePath(rim);
  const entries = await zoneEntries(config, shared);
  const zones = await readZones(config, entries, options);
  const problems = rim === config ? config.problems : [...config.problems, ...rim.problems];
  return {
    folder: config.folder,
    targetsFolder: rim.folder,
    file: config.file,
    state,
    targets,
    zones: sound ? zones : zones.map((zone) => ({ ...zone, complete: false })),
    zoneNames: [...new Set(entries.map(({ name }) => name))],
    problems: sortProblems(problems),
  };
};

const readZones = async (
  config: Config,
  entries: readonly ZoneEntry[],
  { zones: only, only: part }: LoadOptions,
): Promise<readonly DesiredZone[]> => {
  const wanted = only === undefined ? null : new Set(only.map(canonicalZone));
  const zones: DesiredZone[] = [];
  for (const entry of entries) {
    if (wanted !== null && !wanted.has(entry.name)) continue;
    const zone = part === 'config' ? withoutRecords(entry) : await readZoneEntry(config, entry);
    if (zone !== null) zones.push(zone);
  }
  return zones;
};

const withoutRecords = ({ name, source }: ZoneEntry): DesiredZone | null =>
  source === null
    ? null
    : { id: { name, view: null }, settings: source.settings, rrsets: [], quarantined: [], complete: false, files: [] };
