import { createHash } from 'node:crypto';
import type { GitSettings } from '../../model/daemon-settings.ts';
import { HostmasterError } from '../../model/errors.ts';
import type { BareRepository, ObjectFormat } from './bare-repository.ts';
import { localFailure, remoteFailure } from './failure.ts';
import type { Remote } from './remote.ts';
import type { GitEnd } from './run-git.ts';

/** What the ref leads to. */
export interface Tip {
  readonly commit: string;
  /** The tag itself, where the ref is an annotated tag; else null. */
  readonly tag: string | null;
}

/** Where the last fetch left the tip, of this ref at this URL. */
export const seenRefOf = ({ ref, url }: GitSettings): string =>
  `refs/hostmaster/seen/${createHash('sha256').update(`${url} ${ref}`).digest('hex').slice(0, 16)}`;

/** What was seen by the last fetch; null: nothing. */
export const seenTip = async (bare: BareRepository, settings: GitSettings): Promise<Tip | null> => {
  const seenRef = seenRefOf(settings);
  const [commit, tip] = await Promise.all([resolve(bare, `${seenRef}^{commit}`), resolve(bare, seenRef)]);
  if (commit === null || tip === null) return null;
  return { commit, tag: tip === commit ? null : tip };
};

export const resolve = async (bare: BareRepository, expression: string): Promise<string | null> => {
  const { code, stdout } = await bare.run(['rev-parse', '--verify', '--quiet', '--end-of-options', expression]);
  const sha = stdout.toString('latin1').trim();
  return code === 0 && isSha(sha) ? sha : null;
};

export const isSha = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);

export interface Fetching {
  readonly settings: GitSettings;
  readonly remote: Remote;
  readonly bare: BareRepository;
  /** Only the tip: for the first time, where no commit is in force whose descendants are to be told from others. */
  readonly shallow: boolean;
  /** The repository was damaged, and is made anew. */
  readonly onDamage: (what: string) => void;
}

/** Asks the server what the ref is, and gets it. Throws GIT_UNAVAILABLE and GIT_REFUSED. */
export const fetchTip = async (fetching: Fetching): Promise<Tip> => {
  const { bare, settings, onDamage, remote } = fetching;
  const deadline = performance.now() + settings.timeout;
  await bare.ensure();
  const tip = await askTip(fetching, deadline);
  const known = await seenTip(bare, settings);
  if (known !== null && (known.tag ?? known.commit) === tip) return known;
  const isNew = known === null;
  if (isNew || known.commit.length !== tip.length) await bare.prepare(formatOf(tip));
  const end = await download(fetching, deadline, isNew);
  if (end.status === 'ended' && end.code === 0) return afterFetch(fetching);
  await bare.removeLeftovers();
  if (end.status === 'late' || (await bare.isSound()))
    throw remoteFailure(remote.url, end, settings.timeout, remote.secrets);
  onDamage(bare.folder);
  await bare.remove();
  await bare.prepare(formatOf(tip));
  const again = await download({ ...fetching, shallow: false }, deadline + settings.timeout, true);
  if (again.status === 'ended' && again.code === 0) return afterFetch(fetching);
  throw remoteFailure(remote.url, again, settings.timeout, remote.secrets);
};

/** The SHA of the ref at the server. */
const askTip = async ({ settings, remote, bare }: Fetching, deadline: number): Promise<string> => {
  const { config, environment, secrets, url } = remote;
  const timeout = left(deadline);
  const end = await bare.run(['ls-remote', '--quiet', '--', url, settings.ref], { config, environment, timeout });
  if (end.status !== 'ended' || end.code !== 0) throw remoteFailure(url, end, settings.timeout, secrets);
  // The pattern matches the end of other refs, too.
  const lines = end.stdout.toString('utf8').split('\n');
  const [sha = ''] = lines.find((line) => line.endsWith(`\t${settings.ref}`))?.split('\t') ?? [];
  if (isSha(sha)) return sha;
  throw new HostmasterError('GIT_REFUSED', `${url} has no ${settings.ref}; make it, or correct "ref:" of git`);
};

const formatOf = (sha: string): ObjectFormat => (sha.length === 64 ? 'sha256' : 'sha1');

const download = async (
  { settings, remote, bare, shallow }: Fetching,
  deadline: number,
  isNew: boolean,
): Promise<GitEnd> => {
  const { config, environment, url } = remote;
  const depth = isNew && shallow ? ['--depth=1'] : [];
  const quiet = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--no-recurse-submodules'];
  const refspec = `+${settings.ref}:${seenRefOf(settings)}`;
  return bare.run(['fetch', ...quiet, '--force', ...depth, '--', url, refspec], {
    config,
    environment,
    timeout: left(deadline),
  });
};

const left = (deadline: number): number => Math.max(1, deadline - performance.now());

const afterFetch = async ({ bare, settings, remote }: Fetching): Promise<Tip> => {
  const tip = await seenTip(bare, settings);
  if (tip === null) {
    throw new HostmasterError(
      'GIT_REFUSED',
      `${settings.ref} of ${remote.url} leads to no commit; make it lead to one`,
    );
  }
  // What many small fetches leave is packed now and then; a failure of it costs room alone.
  await bare.run(['gc', '--auto', '--quiet']);
  return tip;
};

/** Is it here, with its tree? */
export const hasCommit = async (bare: BareRepository, sha: string): Promise<boolean> =>
  isSha(sha) && (await resolve(bare, `${sha}^{commit}`)) === sha && (await resolve(bare, `${sha}^{tree}`)) !== null;

/** Is `from` the commit `to`, or one of its ancestors? Not so where it is not here. */
export const descends = async (bare: BareRepository, from: string, to: string): Promise<boolean> => {
  if (from === to) return true;
  if (!(await hasCommit(bare, from))) return false;
  const end = await bare.run(['merge-base', '--is-ancestor', from, to]);
  if (end.status === 'ended' && (end.code === 0 || end.code === 1)) return end.code === 0;
  throw localFailure(`whether ${to} descends from ${from} cannot be told`, end);
};
