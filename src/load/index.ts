import type { Definitions } from '../model/definitions.ts';
import { sortProblems } from '../model/problem.ts';
import type { DesiredZone } from '../model/zone.ts';
import { asRecord } from './check.ts';
import { checkTop, readConfig, statePath } from './config.ts';
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
  /** Only these zones are read. Default is all. */
  readonly zones?: readonly string[];
  /** The providers by name. Without them, a target's provider and its keys are not checked. */
  readonly providers?: Providers;
}

/**
 * Reads the repository. What is wrong with it is a problem with file, line and column, and the rest is read all the same;
 * HostmasterError CONFIG is thrown only where hostmaster.yaml itself cannot be read or parsed.
 */
export const load = async ({ config: path, zones: only, providers }: LoadOptions): Promise<Definitions> => {
  const config = await readConfig(path);
  const targets = readTargets(config, providers);
  const guards = readGuards(config);
  // A guard that cannot be read must not be a guard that is off: then nothing is deleted or replaced anywhere.
  const sound = checkTop(config) && guards !== null && config.text.duplicates.length === 0;
  const shared: Shared = {
    guards: guards ?? defaultGuards,
    targets: new Set(targets.map(({ name }) => name)),
    named: new Set(Object.keys(asRecord(config.top.targets))),
  };
  const state = statePath(config);
  const entries = await zoneEntries(config, shared);
  const wanted = only === undefined ? null : new Set(only.map(canonicalZone));
  const zones: DesiredZone[] = [];
  for (const entry of entries) {
    if (wanted !== null && !wanted.has(entry.name)) continue;
    const zone = await readZoneEntry(config, entry);
    if (zone !== null) zones.push(sound ? zone : { ...zone, complete: false });
  }
  return {
    folder: config.folder,
    file: config.file,
    state,
    targets,
    zones,
    zoneNames: [...new Set(entries.map(({ name }) => name))],
    problems: sortProblems(config.problems),
  };
};
