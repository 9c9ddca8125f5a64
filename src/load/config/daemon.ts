import { dirname, resolve } from 'node:path';
import type { DaemonSettings, TokenDefinition } from '../../model/daemon-settings.ts';
import { quoted } from '../../model/phrases.ts';
import type { SecretRef } from '../../model/secret.ts';
import { didYouMean } from '../../model/suggest.ts';
import { asRecord, checkOf } from '../../validation/index.ts';
import { type DaemonEntry, daemonSchema } from '../schema/daemon.ts';
import { boundedDuration } from './bounded-duration.ts';
import { type Config, checkAt, reportAt, reportAtKey } from './config.ts';
import { checkNotify } from './notify.ts';
import { isLoopback, parseListen } from './parse-scalars.ts';
import { readSecretsIn } from './secret-paths.ts';

const defaultInterval = 300_000;
const defaultListen = { address: '127.0.0.1', port: 8053 };

/** What holds where nothing is said. */
const defaultsFor = (state: string): DaemonSettings => ({
  listen: defaultListen,
  url: null,
  tokens: [],
  hooks: { git: null, inventory: {} },
  interval: defaultInterval,
  start: 'running',
  metrics: 'token',
  audit: auditFile(state, 'audit.jsonl'),
});

const secrets = [
  ['tokens', '*', 'token'],
  ['hooks', 'git', 'secret'],
  ['hooks', 'inventory', '*', 'secret'],
  ['notify', '*', 'url'],
  ['notify', '*', 'secret'],
  ['notify', '*', 'password'],
];

export interface ReadDaemon {
  readonly settings: DaemonSettings;
  /** All of it that is secret, also what is not used yet. */
  readonly refs: ReadonlyMap<string, SecretRef>;
}

/** Reads `daemon:`; after a problem, what is left of it. No message shows a secret. */
export const readDaemon = (config: Config, state: string): ReadDaemon => {
  const defaults = defaultsFor(state);
  const value = config.top.daemon;
  if (value === undefined) return { settings: defaults, refs: new Map() };
  const { refs, rest } = readSecretsIn(config, ['daemon'], value, secrets);
  const entry = checkAt(config, checkOf(daemonSchema, { secretive: true }), rest, ['daemon']);
  if (entry === null) return { settings: defaults, refs };
  if (entry.notify !== undefined) checkNotify(config, entry.notify);
  return { settings: readEntry(config, entry, refs, defaults, state), refs };
};

const readEntry = (
  config: Config,
  entry: DaemonEntry,
  refs: ReadonlyMap<string, SecretRef>,
  defaults: DaemonSettings,
  state: string,
): DaemonSettings => ({
  listen: readListen(config, entry) ?? defaults.listen,
  url: readUrl(config, entry),
  tokens: readTokens(config, entry, refs),
  hooks: { git: refs.get('hooks.git.secret') ?? null, inventory: readInventoryHooks(config, entry, refs) },
  interval:
    boundedDuration(config, entry.interval, ['daemon', 'interval'], { least: '1s', most: '24h' }) ?? defaults.interval,
  start: entry.start ?? defaults.start,
  metrics: entry.metrics ?? defaults.metrics,
  audit: entry.audit === undefined ? defaults.audit : auditFile(state, entry.audit),
});

const auditFile = (state: string, path: string): string => resolve(dirname(state), path);

const readListen = (config: Config, { listen: text, tokens = [] }: DaemonEntry): DaemonSettings['listen'] | null => {
  if (text === undefined) return null;
  const listen = parseListen(text);
  const path = ['daemon', 'listen'];
  if (listen === null) {
    const message = 'daemon: "listen" must be an address and a port, like 127.0.0.1:8053 or [::1]:8053';
    reportAt(config, 'config-syntax', message, path);
  } else if (!isLoopback(listen.address) && tokens.length === 0) {
    const message =
      'daemon: "listen" is not on loopback, so that others reach it, and there is no token; add one under "tokens:", or listen on 127.0.0.1';
    reportAt(config, 'config-syntax', message, path);
  }
  return listen;
};

const readUrl = (config: Config, { url: text }: DaemonEntry): string | null => {
  if (text === undefined) return null;
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  const path = ['daemon', 'url'];
  if (url !== null && (url.username !== '' || url.password !== '')) {
    reportAt(config, 'secret-literal', 'daemon: "url" has a name or a password in it; take it out', path);
  } else if (url === null || url.search !== '' || url.hash !== '') {
    reportAt(config, 'config-syntax', 'daemon: "url" must be an address like https://dns.example.net/', path);
  } else return url.href;
  return null;
};

const readTokens = (
  config: Config,
  { tokens = [] }: DaemonEntry,
  refs: ReadonlyMap<string, SecretRef>,
): readonly TokenDefinition[] => {
  const named = new Set<string>();
  return tokens.flatMap(({ name, scope }, i): readonly TokenDefinition[] => {
    const report = (message: string): void =>
      reportAt(config, 'config-syntax', `daemon.tokens.${i}: ${message}`, ['daemon', 'tokens', i, 'name']);
    // It may be the token itself, in the wrong place.
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) {
      report('"name" must be 1 to 64 letters, digits, ".", "-" and "_"');
      return [];
    }
    if (named.has(name)) report('another token has this name; the audit file could not tell them apart');
    named.add(name);
    const token = refs.get(`tokens.${i}.token`);
    return token === undefined ? [] : [{ name, token, scope }];
  });
};

const readInventoryHooks = (
  config: Config,
  { hooks }: DaemonEntry,
  refs: ReadonlyMap<string, SecretRef>,
): Readonly<Record<string, SecretRef>> => {
  const known = Object.keys(asRecord(config.top.inventory));
  const found: Record<string, SecretRef> = {};
  for (const name of Object.keys(hooks?.inventory ?? {})) {
    const ref = refs.get(`hooks.inventory.${name}.secret`);
    if (!known.includes(name)) {
      const message = `daemon.hooks.inventory: there is no inventory ${quoted(name)}${didYouMean(name, known)}; configure it under "inventory:" of this file`;
      reportAtKey(config, 'config-syntax', message, ['daemon', 'hooks', 'inventory', name]);
    } else if (ref !== undefined) found[name] = ref;
  }
  return found;
};
