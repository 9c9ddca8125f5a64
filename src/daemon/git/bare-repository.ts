import { access, chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { GitSettings } from '../../model/daemon-settings.ts';
import { HostmasterError, messageOf } from '../../model/errors.ts';
import { localFailure } from './failure.ts';
import { globalConfig, type Remote } from './remote.ts';
import { type GitEnd, type GitRun, runGit } from './run-git.ts';

// The bare repository of the daemon's own. All of its configuration is written by us, each time that it is opened.

export interface BareRepository {
  readonly folder: string;
  /** Runs Git in it, without the network. */
  run(args: readonly string[], more?: Partial<Omit<GitRun, 'args' | 'folder'>>): Promise<GitEnd>;
  /** The same; throws GIT_UNAVAILABLE where it fails. */
  read(what: string, args: readonly string[], more?: Partial<Omit<GitRun, 'args' | 'folder'>>): Promise<Buffer>;
  /** Makes what is missing of it, and takes away what a killed Git left. One of another format goes first. */
  prepare(objectFormat?: ObjectFormat): Promise<void>;
  /** Makes it where somebody took it away. */
  ensure(): Promise<void>;
  /** Takes away what a killed Git left: of large packs it may be much. */
  removeLeftovers(): Promise<void>;
  /** Is all of it there, and as it was written? */
  isSound(): Promise<boolean>;
  /** Removes all of it. */
  remove(): Promise<void>;
}

export type ObjectFormat = 'sha1' | 'sha256';

/** Of a run that asks no network. */
const localTimeout = 300_000;

export const bareRepository = (
  settings: GitSettings,
  remote: Remote,
  signal: AbortSignal | undefined,
): BareRepository => {
  const folder = join(settings.folder, 'repository.git');
  const run: BareRepository['run'] = (args, more = {}) =>
    runGit({ timeout: localTimeout, signal, ...more, args, folder });
  const prepareAs = (objectFormat?: ObjectFormat): Promise<void> =>
    onDisk(settings, () => prepare(folder, settings, remote, run, objectFormat));
  return {
    folder,
    run,
    read: async (what, args, more) => {
      const end = await run(args, more);
      if (end.status !== 'ended' || end.code !== 0) throw localFailure(what, end);
      return end.stdout;
    },
    prepare: prepareAs,
    ensure: async () => {
      const parts = await Promise.all(
        ['HEAD', 'config', 'objects', 'refs'].map((name) => isReachable(join(folder, name))),
      );
      if (!parts.every(Boolean)) await prepareAs();
    },
    removeLeftovers: () => onDisk(settings, () => removeLeftovers(folder)),
    isSound: async () => {
      const end = await run(['fsck', '--no-dangling', '--no-progress']);
      return end.status === 'ended' && end.code === 0;
    },
    remove: () => onDisk(settings, () => rm(folder, { recursive: true, force: true })),
  };
};

export const isReachable = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Does something in the daemon's own folder; what the file system refuses is GIT_UNAVAILABLE. */
export const onDisk = async <T>({ folder }: Pick<GitSettings, 'folder'>, job: () => Promise<T>): Promise<T> => {
  try {
    return await job();
  } catch (error) {
    if (error instanceof HostmasterError) throw error;
    const message = `${folder}, where the repository is kept, cannot be used: ${messageOf(error)}`;
    throw new HostmasterError('GIT_UNAVAILABLE', message, { cause: error });
  }
};

const prepare = async (
  folder: string,
  settings: GitSettings,
  remote: Remote,
  run: BareRepository['run'],
  objectFormat: ObjectFormat | undefined,
): Promise<void> => {
  await makePrivate(settings.folder);
  for (const name of await readdir(settings.folder)) {
    if (name.startsWith(gnupgPrefix)) await rm(join(settings.folder, name), { recursive: true, force: true });
  }
  const known = await formatOf(folder);
  const format = objectFormat ?? known ?? 'sha1';
  if (known !== null && known !== format) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await removeLeftovers(folder);
  // Before all else: a configuration that somebody else wrote is never read.
  await writeFile(join(folder, 'config'), configuration(format));
  await writeFile(join(settings.folder, globalConfig), safeDirectory(remote));
  const end = await run(['init', '--quiet', '--bare', '--template=', `--object-format=${format}`]);
  if (end.status !== 'ended' || end.code !== 0) throw localFailure(`${folder} cannot be made`, end);
  await writeFile(join(folder, 'config'), configuration(format));
  await mkdir(join(folder, 'info'), { recursive: true });
  await writeFile(join(folder, 'info/attributes'), asCommitted);
};

/** How the folders begin that GPG has its keys in for as long as a check takes. */
export const gnupgPrefix = 'gnupg-';

/** Files of the tree are written as they were committed, whatever a .gitattributes in it asks for. */
const asCommitted = '* -text -eol -filter -ident -working-tree-encoding\n';

/** A repository of this machine mostly belongs to another user; the operator named it, so it is not suspect. */
const safeDirectory = ({ isLocal, url }: Remote): string => {
  if (!isLocal) return '';
  const path = url.startsWith('/') ? url : decodeURIComponent(new URL(url).pathname);
  const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
  const bare = path.replace(/\/+$/, '');
  const all = [bare, `${bare}/.git`, `${bare}.git`];
  return `[safe]\n${all.map((each) => `\tdirectory = ${quoted(each)}\n`).join('')}`;
};

/** Null: there is none yet. */
const formatOf = async (folder: string): Promise<ObjectFormat | null> => {
  const text = await readFile(join(folder, 'config'), 'utf8').catch(() => null);
  if (text === null) return null;
  return /^\tobjectformat = sha256$/m.test(text) ? 'sha256' : 'sha1';
};

const configuration = (format: ObjectFormat): string =>
  [
    '[core]',
    ...[`repositoryformatversion = ${format === 'sha1' ? 0 : 1}`, 'bare = true', 'hooksPath = /dev/null'],
    ...['symlinks = false', 'fsmonitor = false', 'logAllRefUpdates = false', 'attributesFile = /dev/null'],
    ...['autocrlf = false', 'fsync = committed', 'useReplaceRefs = false'],
    ...(format === 'sha1' ? [] : ['[extensions]', 'objectformat = sha256']),
    ...['[gc]', 'autoDetach = false'],
    ...['[fetch]', 'recurseSubmodules = false', 'writeCommitGraph = false'],
    ...['[submodule]', 'recurse = false'],
    ...['[http]', 'followRedirects = false'],
    ...['[credential]', 'helper ='],
    ...['[gpg]', 'minTrustLevel = fully'],
    // S/MIME is none of the two kinds of keys that "signed_by" takes.
    ...['[gpg "x509"]', 'program = false'],
    '',
  ]
    .map((line) => (line === '' || line.startsWith('[') ? line : `\t${line}`))
    .join('\n');

/** Makes the folder, which nobody else may look into: what is private in a repository is private here too. */
const makePrivate = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { mode, uid } = await stat(folder);
  const user = process.geteuid?.() ?? uid;
  if (uid !== user) {
    throw new HostmasterError(
      'CONFIG',
      `${folder} belongs to another user; give the daemon one of its own ("folder:" of git)`,
    );
  }
  if ((mode & 0o077) !== 0) await chmod(folder, 0o700);
};

/** Locks and unfinished packs of a Git that was killed; of several daemons the lock on the state lets one begin. */
const removeLeftovers = async (folder: string): Promise<void> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const left = entries.filter(
    ({ name, parentPath }) =>
      (name.endsWith('.lock') && !/^objects(?:\/|$)/.test(relative(folder, parentPath))) ||
      /^tmp_(?:obj|pack|idx|rev)_/.test(name),
  );
  for (const { name, parentPath } of left) await rm(join(parentPath, name), { force: true });
};
