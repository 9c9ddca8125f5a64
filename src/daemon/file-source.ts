import { existsSync, watch } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { HostmasterError } from '../model/errors.ts';
import type { GitStatus } from './answers.ts';

// Where the repository's files come from.

/** The files that passes use now. */
export interface FilesInForce {
  /** The path of hostmaster.yaml. */
  readonly config: string;
  /** null: they are a folder that is watched as it is. */
  readonly commit: string | null;
}

export interface FileSource {
  /** null: nothing may be used yet; `why` says so. */
  readonly files: () => FilesInForce | null;
  readonly why: () => string | null;
  /** null: no repository is watched. */
  readonly status: () => GitStatus | null;
  /** When the repository was last fetched without an error; milliseconds since 1970. null: never, or none is watched. */
  readonly fetched: () => number | null;
  /** Look soon: somebody says that there is something new. */
  readonly look: () => void;
  /** Absolute paths of what the last pass read. */
  readonly wereRead: (files: readonly string[]) => void;
  /** Takes a held or a first commit with what is wrong in it. These throw USAGE where there is no such commit. */
  readonly accept: (sha: string) => void;
  /** Takes a commit that does not descend from the one in force. */
  readonly rewind: (sha: string) => void;
  /** Takes what waits for a window. */
  readonly force: () => void;
  readonly close: () => Promise<void>;
}

/** An editor writes a file in several steps; they are one change. */
const settleAfter = 200;

/** A folder, as it is: whatever changes of its files is told. Where the file system tells nothing, the interval does. */
export const watchedFolder = (config: string, onChange: () => void): FileSource => {
  let timer: NodeJS.Timeout | undefined;
  let read: ReadonlySet<string> = new Set();
  const folder = dirname(config);
  const watcher = existsSync(folder) ? watch(folder, { recursive: true, persistent: false }) : null;
  watcher?.on('change', (_, name) => {
    if (!mayBeOfRepository.test(String(name)) && !read.has(resolve(folder, String(name)))) return;
    clearTimeout(timer);
    timer = setTimeout(onChange, settleAfter);
  });
  watcher?.on('error', () => undefined);
  return {
    files: () => ({ config, commit: null }),
    why: () => null,
    status: () => null,
    fetched: () => null,
    look: onChange,
    accept: () => refuse('accept'),
    rewind: () => refuse('rewind'),
    force: () => undefined,
    wereRead: (files) => {
      read = new Set(files);
    },
    close: async () => {
      clearTimeout(timer);
      watcher?.close();
    },
  };
};

const refuse = (key: string): never => {
  throw new HostmasterError(
    'USAGE',
    `"${key}" is about a commit, and no repository is watched: the folder counts as it is`,
  );
};

/** Not the state, and what else the daemon itself writes there. */
const mayBeOfRepository = /\.(?:ya?ml|zone)$/;
