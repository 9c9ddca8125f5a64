import type { Problem, Severity } from '../model/problem.ts';
import { type RuleText, severitiesOf } from '../model/rule.ts';

const rule = <Id extends string>(id: Id, severity: Severity, summary: string): RuleText<Id> => ({
  id,
  severity,
  summary,
});

/** Every rule that is checked where zones and servers come together. */
export const composeRules = [
  rule('registration-zone', 'error', 'The zone of `registration` is not among the configured zones.'),
  rule(
    'server-name',
    'error',
    'The name of a server makes no registration: not letters, digits and hyphens, or too long.',
  ),
  rule('server-conflict', 'error', 'Two servers have one name or one address.'),
  rule('address-refused', 'error', 'A server has an address that no name may lead to, or none of a public zone.'),
  rule('no-reverse-zone', 'warning', 'No configured zone takes the PTR of an address.'),
  rule(
    'classless-cname-missing',
    'warning',
    'The parent zone lacks the CNAME into a classless reverse zone (RFC 2317).',
  ),
  rule('role-template', 'error', 'A template of a label or group cannot be used.'),
  rule('server-lacks', 'error', 'A template names what a server does not have.'),
  rule('record-name', 'error', 'A label or group makes a name of a server that is none.'),
  rule('record-value', 'error', 'A label or group makes a value of a server that is none of its type.'),
  rule('record-type', 'error', 'A label or group has a record of a type that it cannot write.'),
  rule('name-outside-zones', 'error', 'A record or claim of a label or group is in no configured zone.'),
  rule(
    'name-taken',
    'error',
    "A record or claim, by a name made of a server's attributes, is where another server has its own.",
  ),
  rule('grant-denied', 'error', 'No grant allows a label, group or inventory to write a name, type or address.'),
  rule('max-values', 'error', 'An RRset has more values than its grant allows.'),
  rule('ttl-conflict', 'error', 'Labels and groups give one RRset different TTLs.'),
  rule('health-check-conflict', 'error', 'Labels and groups give one RRset different health checks.'),
  rule('health-check-url', 'error', 'The URL of a health check is none that may be asked.'),
  rule('health-check-backup', 'error', 'A backup address is not of the family of its claim.'),
  rule('claim-and-record', 'error', 'One name has a claim, and a record or a registration of a server.'),
  rule('zone-file-wins', 'error', 'A zone file has the name and type that a server, label or group wants.'),
  rule('claim-empty', 'warning', 'No server contributes to a claim.'),
] as const;

export type ComposeRuleId = (typeof composeRules)[number]['id'];

/** By rule: the rule that, at the same place, says more of the same cause. A claim without a grant is always empty. */
const supersededBy: ReadonlyMap<string, string> = new Map([
  ['grant-missing', 'grant-denied'],
  ['claim-empty', 'grant-missing'],
]);

/** One problem for one cause, of those of the loader and of composing. */
export const withoutSuperseded = (problems: readonly Problem[]): readonly Problem[] => {
  const keyOf = (rule: string, { file, line, column }: Problem): string => `${rule} ${file}:${line}:${column}`;
  const reported = new Set(problems.map((problem) => keyOf(problem.rule, problem)));
  return problems.filter((problem) => !reported.has(keyOf(supersededBy.get(problem.rule) ?? '', problem)));
};

export const composeSeverity = severitiesOf<ComposeRuleId>(composeRules);
