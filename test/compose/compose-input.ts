import type { ComposeInput } from '../../src/compose/index.ts';
import type {
  ClaimDefinition,
  Grant,
  HealthCheckDefinition,
  RecordDefinition,
  Role,
  Roles,
} from '../../src/model/roles.ts';
import { noRoles } from '../../src/model/roles.ts';
import type { RRset } from '../../src/model/rrset.ts';
import type { Known, MissingSince, RosterServer, Server } from '../../src/model/server.ts';
import type { DesiredZone } from '../../src/model/zone.ts';
import { type ZoneOptions, zoneOf } from '../rules/zones.ts';

export const now = Date.UTC(2026, 10, 22);
const minute = 60_000;

export const server = (name: string, ips: readonly string[], rest: Partial<Server> = {}): Server => ({
  name,
  inventory: 'lab',
  ips,
  labels: [],
  state: 'active',
  attributes: {},
  ...rest,
});

export const knownAs = (as: Server, since = now - 1000 * minute): Known => ({ server: as, since });

/** It was there before, as it is now or as `was`. */
export const present = (as: Server, was: Server | null = as): RosterServer => ({
  standing: 'present',
  server: as,
  complete: true,
  known: was === null ? null : knownAs(was),
});

export const newcomer = (as: Server): RosterServer => present(as, null);

export const incomplete = (as: Server): RosterServer => ({
  standing: 'present',
  server: as,
  complete: false,
  known: knownAs(as),
});

export const remembered = (as: Server, since?: number): RosterServer => ({
  standing: 'remembered',
  server: as,
  reason: 'the inventory gave no answer',
  known: knownAs(as, since),
});

export const missing = (as: Server, gone: Partial<MissingSince> = {}): RosterServer => ({
  standing: 'missing',
  server: as,
  missing: { since: now - 5 * minute, snapshots: 1, ...gone },
  known: knownAs(as),
});

export const proven = { snapshots: 3, since: now - 11 * minute };

const at = (file: string, line: number) => ({ file, line, column: 5 });

export const record = (
  line: number,
  name: string,
  type = 'A',
  rest: Partial<RecordDefinition> = {},
): RecordDefinition => ({
  type,
  name,
  value: null,
  ttl: null,
  at: at('labels.yaml', line),
  ...rest,
});

export const check = (rest: Partial<HealthCheckDefinition>): HealthCheckDefinition => ({
  port: null,
  url: null,
  interval: null,
  timeout: null,
  string_match: null,
  when_all_down: 'open',
  ...rest,
});

export const claim = (line: number, name: string, rest: Partial<ClaimDefinition> = {}): ClaimDefinition => ({
  type: 'A',
  name,
  ttl: null,
  health_check: null,
  allow_empty: false,
  at: at('labels.yaml', line),
  ...rest,
});

type Rules = Partial<Pick<Role, 'records' | 'claims'>>;

export const label = (name: string, rules: Rules): Role => ({
  kind: 'label',
  name,
  match: null,
  records: [],
  claims: [],
  at: at('labels.yaml', 1),
  ...rules,
});

export const group = (name: string, match: Role['match'], rules: Rules): Role => ({
  ...label(name, rules),
  kind: 'group',
  match,
  at: at('groups.yaml', 1),
});

export const grant = (to: Grant['to'], role: string, names: readonly string[], rest: Partial<Grant> = {}): Grant => ({
  to,
  role,
  names,
  types: ['A', 'AAAA'],
  cidrs: null,
  max_values: null,
  at: at('hostmaster.yaml', 30),
  ...rest,
});

export const registration = {
  zone: 'lab.internal.',
  ttl: 300,
  reverse: true,
  at: at('hostmaster.yaml', 20),
};

export const inventory = (name: string, line: number): Roles['inventories'][number] => ({
  name,
  type: 'http',
  config: {},
  secrets: {},
  interval: 30_000,
  at: at('hostmaster.yaml', line),
});

export const rolesOf = (rest: Partial<Roles> = {}): Roles => ({
  ...noRoles,
  inventories: [inventory('lab', 10), inventory('netbox', 15)],
  registration,
  ...rest,
});

/** Like rules' zoneOf, without lines by default. */
export const zone = (name: string, lines: readonly string[] = [], options: ZoneOptions = {}): DesiredZone =>
  zoneOf(lines, { name, ...options });

export const labZones: readonly DesiredZone[] = [
  zone('lab.internal.'),
  zone('2.0.192.in-addr.arpa.'),
  zone('8.b.d.0.1.0.0.2.ip6.arpa.'),
  zone('example.com.'),
];

export const inputOf = (
  servers: readonly RosterServer[],
  roles: Partial<Roles> = {},
  zones: readonly DesiredZone[] = labZones,
  zoneNames: readonly string[] = zones.map(({ id }) => id.name),
): ComposeInput => ({
  zones,
  zoneNames,
  roles: rolesOf(roles),
  roster: { servers, inventories: {}, problems: [], now },
});

/** `name ttl type rdata`, with `held` where it is. */
export const linesOf = (zones: readonly { readonly rrsets: readonly RRset[] }[]): readonly string[] =>
  zones
    .flatMap(({ rrsets }) => rrsets)
    .flatMap(({ name, ttl, type, values }) =>
      values.map(({ rdata, retained }) => `${name} ${ttl} ${type} ${rdata}${retained === undefined ? '' : ' held'}`),
    )
    .sort();
