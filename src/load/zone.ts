import { dirname, isAbsolute, join, posix } from 'node:path';
import { type Problem, problemAt } from '../model/problem.ts';
import type { DesiredZone, ZoneSettings } from '../model/zone.ts';
import { type FileContent, joinContents, type ZoneContext } from './collect.ts';
import { readInside } from './files.ts';
import { limits } from './limits.ts';
import { type IncludeReader, readMaster } from './master/read.ts';
import { readZoneYaml } from './records/zone-yaml.ts';
import { severityOf } from './rules.ts';

export interface LoadedZone {
  readonly zone: DesiredZone;
  readonly problems: readonly Problem[];
}

/** Where a zone is read from. */
export interface ZoneSource {
  readonly name: string;
  readonly settings: ZoneSettings;
  readonly format: 'yaml' | 'master';
  /** Relative to `folder`. */
  readonly files: readonly string[];
}

/** Reads the files of a zone; null: one is missing, and the zone is left alone. */
export const readZone = async (
  folder: string,
  { name, settings, format, files }: ZoneSource,
): Promise<LoadedZone | { readonly missing: string }> => {
  const context: ZoneContext = { zone: name, ttl: settings.ttl, allowLua: settings.allow_lua };
  const contents: FileContent[] = [];
  for (const path of files) {
    const file = shown(path);
    const read = await readInside(folder, path, limits.zoneFileBytes);
    if (read.status === 'missing') return { missing: file };
    if (read.status === 'refused') contents.push(unusable(file, read.message));
    else if (format === 'yaml') contents.push(readZoneYaml(file, read.text, context));
    else contents.push(await readMaster(file, read.text, context, includesFrom(folder)));
  }
  const { rrsets, quarantined, problems, complete } = joinContents(contents);
  const zone = { id: { name, view: null }, settings, rrsets, quarantined, complete, files: files.map(shown) };
  return { zone, problems };
};

const shown = (path: string): string => posix.normalize(path.replaceAll('\\', '/'));

const unusable = (file: string, message: string): FileContent => ({
  rrsets: [],
  quarantined: [],
  problems: [
    problemAt('file-unusable', severityOf('file-unusable'), `${file} cannot be used: ${message}`, {
      file,
      line: 1,
      column: 1,
    }),
  ],
  complete: false,
});

const includesFrom =
  (folder: string): IncludeReader =>
  async (path, from) => {
    const wanted = isAbsolute(path) ? path : join(dirname(from), path);
    return { file: shown(wanted), text: await readInside(folder, wanted, limits.zoneFileBytes) };
  };
