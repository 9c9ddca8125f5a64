import { SyntaxProblem } from '../model/errors.ts';
import { exactPattern, grantHint, notGranted } from '../model/grant-line.ts';
import type { InventoryOrigin } from '../model/origin.ts';
import { isAddressType } from '../model/rr-types.ts';
import { refusalInZone } from './address-refusal.ts';
import { type ComposeRuleId, composeRules } from './compose-rules.ts';
import type { DirectoryZone } from './configured-zones.ts';
import { isGone, retainedReason, serverTitle } from './contenders.ts';
import type { Collected, Contributor, WantedValue, WriteRule } from './contribution.ts';
import type { Finding } from './findings-to-problems.ts';
import { type Granted, grantedAt, needsExactName } from './grants.ts';
import type { Ruleset } from './ruleset.ts';
import { renderName, renderUrl, renderValues, type Template } from './template.ts';
import { originOf } from './write-registration.ts';

/** Adds everything that the server contributes by its labels and groups. */
export const writeRules = (ruleset: Ruleset, contributor: Contributor, into: Collected): void => {
  for (const rule of ruleset.rulesFor(contributor.server)) writeRule({ ruleset, contributor, rule, into });
};

interface RuleWrite {
  readonly ruleset: Ruleset;
  readonly contributor: Contributor;
  readonly rule: WriteRule;
  readonly into: Collected;
}

/** A name that a grant lets the rule write to. */
interface GrantedName {
  readonly entry: DirectoryZone;
  readonly name: string;
  readonly granted: Granted;
}

const writeRule = (write: RuleWrite): void => {
  const { ruleset, contributor, rule, into } = write;
  const name = rule.fixedName ?? tryRender(write, () => renderName(rule.nameTemplate, contributor.server));
  const entry = name === null ? null : ruleset.zones.of(name);
  if (name === null) return;
  if (entry === null) report(write, 'name-outside-zones', `${name} is in no configured zone`);
  if (entry === null || entry.zone === null) return;
  const granted = grantOf(write, name);
  if (granted === null) {
    reportNotGranted(write, name);
    block(write, entry, name, 'grant-denied');
    return;
  }
  const { state } = contributor.server;
  const isOut =
    state === 'decommissioned' || isGone(contributor.entry, entry.zone.settings.guards.absence, ruleset.now);
  if (rule.kind === 'claim' && (isOut || state !== 'active')) {
    const reason = `${rule.title} claims it, and ${serverTitle(contributor.server)} is ${state === 'active' ? 'gone' : state}`;
    if (rule.fixedName === null && !rule.allowEmpty) {
      into.contributions.push({
        kind: 'vacant',
        by: 'claim',
        serverKey: contributor.key,
        entry,
        name,
        types: [rule.type],
        reason,
      });
    }
  } else if (!isOut) writeAt(write, { entry, name, granted });
};

const writeAt = (write: RuleWrite, grantedName: GrantedName): void => {
  const { rule, contributor } = write;
  const values =
    rule.valueTemplate === null && isAddressType(rule.type)
      ? contributor.addressValues[rule.type]
      : valuesAt(write, grantedName);
  if (values.length === 0) return;
  const origin = originOf(rule, contributor);
  let written = 0;
  for (const value of values) if (writeValue(write, grantedName, value, origin)) written += 1;
  if (written === 0) block(write, grantedName.entry, grantedName.name, 'record-value');
};

const valuesAt = (write: RuleWrite, { entry, name }: GrantedName): readonly WantedValue[] => {
  const { rule, contributor } = write;
  const { valueTemplate } = rule;
  if (valueTemplate === null) return [];
  const values = tryRender(write, () => renderValues(rule.type, valueTemplate, contributor.server));
  if (values === null) block(write, entry, name, 'record-value');
  const retainedOf = (rdata: string): string | null =>
    contributor.addresses.find(({ ip }) => ip === rdata)?.retained ?? null;
  return (values ?? []).map((rdata) => ({ rdata, retained: retainedOf(rdata), isServerAddress: false }));
};

