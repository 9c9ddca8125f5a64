import { quoted } from '../../model/phrases.ts';
import { problemAt } from '../../model/problem.ts';
import type { UnusableRule } from '../../model/roles.ts';
import { asRecord, unknownKey } from '../../validation/index.ts';
import { type Config, reportAtKey } from '../config/config.ts';
import { type LoadRuleId, loadSeverity } from '../load-rules.ts';
import type { FileReader } from '../read-zone.ts';
import { sizeLimits } from '../size-limits.ts';
import { DocumentProblem, readConfigDocument } from '../yaml/config-document.ts';

/** labels.yaml or groups.yaml, read; its problems are its own. */
export interface RolesFile {
  readonly text: Config;
  /** By name, unchecked. */
  readonly roles: readonly (readonly [string, unknown])[];
  /** The parts that cannot be read: they may be about any name. */
  readonly unusable: readonly UnusableRule[];
}

/** Reads `labels.yaml` or `groups.yaml`; one that is not there has nothing in it. */
export const readRolesFile = (folder: string, readFile: FileReader, key: 'labels' | 'groups'): RolesFile => {
  const file = `${key}.yaml`;
  const text: Config = { folder, file, trusted: false, text: emptyText, top: {}, problems: [] };
  const nothing = { text, roles: [], unusable: [] };
  const refuse = (rule: LoadRuleId, message: string, at: { readonly line: number; readonly column: number }) => {
    const place = { file, ...at };
    text.problems.push(problemAt(rule, loadSeverity(rule), message, place));
    return { ...nothing, unusable: [{ name: null, reason: `${file} cannot be used: ${message}`, at: place }] };
  };
  const read = readFile(file, sizeLimits.rolesFileBytes);
  if (read.status === 'missing') return nothing;
  if (read.status === 'refused') return refuse('file-unusable', `${file} cannot be used: ${read.message}`, top);
  try {
    const parsed = readConfigDocument(read.text);
    if (parsed.value === null) return nothing;
    if (typeof parsed.value !== 'object' || Array.isArray(parsed.value)) {
      return refuse('config-syntax', `${file} must be a mapping, with "${key}:" at its top`, top);
    }
    return rolesOf({ ...text, text: parsed, top: asRecord(parsed.value) }, key);
  } catch (error) {
    if (!(error instanceof DocumentProblem)) throw error;
    return refuse('yaml-syntax', `${error.message}${quoteHint(read.text, error.at.line)}`, error.at);
  }
};

/** A hint for the most common mistake: a template without quotes, whose `{` begins a mapping in YAML. */
const quoteHint = (text: string, line: number): string =>
  /[:,[]\s*\{\{/.test(text.split('\n')[line - 1] ?? '') ? '; put quotes around a value that begins with "{{"' : '';

const top = { line: 1, column: 1 };
const emptyText = { value: null, duplicates: [], positionOf: () => top, positionOfKey: () => top };

const rolesOf = (text: Config, key: 'labels' | 'groups'): RolesFile => {
  const { file } = text;
  const before = text.problems.length;
  for (const { key: twice, at } of text.text.duplicates) {
    const message = `${quoted(twice)} is there twice in this mapping; keep one of the two`;
    text.problems.push(problemAt('duplicate-key', loadSeverity('duplicate-key'), message, { file, ...at }));
  }
  for (const other of Object.keys(text.top).filter((each) => each !== key)) {
    reportAtKey(text, 'config-syntax', unknownKey(other, [key]), [other]);
  }
  const value = text.top[key];
  const isMapping = value !== null && typeof value === 'object' && !Array.isArray(value);
  if (!isMapping && value !== null && value !== undefined) {
    reportAtKey(text, 'config-syntax', `"${key}" must be a mapping, with an entry for each of them`, [key]);
  }
  const unusable = text.problems.slice(before).map(({ message, line, column }) => ({
    name: null,
    reason: message,
    at: { file, line: line ?? 1, column: column ?? 1 },
  }));
  return { text, roles: isMapping ? Object.entries(value) : [], unusable };
};
