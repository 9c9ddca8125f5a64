import Type, { type Static } from 'typebox';
import { closed, duration, secretRef, textKey } from './common.ts';

const keyFile = (description: string, example: string) =>
  closed({ file: textKey('Its path; relative to this file.', { examples: [example] }) }, description, {
    examples: [{ file: example }],
  });

/** `git:`, in the operator's own file. */
export const gitSchema = closed(
  {
    url: textKey('The repository: https://, ssh:// or file://, or a path; never with a password in it.', {
      examples: ['https://git.example.net/dns.git', 'ssh://git@git.example.net/dns.git'],
    }),
    ref: Type.Optional(
      textKey('The branch or the tag that is taken: refs/heads/… or refs/tags/….', {
        default: 'refs/heads/main',
        examples: ['refs/heads/production'],
      }),
    ),
    path: Type.Optional(
      textKey('The folder of hostmaster.yaml in the repository.', { default: '.', examples: ['dns'] }),
    ),
    token: Type.Optional({
      ...secretRef,
      description: 'What an https:// repository is read with.',
      examples: [{ env: 'GIT_TOKEN' }],
    }),
    ssh_key: Type.Optional(keyFile('The private key that an ssh:// repository is read with.', 'keys/id_ed25519')),
    known_hosts: Type.Optional(
      keyFile("The server's own key, as ssh-keyscan writes it; goes with ssh_key.", 'keys/known_hosts'),
    ),
    interval: Type.Optional(
      duration('How often it is asked for new commits, ±10 %: 1s to 24h.', { default: '60s', examples: ['5m'] }),
    ),
    timeout: Type.Optional(
      duration('How long asking and fetching may take: 1s to 1h.', { default: '60s', examples: ['2m'] }),
    ),
    signed_by: Type.Optional(
      textKey(
        'Whose signature a commit, or the tag, must have: an allowed_signers file of ssh, or a GPG keyring. Default is that none is asked for.',
        { examples: ['keys/allowed_signers'] },
      ),
    ),
    folder: Type.Optional(
      textKey("Where the daemon keeps the repository and the commits' files. Default is git/ beside the state.", {
        examples: ['/var/lib/hostmaster/git'],
      }),
    ),
  },
  "Where the daemon takes the repository from. Only in the operator's own file, that of --targets-from.",
  { examples: [{ url: 'https://git.example.net/dns.git', token: { env: 'GIT_TOKEN' } }] },
);

export type GitEntry = Static<typeof gitSchema>;
