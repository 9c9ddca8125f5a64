import { basename, join } from 'node:path';
import type { DaemonSettings, GitSettings } from '../../model/daemon-settings.ts';
import type { SecretRef } from '../../model/secret.ts';
import { realPath } from '../pull-request/work-tree.ts';
import { type Config, reportAtKey } from './config.ts';
import { readDaemon } from './daemon.ts';
import { readGit } from './git.ts';

export interface OperatorSettings {
  readonly daemon: DaemonSettings;
  /** null: there is none, or it cannot be used. */
  readonly git: GitSettings | null;
  /** The secrets of both. */
  readonly secrets: Readonly<Record<string, SecretRef>>;
}

/** Reads `git:` and `daemon:` of the operator's own file, that of --targets-from; or of hostmaster.yaml, which may not have `git:`. */
export const readOperatorKeys = (config: Config, isOperators: boolean, state: string): OperatorSettings => {
  const { settings: daemon, refs } = readDaemon(config, state);
  if (isOperators) {
    const git = readGit(config, state);
    return { daemon, git, secrets: { ...Object.fromEntries(refs), ...secretsOf(git) } };
  }
  if ('git' in config.top) {
    const message =
      '"git" says where the repository comes from, and counts in the operator\'s own file alone: put it into a file outside of the repository, and name that with --targets-from';
    reportAtKey(config, 'operator-only', message, ['git']);
  }
  return { daemon, git: null, secrets: Object.fromEntries(refs) };
};

const secretsOf = (git: GitSettings | null): Readonly<Record<string, SecretRef>> => {
  if (git === null || git.credentials.kind === 'none') return {};
  return { git: git.credentials.kind === 'token' ? git.credentials.token : { file: git.credentials.key } };
};

/** Reports `git:` and `daemon:` of a hostmaster.yaml that is read beside the operator's own file. */
export const refuseOperatorKeys = (config: Config, operators: Config): void => {
  if (pathOf(config) === pathOf(operators)) return;
  for (const [key, what] of Object.entries(saidByOperator)) {
    if (!(key in config.top)) continue;
    const message = `"${key}" says ${what}, which is not the repository's to say: it counts in ${operators.file} (--targets-from) alone; move it there, or take it out`;
    reportAtKey(config, 'operator-only', message, [key]);
  }
};

const pathOf = ({ file, folder }: Config): string => realPath(join(folder, basename(file)));

const saidByOperator = {
  git: 'where the repository comes from and with which key',
  daemon: 'who may speak to the daemon',
};
