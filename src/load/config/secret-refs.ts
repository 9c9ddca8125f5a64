import type { SecretRef } from '../../model/secret.ts';
import { asRecord, isMapping } from '../../validation/index.ts';
import type { Path } from '../yaml/config-document.ts';
import { type Config, howToTrust, reportAt } from './config.ts';

export const isSecretRef = (value: unknown): value is SecretRef => {
  const entries = Object.entries(asRecord(value));
  const [key, text] = entries[0] ?? [];
  return entries.length === 1 && (key === 'env' || key === 'file') && typeof text === 'string' && text !== '';
};

/** The secrets of the entry at `path`, by key. A message here never shows a value: it may be the secret itself. */
export const readSecretRefs = (
  config: Config,
  path: Path,
  raw: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): Readonly<Record<string, SecretRef>> => {
  const found: Record<string, SecretRef> = {};
  for (const key of keys) {
    const parts = key.split('.');
    const value = parts.reduce<unknown>((inside, part) => asRecord(inside)[part], raw);
    if (value === undefined) continue;
    const report = (rule: 'secret-literal' | 'secret-file', message: string): void => {
      const where = [...path, ...parts.slice(0, -1)].join('.');
      reportAt(config, rule, `${where}: "${parts.at(-1)}" ${message}`, [...path, ...parts]);
    };
    if (!isSecretRef(value)) {
      const refs = config.trusted ? '{env: NAME} or {file: PATH}' : '{env: NAME}';
      report('secret-literal', `is a secret; write ${refs}, never the secret itself`);
    } else if ('file' in value && !config.trusted) report('secret-file', untrusted(config));
    else found[key] = value;
  }
  return found;
};

/** Otherwise the author of a configuration could have any file of this machine sent to their own server. */
const untrusted = (config: Config): string =>
  `names a file, and a configuration named by --config may not read secret files; write {env: NAME}; or ${howToTrust(config)}`;

/** The keys of what looks like a secret: `api_key`, or `tsig.secret` for one under another key. */
export const secretKeysIn = (entry: object): readonly string[] =>
  Object.entries(entry).flatMap(([key, value]) =>
    isSecretRef(value) ? [key] : secretKeysIn(asRecord(value)).map((inside) => `${key}.${inside}`),
  );

/** The entry without its secrets. */
export const withoutSecrets = (
  entry: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(entry).flatMap(([key, value]): readonly (readonly [string, unknown])[] => {
      if (keys.includes(key)) return [];
      const inside = keys.filter((each) => each.startsWith(`${key}.`)).map((each) => each.slice(key.length + 1));
      return [[key, inside.length === 0 || !isMapping(value) ? value : withoutSecrets(value, inside)]];
    }),
  );
