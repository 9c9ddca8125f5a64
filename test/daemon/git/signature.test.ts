import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { run, tempFolder } from '../../servers/child.ts';
import { makeKey } from '../../servers/sshd.ts';
import { openDaemonRepository as opened } from './open.ts';
import { gitAt, gitSettings, makeUpstream, type Upstream } from './upstream.ts';

/** How a person signs, and what names that person's key. */
interface Signer {
  readonly config: readonly string[];
  readonly signedBy: string;
}

const sshSigner = async (folder: string, name: string): Promise<Signer> => {
  const key = join(folder, name);
  await makeKey(key);
  const signedBy = `${key}.allowed`;
  writeFileSync(signedBy, `ada@example.com namespaces="git" ${readFileSync(`${key}.pub`, 'utf8')}`);
  return { config: ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${key}`], signedBy };
};

/** A key of GPG, without a passphrase; its keyring is in the form that `exported` says. */
const gpgSigner = async (folder: string, name: string): Promise<Signer & { readonly binary: string; home: string }> => {
  const home = join(folder, name);
  mkdirSync(home, { mode: 0o700 });
  const gpg = (...args: readonly string[]): Promise<string> =>
    run(['gpg', '--homedir', home, '--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '', ...args]);
  await gpg('--quick-generate-key', `${name} <${name}@example.com>`, 'ed25519', 'sign', 'never');
  await run(['gpgconf', '--homedir', home, '--kill', 'all']);
  const [signedBy, binary] = [join(home, 'keys.asc'), join(home, 'keys.gpg')];
  await gpg('--armor', '--output', signedBy, '--export');
  await gpg('--output', binary, '--export');
  const program = join(home, 'gpg.sh');
  writeFileSync(
    program,
    `#!/bin/sh\nexec gpg --homedir '${home}' --batch --pinentry-mode loopback --passphrase '' "$@"\n`,
    {
      mode: 0o755,
    },
  );
  return {
    config: ['-c', 'gpg.format=openpgp', '-c', `gpg.program=${program}`, '-c', `user.signingKey=${name}@example.com`],
    signedBy,
    binary,
    home,
  };
};

const verdict = async (upstream: Upstream, signedBy: string, ref = 'refs/heads/main') => {
  const { repository } = await opened(gitSettings(upstream.bare, { signedBy, ref }));
  return repository.signature(await repository.fetch({ shallow: true }));
};

const signedPush = (upstream: Upstream, { config }: Signer, content: string): string =>
  upstream.push({ 'hostmaster.yaml': content }, { commit: ['-S'], config });

const refused = (words: string) => ({ good: false, because: expect.stringContaining(words) });

let ada: Signer;
let eve: Signer;

beforeAll(async () => {
  const folder = tempFolder('signers');
  [ada, eve] = await Promise.all([sshSigner(folder, 'ada'), sshSigner(folder, 'eve')]);
});

