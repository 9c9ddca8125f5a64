import { SyntaxProblem } from '../../model/errors.ts';
import { isWithin, parseAbsolute, splitParts } from '../../model/name.ts';
import { quoted } from '../../model/phrases.ts';
import { isTemplate, parseTemplate, type TemplatePart } from '../../model/template.ts';
import { type Config, reportAt } from '../config/config.ts';
import { type LoadRuleId, syntaxRule } from '../load-rules.ts';
import type { Path } from '../yaml/config-document.ts';

/** Where one record or claim is being read. */
export interface RuleReader {
  readonly text: Config;
  /** Where the record or claim stands in its file. */
  readonly path: Path;
  /** The configured zones, canonical. */
  readonly zones: readonly string[];
}

/** Reports at `key` of the record or claim. */
export const reportIn = ({ text, path }: RuleReader, rule: LoadRuleId, message: string, ...key: Path): void =>
  reportAt(text, rule, `${path.join('.')}: ${message}`, [...path, ...key]);

/** Runs `make`, and reports its SyntaxProblem at `key`; null after one. */
export const tryIn = <T>(reader: RuleReader, make: () => T, ...key: Path): T | null => {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    reportIn(
      reader,
      syntaxRule(error.rule),
      `${key.findLast((each) => typeof each === 'string')}: ${error.message}`,
      ...key,
    );
    return null;
  }
};

/** The text of a template with `fill` for what a server has. */
export const filled = (parts: readonly TemplatePart[], fill: (attribute: string) => string): string =>
  parts.map((part) => (typeof part === 'string' ? part : fill(part.attribute))).join('');

/** Is it a template of names, whatever else is wrong with its record or claim? */
export const isNameTemplate = (value: unknown): value is string => {
  if (typeof value !== 'string') return false;
  try {
    parseAbsolute(filled(parseTemplate(value), () => 'x'));
    return true;
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return false;
  }
};

/** Reports a name that is malformed, or in no configured zone. */
export const checkName = (reader: RuleReader, name: string): void => {
  const parts = tryIn(reader, () => parseTemplate(name), 'name');
  if (parts === null) return;
  const example = tryIn(reader, () => parseAbsolute(filled(parts, () => 'x')), 'name');
  if (example === null || reader.zones.some((zone) => isWithin(example, zone))) return;
  const tail = isTemplate(name) ? tailOf(parts) : null;
  if (tail !== null && reader.zones.some((zone) => isWithin(zone, tail))) return;
  reportIn(reader, 'unknown-zone', `${quoted(name)} is in no configured zone; add its zone under "zones:"`, 'name');
};

/** What every name of the template ends in. */
const tailOf = (parts: readonly TemplatePart[]): string => {
  const last = parts.at(-1);
  const [, ...fixed] = typeof last === 'string' ? splitParts(last.replace(/\.$/, '')) : [];
  return fixed.length === 0 ? '.' : parseAbsolute(fixed.join('.'));
};
