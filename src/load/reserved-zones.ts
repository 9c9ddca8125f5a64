import { resolve } from 'node:path';
import { parseAbsolute } from '../model/name.ts';
import type { ZoneFiles } from './find-zone-files.ts';

/** Zones and files that unusable keys of `zones:` name. "*" must not take them, as they were meant for those keys. */
export interface ReservedZones {
  readonly add: (key: string, name: string | null, file: string | null) => void;
  /** The key that names this zone or a file of it; null: none. */
  readonly keyOf: (zone: string, files: ZoneFiles | undefined) => string | null;
}

export const reservedZones = (folder: string): ReservedZones => {
  const names = new Map<string, string>();
  const paths = new Map<string, string>();
  return {
    add: (key, name, file) => {
      const meant = name ?? meantBy(key);
      if (meant !== null) names.set(meant, key);
      if (file !== null) paths.set(resolve(folder, file), key);
    },
    keyOf: (zone, files) => {
      if (names.size === 0 && paths.size === 0) return null;
      const all = files === undefined ? [] : [...files.yaml, ...files.master, ...files.folders];
      const keys = [names.get(zone), ...all.map((file) => paths.get(resolve(folder, file)))];
      return keys.find((key) => key !== undefined) ?? null;
    },
  };
};

/** The zone that a misspelt key means: the key without its view, spaces and surplus dots. */
const meantBy = (key: string): string | null => {
  const text = key
    .replace(/(?<=[^\\])@.*$/, '')
    .replace(/\s+/g, '')
    .replace(/\.+/g, '.')
    .replace(/^\./, '');
  try {
    return parseAbsolute(text);
  } catch {
    return null;
  }
};
