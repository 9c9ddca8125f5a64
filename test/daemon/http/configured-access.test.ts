import { expect, it } from 'vitest';
import { configuredAccess } from '../../../src/daemon/http/configured-access.ts';
import type { DaemonDefinitions, DaemonSecrets } from '../../../src/load/index.ts';

const settings: DaemonDefinitions['settings'] = {
  listen: { address: '127.0.0.1', port: 8053 },
  url: 'https://dns.example.net/',
  tokens: [],
  hooks: { git: null, inventory: {} },
  interval: 300_000,
  start: 'running',
  metrics: 'open',
  audit: '/audit.jsonl',
};
const git: DaemonDefinitions['git'] = {
  url: 'https://git.example.net/dns.git',
  ref: 'refs/heads/main',
  path: '.',
  credentials: { kind: 'none' },
  interval: 60_000,
  timeout: 60_000,
  signedBy: null,
  folder: '/git',
  at: { file: 'f', line: 1, column: 1 },
};
const secrets: DaemonSecrets = {
  tokens: [{ name: 'ops', value: 'a', scope: 'read' }],
  gitHook: 's',
  inventoryHooks: new Map([['lab', 'l']]),
};

it('who may speak to a daemon is what its settings and secrets say', () => {
  expect(configuredAccess({ git, settings }, secrets, null)).toEqual({
    url: 'https://dns.example.net/',
    tokens: secrets.tokens,
    metrics: 'open',
    gitHook: { secret: 's', ref: 'refs/heads/main' },
    inventoryHooks: secrets.inventoryHooks,
  });
});

it('a daemon that watches a folder takes no hook of a Git server', () => {
  expect(configuredAccess({ git: null, settings }, secrets, null).gitHook).toBeNull();
});

it('the token that it made is one of them', () => {
  const own = { name: 'own', value: 'o', scope: 'write', isMade: true } as const;
  expect(configuredAccess({ git, settings }, { ...secrets, tokens: [] }, own).tokens).toEqual([own]);
});
