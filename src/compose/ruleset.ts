import { SyntaxProblem } from '../model/errors.ts';
import { parseAbsolute } from '../model/name.ts';
import type { SourceLocation } from '../model/origin.ts';
import { type KnownHealth, nothingChecked } from '../model/probe.ts';
import { typeByName } from '../model/rdata.ts';
import type { ClaimDefinition, RecordDefinition, Registration, Role, Roles } from '../model/roles.ts';
import { addressTypeOf, isAddressType, isSoa, synthesisedTypes, traitsOf } from '../model/rr-types.ts';
import type { AbsenceLimits, Roster, RosterServer, Server } from '../model/server.ts';
import type { ClaimedNames, DesiredZone } from '../model/zone.ts';
import { claimedNamesOf } from './claimed-names.ts';
import { type ZoneDirectory, zoneDirectory } from './configured-zones.ts';
import { type Contends, contendsBy } from './contenders.ts';
import type { RuleHealthCheck, WriteRule } from './contribution.ts';
import type { Finding } from './findings-to-problems.ts';
import { type ForwardMismatch, forwardMismatches } from './forward-answers.ts';
import { type GrantIndex, grantIndex } from './grants.ts';
import { readTemplate, type Template } from './template.ts';
import { type UnusableRules, unusableRulesOf } from './unusable-rules.ts';

export interface ComposeInput {
  readonly zones: readonly DesiredZone[];
  /** Every zone name that is configured, also those that are left alone. */
  readonly zoneNames: readonly string[];
  readonly roles: Roles;
  readonly roster: Roster;
  /** What the daemon's health checker found. Default is nothing. */
  readonly health?: KnownHealth;
}

/** All that Git says of servers, compiled once and then applied to one server after the other. */
export interface Ruleset extends UnusableRules {
  readonly zones: ZoneDirectory;
  readonly grants: GrantIndex;
  readonly registration: {
    readonly definition: Registration;
    readonly rule: WriteRule;
    readonly forwardMismatch: ForwardMismatch;
  } | null;
  readonly rulesFor: (server: Server) => readonly WriteRule[];
  /** Claims whose name is the same for all servers, by name. */
  readonly claims: ReadonlyMap<string, readonly WriteRule[]>;
  /** Those whose names depend on the server. */
  readonly claimedNames: readonly ClaimedNames[];
  readonly inventories: Roles['inventories'];
  readonly contends: Contends;
  readonly health: KnownHealth;
  readonly now: number;
  readonly findings: readonly Finding[];
}

const claimTtl = 60;
const recordTtl = 300;
const nothing: Template = { parts: [], literal: '' };

export const compileRuleset = ({ health = nothingChecked, zones, zoneNames, roles, roster }: ComposeInput): Ruleset => {
  const findings: Finding[] = [];
  const zonesByName = zoneDirectory(zones, zoneNames);
  const fallback = roles.registration?.ttl ?? recordTtl;
  const rulesOf = new Map<Role, readonly WriteRule[]>();
  for (const role of [...roles.labels, ...roles.groups]) rulesOf.set(role, readRole(role, fallback, findings));
  const claims = new Map<string, WriteRule[]>();
  const claimedNames: ClaimedNames[] = [];
  for (const rule of [...rulesOf.values()].flat()) {
    if (rule.kind === 'claim' && rule.fixedName === null && !rule.allowEmpty) claimedNames.push(claimedNamesOf(rule));
    if (rule.kind === 'claim' && rule.fixedName !== null)
      claims.set(rule.fixedName, [...(claims.get(rule.fixedName) ?? []), rule]);
  }
  return {
    zones: zonesByName,
    grants: grantIndex(roles.grants),
    registration: readRegistration(roles.registration, zonesByName, zones, findings),
    rulesFor: rulesFinder(roles, rulesOf),
    claims,
    claimedNames,
    ...unusableRulesOf(roles, zonesByName),
    inventories: roles.inventories,
    contends: contendsBy(distinctLimits(zones), roster.now),
    health,
    now: roster.now,
    findings,
  };
};

const distinctLimits = (zones: readonly DesiredZone[]): readonly AbsenceLimits[] => [
  ...new Map(
    zones.map(({ settings: { guards } }) => [`${guards.absence.snapshots} ${guards.absence.grace}`, guards.absence]),
  ).values(),
];

const readRegistration = (
  definition: Registration | null,
  zones: ZoneDirectory,
  desired: readonly DesiredZone[],
  findings: Finding[],
): Ruleset['registration'] => {
  if (definition === null) return null;
  if (!zones.isApex(definition.zone)) {
    const message = `registration is in ${definition.zone}, which is not among the zones: no server is registered`;
    findings.push({ rule: 'registration-zone', message, hint: 'add it to zones:', about: null, at: definition.at });
    return null;
  }
  const own = desired.filter(({ id }) => id.name === definition.zone);
  const rule: WriteRule = {
    kind: 'registration',
    type: '',
    role: null,
    title: 'registration',
    nameTemplate: nothing,
    fixedName: null,
    valueTemplate: null,
    ttl: null,
    fallbackTtl: definition.ttl,
    healthCheck: null,
    allowEmpty: false,
    at: definition.at,
  };
  return { definition, rule, forwardMismatch: forwardMismatches(own) };
};

