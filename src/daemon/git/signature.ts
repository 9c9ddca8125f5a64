import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitSettings } from '../../model/daemon-settings.ts';
import { HostmasterError, messageOf } from '../../model/errors.ts';
import { type BareRepository, gnupgPrefix, onDisk } from './bare-repository.ts';
import { localFailure } from './failure.ts';
import type { Tip } from './fetch.ts';
import { importKeys } from './gpg.ts';
import type { GitRun } from './run-git.ts';

/** Is it signed by one of those of `signed_by`? */
export type Signature = { readonly good: true } | { readonly good: false; readonly because: string };

/**
 * Of a commit Git's own grade must be G; of a tag, the tag must be signed and have the name of the ref. Throws CONFIG where
 * `signed_by` cannot be read.
 */
export const signatureOfTip = async (
  bare: BareRepository,
  settings: GitSettings,
  signedBy: string,
  tip: Tip,
): Promise<Signature> => {
  const isTag = settings.ref.startsWith('refs/tags/');
  if (isTag && tip.tag === null) {
    return {
      good: false,
      because: `${settings.ref} is a lightweight tag, which nobody can sign; make one by "git tag -s"`,
    };
  }
  return withKeys(settings, signedBy, (keys) =>
    tip.tag !== null ? ofTag(bare, settings, tip.tag, keys) : ofCommit(bare, tip.commit, keys),
  );
};

type Keys = Pick<GitRun, 'config' | 'environment'>;

const ofCommit = async (bare: BareRepository, commit: string, keys: Keys): Promise<Signature> => {
  const what = `the signature of ${commit} cannot be read`;
  const grade = (await bare.read(what, ['log', '-1', '--format=%G?', commit, '--'], keys)).toString('latin1').trim();
  return grade === 'G' ? { good: true } : { good: false, because: grades[grade] ?? `Git calls its signature ${grade}` };
};

const grades: Readonly<Record<string, string>> = {
  N: 'it is not signed by a key that signed_by could name',
  U: 'it is signed by a key that signed_by does not have',
  B: 'its signature does not fit it',
  E: 'it is signed by a key that signed_by does not have',
  X: 'its signature has expired',
  Y: 'it is signed by a key that has expired',
  R: 'it is signed by a key that was revoked',
};

const ofTag = async (bare: BareRepository, { ref }: GitSettings, tag: string, keys: Keys): Promise<Signature> => {
  const header = (await bare.read(`the tag ${tag} cannot be read`, ['cat-file', 'tag', tag])).toString('utf8');
  const name = /^tag (.*)$/m.exec(header.split('\n\n')[0] ?? '')?.[1];
  // A tag that was signed under another name says nothing of this one.
  if (`refs/tags/${name}` !== ref) return { good: false, because: `the tag at ${ref} was made as ${name}` };
  const end = await bare.run(['verify-tag', tag], keys);
  if (end.status !== 'ended') throw localFailure(`the signature of the tag ${tag} cannot be read`, end);
  return end.code === 0
    ? { good: true }
    : { good: false, because: 'the tag is not signed by a key that signed_by has, or its signature does not fit it' };
};

/** An allowed_signers file is read by ssh-keygen; keys of GPG get a folder of their own for as long as it takes. */
const withKeys = async <T>(settings: GitSettings, signedBy: string, job: (keys: Keys) => Promise<T>): Promise<T> => {
  const content = await readFile(signedBy).catch((error: unknown) => {
    throw unusable(signedBy, messageOf(error));
  });
  const kind = kindOf(content);
  if (kind === 'ssh') return job({ config: [['gpg.ssh.allowedSignersFile', signedBy]] });
  const home = await onDisk(settings, () => mkdtemp(join(settings.folder, gnupgPrefix)));
  try {
    await onDisk(settings, () => writeFile(join(home, 'gpg.conf'), gpgSettings));
    if (kind === 'keybox') await onDisk(settings, () => copyFile(signedBy, join(home, 'pubring.kbx')));
    else {
      const fault = await importKeys(home, signedBy);
      if (fault !== null) throw unusable(signedBy, fault);
    }
    return await job({ environment: { GNUPGHOME: home } });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};

/** Whoever is in the keyring is trusted, and no other; nothing is asked of a server. */
const gpgSettings = ['trust-model always', 'no-auto-key-retrieve', 'no-auto-key-locate', 'disable-dirmngr', ''].join(
  '\n',
);

const kindOf = (content: Buffer): 'ssh' | 'gpg' | 'keybox' => {
  if (content.subarray(8, 12).toString('latin1') === 'KBXf') return 'keybox';
  const isBinary = ((content[0] ?? 0) & 0x80) !== 0;
  return isBinary || content.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----') ? 'gpg' : 'ssh';
};

const unusable = (signedBy: string, why: string): HostmasterError =>
  new HostmasterError('CONFIG', `${signedBy} ("signed_by:" of git) cannot be used: ${why}`);
