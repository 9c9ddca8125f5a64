// The repository of `git:`: what the ref leads to at its server, whether that may be trusted, and each commit's files in a
// folder of their own. Nothing that comes from the repository is ever run: no hook, no filter, no configuration.
//
// remote.ts has how the server is asked, fetch.ts asks it, signature.ts checks who signed, tree.ts lists a commit and
// commit-folders.ts writes it out. run-git.ts is the one way to Git, in the bare repository of bare-repository.ts.

import type { GitSettings } from '../../model/daemon-settings.ts';
import { HostmasterError } from '../../model/errors.ts';
import { listed } from '../../model/phrases.ts';
import { type BareRepository, bareRepository } from './bare-repository.ts';
import { type CommitFolders, commitFolders } from './commit-folders.ts';
import { descends, fetchTip, hasCommit, seenRefOf, seenTip, type Tip } from './fetch.ts';
import { checkedPath, checkRef, type Remote, remoteOf } from './remote.ts';
import { type Signature, signatureOfTip } from './signature.ts';
import { readTree, type Tree, type TreeLimits, usualTreeLimits } from './tree.ts';

export type { Tip } from './fetch.ts';
export type { Signature } from './signature.ts';

export interface RepositoryContext {
  readonly signal?: AbortSignal;
  /** Told of what a person may want to know, and that stops nothing. */
  readonly onNotice: (message: string) => void;
  /** Default is 100,000 files and 1 GiB. */
  readonly limits?: TreeLimits;
}

export interface Repository {
  /** Asks the server. Throws GIT_UNAVAILABLE, GIT_REFUSED, and INTERRUPTED where the signal comes first. */
  fetch(options: { readonly shallow: boolean }): Promise<Tip>;
  /** What the last fetch saw, without asking; null: nothing yet. */
  seen(): Promise<Tip | null>;
  has(sha: string): Promise<boolean>;
  /** Is the first an ancestor of the second, or the same? */
  descends(from: string, to: string): Promise<boolean>;
  /** Null: signatures are not asked for. */
  signature(tip: Tip): Promise<Signature | null>;
  /** The absolute folder of hostmaster.yaml with a commit's files, whole. Throws COMMIT_UNUSABLE. */
  filesOf(sha: string): Promise<string>;
  /** By path, for what is the same in two commits. */
  blobsOf(sha: string): Promise<ReadonlyMap<string, string>>;
  /** Removes the files of all other commits, and lets Git remove what no commit needs. */
  retain(shas: readonly string[]): Promise<void>;
  /** Looks whether what is kept here is damaged; if so, makes it anew, for the next fetch to fill. */
  mend(): Promise<boolean>;
}

/** Opens the daemon's own repository, and makes it where it is not there yet. Throws CONFIG and GIT_UNAVAILABLE. */
export const openRepository = async (
  settings: GitSettings,
  secret: string | null,
  context: RepositoryContext,
): Promise<Repository> => {
  checkRef(settings);
  const path = checkedPath(settings);
  const remote = remoteOf(settings, secret);
  const bare = bareRepository(settings, remote, context.signal);
  await bare.prepare();
  const folders = commitFolders(settings, path, bare);
  await folders.removeUnfinished();
  return repositoryOf({ settings, context, path, remote, bare, folders });
};

interface Parts {
  readonly settings: GitSettings;
  readonly context: RepositoryContext;
  readonly path: string;
  readonly remote: Remote;
  readonly bare: BareRepository;
  readonly folders: CommitFolders;
}

const repositoryOf = (parts: Parts): Repository => {
  const { settings, context, remote, bare, folders } = parts;
  const { signedBy } = settings;
  const onDamage = (what: string): void => context.onNotice(`${what} was damaged; it is fetched anew`);
  return {
    fetch: ({ shallow }) => fetchTip({ settings, remote, bare, shallow, onDamage }),
    seen: () => seenTip(bare, settings),
    has: (sha) => hasCommit(bare, sha),
    descends: (from, to) => descends(bare, from, to),
    signature: async (tip) => (signedBy === null ? null : signatureOfTip(bare, settings, signedBy, tip)),
    filesOf: (sha) => filesOf(parts, sha),
    blobsOf: async (sha) => {
      const { files } = await treeOf(parts, sha);
      return new Map(files.map(({ path, blob }) => [Buffer.from(path, 'latin1').toString('utf8'), blob]));
    },
    retain: async (shas) => {
      await folders.retain(shas);
      await retainObjects(bare, settings, shas);
    },
    mend: async () => {
      if (await bare.isSound()) return false;
      onDamage(bare.folder);
      await bare.remove();
      await bare.prepare();
      return true;
    },
  };
};

const treeOf = ({ bare, context, path }: Parts, sha: string): Promise<Tree> =>
  readTree(bare, sha, path, context.limits ?? usualTreeLimits);

const filesOf = async (parts: Parts, sha: string): Promise<string> => {
  const { folders, context } = parts;
  const known = await folders.find(sha);
  if (known !== null) return known;
  if (!(await hasCommit(parts.bare, sha))) {
    throw new HostmasterError('GIT_UNAVAILABLE', `commit ${sha} is not here; the next fetch may bring it`);
  }
  const tree = await treeOf(parts, sha);
  if (tree.submodules.length > 0) {
    const shown = listed(
      tree.submodules.slice(0, mostShown).map((path) => Buffer.from(path, 'latin1').toString('utf8')),
    );
    context.onNotice(`commit ${sha} has submodules, which are left out: ${shown}`);
  }
  return folders.write(sha, tree);
};

const mostShown = 5;

/** Git removes what no ref leads to: a commit that the server took back stays as long as it is needed here. */
const retainObjects = async (bare: BareRepository, settings: GitSettings, shas: readonly string[]): Promise<void> => {
  const what = `the refs of ${bare.folder} cannot be read`;
  const listing = await bare.read(what, ['for-each-ref', '--format=%(refname)']);
  const known = listing.toString('utf8').split('\n').filter(Boolean);
  const wanted = [seenRefOf(settings), ...shas.map((sha) => `${retained}/${sha}`)];
  for (const sha of shas) {
    if (!known.includes(`${retained}/${sha}`) && (await hasCommit(bare, sha))) {
      await bare.read(`a ref of ${bare.folder} cannot be written`, ['update-ref', `${retained}/${sha}`, sha]);
    }
  }
  for (const ref of known) {
    if (!wanted.includes(ref)) await bare.read(`a ref of ${bare.folder} cannot be removed`, ['update-ref', '-d', ref]);
  }
};

const retained = 'refs/hostmaster/retained';
