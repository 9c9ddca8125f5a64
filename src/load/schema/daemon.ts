import Type, { type Static } from 'typebox';
import { closed, duration, secretRef, textKey } from './common.ts';

const secret = (description: string, example: string) => ({ ...secretRef, description, examples: [{ env: example }] });

const tokenSchema = closed(
  {
    name: textKey('Who has it, for the audit file: letters, digits, ".", "-" and "_".', { examples: ['ops'] }),
    token: secret('The bearer token itself.', 'OPS_TOKEN'),
    scope: Type.Enum(['read', 'write'], {
      description: 'read: look at everything; write: also sync, suspend and resume.',
      examples: ['read'],
    }),
  },
  'Who may ask the HTTP interface.',
);

const hookSchema = (description: string, example: string) =>
  closed({ secret: secret('What its requests are signed with.', example) }, description, {
    examples: [{ secret: { env: example } }],
  });

/** What is said of, by notifications. */
export const notificationKinds = [
  ...(['applied', 'refused', 'failed', 'drift', 'contested'] as const),
  ...(['recovered', 'suspended', 'resumed', 'held', 'shrunk'] as const),
];

const notifySchema = closed(
  {
    type: Type.Enum(['slack', 'webhook', 'mail'], { description: 'How it is said.', examples: ['slack'] }),
    on: Type.Optional(
      Type.Array(Type.Enum(notificationKinds), {
        minItems: 1,
        description: 'What is said. Default is everything.',
        examples: [['refused', 'failed']],
      }),
    ),
    values: Type.Optional(
      Type.Boolean({ description: 'Whether values are said, besides names and counts.', default: false }),
    ),
    url: Type.Optional(secret('Of slack and webhook: the address that it is sent to, which is a secret.', 'SLACK_URL')),
    secret: Type.Optional(secret('Of webhook: what it is signed with.', 'NOTIFY_SECRET')),
    smtp: Type.Optional(
      textKey('Of mail: the server, smtp:// or smtps://, without a password.', {
        examples: ['smtps://mail.example.net'],
      }),
    ),
    from: Type.Optional(textKey('Of mail: the sender.', { examples: ['dns@example.net'] })),
    to: Type.Optional(
      Type.Array(textKey('An address.'), {
        minItems: 1,
        description: 'Of mail: the receivers.',
        examples: [['ops@example.net']],
      }),
    ),
    password: Type.Optional(secret('Of mail: the password of the sender.', 'SMTP_PASSWORD')),
  },
  'Whom to tell.',
);

/** `daemon:`, in the operator's own file or in ./hostmaster.yaml. */
export const daemonSchema = closed(
  {
    listen: Type.Optional(
      textKey('The address and the port of its HTTP interface. Elsewhere than on loopback it needs a token.', {
        default: '127.0.0.1:8053',
        examples: ['192.0.2.10:8053', '[::1]:8053'],
      }),
    ),
    url: Type.Optional(
      textKey('Its address for others: for links, and the only Host besides localhost that it answers to.', {
        examples: ['https://dns.example.net/'],
      }),
    ),
    tokens: Type.Optional(
      Type.Array(tokenSchema, {
        description:
          'Who may ask the HTTP interface. Default is one token with scope write, made at the start, in a file beside the state.',
        examples: [[{ name: 'ops', token: { env: 'OPS_TOKEN' }, scope: 'write' }]],
      }),
    ),
    hooks: Type.Optional(
      closed(
        {
          git: Type.Optional(hookSchema('The hook of the Git server: it makes the daemon fetch.', 'GIT_HOOK_SECRET')),
          inventory: Type.Optional(
            Type.Record(Type.String(), hookSchema('The hook of an inventory, by its name.', 'LAB_HOOK_SECRET'), {
              description: 'The hooks of inventories, by the names that they have under inventory:.',
              examples: [{ lab: { secret: { env: 'LAB_HOOK_SECRET' } } }],
            }),
          ),
        },
        'Who may call for a pass.',
        { examples: [{ git: { secret: { env: 'GIT_HOOK_SECRET' } } }] },
      ),
    ),
    interval: Type.Optional(
      duration('How often there is a pass over everything: 1s to 24h.', { default: '5m', examples: ['15m'] }),
    ),
    start: Type.Optional(
      Type.Enum(['running', 'suspended'], {
        description: 'suspended: it looks and plans, and writes nothing until it is resumed.',
        default: 'running',
        examples: ['suspended'],
      }),
    ),
    metrics: Type.Optional(
      Type.Enum(['token', 'open'], {
        description: 'open: /metrics answers without a token.',
        default: 'token',
        examples: ['open'],
      }),
    ),
    audit: Type.Optional(
      textKey('The file that every write is noted in; a relative path begins at the folder of the state.', {
        default: 'audit.jsonl',
        examples: ['/var/log/hostmaster/audit.jsonl'],
      }),
    ),
    notify: Type.Optional(
      Type.Array(notifySchema, {
        description: 'Whom to tell of what went on. Not in this version yet.',
        examples: [[{ type: 'slack', url: { env: 'SLACK_URL' }, on: ['refused', 'failed'] }]],
      }),
    ),
  },
  "The daemon. In the operator's own file, that of --targets-from, or in ./hostmaster.yaml.",
  { examples: [{ listen: '127.0.0.1:8053', interval: '5m' }] },
);

export type DaemonEntry = Static<typeof daemonSchema>;
