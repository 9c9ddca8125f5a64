import type { SecretRef } from '../../model/secret.ts';
import { asRecord, isMapping } from '../../validation/index.ts';
import type { Path } from '../yaml/config-document.ts';
import type { Config } from './config.ts';
import { readSecretRefs } from './secret-refs.ts';

/** Where secrets stand in a part of the configuration: a path of keys, `*` for each key of a mapping or entry of a list. */
export type SecretPattern = readonly string[];

export interface FoundSecrets {
  /** By path, its steps joined by dots: `tokens.0.token`. One that cannot be used is missing, and its problem is there. */
  readonly refs: ReadonlyMap<string, SecretRef>;
  /** The value with a sound reference in place of each secret, so that the schema finds all but those. */
  readonly rest: unknown;
}

/** The secrets in the value at `path`. No message here shows one of them. */
export const readSecretsIn = (
  config: Config,
  path: Path,
  value: unknown,
  patterns: readonly SecretPattern[],
): FoundSecrets => {
  const refs = new Map<string, SecretRef>();
  let rest = value;
  for (const found of patterns.flatMap((pattern) => pathsOf(value, pattern))) {
    const key = String(found.at(-1));
    const inside = found.slice(0, -1);
    const ref = readSecretRefs(config, [...path, ...inside], asRecord(valueAt(value, inside)), [key])[key];
    if (ref !== undefined) refs.set(found.join('.'), ref);
    rest = replaced(rest, found, standIn);
  }
  return { refs, rest };
};

const standIn: SecretRef = { env: 'SECRET' };

/** The paths in a value that a pattern stands for and that lead to something. */
const pathsOf = (value: unknown, [step, ...more]: SecretPattern): readonly Path[] => {
  if (step === undefined) return value === undefined ? [] : [[]];
  const steps = step === '*' ? stepsInto(value) : isMapping(value) ? [step] : [];
  return steps.flatMap((each) => pathsOf(valueAt(value, [each]), more).map((rest) => [each, ...rest]));
};

const stepsInto = (value: unknown): Path => (Array.isArray(value) ? [...value.keys()] : Object.keys(asRecord(value)));

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inside, step) => (Array.isArray(inside) ? inside[Number(step)] : asRecord(inside)[String(step)]),
    value,
  );

const replaced = (value: unknown, [step, ...more]: Path, by: unknown): unknown => {
  if (step === undefined) return by;
  if (Array.isArray(value)) return value.map((each, i) => (i === step ? replaced(each, more, by) : each));
  return { ...asRecord(value), [step]: replaced(asRecord(value)[String(step)], more, by) };
};
