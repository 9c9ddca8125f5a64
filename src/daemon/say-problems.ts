import type { EndedPass } from './engine/messages.ts';
import type { Log } from './log.ts';

/** A line of the log for each problem of a pass, and for each zone that could not be written. */
export const sayProblems = ({ problems, results }: EndedPass, pass: string, log: Log): void => {
  for (const { code, message, rule, severity, target, zone } of problems) {
    const about = { pass, zone: zone ?? null, target: target ?? null, code: code ?? rule };
    log(severity === 'error' ? 'error' : 'warn', message, about);
  }
  for (const { code, error, status, target, zone } of results) {
    if (status !== 'applied' && error !== null) log('error', error, { pass, zone, target, code });
  }
};
