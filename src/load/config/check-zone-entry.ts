import { SyntaxProblem } from '../../model/errors.ts';
import { globProblem } from '../../model/glob.ts';
import { parseAbsolute } from '../../model/name.ts';
import { quoted } from '../../model/phrases.ts';
import { asRecord } from '../../validation/index.ts';
import { findType } from '../record-types.ts';
import type { Path } from '../yaml/config-document.ts';
import { boundedDuration, guardWindow } from './bounded-duration.ts';
import { type Config, reportAt } from './config.ts';
import { isCidr } from './parse-scalars.ts';

/**
 * Reports texts in a zone's entry that a schema cannot check: globs, types, networks, names. It runs even where the schema
 * found faults, so that one run reports everything; values that are not text are left to the schema.
 */
export const checkZoneEntry = (config: Config, entry: Readonly<Record<string, unknown>>, path: Path): void => {
  const report = (message: string, at: Path) =>
    reportAt(config, 'config-syntax', `${path.join('.')}: ${message}`, [...path, ...at]);
  for (const key of ['ignore', 'exempt'] as const) {
    listOf(entry[key]).forEach((item, i) => {
      const { name } = asRecord(item);
      const fault = typeof name === 'string' ? globProblem(name) : null;
      if (fault !== null) report(`${key}: ${quoted(String(name))} matches nothing: ${fault}`, [key, i, 'name']);
    });
  }
  listOf(entry.ignore).forEach((item, i) => {
    textsOf(asRecord(item).types).forEach(([type, k]) => {
      const found = findType(type);
      if (found.status === 'refused') report(`ignore: ${found.message}`, ['ignore', i, 'types', k]);
    });
  });
  for (const [name, i] of textsOf(asRecord(entry.create).ns)) {
    const fault = nameFault(name);
    if (fault !== null) report(`create: ns: ${fault}`, ['create', 'ns', i]);
  }
  boundedDuration(config, asRecord(entry.guards).window, [...path, 'guards', 'window'], guardWindow);
  const { covers } = entry;
  if (typeof covers === 'string' && covers !== '' && !isCidr(covers)) {
    report(`"covers" must be a network like 192.0.2.0/25, not ${quoted(covers)}`, ['covers']);
  }
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The texts of a list that are not empty, each with its place in it. */
export const textsOf = (value: unknown): readonly (readonly [string, number])[] =>
  listOf(value).flatMap((item, i) => (typeof item === 'string' && item !== '' ? [[item, i] as const] : []));

const nameFault = (name: string): string | null => {
  try {
    parseAbsolute(name);
    return null;
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return error.message;
  }
};
