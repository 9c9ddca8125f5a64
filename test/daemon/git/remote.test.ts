import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openRepository } from '../../../src/daemon/git/index.ts';
import type { GitSettings } from '../../../src/model/daemon-settings.ts';
import { tempFolder } from '../../servers/child.ts';
import { type GitHttps, startGitHttps } from '../../servers/git-https.ts';
import { listen } from '../../servers/listen.ts';
import { freePort } from '../../servers/ports.ts';
import { makeKey, type Sshd, startSshd } from '../../servers/sshd.ts';
import { gitSettings, makeUpstream } from './upstream.ts';

const token = { kind: 'token', token: { env: 'GIT_TOKEN' } } as const;

const fetchWith = async (settings: GitSettings, secret: string | null, signal?: AbortSignal) => {
  const context = { onNotice: () => undefined, ...(signal === undefined ? {} : { signal }) };
  const repository = await openRepository(settings, secret, context);
  return repository.fetch({ shallow: true });
};

/** Everything that a process wrote into the folder. */
const contents = (folder: string): string => {
  const text: string[] = [];
  for (const name of ['config', 'gitconfig', 'FETCH_HEAD', 'packed-refs']) {
    for (const at of [folder, join(folder, 'repository.git')]) {
      try {
        text.push(readFileSync(join(at, name), 'latin1'));
      } catch {}
    }
  }
  return text.join('\n');
};

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('over https', () => {
  const secret = 'glpat-Zq8_secret-token.value';
  const withServer = async (job: (server: GitHttps, tip: string) => Promise<void>): Promise<void> => {
    const upstream = makeUpstream();
    const tip = upstream.push({ 'hostmaster.yaml': 'zones: {}\n' });
    const server = await startGitHttps(upstream.bare, secret);
    vi.stubEnv('SSL_CERT_FILE', server.authority);
    try {
      await job(server, tip);
    } finally {
      await server.close();
    }
  };

  it('the token gets what the ref leads to, and stands in no file', () =>
    withServer(async ({ url }, tip) => {
      const settings = gitSettings(url, { credentials: token });
      expect(await fetchWith(settings, secret)).toEqual({ commit: tip, tag: null });
      expect(contents(settings.folder)).not.toContain(secret);
      expect(contents(settings.folder)).not.toContain(Buffer.from(`x-access-token:${secret}`).toString('base64'));
    }));

  it.each([
    ['a wrong token', 'another', 'GIT_REFUSED', 'does not accept'],
    ['no token', null, 'GIT_REFUSED', 'asks for a token'],
  ])('%s is refused, and a person has to see to it', (_, wrong, code, words) =>
    withServer(async ({ url }) => {
      const credentials = wrong === null ? ({ kind: 'none' } as const) : token;
      const refused = fetchWith(gitSettings(url, { credentials }), wrong);
      await expect(refused).rejects.toMatchObject({ code, kind: 'stop', message: expect.stringContaining(words) });
    }),
  );

  it.each([
    [403, 'GIT_REFUSED'],
    [404, 'GIT_REFUSED'],
    [429, 'GIT_UNAVAILABLE'],
    [503, 'GIT_UNAVAILABLE'],
  ])('status %i is %s', (status, code) =>
    withServer(async (server) => {
      server.answer({ status });
      const failed = fetchWith(gitSettings(server.url, { credentials: token }), secret);
      await expect(failed).rejects.toMatchObject({ code, message: expect.not.stringContaining(secret) });
    }),
  );

  it('a redirect is not followed, so that no other server gets the token', () =>
    withServer(async (server) => {
      const other = makeUpstream();
      other.push({ 'hostmaster.yaml': '' });
      const elsewhere = await startGitHttps(other.bare, secret);
      server.answer({ status: 302, location: `${elsewhere.url}/info/refs?service=git-upload-pack` });
      const failed = fetchWith(gitSettings(server.url, { credentials: token }), secret);
      await expect(failed).rejects.toMatchObject({
        code: 'GIT_REFUSED',
        message: expect.stringContaining('another URL'),
      });
      expect(elsewhere.requests).toEqual([]);
      await elsewhere.close();
    }));

  it('a certificate that nobody vouches for ends the request before the token is sent', () =>
    withServer(async (server) => {
      vi.stubEnv('SSL_CERT_FILE', undefined);
      vi.stubEnv('GIT_SSL_NO_VERIFY', '1');
      await expect(fetchWith(gitSettings(server.url, { credentials: token }), secret)).rejects.toMatchObject({
        code: 'GIT_UNAVAILABLE',
      });
      expect(server.requests).toEqual([]);
    }));

  it('a server that does not answer is given up after the timeout, and at once where the daemon stops', () =>
    withServer(async (server) => {
      server.answer('hang');
      const late = fetchWith(gitSettings(server.url, { credentials: token, timeout: 300 }), secret);
      await expect(late).rejects.toMatchObject({
        code: 'GIT_UNAVAILABLE',
        message: `${server.url} gave no answer within 0.3 s ("timeout:" of git)`,
      });
      const before = server.requests.length;
      const stop = new AbortController();
      const stopped = fetchWith(gitSettings(server.url, { credentials: token }), secret, stop.signal);
      await vi.waitFor(() => expect(server.requests.length).toBeGreaterThan(before), { timeout: 30_000 });
      stop.abort();
      await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' });
    }));

  it('without Git on the machine, it says what to install', async () => {
    vi.stubEnv('PATH', tempFolder('no-git'));
    await expect(fetchWith(gitSettings('/nowhere'), null)).rejects.toMatchObject({
      code: 'CONFIG',
      message: 'Git is not installed here; install it (on Debian the package "git")',
    });
  });

  it('a port where nothing listens may pass', async () => {
    const url = `https://127.0.0.1:${await freePort()}/dns.git`;
    await expect(fetchWith(gitSettings(url, { credentials: token }), secret)).rejects.toMatchObject({
      code: 'GIT_UNAVAILABLE',
      kind: 'wait',
    });
  });
});

