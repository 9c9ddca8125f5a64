import { HostmasterError } from '../../model/errors.ts';
import { grouping, quoted } from '../../model/phrases.ts';
import type { BareRepository } from './bare-repository.ts';
import { localFailure } from './failure.ts';
import { resolve } from './fetch.ts';

/** One file of a commit. Paths are octets, as latin1. */
export interface TreeFile {
  readonly blob: string;
  readonly path: string;
  readonly size: number;
}

export interface Tree {
  /** Symlinks are files that hold the link's text. */
  readonly files: readonly TreeFile[];
  /** Paths of submodules, which are left out. */
  readonly submodules: readonly string[];
}

/** What a commit may have in the folder of hostmaster.yaml and below it. */
export interface TreeLimits {
  readonly files: number;
  readonly bytes: number;
}

export const usualTreeLimits: TreeLimits = { files: 100_000, bytes: 1024 * 1024 * 1024 };

/** Octets of one line of the list, at most: most paths are a hundred. */
const longestEntry = 400;

/** What a commit has at `path`. Throws COMMIT_UNUSABLE. */
export const readTree = async (bare: BareRepository, sha: string, path: string, limits: TreeLimits): Promise<Tree> => {
  const tree = await resolve(bare, `${sha}:${path}`);
  const type = tree === null ? '' : (await bare.read(`${sha} cannot be read`, ['cat-file', '-t', tree])).toString();
  if (tree === null || type.trim() !== 'tree') {
    throw new HostmasterError('COMMIT_UNUSABLE', `commit ${sha} has no folder ${path || '.'} ("path:" of git)`);
  }
  const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', tree];
  const end = await bare.run(args, { mostOutput: longestEntry * limits.files });
  if (end.status === 'long') throw tooMuch(sha, path, `over ${grouping(limits.files)} files`);
  if (end.status !== 'ended' || end.code !== 0) throw localFailure(`commit ${sha} cannot be read`, end);
  const lines = end.stdout.toString('latin1').split('\0').slice(0, -1);
  const entries = lines.map(parseEntry).filter((entry) => entry !== null);
  if (entries.length < lines.length) {
    throw new HostmasterError('GIT_UNAVAILABLE', `commit ${sha} is not whole here; the next fetch may bring the rest`);
  }
  return bounded(sha, path, limits, entries);
};

interface Entry extends TreeFile {
  readonly type: string;
}

/** Null: it is not whole here, which Git says of its size alone. */
const parseEntry = (line: string): Entry | null => {
  const [, type = '', blob = '', size = '', path = ''] = /^\d+ (\w+) ([0-9a-f]+) +(\d+|-)\t(.+)$/s.exec(line) ?? [];
  return path === '' ? null : { type, blob, size: Number(size) || 0, path };
};

const bounded = (sha: string, path: string, limits: TreeLimits, entries: readonly Entry[]): Tree => {
  const files = entries.filter(({ type }) => type === 'blob');
  const bad = entries.find(({ path }) => !isUsablePath(path));
  if (bad !== undefined) {
    const shown = quoted(Buffer.from(bad.path, 'latin1').toString('utf8'));
    throw new HostmasterError('COMMIT_UNUSABLE', `commit ${sha} has a file named ${shown}, which is not written out`);
  }
  if (files.length > limits.files) throw tooMuch(sha, path, `${grouping(files.length)} files`);
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes > limits.bytes) throw tooMuch(sha, path, `${grouping(bytes)} octets of files`);
  return { files, submodules: entries.filter(({ type }) => type === 'commit').map(({ path }) => path) };
};

/** Git refuses these as well; and what a file system cannot have is no failure of ours. */
const isUsablePath = (path: string): boolean =>
  path.length < 3_000 &&
  path.split('/').every((part) => part.length <= 255 && !/^(?:|\.|\.\.|\.git)$/i.test(part) && !part.includes('\n'));

const tooMuch = (sha: string, path: string, what: string): HostmasterError =>
  new HostmasterError(
    'COMMIT_UNUSABLE',
    `commit ${sha} has ${what} in ${path || 'it'}, more than the daemon takes; let "path:" of git name a folder that has DNS alone`,
  );
