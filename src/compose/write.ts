import { SyntaxProblem } from '../model/errors.ts';
import { isWildcard } from '../model/name.ts';
import type { InventoryOrigin } from '../model/origin.ts';
import { whyRefused } from './address.ts';
import type { Collected, Member, WantedValue, WriteRule } from './contribution.ts';
import type { Finding } from './finding.ts';
import { type Granted, grantedAt, grantLine, needsName } from './grants.ts';
import { originOf } from './registration.ts';
import { isGone, retainedReason, wordsOf } from './roster.ts';
import { type ComposeRuleId, composeRules } from './rules.ts';
import type { Ruleset } from './ruleset.ts';
import { familyOf, renderName, renderUrl, renderValues, type Template } from './template.ts';
import type { ZoneEntry } from './zones.ts';

/** Everything that labels and groups make a server write. */
export const writeRules = (ruleset: Ruleset, member: Member, into: Collected): void => {
  for (const rule of ruleset.rulesFor(member.server)) writeRule({ book: ruleset, member, rule, into });
};

interface Writing {
  readonly book: Ruleset;
  readonly member: Member;
  readonly rule: WriteRule;
  readonly into: Collected;
}

/** A place that a rule may write to. */
interface Spot {
  readonly entry: ZoneEntry;
  readonly name: string;
  readonly granted: Granted;
}

const writeRule = (writing: Writing): void => {
  const { book: ruleset, member, rule, into } = writing;
  const name = rule.fixed ?? attempt(writing, () => renderName(rule.name, member.server));
  const entry = name === null ? null : ruleset.zones.of(name);
  if (name === null) return;
  if (entry === null) report(writing, 'name-outside-zones', `${name} is in no configured zone`);
  if (entry === null || entry.zone === null) return;
  const granted = grantOf(writing, name);
  if (granted === null) {
    report(writing, 'grant-denied', `no grant lets it write ${name} ${rule.type}`, { hint: hintOf(writing, name) });
    block(writing, entry, name, 'grant-denied');
    return;
  }
  const { state } = member.server;
  const isOut = state === 'decommissioned' || isGone(member.entry, entry.zone.settings.guards.absence, ruleset.now);
  if (rule.kind === 'claim' && (isOut || state !== 'active')) {
    const reason = `${rule.words} claims it, and ${wordsOf(member.server)} is ${state === 'active' ? 'gone' : state}`;
    if (rule.fixed === null && !rule.allowEmpty) {
      into.items.push({ kind: 'vacant', by: 'claim', owner: member.key, entry, name, types: [rule.type], reason });
    }
  } else if (!isOut) writeAt(writing, { entry, name, granted });
};

const writeAt = (writing: Writing, spot: Spot): void => {
  const { rule, member } = writing;
  const values = rule.value === null ? member.own[rule.type === 'A' ? 'A' : 'AAAA'] : valuesAt(writing, spot);
  if (values.length === 0) return;
  const origin = originOf(rule, member);
  let written = 0;
  for (const value of values) if (writeValue(writing, spot, value, origin)) written += 1;
  if (written === 0) block(writing, spot.entry, spot.name, 'record-value');
};

const valuesAt = (writing: Writing, { entry, name }: Spot): readonly WantedValue[] => {
  const { rule, member } = writing;
  const { value } = rule;
  if (value === null) return [];
  const values = attempt(writing, () => renderValues(rule.type, value, member.server));
  if (values === null) block(writing, entry, name, 'record-value');
  const retainedOf = (rdata: string): string | null =>
    member.addresses.find(({ ip }) => ip === rdata)?.retained ?? null;
  return (values ?? []).map((rdata) => ({ rdata, retained: retainedOf(rdata), isOwn: false }));
};

