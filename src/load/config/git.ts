import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { GitCredentials, GitSettings } from '../../model/daemon-settings.ts';
import { isOfGit } from '../../model/dot-names.ts';
import type { SecretRef } from '../../model/secret.ts';
import { checkOf } from '../../validation/index.ts';
import { type GitEntry, gitSchema } from '../schema/git.ts';
import { boundedDuration } from './bounded-duration.ts';
import { type Config, checkAt, reportAt, reportAtKey } from './config.ts';
import { type GitUrl, parseGitUrl } from './git-url.ts';
import { readSecretsIn } from './secret-paths.ts';

const defaultRef = 'refs/heads/main';
const defaultTime = 60_000;

/** Reads `git:` of the operator's own file; null: there is none, or it cannot be used. No message shows its address. */
export const readGit = (config: Config, state: string): GitSettings | null => {
  const value = config.top.git;
  if (value === undefined) return null;
  const before = config.problems.length;
  const { refs, rest } = readSecretsIn(config, ['git'], value, [['token']]);
  const entry = checkAt(config, checkOf(gitSchema, { secretive: true }), rest, ['git']);
  if (entry === null) return null;
  const url = readUrl(config, entry.url);
  const settings = {
    ref: readRef(config, entry.ref ?? defaultRef),
    path: readPath(config, entry.path ?? '.'),
    credentials: readCredentials(config, entry, url, refs.get('token')),
    interval: boundedDuration(config, entry.interval, ['git', 'interval'], { least: '1s', most: '24h' }) ?? defaultTime,
    timeout: boundedDuration(config, entry.timeout, ['git', 'timeout'], { least: '1s', most: '1h' }) ?? defaultTime,
    signedBy: entry.signed_by === undefined ? null : resolve(config.folder, entry.signed_by),
    folder: entry.folder === undefined ? join(dirname(state), 'git') : resolve(config.folder, entry.folder),
    at: { file: config.file, ...config.text.positionOfKey(['git']) },
  };
  return url === null || config.problems.length > before ? null : { url: url.url, ...settings };
};

const readUrl = (config: Config, text: string): GitUrl | null => {
  const url = parseGitUrl(text, config.folder);
  if (!('fault' in url)) return url;
  reportAt(config, url.isSecret ? 'secret-literal' : 'config-syntax', `git: "url" ${url.fault}`, ['git', 'url']);
  return null;
};

/** What `git check-ref-format` takes, of branches and tags alone. */
const readRef = (config: Config, ref: string): string => {
  const isPlain =
    /^refs\/(?:heads|tags)\/[^\p{Cc} ~^:?*[\\]+$/u.test(ref) &&
    !/\.\.|@\{|\/\/|\/$|\.$/.test(ref) &&
    ref.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'));
  if (!isPlain) {
    const message = 'git: "ref" must be a branch or a tag in full, like refs/heads/main or refs/tags/production';
    reportAt(config, 'config-syntax', message, ['git', 'ref']);
  }
  return ref;
};

/** The folder in the repository, without steps that lead nowhere. */
const readPath = (config: Config, path: string): string => {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (!isAbsolute(path) && !path.includes('\\') && !parts.includes('..') && !isOfGit(path))
    return parts.join('/') || '.';
  const message = 'git: "path" must be a folder inside the repository, like dns; it is "." for its top';
  reportAt(config, 'config-syntax', message, ['git', 'path']);
  return '.';
};

/** What is wrong with the keys for the repository's server, and at which of them to say so; null: nothing. */
const credentialsFault = (
  { known_hosts, ssh_key, token }: GitEntry,
  kind: GitUrl['kind'],
): { readonly key: keyof GitEntry; readonly message: string } | null => {
  const key = ssh_key === undefined ? 'known_hosts' : 'ssh_key';
  const hasSsh = ssh_key !== undefined || known_hosts !== undefined;
  if (token !== undefined && hasSsh) {
    return { key, message: '"token" is for https:// and "ssh_key" for ssh://; keep the one that goes with "url"' };
  }
  if (token !== undefined && kind !== 'https') return { key: 'token', message: '"token" goes with https:// alone' };
  if (hasSsh && kind !== 'ssh') return { key, message: '"ssh_key" and "known_hosts" go with ssh:// alone' };
  if (kind !== 'ssh' || (ssh_key !== undefined && known_hosts !== undefined)) return null;
  const missing = ssh_key === undefined ? 'ssh_key' : 'known_hosts';
  return { key: 'url', message: `ssh:// needs ssh_key and known_hosts, both {file: PATH}; add "${missing}"` };
};

const readCredentials = (
  config: Config,
  entry: GitEntry,
  url: GitUrl | null,
  token: SecretRef | undefined,
): GitCredentials => {
  const fault = url === null ? null : credentialsFault(entry, url.kind);
  if (fault !== null) reportAtKey(config, 'config-syntax', `git: ${fault.message}`, ['git', fault.key]);
  const { known_hosts, ssh_key } = entry;
  if (token !== undefined) return { kind: 'token', token };
  if (ssh_key === undefined || known_hosts === undefined) return { kind: 'none' };
  const absolute = ({ file }: { readonly file: string }): string => resolve(config.folder, file);
  return { kind: 'ssh', key: absolute(ssh_key), knownHosts: absolute(known_hosts) };
};
