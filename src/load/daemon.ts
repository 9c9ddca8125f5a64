import { resolve } from 'node:path';
import type { DaemonSettings, GitSettings, OperatorsFile } from '../model/daemon-settings.ts';
import { type Problem, sortProblems } from '../model/problem.ts';
import {
  checkTop,
  howToTrust,
  isLocalDefault,
  readConfig,
  readConfigText,
  reportAtKey,
  statePath,
  stopWithin,
} from './config/config.ts';
import { readOperatorKeys } from './config/operator-keys.ts';

export interface LoadDaemonOptions {
  /** hostmaster.yaml of the folder that is watched where there is no `git:`. */
  readonly config: string;
  /** The operator's own file. */
  readonly targetsFrom?: string;
}

/** What the daemon is told by its operator. What cannot be used is a problem, and its default stands in its place. */
export interface DaemonDefinitions {
  readonly settings: DaemonSettings;
  /** Where the repository comes from; null: the folder of `config` is watched. */
  readonly git: GitSettings | null;
  /** The file that was read, as an option of the command named it. */
  readonly file: string;
  /** The operator's own file, for `targetsFrom` of every pass; null: hostmaster.yaml has all. */
  readonly targetsFrom: OperatorsFile | null;
  /** Absolute path of hostmaster.yaml; null: it is in the repository that `git` names. */
  readonly config: string | null;
  /** Absolute; what secrets' paths start from. */
  readonly folder: string;
  /** Absolute path of the state file. */
  readonly state: string;
  /** How long stopping may take; milliseconds. */
  readonly stopWithin: number;
  readonly problems: readonly Problem[];
}

/**
 * Reads what concerns the daemon itself, and no more: at its start, and again when it is told to. Throws CONFIG where the
 * file cannot be read or parsed at all.
 */
export const loadDaemon = async ({ config: path, targetsFrom }: LoadDaemonOptions): Promise<DaemonDefinitions> => {
  const isOperators = targetsFrom !== undefined;
  const file = targetsFrom ?? path;
  const taken = { path: resolve(file), text: readConfigText(file) };
  const read = await readConfig(taken, isOperators || isLocalDefault(path), file);
  checkTop(read);
  if (!read.trusted && 'daemon' in read.top) {
    const message = `"daemon" says who may speak to the daemon, which a file named by --config may not; ${howToTrust(read)}`;
    reportAtKey(read, 'operator-only', message, ['daemon']);
  }
  const state = statePath(read);
  const { daemon, git } = readOperatorKeys(read, isOperators, state);
  return {
    settings: daemon,
    git,
    file,
    targetsFrom: isOperators ? taken : null,
    config: isOperators && 'git' in read.top ? null : resolve(path),
    folder: read.folder,
    state,
    stopWithin: stopWithin(read),
    problems: sortProblems(read.problems),
  };
};