describe('over ssh', () => {
  const withServer = async (job: (server: Sshd, bare: string, tip: string) => Promise<void>): Promise<void> => {
    const upstream = makeUpstream();
    const tip = upstream.push({ 'hostmaster.yaml': 'zones: {}\n' });
    const server = await startSshd();
    try {
      await job(server, upstream.bare, tip);
    } finally {
      await server.stop();
    }
  };
  const sshSettings = ({ url, key, knownHosts }: Sshd, bare: string): GitSettings =>
    gitSettings(`${url}${bare}`, { credentials: { kind: 'ssh', key, knownHosts } });

  it('the key gets what the ref leads to, also from a folder with spaces and percent signs', () =>
    withServer(async (server, bare, tip) => {
      expect(await fetchWith(sshSettings(server, bare), null)).toEqual({ commit: tip, tag: null });
      const folder = tempFolder("git keys 100%d it's");
      const [key, knownHosts] = [join(folder, 'key'), join(folder, 'known hosts')];
      writeFileSync(key, readFileSync(server.key), { mode: 0o600 });
      writeFileSync(knownHosts, readFileSync(server.knownHosts));
      expect(await fetchWith(sshSettings({ ...server, key, knownHosts }, bare), null)).toEqual({
        commit: tip,
        tag: null,
      });
    }));

  it('another key is refused, and so is a server that is not the one of known_hosts', () =>
    withServer(async (server, bare) => {
      const other = join(dirname(server.key), 'other');
      await makeKey(other);
      await expect(fetchWith(sshSettings({ ...server, key: other }, bare), null)).rejects.toMatchObject({
        code: 'GIT_REFUSED',
        message: expect.stringContaining('does not accept the ssh key'),
      });
      const knownHosts = join(dirname(server.key), 'others');
      writeFileSync(
        knownHosts,
        readFileSync(server.knownHosts, 'utf8').replace(/(ssh-\S+ ).*/, `$1${publicKey(other)}`),
      );
      await expect(fetchWith(sshSettings({ ...server, knownHosts }, bare), null)).rejects.toMatchObject({
        code: 'GIT_REFUSED',
        message: expect.stringContaining('known_hosts'),
      });
      rmSync(knownHosts);
      await expect(fetchWith(sshSettings({ ...server, knownHosts }, bare), null)).rejects.toMatchObject({
        code: 'GIT_REFUSED',
      });
    }));

  it('a server that says nothing is given up after the timeout', async () => {
    const mute = await listen(createServer());
    const settings = gitSettings(`ssh://git@127.0.0.1:${mute.port}/dns.git`, {
      credentials: { kind: 'ssh', key: '/nowhere/key', knownHosts: '/nowhere/known_hosts' },
      timeout: 500,
    });
    await expect(fetchWith(settings, null)).rejects.toMatchObject({ code: 'GIT_UNAVAILABLE', kind: 'wait' });
    await mute.close();
  });
});

const publicKey = (file: string): string => readFileSync(`${file}.pub`, 'utf8').split(' ')[1] ?? '';

describe('settings that would become words of commands', () => {
  it.each([
    ['https://user:password@git.example.net/dns.git'],
    ['git@git.example.net:dns.git'],
    ['git.example.net:dns.git'],
    ['http://git.example.net/dns.git'],
    ['git://git.example.net/dns.git'],
    ['ext::sh -c touch% /tmp/x'],
    ['--upload-pack=touch /tmp/x'],
    ['ssh://-oProxyCommand=x/dns.git'],
    ['ssh://%2DoProxyCommand=x/dns.git'],
    ['ssh://-l@git.example.net/dns.git'],
    ['dns.git'],
    ['https://git.example.net/dns\n.git'],
    ['/srv/dns\n.git'],
  ])('the URL %j is refused', async (url) => {
    const settings = gitSettings(url, { credentials: token });
    await expect(fetchWith(settings, 'x')).rejects.toMatchObject({
      code: 'CONFIG',
      message: expect.not.stringContaining('password@'),
    });
  });

  it.each([
    'main',
    'refs/heads/',
    'refs/remotes/a',
    'refs/heads/a..b',
    'refs/heads/*',
    'refs/heads/a b',
    'refs/heads/a.lock',
    'refs/heads/.a',
    'refs/heads/a^{tree}',
    'refs/heads/a:b',
    '--output=x',
  ])('the ref %j is refused', async (ref) => {
    await expect(fetchWith(gitSettings('/nowhere', { ref }), null)).rejects.toMatchObject({ code: 'CONFIG' });
  });

  it.each(['..', '/etc', 'a/../../b', '.git', 'a/.GIT/b'])('the path %j is refused', async (path) => {
    await expect(fetchWith(gitSettings('/nowhere', { path }), null)).rejects.toMatchObject({ code: 'CONFIG' });
  });

  it('ssh without a key, and a token that no header can have, are refused', async () => {
    await expect(fetchWith(gitSettings('ssh://git@127.0.0.1/dns.git'), null)).rejects.toMatchObject({ code: 'CONFIG' });
    const settings = gitSettings('https://127.0.0.1/dns.git', { credentials: token });
    await expect(fetchWith(settings, 'a\nX-Other: b')).rejects.toMatchObject({
      code: 'CONFIG',
      message: expect.not.stringContaining('X-Other'),
    });
  });
});