const writeValue = (
  writing: Writing,
  spot: Spot,
  { rdata, retained, isOwn }: WantedValue,
  origin: InventoryOrigin,
): boolean => {
  const { rule, member, into } = writing;
  const { entry, name, granted } = spot;
  if (entry.zone === null) return false;
  if (familyOf(rule.type) !== null && (!isOwn || entry.zone.settings.public)) {
    const why = whyRefused(rdata, entry.zone.settings.public);
    if (why !== null) {
      report(writing, 'address-refused', `${name} cannot lead to ${rdata}, which is ${why}`);
      return false;
    }
  }
  const limit = granted.limitFor(rdata);
  if (limit === null) {
    report(writing, 'grant-denied', `no grant lets ${name} ${rule.type} have ${rdata}: it is not within "cidrs"`, {
      kind: 'cidrs',
    });
    return false;
  }
  const template = rule.check?.url ?? null;
  const url = template === null ? null : urlOf(writing, template, rdata);
  if (template !== null && url === null) return false;
  const missing = retainedReason(member.entry, entry.zone.settings.guards.absence);
  into.items.push({
    kind: 'value',
    entry,
    name,
    type: rule.type,
    rdata,
    rule,
    member,
    origin,
    retained: missing ?? retained,
    limit,
    url,
  });
  return true;
};

const urlOf = (writing: Writing, template: Template, rdata: string): string | null =>
  attempt(writing, () => renderUrl(template, writing.member.server, rdata));

const grantOf = ({ book: ruleset, member, rule }: Writing, name: string): Granted | null => {
  const { role } = rule;
  const asked = { name, type: rule.type, isApex: ruleset.zones.isApex(name), isLiteral: rule.fixed !== null };
  const byInventory = ruleset.grants.of('inventory', member.server.inventory);
  const byRole = role === null ? [] : ruleset.grants.of(role.kind, role.name);
  return grantedAt(byInventory.length === 0 ? byRole : [...byRole, ...byInventory], asked);
};

/** The line that would allow it; where servers make the name, for any that they could make, if a glob is enough. */
const hintOf = ({ rule }: Writing, name: string): string => {
  const { role } = rule;
  if (role === null) return '';
  const isGlobEnough = rule.fixed === null && !needsName({ name, type: rule.type });
  const wanted = isGlobEnough ? globOf(rule) : (isWildcard(name) ? `\\${name}` : name).slice(0, -1);
  return `add to grants: ${grantLine(role.kind, role.name, wanted, rule.type)}`;
};

const globOf = ({ name: { parts } }: WriteRule): string =>
  parts
    .map((part, i) => (typeof part === 'string' ? (i === 0 ? part.replace(/^\*/, '\\*') : part) : '*'))
    .join('')
    .replace(/(?<!\\)\*{2,}/g, '*')
    .replace(/\.$/, '');

/** What the rule makes of the server; null: it cannot be, which is reported. */
const attempt = <T>(writing: Writing, make: () => T): T | null => {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    report(writing, ruleOf(error), error.message);
    return null;
  }
};

const ids: ReadonlySet<string> = new Set(composeRules.map(({ id }) => id));
const isComposeRule = (id: string): id is ComposeRuleId => ids.has(id);

/** What the parsers of names and of rdata refuse has their own rules. */
const ruleOf = ({ rule }: SyntaxProblem): ComposeRuleId => {
  if (isComposeRule(rule)) return rule;
  return rule.startsWith('name-') ? 'record-name' : 'record-value';
};

const report = (
  { rule, member, into }: Writing,
  id: ComposeRuleId,
  what: string,
  more: Pick<Finding, 'hint' | 'kind'> = {},
): void => {
  const message = `${rule.words} (${rule.at.file}:${rule.at.line}), ${wordsOf(member.server)}: ${what}`;
  into.findings.push({ rule: id, message, item: member.key, at: rule.at, ...more });
};

/** What exists there stays, where nothing else is wanted at the name. */
const block = ({ rule, member, into }: Writing, entry: ZoneEntry, name: string, id: ComposeRuleId): void => {
  const reason = `${id}: what ${rule.words} makes of ${wordsOf(member.server)} cannot be used`;
  const { type } = rule;
  into.items.push({
    kind: 'blocked',
    owner: member.key,
    entry,
    name,
    type,
    reason,
    always: false,
    origin: originOf(rule, member),
  });
};
