import type { SecretRef } from '../../model/secret.ts';
import { asRecord } from './check.ts';
import { type Config, reportAt } from './config.ts';
import type { Path } from './config-text.ts';

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
    const value = raw[key];
    if (value === undefined) continue;
    if (isSecretRef(value)) found[key] = value;
    else {
      const message = `${path.join('.')}: "${key}" is a secret; write {env: NAME} or {file: PATH}, never the secret itself`;
      reportAt(config, 'secret-literal', message, [...path, key]);
    }
  }
  return found;
};
