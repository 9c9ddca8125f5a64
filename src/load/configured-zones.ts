import { SyntaxProblem } from '../model/errors.ts';
import { parseAbsolute } from '../model/name.ts';
import { quoted } from '../model/phrases.ts';
import { problemAt } from '../model/problem.ts';
import type { DesiredZone, ZoneSettings } from '../model/zone.ts';
import { asRecord } from '../validation/index.ts';
import { type Config, entriesAt, reportAt, reportAtKey } from './config/config.ts';
import { settingsReader, settingsWithoutTargets, type ZoneSettingsContext } from './config/zone-settings.ts';
import { type ZoneFileFinder, type ZoneSources, zoneFileFinder } from './find-zone-files.ts';
import { type LoadRuleId, loadSeverity, syntaxRule } from './load-rules.ts';
import { type FileReader, readZone } from './read-zone.ts';
import { type ReservedZones, reservedZones } from './reserved-zones.ts';
import type { CanWrite } from './roles/writable-zones.ts';
import type { Path } from './yaml/config-document.ts';

/** A zone that hostmaster.yaml names, or that "*" found. */
export interface ConfiguredZone {
  /** Canonical. */
  readonly name: string;
  readonly path: Path;
  /** null: the zone is left alone, and the problem that says why is there. `files` null: the zone has no file. */
  readonly source: { readonly settings: ZoneSettings; readonly files: ZoneSources | null } | null;
}

const everyOther = '*';
const defaultFolder = 'zones';

/** The zones in the order of hostmaster.yaml, those of "*" last. Their files are found, and not yet read. */
export const configuredZones = async (
  config: Config,
  context: ZoneSettingsContext,
): Promise<readonly ConfiguredZone[]> => {
  const finder = zoneFileFinder(config.folder);
  const readSettings = settingsReader(config, context);
  const reserved = reservedZones(config.folder);
  const entries = new Map<string, ConfiguredZone>();
  let other: unknown;
  for (const [key, value] of entriesAt(config, 'zones')) {
    const path = ['zones', key];
    if (key === everyOther) {
      other = value;
      continue;
    }
    const parsed = parseKey(config, key);
    if (parsed === null) {
      reserved.add(key, null, staticOf(config, path));
      continue;
    }
    if (entries.has(parsed.name)) {
      const first = String(entries.get(parsed.name)?.path.at(-1));
      reportAtKey(
        config,
        'duplicate-zone',
        `${quoted(key)} and ${quoted(first)} are the same zone; keep one of them`,
        path,
      );
      reserved.add(key, parsed.name, staticOf(config, path));
      continue;
    }
    const usable = readSettings(key, value);
    if (usable === null || parsed.view !== null) reserved.add(key, parsed.base, staticOf(config, path));
    const settings = usable ?? settingsWithoutTargets(context, asRecord(value));
    const source = parsed.view === null ? await sourceOf(config, finder, parsed.name, path, settings) : null;
    entries.set(parsed.name, { name: parsed.name, path, source });
  }
  if (other !== undefined) {
    const settings = readSettings(everyOther, other) ?? settingsWithoutTargets(context, asRecord(other));
    for (const entry of await remainingZones(config, finder, settings, entries, reserved)) {
      entries.set(entry.name, entry);
    }
  }
  return [...entries.values()];
};

/** Leaves alone, with a warning, a zone that has no file and that the inventory cannot write either. */
export const skipWithoutSource = (
  config: Config,
  entries: readonly ConfiguredZone[],
  canWrite: CanWrite,
): readonly ConfiguredZone[] =>
  entries.map((entry) => {
    const { name, path, source } = entry;
    if (source === null || source.files !== null || canWrite(name, source.settings.covers)) return entry;
    const message = `${name} has no zone file (static: none), and no registration or grant reaches it; it is left alone`;
    reportAt(config, 'no-source', message, [...path, 'static']);
    return { ...entry, source: null };
  });

