import { resolve } from 'node:path';
import type { TargetDefinition } from '../model/definitions.ts';
import { HostmasterError } from '../model/errors.ts';
import type { InventoryDefinition } from '../model/roles.ts';
import type { SecretRef } from '../model/secret.ts';
import { readTextFile } from './repository-files.ts';
import { sizeLimits } from './size-limits.ts';

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
    secrets[key] = await resolveOne(ref, `${whatOf(definition)}: ${key}`, folder);
  }
  return { secrets };
};

const whatOf = (definition: TargetDefinition | InventoryDefinition): string =>
  'at' in definition
    ? `${definition.at.file}:${definition.at.line}: inventory ${definition.name}`
    : `${definition.file}:${definition.line}: target ${definition.name}`;

const resolveOne = async (ref: SecretRef, what: string, folder: string): Promise<string> => {
  const refuse = (message: string): never => {
    throw new HostmasterError('CONFIG', `${what}: ${message}`);
  };
  if ('env' in ref) {
    const value = process.env[ref.env];
    return value === undefined || value === ''
      ? refuse(`the environment variable ${shown(ref.env)} is ${value === undefined ? 'not set' : 'empty'}; set it`)
      : value;
  }
  const read = readTextFile(resolve(folder, ref.file), sizeLimits.secretBytes);
  if (read.status === 'missing') return refuse(`there is no file ${shown(ref.file)}; make it, or name another`);
  if (read.status === 'refused') return refuse(`the file ${ref.file} cannot be used: ${read.message}`);
  const value = read.text.replace(/\r?\n$/, '');
  return value === '' ? refuse(`the file ${ref.file} is empty; put the secret into it`) : value;
};

const shortestSecret = 16;

/** The name of a variable or file, unless somebody may have written the secret itself in its place. */
const shown = (name: string): string =>
  /^[A-Z_][A-Z0-9_]*$|[./]/.test(name) || name.length < shortestSecret
    ? name
    : '(not shown here, as it may be the secret itself)';
