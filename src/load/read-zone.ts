import { dirname, isAbsolute, join, posix } from 'node:path';
import { grouping } from '../model/phrases.ts';
import { type Problem, problemAt } from '../model/problem.ts';
import type { DesiredZone, ZoneSettings } from '../model/zone.ts';
import { loadSeverity } from './load-rules.ts';
import { type IncludeReader, readMaster } from './master/read-master.ts';
import type { FileText } from './repository-files.ts';
import { sizeLimits } from './size-limits.ts';
import { type FileContent, joinContents, type ZoneContext } from './zone-content.ts';
import { readZoneYaml } from './zone-yaml/read-zone-yaml.ts';

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

/** Reads a file of the repository. */
export type FileReader = (path: string, maxBytes: number) => FileText;

/** Reads the files of a zone; `missing` names a file that is not there; the zone is left alone. */
export const readZone = async (
  readFile: FileReader,
  { name, settings, format, files }: ZoneSource,
): Promise<LoadedZone | { readonly missing: string }> => {
  const counted = { records: 0 };
  const context: ZoneContext = { zone: name, ttl: settings.ttl, allowLua: settings.allow_lua, counted };
  const readBounded = boundedReader(readFile, name);
  const contents: FileContent[] = [];
  for (const path of files) {
    if (counted.records > sizeLimits.zoneRecords) break;
    const file = shown(path);
    const read = readBounded(path, sizeLimits.zoneFileBytes);
    if (read.status === 'missing') return { missing: file };
    if (read.status === 'refused') contents.push(unusable(file, read.message));
    else if (format === 'yaml') contents.push(readZoneYaml(file, read.text, context));
    else contents.push(await readMaster(file, read.text, context, includesFrom(readBounded)));
    if (read.status === 'refused' && read.isLast === true) break;
  }
  const { rrsets, quarantined, problems, complete } = joinContents(contents);
  const zone = { id: { name, view: null }, settings, rrsets, quarantined, complete, files: files.map(shown) };
  return { zone, problems };
};

/** Reads the files of one zone, until they are too much together. */
const boundedReader = (readFile: FileReader, zone: string): FileReader => {
  let left = sizeLimits.zoneCharacters;
  const message = `the files of ${zone} have over ${grouping(sizeLimits.zoneCharacters)} characters together, those that are included more than once counted each time`;
  return (path, maxBytes) => {
    const read = readFile(path, maxBytes);
    if (read.status === 'read') left -= read.text.length;
    return left < 0 ? { status: 'refused', message, isLast: true } : read;
  };
};

const shown = (path: string): string => posix.normalize(path.replaceAll('\\', '/'));

const unusable = (file: string, message: string): FileContent => ({
  rrsets: [],
  quarantined: [],
  problems: [
    problemAt('file-unusable', loadSeverity('file-unusable'), `${file} cannot be used: ${message}`, {
      file,
      line: 1,
      column: 1,
    }),
  ],
  complete: false,
});

const includesFrom =
  (readFile: FileReader): IncludeReader =>
  async (path, from) => {
    const wanted = isAbsolute(path) ? path : join(dirname(from), path);
    return { file: shown(wanted), text: readFile(wanted, sizeLimits.zoneFileBytes) };
  };
