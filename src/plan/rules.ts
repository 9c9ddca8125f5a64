import type { Severity } from '../model/problem.ts';
import type { RuleText } from '../model/rule.ts';

const rule = (id: string, severity: Severity, summary: string): RuleText => ({ id, severity, summary });

/** The rules whose problems planning and applying find, when the target is known. */
export const planRules: readonly RuleText[] = [
  rule('unsupported-type', 'error', 'The target does not take the type; it says why.'),
  rule('unsupported-name', 'error', 'The target does not take a name with these characters.'),
  rule('unsupported-ttl', 'error', 'The TTL is over what the target takes.'),
  rule('unsupported-size', 'error', 'The RRset is longer than the target can serve.'),
  rule('unanswerable-type', 'error', 'A name server of the zone cannot answer the type (LUA, ALIAS).'),
  rule('unmanaged-conflict', 'error', 'What is left alone stands where the RRset should, or cannot stand beside it.'),
  rule('zone-missing', 'error', 'The target does not have the zone, and nothing says that it is to be made.'),
  rule('zone-read-only', 'error', 'The target has the zone from elsewhere (as a secondary), and cannot write it.'),
  rule(
    'delegation-unasked',
    'warning',
    'A delegation was allowed by name, and nobody knows the address of a new name server: it was not asked whether it answers.',
  ),
  rule('health-check-refused', 'error', 'The target refuses what the check would be made into.'),
  rule(
    'health-check-unavailable',
    'error',
    'Checks cannot be made, or not answered everywhere: the plain addresses are written.',
  ),
  rule('health-check-unsupported', 'warning', 'The provider has no checks: the plain addresses are written.'),
  rule('health-check-limited', 'warning', 'The target cannot do all of a check as it is asked.'),
  rule(
    'write-without-effect',
    'warning',
    'An earlier apply wrote this change, the target took it, and it had no effect, or was undone since. `plan` ends with exit code 4.',
  ),
  rule('serves-disabled', 'warning', 'A change serves what somebody disabled at the target.'),
  rule('set-not-whole', 'error', 'An atomic set that was cut short can neither be completed nor taken back.'),
];
