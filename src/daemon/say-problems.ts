import type { EndedPass } from './engine/messages.ts';
import type { Log } from './log.ts';
import { codeOfRule } from './standing.ts';

/** A line of the log for each problem of a pass, and for each zone that could not be written. */
export const sayProblems = ({ problems, results }: EndedPass, pass: string, log: Log): void => {
  for (const { message, rule, severity, target, zone } of problems) {
    const code = target === undefined ? rule : codeOfRule(rule);
    log(severity === 'error' ? 'error' : 'warn', message, { pass, zone: zone ?? null, target: target ?? null, code });
  }
  for (const { code, error, status, target, zone } of results) {
    if (status !== 'applied' && error !== null) log('error', error, { pass, zone, target, code });
  }
};