/** Reads a zone's files; null: it is left alone. */
export const readConfiguredZone = async (
  config: Config,
  readFile: FileReader,
  { name, path, source }: ConfiguredZone,
): Promise<DesiredZone | null> => {
  if (source === null) return null;
  if (source.files === null) return { ...emptyZone(name, source.settings), complete: true };
  if (source.files.status === 'fault') {
    const { rule, message } = source.files.fault;
    report(config, rule, `${message}; until then the zone is left alone`, path);
    return null;
  }
  const { settings, files } = source;
  const read = await readZone(readFile, { name, settings, format: files.format, files: files.files });
  if ('missing' in read) {
    const message = `there is no ${read.missing}; make it, or change "static:"; until then ${name} is left alone`;
    report(config, 'file-missing', message, path);
    return null;
  }
  for (const { name: at, ...problem } of read.problems) {
    config.problems.push({ ...problem, zone: name, ...(at === undefined ? {} : { name: at }) });
  }
  return read.zone;
};

/** A zone with its settings, without what its files say. */
export const zoneWithoutContent = ({ name, source }: ConfiguredZone): DesiredZone | null =>
  source === null ? null : { ...emptyZone(name, source.settings), complete: true };

const emptyZone = (name: string, settings: ZoneSettings): DesiredZone => ({
  id: { name, view: null },
  settings,
  rrsets: [],
  quarantined: [],
  complete: false,
  files: [],
});

/** A key of `zones:`; `name` tells it from all others, `base` is the zone's without its view. */
interface ZoneKey {
  readonly name: string;
  readonly base: string;
  readonly view: string | null;
}

const parseKey = (config: Config, key: string): ZoneKey | null => {
  const [, beforeView, view = null] = /^(.*[^\\])@([A-Za-z0-9_-]+)$/.exec(key) ?? [];
  try {
    if (/(?:^|[^\\])\s/.test(key)) throw new SyntaxProblem(`the name ${quoted(key)} has a space in it`, 'name-syntax');
    const name = parseAbsolute(beforeView ?? key);
    if (view === null) return { name, base: name, view };
    const message = `views are not supported yet; ${quoted(key)} is left alone`;
    reportAtKey(config, 'not-yet', message, ['zones', key]);
    return { name: `${name}@${view}`, base: name, view };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    reportAtKey(config, syntaxRule(error.rule), `zones: ${error.message}`, ['zones', key]);
    return null;
  }
};

const sourceOf = async (
  config: Config,
  finder: ZoneFileFinder,
  name: string,
  path: Path,
  settings: ZoneSettings,
): Promise<ConfiguredZone['source']> => {
  const file = staticOf(config, path);
  if (file === 'none') return { settings, files: null };
  const files = file === null ? await finder.byName(name, defaultFolder) : await finder.atPath(name, file);
  return { settings, files };
};

const staticOf = (config: Config, [top = '', key = '']: Path): string | null => {
  const value = asRecord(asRecord(config.top[top])[key]).static;
  return typeof value === 'string' && value !== '' ? value : null;
};

const remainingZones = async (
  config: Config,
  finder: ZoneFileFinder,
  settings: ZoneSettings,
  taken: ReadonlyMap<string, unknown>,
  reserved: ReservedZones,
): Promise<readonly ConfiguredZone[]> => {
  const path = ['zones', everyOther];
  const folder = staticOf(config, path) ?? defaultFolder;
  if (folder === 'none') {
    reportAt(config, 'config-syntax', 'zones.*: "static" must be a folder of zones, like zones/', [...path, 'static']);
    return [];
  }
  const listing = await finder.list(folder);
  if ('rule' in listing) {
    report(config, listing.rule, listing.message, path);
    return [];
  }
  for (const { file, reason } of listing.misnamed) {
    const message = `${file} is not named like a zone: ${reason}; rename it, or move it out of ${folder}`;
    config.problems.push(
      problemAt('file-unusable', loadSeverity('file-unusable'), message, { file, line: 1, column: 1 }),
    );
  }
  const names = [...listing.zones.keys()].sort().filter((name) => {
    const key = reserved.keyOf(name, listing.zones.get(name));
    if (key === null || taken.has(name)) return !taken.has(name);
    const message = `"*" skips ${name} because the unusable key ${quoted(key)} names it; fix or remove that key`;
    reportAtKey(config, 'no-source', message, ['zones', key]);
    return false;
  });
  return Promise.all(
    names.map(async (name) => ({ name, path, source: { settings, files: await finder.byName(name, folder) } })),
  );
};

/** Reports at `static` where it is set, else at the zone's key. */
const report = (config: Config, rule: LoadRuleId, message: string, path: Path): void =>
  staticOf(config, path) === null
    ? reportAtKey(config, rule, message, path)
    : reportAt(config, rule, message, [...path, 'static']);
