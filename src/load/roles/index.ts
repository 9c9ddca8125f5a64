import type { SourceLocation } from '../../model/origin.ts';
import { type Problem, problemAt } from '../../model/problem.ts';
import type { Role, Roles, UnusableRule } from '../../model/roles.ts';
import type { Config } from '../config/config.ts';
import type { Grants } from '../config/grants.ts';
import type { Inventories } from '../config/inventory.ts';
import type { ReadRegistration } from '../config/registration.ts';
import type { TopGuards } from '../config/zone-settings.ts';
import { loadSeverity } from '../load-rules.ts';
import type { FileReader } from '../read-zone.ts';
import { idleGrants, missingGrants } from './grant-problems.ts';
import { readRolesOf } from './read-role.ts';
import type { RolesFile } from './read-roles-file.ts';
import { readRolesFile } from './read-roles-file.ts';

/** What hostmaster.yaml says of servers. */
export interface RolesConfig {
  readonly inventories: Inventories;
  readonly registration: ReadRegistration;
  readonly grants: Grants;
  readonly guards: TopGuards;
  /** The configured zones, canonical. */
  readonly zones: readonly string[];
}

/** hostmaster.yaml's part alone; labels.yaml and groups.yaml are not read. */
export const rolesOfConfig = ({ inventories, registration, grants, guards }: RolesConfig): Roles => ({
  inventories: inventories.inventories,
  registration: registration.registration,
  grants: grants.grants,
  labels: [],
  groups: [],
  unusable: [...inventories.unusable, ...registration.unusable, ...grants.unusable],
  max_shrink: guards.max_shrink,
  absence: guards.zones.absence,
});

/** Reads labels.yaml and groups.yaml, and puts all together. Problems go to `config`. */
export const readRoles = (config: Config, readFile: FileReader, from: RolesConfig): Roles => {
  const own = rolesOfConfig(from);
  const labels = readKind(config, readFile, 'label', from.zones);
  const groups = readKind(config, readFile, 'group', from.zones);
  const roles = [...labels.roles, ...groups.roles];
  const isKnown = from.inventories.unusable.length === 0;
  const idle = idleGrants(own.grants, {
    label: namesOf(labels.file),
    group: namesOf(groups.file),
    inventory: isKnown ? new Set(own.inventories.map(({ name }) => name)) : null,
  });
  const missing = from.grants.unusable.length === 0 ? missingGrants(roles, own.grants, from.zones) : [];
  const [first] = isKnown && own.inventories.length === 0 ? [own.registration ?? roles[0]] : [];
  const absent = first === undefined ? [] : [withoutInventory(first.at)];
  config.problems.push(...idle, ...missing, ...absent.map(({ problem }) => problem));
  return {
    ...own,
    labels: labels.roles,
    groups: groups.roles,
    unusable: [...own.unusable, ...labels.unusable, ...groups.unusable, ...absent.map(({ rule }) => rule)],
  };
};

/** No inventory at all (perhaps --targets-from names a file without one) must not be taken for one without servers. */
const withoutInventory = (at: SourceLocation): { readonly problem: Problem; readonly rule: UnusableRule } => {
  const reason = 'no inventory is configured, so registration, labels and groups have no effect';
  const message = `${reason}; what they wrote before stays; add one under "inventory:"`;
  return {
    problem: problemAt('no-inventory', loadSeverity('no-inventory'), message, at),
    rule: { name: null, reason, at, inScope: true },
  };
};

/** null: the file cannot be read in full, so it cannot be said which there are. */
const namesOf = (file: RolesFile): ReadonlySet<string> | null =>
  file.unusable.length > 0 ? null : new Set(file.roles.map(([name]) => name));

const readKind = (
  config: Config,
  readFile: FileReader,
  kind: Role['kind'],
  zones: readonly string[],
): { readonly file: RolesFile; readonly roles: readonly Role[]; readonly unusable: readonly UnusableRule[] } => {
  const file = readRolesFile(config.folder, readFile, `${kind}s`);
  const read = file.roles.length === 0 ? { roles: [], unusable: file.unusable } : readRolesOf(file, kind, zones);
  config.problems.push(...file.text.problems);
  return { file, ...read };
};
