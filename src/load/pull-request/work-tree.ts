import { existsSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, parse, relative, resolve, sep } from 'node:path';
import { hasDotName } from '../../model/dot-names.ts';
import { isInside } from '../repository-files.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The work tree of `config` that `path` lies in, or comes through by a symlink, so that whoever wrote `config` says what is
 * read there; null: none.
 */
export const sharedWorkTree = (path: string, config: string, environment: Environment): string | null => {
  const folders = waypointsOf(config).map(dirname);
  const trees = folders.flatMap((folder) => workTreeOf(folder, environment) ?? []);
  const points = waypointsOf(path).map((point) => join(realPath(dirname(point)), basename(point)));
  // Without Git, whoever wrote the file wrote at least its folder.
  const own = [...trees, ...folders.slice(-1)];
  return own.find((tree) => points.some((point) => isInside(realPath(tree), point))) ?? null;
};

/** Is it a symlink that leads out of its own work tree, or to a hidden file? */
export const leadsAway = (path: string, environment: Environment): boolean => {
  const folder = realPath(dirname(resolve(path)));
  const end = realPath(path);
  const tree = realPath(workTreeOf(folder, environment) ?? folder);
  return !isInside(tree, end) || (end !== join(folder, basename(path)) && hasDotName(relative(tree, end)));
};

const mostLinks = 100;

/** What decides where a path leads: each symlink on the way, and its end. */
const waypointsOf = (path: string): readonly string[] => {
  const { root } = parse(resolve(path));
  const links: string[] = [];
  let at = root;
  let rest: readonly string[] = resolve(path).slice(root.length).split(sep);
  while (rest.length > 0 && links.length < mostLinks) {
    const [step = '', ...after] = rest;
    const next = step === '..' ? dirname(at) : join(at, step);
    const target = step === '' || step === '..' ? null : linkAt(next);
    if (target === null) [at, rest] = [next, after];
    else {
      links.push(next);
      at = isAbsolute(target) ? parse(target).root : at;
      rest = [...target.split(sep), ...after];
    }
  }
  return [...links, at];
};

const linkAt = (path: string): string | null => {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
};

/**
 * The root of the work tree that a folder is in. A submodule's is that of the repository around it, which says which
 * submodules there are. Where there is no Git, all that CI has checked out counts; null: nor did CI.
 */
const workTreeOf = (folder: string, environment: Environment): string | null => {
  const real = realPath(folder);
  let root: string | null = null;
  for (let at = real; ; at = dirname(at)) {
    const found = repositoryAt(at);
    if (found !== 'none') root = at;
    if (found === 'own' || dirname(at) === at) break;
  }
  return root ?? checkedOut(real, environment);
};

const checkedOut = (folder: string, { CI_PROJECT_DIR, GITHUB_WORKSPACE }: Environment): string | null => {
  const workspaces = [GITHUB_WORKSPACE, CI_PROJECT_DIR].flatMap((each) => (each ? [realPath(resolve(each))] : []));
  return workspaces.find((workspace) => isInside(workspace, folder)) ?? null;
};

/** `own`: the root of a repository's work tree, or of one that `git worktree` added; `submodule`: of another's part. */
const repositoryAt = (folder: string): 'none' | 'own' | 'submodule' => {
  const git = join(folder, '.git');
  try {
    if (statSync(git).isDirectory()) return 'own';
    const [, path = ''] = /^gitdir: (.+)/.exec(readFileSync(git, 'utf8')) ?? [];
    const directory = resolve(folder, path.trim());
    const isAdded = basename(dirname(directory)) === 'worktrees' && existsSync(join(directory, 'commondir'));
    return isAdded ? 'own' : 'submodule';
  } catch {
    return existsSync(git) ? 'submodule' : 'none';
  }
};

/** Without symlinks; of what does not exist yet, where it would be made. */
export const realPath = (path: string): string => {
  try {
    return realpathSync.native(path);
  } catch {
    return waypointsOf(path).at(-1) ?? path;
  }
};
