import type { Severity } from './problem.ts';

/** A rule in words: docs/rules.md is made of these. */
export interface RuleText<Id extends string = string> {
  readonly id: Id;
  readonly severity: Severity;
  /** What breaks it. */
  readonly summary: string;
  /** What comes of it, or why it is one. */
  readonly why?: string;
}

/**
 * A rule beside what others do about the same: `octodns` is what its strict set (1.22) does, `namedCheckzone` what
 * `named-checkzone -i local` (BIND 9.18) does. Of a zone's rule both begin with what becomes of the zone: accepts, warns,
 * refuses, or "not applicable". `why` says why we differ from them, where we do.
 */
export interface ComparedRuleText<Id extends string = string> extends RuleText<Id> {
  readonly octodns: string;
  readonly namedCheckzone: string;
  readonly why: string;
}

/** Finds the severity of a rule of this list by its id. */
export const severitiesOf = <Id extends string>(rules: readonly RuleText<Id>[]): ((id: Id) => Severity) => {
  const severities: ReadonlyMap<Id, Severity> = new Map(rules.map(({ id, severity }) => [id, severity]));
  return (id) => severities.get(id) ?? 'error';
};
