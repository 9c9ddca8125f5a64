import { compareText } from './compare.ts';
import type { Origin } from './origin.ts';

export type Severity = 'error' | 'warning';

/**
 * Something wrong with the input or with a target, for a person to mend. `file`, `line` and `column` say where in the
 * repository; `target` names the configured target it happened at; `zone` and `name` are what it is about, where it is about
 * one.
 */
export interface Problem {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly target?: string;
  readonly zone?: string;
  readonly name?: string;
  /** Of what failed at a target or in the state: the error's documented code, whose kind says whether it is tried again. */
  readonly code?: string;
}

export const problemAt = (
  rule: string,
  severity: Severity,
  message: string,
  at: { readonly file: string; readonly line?: number; readonly column?: number } | Origin | null,
): Problem => ({
  rule,
  severity,
  message,
  file: at?.file ?? null,
  line: at?.line ?? null,
  column: at?.column ?? null,
});

export const problemOfTarget = (rule: string, message: string, target: string, zone?: string): Problem => ({
  rule,
  severity: 'error',
  message,
  file: null,
  line: null,
  column: null,
  target,
  ...(zone === undefined ? {} : { zone }),
});

/** The same with the code of an error that it comes of; null: of none. */
export const withCode = (problem: Problem, code: string | null): Problem =>
  code === null ? problem : { ...problem, code };

export const warningOfTarget = (rule: string, message: string, target: string, zone: string): Problem => ({
  ...problemOfTarget(rule, message, target, zone),
  severity: 'warning',
});

/** By file, line and column; those of targets last, by target and zone. */
export const sortProblems = (problems: readonly Problem[]): readonly Problem[] =>
  [...problems].sort(
    (a, b) =>
      compareText(a.file ?? '\uffff', b.file ?? '\uffff') ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0) ||
      compareText(a.target ?? '', b.target ?? '') ||
      compareText(a.zone ?? '', b.zone ?? '') ||
      compareText(a.rule, b.rule) ||
      compareText(a.message, b.message),
  );
