import type { Severity } from '../model/problem.ts';
import { errorRules } from './table/errors.ts';
import type { RuleText } from './table/row.ts';
import { warningRules } from './table/warnings.ts';

export type RuleId = keyof typeof errorRules | keyof typeof warningRules;

/** One rule, as the documentation shows it. */
export interface RuleRow extends RuleText {
  readonly id: RuleId;
  readonly severity: Severity;
}

const rowsOf = (texts: Readonly<Partial<Record<RuleId, RuleText>>>, severity: Severity): readonly RuleRow[] =>
  Object.entries(texts).map(([id, text]) => ({ id: id as RuleId, severity, ...text }));

/** Every rule that looks at composed zones. The rules that a file breaks when it is read are in load. */
export const ruleTable: readonly RuleRow[] = [...rowsOf(errorRules, 'error'), ...rowsOf(warningRules, 'warning')];

export const severityOf = (id: RuleId): Severity => (id in errorRules ? 'error' : 'warning');