const readRole = (role: Role, fallbackTtl: number, findings: Finding[]): readonly WriteRule[] => {
  const title = `${role.kind} ${role.name}`;
  const read = (rule: RecordDefinition | ClaimDefinition, make: () => WriteRule): readonly WriteRule[] => {
    try {
      return [make()];
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
      findings.push({ rule: 'role-template', message: `${title}: ${error.message}`, about: null, at: rule.at });
      return [];
    }
  };
  const records = role.records
    .filter((record) => isWritable(record, title, findings))
    .flatMap((record) =>
      read(record, () => ({
        ...common(role, title, record),
        kind: 'record',
        valueTemplate: record.value === null ? null : readTemplate(record.value),
        fallbackTtl,
        healthCheck: null,
        allowEmpty: false,
      })),
    );
  const claims = role.claims.flatMap((claim) =>
    read(claim, () => ({
      ...common(role, title, claim),
      kind: 'claim',
      valueTemplate: null,
      fallbackTtl: claimTtl,
      healthCheck: readCheck(claim, title, findings),
      allowEmpty: claim.allow_empty,
    })),
  );
  return [...records, ...claims];
};

const common = (role: Role, title: string, { type, name: text, ttl, at }: RecordDefinition | ClaimDefinition) => {
  const nameTemplate = readTemplate(text);
  const fixedName = nameTemplate.literal === null ? null : parseAbsolute(nameTemplate.literal);
  return { role, title, type, nameTemplate, fixedName, ttl, at };
};

/** Never written for a server: LUA and ALIAS run at the name server, and the SOA is the zone's own. */
const isNeverWritten = (type: string): boolean => isSoa(type) || synthesisedTypes.has(type);

const isWritable = ({ type, value, at }: RecordDefinition, title: string, findings: Finding[]): boolean => {
  const known = typeByName(type);
  const isData = known !== null && known.code !== 0 && known.code !== 41 && (known.code < 128 || known.code > 255);
  if (!isData || isNeverWritten(type)) {
    findings.push({ rule: 'record-type', message: `${title} cannot have a record of type ${type}`, about: null, at });
    return false;
  }
  if (value !== null || isAddressType(type)) return true;
  const message = `${title}: a record of type ${type} needs a "value": only A and AAAA have the server's addresses for one`;
  findings.push({ rule: 'record-value', message, about: null, at });
  return false;
};

const readCheck = (claim: ClaimDefinition, title: string, findings: Finding[]): RuleHealthCheck | null => {
  const { health_check: given, type } = claim;
  if (given === null) return null;
  const definition = { ...given, when_all_down: backupsOf(claim, given.when_all_down, title, findings) };
  const url = definition.url === null ? null : readTemplate(definition.url);
  const { port, interval, timeout, string_match, when_all_down } = definition;
  const key = JSON.stringify([type, port, definition.url, interval, timeout, string_match, when_all_down]);
  return { definition, url, key };
};

type WhenAllDown = NonNullable<ClaimDefinition['health_check']>['when_all_down'];

const backupsOf = (claim: ClaimDefinition, given: WhenAllDown, title: string, findings: Finding[]): WhenAllDown => {
  if (typeof given === 'string') return given;
  const backup = given.backup.filter((address) => addressTypeOf(address) === claim.type).toSorted();
  if (backup.length < given.backup.length) {
    const message = `${title}: the backup addresses of a claim of type ${claim.type} must be IPv${traitsOf(claim.type).address}`;
    findings.push({ rule: 'health-check-backup', message, about: null, at: claim.at });
  }
  return backup.length === 0 ? 'open' : { backup };
};

/** The rules of a server: those of its labels, then those of the groups that it matches. */
const rulesFinder = (roles: Roles, rulesOf: ReadonlyMap<Role, readonly WriteRule[]>): Ruleset['rulesFor'] => {
  const byLabel = new Map(roles.labels.map((role) => [role.name, rulesOf.get(role) ?? []]));
  const groups = roles.groups.map((role) => ({ matches: matcherOf(role), rules: rulesOf.get(role) ?? [] }));
  return (server) => {
    const rules = server.labels.flatMap((label) => byLabel.get(label) ?? []);
    for (const group of groups) if (group.matches(server)) rules.push(...group.rules);
    return rules;
  };
};

const matcherOf = ({ match }: Role): ((server: Server) => boolean) => {
  const conditions = Object.entries(match ?? {}).map(([key, values]) => ({ key, values: new Set(values.map(String)) }));
  return (server) => match !== null && conditions.every(({ key, values }) => holds(server, key, values));
};

const holds = (server: Server, key: string, values: ReadonlySet<string>): boolean => {
  if (key === 'labels') return server.labels.some((label) => values.has(label));
  if (key === 'name') return values.has(server.name);
  if (key === 'state') return values.has(server.state);
  return Object.hasOwn(server.attributes, key) && values.has(String(server.attributes[key]));
};

/** Where a server's inventory is defined: the place for problems with the server itself. */
export const inventoryLocation = ({ inventories }: Ruleset, { server }: RosterServer): SourceLocation | null =>
  inventories.find(({ name }) => name === server.inventory)?.at ?? null;