describe('signatures of ssh keys', () => {
  it('one of allowed_signers is good; another key, none, and a changed commit are not', async () => {
    const upstream = makeUpstream();
    const good = signedPush(upstream, ada, 'signed');
    expect(await verdict(upstream, ada.signedBy)).toEqual({ good: true });
    expect(await verdict(upstream, eve.signedBy)).toEqual(refused('signed_by does not have'));
    const object = gitAt(upstream.bare, ['cat-file', 'commit', good]).replace(/\nchange$/, '\nother words');
    writeFileSync(join(upstream.bare, 'changed'), `${object}\n`);
    const changed = gitAt(upstream.bare, ['hash-object', '-t', 'commit', '-w', join(upstream.bare, 'changed')]);
    gitAt(upstream.bare, ['update-ref', 'refs/heads/main', changed]);
    expect(await verdict(upstream, ada.signedBy)).toEqual(refused('does not fit'));
    upstream.push({ 'hostmaster.yaml': 'unsigned' }, { force: true });
    expect(await verdict(upstream, ada.signedBy)).toEqual(refused('is not signed'));
    signedPush(upstream, eve, 'by another');
    expect(await verdict(upstream, ada.signedBy)).toEqual(refused('signed_by does not have'));
  });

  it('only the tip counts: a signed merge of unsigned work is good', async () => {
    const upstream = makeUpstream();
    upstream.push({ 'hostmaster.yaml': 'unsigned' });
    signedPush(upstream, ada, 'signed');
    expect(await verdict(upstream, ada.signedBy)).toEqual({ good: true });
  });

  it('an allowed_signers file that is empty, missing or no such file lets nobody through', async () => {
    const upstream = makeUpstream();
    signedPush(upstream, ada, 'signed');
    const file = join(tempFolder('allowed'), 'file');
    await expect(verdict(upstream, file)).rejects.toMatchObject({
      code: 'CONFIG',
      message: expect.stringContaining(file),
    });
    for (const content of ['', 'ada@example.com\n', '* ssh-ed25519 AAAA\n', '-----BEGIN PGP PUBLIC KEY BLOCK-----\n']) {
      writeFileSync(file, content);
      const found = await verdict(upstream, file).catch((error: { code: string }) => ({
        good: false,
        code: error.code,
      }));
      expect(found, content).toMatchObject({ good: false });
    }
  });

  it('of an annotated tag the tag counts, and the name that it was made with', async () => {
    const upstream = makeUpstream();
    signedPush(upstream, ada, 'signed');
    const tag = (name: string, { config }: Signer, ...options: readonly string[]): void => {
      const { bare } = upstream;
      gitAt(bare, ['tag', '-f', ...options, '-m', 'live', name, 'refs/heads/main'], config);
    };
    tag('live', ada, '-s');
    expect(await verdict(upstream, ada.signedBy, 'refs/tags/live')).toEqual({ good: true });
    expect(await verdict(upstream, eve.signedBy, 'refs/tags/live')).toEqual(refused('the tag is not signed by'));
    gitAt(upstream.bare, ['update-ref', 'refs/tags/other', 'refs/tags/live']);
    expect(await verdict(upstream, ada.signedBy, 'refs/tags/other')).toEqual(refused('was made as live'));
    tag('live', ada, '-a');
    expect(await verdict(upstream, ada.signedBy, 'refs/tags/live')).toEqual(refused('the tag is not signed by'));
    tag('live', eve, '-s');
    expect(await verdict(upstream, ada.signedBy, 'refs/tags/live')).toEqual(refused('the tag is not signed by'));
    gitAt(upstream.bare, ['update-ref', 'refs/tags/light', 'refs/heads/main']);
    expect(await verdict(upstream, ada.signedBy, 'refs/tags/light')).toEqual(refused('lightweight tag'));
  });
});

describe('signatures of GPG keys', () => {
  it('one of the keyring is good, in every form of it; another key, and one of ssh, are not', async () => {
    const folder = tempFolder('gpg');
    const [bob, mallory] = [await gpgSigner(folder, 'bob'), await gpgSigner(folder, 'mallory')];
    const upstream = makeUpstream();
    signedPush(upstream, bob, 'signed');
    for (const signedBy of [bob.signedBy, bob.binary, join(bob.home, 'pubring.kbx')]) {
      expect(await verdict(upstream, signedBy), signedBy).toEqual({ good: true });
    }
    expect(await verdict(upstream, mallory.signedBy)).toEqual(refused('signed_by does not have'));
    expect(await verdict(upstream, ada.signedBy)).toEqual(refused('signed_by does not have'));
    gitAt(upstream.bare, ['tag', '-s', '-m', 'live', 'live', 'refs/heads/main'], bob.config);
    expect(await verdict(upstream, bob.signedBy, 'refs/tags/live')).toEqual({ good: true });
    expect(await verdict(upstream, mallory.signedBy, 'refs/tags/live')).toEqual(refused('the tag is not signed by'));
    signedPush(upstream, ada, 'by ssh');
    expect(await verdict(upstream, bob.signedBy)).toEqual(refused('signed_by'));
    for (const home of [bob.home, mallory.home]) await run(['gpgconf', '--homedir', home, '--kill', 'all']);
  });
});
