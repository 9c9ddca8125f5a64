import type { SourceLocation } from '../model/origin.ts';
import { grouping } from '../model/phrases.ts';
import { type Problem, problemAt } from '../model/problem.ts';
import { type ComposeRuleId, composeSeverity } from './compose-rules.ts';

/** Something wrong with one server or RRset. All findings of one rule and place become one problem. */
export interface Finding {
  readonly rule: ComposeRuleId;
  readonly message: string;
  /** What is to be done, after all that is wrong. */
  readonly hint?: string;
  /** The server's key or the RRset, as the problem lists it; null: it is about neither. */
  readonly about: string | null;
  readonly at: SourceLocation | null;
  /** Keeps findings of one rule and place apart that have different causes. Default is ''. */
  readonly kind?: string;
}

const mostShown = 3;

/** One problem for each rule and place, whatever the number of servers: the first of them in full, a few by name. */
export const findingsToProblems = (findings: readonly Finding[]): readonly Problem[] => {
  const groups = new Map<string, { first: Finding; readonly about: Set<string> }>();
  for (const finding of findings) {
    const { rule, at, kind = '', about } = finding;
    const key = `${rule} ${at?.file}:${at?.line}:${at?.column} ${kind}`;
    const group = groups.get(key) ?? { first: finding, about: new Set<string>() };
    if ((about ?? '') < (group.first.about ?? '')) group.first = finding;
    if (about !== null) group.about.add(about);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ first, about }) => {
    const others = [...about].filter((about) => about !== first.about).sort();
    const hint = first.hint === undefined ? '' : `; ${first.hint}`;
    return problemAt(first.rule, composeSeverity(first.rule), `${first.message}${andOthers(others)}${hint}`, first.at);
  });
};

const andOthers = (others: readonly string[]): string => {
  if (others.length === 0) return '';
  const shown = others.slice(0, mostShown).join(', ');
  return ` (and ${grouping(others.length)} more: ${shown}${others.length > mostShown ? ', …' : ''})`;
};
