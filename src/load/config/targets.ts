import { resolve } from 'node:path';
import type { TargetDefinition } from '../../model/definitions.ts';
import { parseDuration } from '../../model/duration.ts';
import type { ProviderKeys } from '../../model/external-providers.ts';
import { quoted } from '../../model/phrases.ts';
import type { NameServer } from '../../model/ports.ts';
import { asRecord, type Check, checkOf, checkOfKeys, keysOf, unknownKey } from '../../validation/index.ts';
import { realPath } from '../pull-request/work-tree.ts';
import { type TargetEntry, targetSchema } from '../schema/hostmaster.ts';
import { type Config, checkAt, entriesAt, reportAt, reportAtKey } from './config.ts';
import { parseNameServer } from './parse-scalars.ts';
import { keysOfProvider, type ProviderSources } from './provider-keys.ts';
import { readSecretRefs, secretKeysIn, withoutSecrets } from './secret-refs.ts';

const commonKeys = ['provider', 'verify_at', 'verify_wait'];
const defaultWait = 30_000;

/** The targets that can be used; one that cannot is a problem. */
export const readTargets = async (config: Config, sources: ProviderSources): Promise<readonly TargetDefinition[]> => {
  const check = checkOf(targetSchema, { secretive: true });
  const targets: TargetDefinition[] = [];
  for (const [name, value] of entriesAt(config, 'targets')) {
    const before = config.problems.length;
    const entry = checkAt(config, check, value, ['targets', name]);
    if (entry === null) continue;
    const keys = await keysOfProvider(config, name, entry, sources);
    const raw = asRecord(value);
    const target: TargetDefinition = {
      name,
      provider: entry.provider,
      config: keys === null ? {} : readProviderConfig(config, name, raw, keys),
      secrets: readSecretRefs(config, ['targets', name], raw, keys?.secrets ?? secretKeysIn(raw)),
      verify_at: readNameServers(config, name, entry),
      verify_wait: parseDuration(entry.verify_wait ?? '') ?? defaultWait,
      file: config.file,
      ...config.text.positionOfKey(['targets', name]),
    };
    if (config.problems.length === before) targets.push(target);
  }
  return targets;
};

/** Drops, with a problem, targets that would keep their zones in the state file itself. */
export const withoutState = (
  config: Config,
  targets: readonly TargetDefinition[],
  state: string,
): readonly TargetDefinition[] =>
  targets.filter(({ name, config: { file } }) => {
    if (typeof file !== 'string' || realPath(resolve(config.folder, file)) !== realPath(state)) return true;
    const message = `targets.${name}: "file" is the state file, ${quoted(file)}, which cannot hold zones; choose another path for "file" or for "state"`;
    reportAt(config, 'config-syntax', message, ['targets', name, 'file']);
    return false;
  });

const readProviderConfig = (
  config: Config,
  name: string,
  raw: Readonly<Record<string, unknown>>,
  { schema, secrets }: ProviderKeys,
): Readonly<Record<string, unknown>> => {
  const own = Object.fromEntries(
    Object.entries(withoutSecrets(raw, secrets)).filter(([key]) => !commonKeys.includes(key)),
  );
  const properties = keysOf(schema);
  const known = [...commonKeys, ...properties, ...secrets.filter((key) => !key.includes('.'))];
  const usable: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(own)) {
    if (properties.includes(key) || schema.properties === undefined) usable[key] = value;
    else reportAtKey(config, 'config-syntax', `targets.${name}: ${unknownKey(key, known)}`, ['targets', name, key]);
  }
  const check: Check<Readonly<Record<string, unknown>>> = checkOfKeys(schema);
  return checkAt(config, check, usable, ['targets', name]) ?? {};
};

const readNameServers = (config: Config, name: string, { verify_at }: TargetEntry): readonly NameServer[] | null =>
  verify_at?.flatMap((text, i) => {
    const nameServer = parseNameServer(text);
    if (nameServer !== null) return [nameServer];
    const message = `targets.${name}: "verify_at" must list addresses like 192.0.2.1:53 or [2001:db8::1]:53, not ${quoted(text)}`;
    reportAt(config, 'config-syntax', message, ['targets', name, 'verify_at', i]);
    return [];
  }) ?? null;
