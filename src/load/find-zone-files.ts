import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { hasDotName } from '../model/dot-names.ts';
import { SyntaxProblem } from '../model/errors.ts';
import { parseAbsolute } from '../model/name.ts';
import { listed } from '../model/phrases.ts';
import type { LoadRuleId } from './load-rules.ts';
import { isInside, shownPath, withDotName } from './repository-files.ts';

/** The files of one zone, as paths relative to hostmaster.yaml. */
export interface ZoneFiles {
  readonly yaml: readonly string[];
  readonly master: readonly string[];
  /** Folders of YAML files. */
  readonly folders: readonly string[];
}

/** The zones that a folder of zone files has. */
export interface ZoneFolder {
  readonly zones: ReadonlyMap<string, ZoneFiles>;
  /** Files whose name cannot be a zone's, with the reason. */
  readonly misnamed: readonly { readonly file: string; readonly reason: string }[];
}

export interface SourceFault {
  readonly rule: LoadRuleId;
  readonly message: string;
}

/** The sources of a zone in the order of reading, or why there are none. */
export type ZoneSources =
  | { readonly status: 'found'; readonly format: 'yaml' | 'master'; readonly files: readonly string[] }
  | { readonly status: 'fault'; readonly fault: SourceFault };

/** Looks for zones in the repository at `root`; each folder is listed once. */
export interface ZoneFileFinder {
  /** By the zone's name in a folder. */
  readonly byName: (zone: string, folder: string) => Promise<ZoneSources>;
  /** At a path that hostmaster.yaml names: a file, a zone's own folder, or a folder of zones. */
  readonly atPath: (zone: string, path: string) => Promise<ZoneSources>;
  readonly list: (folder: string) => Promise<ZoneFolder | SourceFault>;
}

export const zoneFileFinder = (root: string): ZoneFileFinder => {
  const listings = new Map<string, Promise<ZoneFolder | SourceFault>>();
  const list: ZoneFileFinder['list'] = (folder) => {
    const known = listings.get(folder) ?? listFolder(root, folder);
    listings.set(folder, known);
    return known;
  };
  const byName: ZoneFileFinder['byName'] = async (zone, folder) => {
    const listing = await list(folder);
    if ('rule' in listing) return { status: 'fault', fault: listing };
    const files = listing.zones.get(zone);
    return files === undefined ? missing(zone, folder) : chooseSources(root, zone, files);
  };
  const atPath: ZoneFileFinder['atPath'] = async (zone, path) => {
    const kind = await kindOf(root, path);
    if (kind === 'folder') {
      return zoneOfFolder(path) === zone
        ? chooseSources(root, zone, { yaml: [], master: [], folders: [path] })
        : byName(zone, path);
    }
    if (kind !== null && kind !== 'file') return { status: 'fault', fault: kind };
    return { status: 'found', format: path.endsWith('.zone') ? 'master' : 'yaml', files: [path] };
  };
  return { list, byName, atPath };
};

const listFolder = async (root: string, folder: string): Promise<ZoneFolder | SourceFault> => {
  const kind = await kindOf(root, folder);
  if (kind === null) return { rule: 'file-missing', message: `there is no folder ${folder}; make it, or name another` };
  if (kind === 'file') return { rule: 'file-unusable', message: `${folder} is not a folder` };
  if (kind !== 'folder') return kind;
  const zones = new Map<string, ZoneFiles>();
  const misnamed: { readonly file: string; readonly reason: string }[] = [];
  const entries = await entriesOf(root, folder);
  if ('rule' in entries) return entries;
  const shown = shownPath(root, resolve(root, folder));
  for (const entry of entries) {
    const found = sourceOf(entry);
    if (found === null) continue;
    const file = shown === '' ? entry.name : `${shown}/${entry.name}`;
    try {
      const zone = parseAbsolute(found.zone);
      const before = zones.get(zone) ?? { yaml: [], master: [], folders: [] };
      zones.set(zone, { ...before, [found.kind]: [...before[found.kind], file] });
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
      misnamed.push({ file, reason: error.message });
    }
  }
  return { zones, misnamed };
};

/** The zone that an entry of a folder of zones is about; null: none. octoDNS's `$…` and hidden files are not zones. */
const sourceOf = (entry: Dirent): { readonly zone: string; readonly kind: keyof ZoneFiles } | null => {
  const { name } = entry;
  if (name.startsWith('.') || name.startsWith('$')) return null;
  if (name.endsWith('.')) return entry.isFile() ? null : { zone: decode(name), kind: 'folders' };
  if (entry.isDirectory()) return null;
  if (name.endsWith('.yaml')) return { zone: decode(name.slice(0, -'.yaml'.length)), kind: 'yaml' };
  return name.endsWith('.zone') ? { zone: decode(name.slice(0, -'.zone'.length)), kind: 'master' } : null;
};

const decode = (name: string): string => name.replace(/%2f/gi, '/');

const zoneOfFolder = (path: string): string | null => {
  const name = decode(basename(path));
  try {
    return name.endsWith('.') ? parseAbsolute(name) : null;
  } catch {
    return null;
  }
};

const chooseSources = async (
  root: string,
  zone: string,
  { yaml, master, folders }: ZoneFiles,
): Promise<ZoneSources> => {
  const all = [...yaml, ...folders, ...master];
  if (yaml.length > 1 || folders.length > 1 || master.length > 1 || (master.length === 1 && all.length > 1)) {
    const message = `${zone} has several files: ${listed(all)}; keep one of them`;
    return { status: 'fault', fault: { rule: 'file-ambiguous', message } };
  }
  if (master.length === 1) return { status: 'found', format: 'master', files: master };
  const files = [...yaml];
  for (const folder of folders) {
    const kind = await kindOf(root, folder);
    if (kind !== null && typeof kind !== 'string') return { status: 'fault', fault: kind };
    if (kind !== 'folder')
      return { status: 'fault', fault: { rule: 'file-unusable', message: `${folder} is not a folder` } };
    const entries = await entriesOf(root, folder);
    if ('rule' in entries) return { status: 'fault', fault: entries };
    files.push(...entries.filter(({ name }) => name.endsWith('.yaml')).map(({ name }) => join(folder, name)));
  }
  return { status: 'found', format: 'yaml', files };
};

const missing = (zone: string, folder: string): ZoneSources => {
  const name = zone.replaceAll('/', '%2F');
  const base = folder.replace(/\/+$/, '');
  const message = `${zone} has no file; make ${base}/${name}yaml, ${base}/${name}/ or ${base}/${name}zone, or set "static:"`;
  return { status: 'fault', fault: { rule: 'file-missing', message } };
};

const entriesOf = async (root: string, folder: string): Promise<readonly Dirent[] | SourceFault> => {
  try {
    const entries = await readdir(resolve(root, folder), { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return { rule: 'file-unusable', message: `the folder ${folder} may not be read; check its permissions` };
  }
};

/** The kind of what is at a path, after symlinks; null: nothing. One that leaves the repository is a fault. */
const kindOf = async (root: string, path: string): Promise<'file' | 'folder' | null | SourceFault> => {
  try {
    const real = await realpath(resolve(root, path));
    if (!isInside(await realpath(root), real)) {
      return {
        rule: 'file-unusable',
        message: `${path} is outside of the repository; keep zones in the folder of hostmaster.yaml`,
      };
    }
    if (hasDotName(relative(root, resolve(root, path))) || hasDotName(relative(await realpath(root), real))) {
      return { rule: 'file-unusable', message: `${path} cannot be used: ${withDotName}` };
    }
    return (await stat(real)).isDirectory() ? 'folder' : 'file';
  } catch {
    return null;
  }
};
