import type { HealthCheck } from '../../model/health.ts';
import { count } from '../../model/phrases.ts';

/** A health check in words: `TCP port 25, each 30 s`. */
export const checkInWords = (check: HealthCheck | null): string => {
  if (check === null) return 'none';
  const { interval, port, string_match: match, timeout, urls, when_all_down: down } = check;
  const [first, ...more] = Object.values(urls ?? {});
  const rest = more.length === 0 ? '' : ` and ${count(more.length, 'more URL')}`;
  const what = port !== null ? `TCP port ${port}` : first === undefined ? 'of no one form' : `${first}${rest}`;
  return [
    what,
    ...(match === null ? [] : [`with ${JSON.stringify(match)} in it`]),
    ...(interval === null ? [] : [`each ${interval / 1_000} s`]),
    ...(timeout === null ? [] : [`within ${timeout / 1_000} s`]),
    ...(down === 'open' ? [] : [`else ${down === 'closed' ? 'nothing' : down.backup.join(', ')}`]),
  ].join(', ');
};