const writeValue = (
  write: RuleWrite,
  grantedName: GrantedName,
  { rdata, retained, isServerAddress }: WantedValue,
  origin: InventoryOrigin,
): boolean => {
  const { rule, contributor, into } = write;
  const { entry, name, granted } = grantedName;
  if (entry.zone === null) return false;
  if (isAddressType(rule.type) && (!isServerAddress || entry.zone.settings.public)) {
    const why = refusalInZone(rdata, entry.zone.settings.public);
    if (why !== null) {
      report(write, 'address-refused', `${name} cannot lead to ${rdata}, which is ${why}`);
      return false;
    }
  }
  const limit = granted.limitFor(rdata);
  if (limit === null) {
    report(
      write,
      'grant-denied',
      `the grant for ${name} ${rule.type} does not allow ${rdata}, which is outside its "cidrs"`,
      {
        kind: 'cidrs',
      },
    );
    return false;
  }
  const template = rule.healthCheck?.url ?? null;
  const url = template === null ? null : urlOf(write, template, rdata);
  if (template !== null && url === null) return false;
  const missing = retainedReason(contributor.entry, entry.zone.settings.guards.absence);
  into.contributions.push({
    kind: 'value',
    entry,
    name,
    type: rule.type,
    rdata,
    rule,
    contributor,
    origin,
    retained: missing ?? retained,
    limit,
    url,
  });
  return true;
};

const urlOf = (write: RuleWrite, template: Template, rdata: string): string | null =>
  tryRender(write, () => renderUrl(template, write.contributor.server, rdata));

const grantOf = ({ ruleset, contributor, rule }: RuleWrite, name: string): Granted | null => {
  const { role } = rule;
  const query = { name, type: rule.type, isApex: ruleset.zones.isApex(name), isLiteral: rule.fixedName !== null };
  const byInventory = ruleset.grants.of('inventory', contributor.server.inventory);
  const byRole = role === null ? [] : ruleset.grants.of(role.kind, role.name);
  return grantedAt(byInventory.length === 0 ? byRole : [...byRole, ...byInventory], query);
};

/** With the line that would allow it: for all names that servers could make, if a glob is enough, else for this one. */
const reportNotGranted = ({ rule, contributor, into }: RuleWrite, name: string): void => {
  const { role, kind, type, at } = rule;
  if (role === null) return;
  const verb = kind === 'claim' ? 'claim' : 'write';
  const message = `${notGranted(role.kind, role.name, verb, `${name} ${type}`)} for ${serverTitle(contributor.server)}`;
  const isGlobEnough = rule.fixedName === null && !needsExactName({ name, type });
  const hint = grantHint(role.kind, role.name, isGlobEnough ? globOf(rule) : exactPattern(name), type);
  into.findings.push({ rule: 'grant-denied', message, hint, about: contributor.key, at });
};

const globOf = ({ nameTemplate: { parts } }: WriteRule): string =>
  parts
    .map((part, i) => (typeof part === 'string' ? (i === 0 ? part.replace(/^\*/, '\\*') : part) : '*'))
    .join('')
    .replace(/(?<!\\)\*{2,}/g, '*')
    .replace(/\.$/, '');

/** What a template makes of the server; null after a problem. */
const tryRender = <T>(write: RuleWrite, make: () => T): T | null => {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    report(write, ruleOf(error), error.message);
    return null;
  }
};

const ids: ReadonlySet<string> = new Set(composeRules.map(({ id }) => id));
const isComposeRule = (id: string): id is ComposeRuleId => ids.has(id);

/** The rule of a refusal by the parsers of names and rdata, which have rules of their own. */
const ruleOf = ({ rule }: SyntaxProblem): ComposeRuleId => {
  if (isComposeRule(rule)) return rule;
  return rule.startsWith('name-') ? 'record-name' : 'record-value';
};

const report = (
  { rule, contributor, into }: RuleWrite,
  id: ComposeRuleId,
  what: string,
  more: Pick<Finding, 'hint' | 'kind'> = {},
): void => {
  const message = `${rule.title}, ${serverTitle(contributor.server)}: ${what}`;
  into.findings.push({ rule: id, message, about: contributor.key, at: rule.at, ...more });
};

/** What exists there stays if nothing else is wanted at the name. */
const block = ({ rule, contributor, into }: RuleWrite, entry: DirectoryZone, name: string, id: ComposeRuleId): void => {
  const reason = `${id}: what ${rule.title} makes of ${serverTitle(contributor.server)} cannot be used`;
  const { type } = rule;
  into.contributions.push({
    kind: 'blocked',
    serverKey: contributor.key,
    entry,
    name,
    type,
    reason,
    always: false,
    origin: originOf(rule, contributor),
  });
};
