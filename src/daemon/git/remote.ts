import { join, posix } from 'node:path';
import type { GitSettings } from '../../model/daemon-settings.ts';
import { HostmasterError } from '../../model/errors.ts';
import { quoted } from '../../model/phrases.ts';
import type { GitRun } from './run-git.ts';

// Where the repository is, and how its server is told who asks: never in the URL or in an argument, which others can read.

/** The file in the daemon's own folder that Git reads for the user's configuration. */
export const globalConfig = 'gitconfig';

/** What every run that speaks with the repository's server has. */
export interface Remote {
  /** As Git takes it. */
  readonly url: string;
  readonly isLocal: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly config: NonNullable<GitRun['config']>;
  /** In no message. */
  readonly secrets: readonly string[];
}

/**
 * Checks once more what the settings say, since all of it becomes words of commands: the URL, the ref and the path. Throws
 * CONFIG.
 */
export const remoteOf = (settings: GitSettings, secret: string | null): Remote => {
  const { url, protocol, user } = checkedUrl(settings);
  const { credentials } = settings;
  const base = { GIT_ALLOW_PROTOCOL: protocol, GIT_CONFIG_GLOBAL: join(settings.folder, globalConfig) };
  if (protocol === 'ssh') return sshRemote(settings, url, base);
  if (protocol === 'file' || credentials.kind === 'none') {
    const config = protocol === 'file' ? [] : patienceOf(settings);
    return { url, isLocal: protocol === 'file', environment: base, config, secrets: [] };
  }
  if (credentials.kind === 'ssh' || secret === null || secret === '') {
    throw refused(settings, `${url} is asked with a token; give one with "token:"`);
  }
  if (/[^\x21-\x7e]/.test(secret)) {
    throw refused(settings, 'the token has a space, a line break or a letter that no token has');
  }
  const basic = Buffer.from(`${user}:${secret}`).toString('base64');
  // For this server alone, as redirects are not followed.
  const header = ['http.extraHeader', `Authorization: Basic ${basic}`] as const;
  return {
    url,
    isLocal: false,
    environment: base,
    config: [...patienceOf(settings), header],
    secrets: [secret, basic],
  };
};

const secondsOf = ({ timeout }: GitSettings): string => String(Math.max(1, Math.ceil(timeout / 1000)));

/** What Git started for the transfer ends by itself, should Git have been ended before it. */
const patienceOf = (settings: GitSettings): NonNullable<GitRun['config']> => [
  ['http.lowSpeedLimit', '1'],
  ['http.lowSpeedTime', secondsOf(settings)],
];

const refused = ({ at }: GitSettings, message: string): HostmasterError =>
  new HostmasterError('CONFIG', `${at.file}:${at.line}:${at.column}: git: ${message}`);

/** GitHub's word for a token's user; GitLab, Gitea and Forgejo take any. The user of the URL is for those that want another. */
const usualUser = 'x-access-token';

const checkedUrl = (settings: GitSettings) => {
  const { url } = settings;
  // The name of a folder, which may have any letter.
  if (url.startsWith('/') && !/\p{Cc}/u.test(url)) return { url, protocol: 'file', user: '' } as const;
  if (/[^\x20-\x7e]|^-/.test(url)) throw refused(settings, '"url" has a letter that no URL has');
  const parsed = /^(?:https|ssh|file):\/\//.test(url) && URL.canParse(url) ? new URL(url) : null;
  if (parsed === null) {
    throw refused(settings, '"url" must begin with https://, ssh:// or file://, or be an absolute path');
  }
  if (parsed.password !== '') throw refused(settings, '"url" has a password in it; use "token:" or "ssh_key:"');
  const name = decodeURIComponent(parsed.hostname);
  if (/^-/.test(name) || /^-|[^\w.@+-]/.test(decodeURIComponent(parsed.username))) {
    throw refused(settings, '"url" has a user or a server in it that is none');
  }
  if (parsed.protocol === 'file:') return { url, protocol: 'file', user: '' } as const;
  if (parsed.protocol === 'ssh:') return { url, protocol: 'ssh', user: '' } as const;
  const user = decodeURIComponent(parsed.username) || usualUser;
  return { url, protocol: 'https', user } as const;
};

const sshRemote = (settings: GitSettings, url: string, base: Readonly<Record<string, string>>): Remote => {
  const { credentials } = settings;
  if (credentials.kind !== 'ssh') {
    throw refused(settings, `${url} needs "ssh_key:" together with "known_hosts:"`);
  }
  const options = [
    ['IdentityFile', credentials.key],
    ['UserKnownHostsFile', credentials.knownHosts],
    ['ConnectTimeout', secondsOf(settings)],
    ...Object.entries(sshOptions),
  ].map(([name, value]) => `-o ${inShell(`${name}=${inSshConfig(settings, value ?? '')}`)}`);
  const environment = { ...base, GIT_SSH_COMMAND: `ssh -F none ${options.join(' ')}`, GIT_SSH_VARIANT: 'ssh' };
  return { url, isLocal: false, environment, config: [], secrets: [] };
};

const sshOptions: Readonly<Record<string, string>> = {
  BatchMode: 'yes',
  CheckHostIP: 'no',
  ControlMaster: 'no',
  ControlPath: 'none',
  ForwardAgent: 'no',
  GlobalKnownHostsFile: '/dev/null',
  IdentitiesOnly: 'yes',
  IdentityAgent: 'none',
  PasswordAuthentication: 'no',
  KbdInteractiveAuthentication: 'no',
  PermitLocalCommand: 'no',
  ServerAliveInterval: '15',
  StrictHostKeyChecking: 'yes',
  UpdateHostKeys: 'no',
};

/** ssh cuts at spaces, and replaces what begins with a percent sign. */
const inSshConfig = (settings: GitSettings, value: string): string => {
  if (/["\\\n\r$]/.test(value))
    throw refused(settings, `ssh cannot be told of a file named ${quoted(value)}; rename it`);
  return `"${value.replaceAll('%', '%%')}"`;
};

const inShell = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** As git-check-ref-format has it, below `refs/heads/` and `refs/tags/`. */
export const checkRef = (settings: GitSettings): void => {
  const { ref } = settings;
  const parts = ref.split('/');
  const isSound =
    /^refs\/(?:heads|tags)\/./.test(ref) &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no name of a ref has one
    !/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\.$/.test(ref) &&
    parts.every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'));
  if (!isSound) throw refused(settings, `"ref" must be like refs/heads/main or refs/tags/live, not ${quoted(ref)}`);
};

/** The folder in the repository, as Git names it; '' is its top. */
export const checkedPath = (settings: GitSettings): string => {
  const path = posix.normalize(settings.path).replace(/\/$/, '');
  if (path === '.') return '';
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '..' || part.toLowerCase() === '.git') || path.includes('\0')) {
    throw refused(settings, `"path" must be a folder in the repository, not ${quoted(settings.path)}`);
  }
  return path;
};
