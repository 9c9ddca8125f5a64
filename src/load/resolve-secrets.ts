import { resolve } from 'node:path';
import type { TargetDefinition } from '../model/definitions.ts';
import { isOfGit } from '../model/dot-names.ts';
import { HostmasterError } from '../model/errors.ts';
import type { InventoryDefinition } from '../model/roles.ts';
import type { SecretRef } from '../model/secret.ts';
import { realPath } from './pull-request/work-tree.ts';
import { readTextFile } from './repository-files.ts';
import { sizeLimits } from './size-limits.ts';

// A secret is read where it is used, each time anew: it may change while the daemon runs.

/**
 * The secrets of a target or an inventory by key; `folder` is the one its paths start from. Throws CONFIG where one is
 * not to be had; the message never has a secret in it.
 */
export const resolveSecrets = async (
  definition: TargetDefinition | InventoryDefinition,
  folder: string,
): Promise<{ readonly secrets: Readonly<Record<string, string>> }> => {
  const secrets: Record<string, string> = {};
  for (const [key, ref] of Object.entries(definition.secrets)) {
    secrets[key] = await resolveSecret(ref, `${whatOf(definition)}: ${key}`, folder);
  }
  return { secrets };
};

const whatOf = (definition: TargetDefinition | InventoryDefinition): string =>
  'at' in definition
    ? `${definition.at.file}:${definition.at.line}: inventory ${definition.name}`
    : `${definition.file}:${definition.line}: target ${definition.name}`;

/** One secret; `what` says which, and where it stands: `hostmaster.yaml:3: daemon: token ops`. Throws as resolveSecrets does. */
export const resolveSecret = async (ref: SecretRef, what: string, folder: string): Promise<string> => {
  const refuse = (message: string): never => {
    throw new HostmasterError('CONFIG', `${what}: ${message}`);
  };
  if ('env' in ref) {
    const value = process.env[ref.env];
    const name = variableName.test(ref.env) ? ref.env : notShown;
    return value === undefined || value === ''
      ? refuse(`the environment variable ${name} is ${value === undefined ? 'not set' : 'empty'}; set it`)
      : value;
  }
  const name = isPlainPath(ref.file) ? ref.file : notShown;
  const path = resolve(folder, ref.file);
  if (isOfGit(path) || isOfGit(realPath(path))) {
    return refuse(`the file ${name} is one of Git's own, which may hold the token of the checkout; name another`);
  }
  const read = readTextFile(path, sizeLimits.secretBytes);
  if (read.status === 'missing') return refuse(`there is no file ${name}; make it, or name another`);
  if (read.status === 'refused') return refuse(`the file ${name} cannot be used: ${read.message}`);
  const value = read.text.replace(/\r?\n$/, '');
  return value === '' ? refuse(`the file ${name} is empty; put the secret into it`) : value;
};

const notShown = '(not shown here, as it may be the secret itself)';

/** The name of a variable: anything else that stands there may be the secret. */
const variableName = /^[A-Z_][A-Z0-9_]{0,63}$/;

/** A path of words, `keys/pdns-api-key`: no part of it is long and mixed enough to be a secret. */
const isPlainPath = (path: string): boolean =>
  /[./]/.test(path) &&
  path.split(/[\\/._-]+/).every((part) => /^(?:[A-Z]?[a-z]{0,20}|[A-Z]{1,20})[0-9]{0,4}$/.test(part));
