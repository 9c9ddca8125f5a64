import type { DeletionEvidence } from '../../src/model/deletion-evidence.ts';
import { type GuardContext, nothingSpecial } from '../../src/model/guard-context.ts';
import type { HealthCheck } from '../../src/model/health.ts';
import type { InventoryOrigin } from '../../src/model/origin.ts';
import type { WrittenValue } from '../../src/model/ports.ts';
import type { RRset } from '../../src/model/rrset.ts';
import { makeRRset } from '../../src/model/rrset.ts';
import type { DesiredZone, ExistingRRset, ZoneSettings, ZoneSnapshot } from '../../src/model/zone.ts';
import type { PlanTarget } from '../../src/plan/index.ts';
import { draftZone, judgeZone, parseChangeAllow } from '../../src/plan/index.ts';
import type { HealthChecks, Supports } from '../../src/provider.ts';
import { settings as defaults } from '../rules/zones.ts';

/** `www.example.com.` of `www`, and the apex of `@`; an absolute name is itself. */
export const absolute = (name: string): string =>
  name === '@' ? 'example.com.' : name.endsWith('.') ? name : `${name}.example.com.`;

/** A line of a zone: `www A 300 192.0.2.1 | 192.0.2.2`; `@` is the apex. */
export const rrset = (line: string): ExistingRRset => {
  const [name = '', type = '', ttl = '', ...rest] = line.split(' ');
  const values = rest
    .join(' ')
    .split(' | ')
    .filter((rdata) => rdata !== '');
  return makeRRset(
    absolute(name),
    type,
    Number(ttl),
    values.map((rdata) => ({ rdata, origins: [] })),
  );
};

export const settings: ZoneSettings = { ...defaults, targets: ['t'], ttl: 3600 };

export const supports: Supports = {
  types: ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT', 'DS'],
  refuses: { LUA: 'lua records are off' },
  unknown_types: false,
  escaped_names: false,
  synthesised: [],
  own_types: ['RRSIG', 'DNSKEY'],
  min_ttl: 0,
  max_ttl: 2_147_483_647,
  atomic: true,
  max_changes: 100_000,
  max_bytes: 1_900_000,
  bytes_per_change: 100,
  bytes_per_value: 40,
  max_rrset_bytes: 65_000,
  parallel_zones: 1,
  cas: 'checked',
  verify: 'dns',
  health_checks: false,
  creates_zones: true,
};

export const apex = ['@ SOA 3600 ns1.example.com. h.example.com. 7 1 2 3 4', '@ NS 3600 ns1.example.com.'];

export interface Scene {
  readonly desired: readonly (string | RRset)[];
  /** null: the target does not have the zone. */
  readonly existing: readonly (string | ExistingRRset)[] | null;
  readonly zone?: Partial<DesiredZone>;
  readonly settings?: Partial<ZoneSettings>;
  readonly supports?: Partial<Supports>;
  readonly allow?: readonly string[];
  readonly target?: Partial<PlanTarget>;
  readonly evidence?: DeletionEvidence | null;
  readonly written?: readonly WrittenValue[];
  readonly context?: Partial<GuardContext>;
}

/** What accounts for nothing. */
export const evidence: DeletionEvidence = {
  servers: new Map(),
  names: new Map(),
  addresses: new Map(),
  written: [],
  orphans: [],
  present: new Set(),
  counts: false,
  now: 1_800_000_000_000,
};

/** Where a server's value is from. */
export const origin = (kind: InventoryOrigin['kind'], server: string, inventory = 'lab'): InventoryOrigin => {
  return { kind, inventory, server, file: 'labels.yaml', line: 1, column: 1 };
};

/** An RRset that servers contribute to: `{ '192.0.2.1': 'web1' }`; those in `missing` are missing. */
export const contributed = (
  line: string,
  kind: InventoryOrigin['kind'],
  servers: Readonly<Record<string, string>>,
  missing: readonly string[] = [],
): RRset => {
  const made = rrset(line);
  const values = made.values.map(({ rdata }) => {
    const server = servers[rdata];
    const origins = server === undefined ? [] : [origin(kind, server)];
    return server !== undefined && missing.includes(server)
      ? { rdata, origins, retained: `server ${server} is missing` }
      : { rdata, origins };
  });
  return { ...made, values };
};

const answering = (address: string) => (address.includes(':') ? 'AAAA' : 'A');

/** Health checks of a provider that writes `LUA A "up: 192.0.2.1 192.0.2.2"`. */
export const healthChecks: HealthChecks = {
  type: 'LUA',
  compile: (rrsets) => ({
    rrset: makeRRset(
      rrsets[0]?.name ?? '',
      'LUA',
      Math.min(...rrsets.map(({ ttl }) => ttl)),
      rrsets.map(({ type, values }) => ({
        rdata: `${type} "up: ${values.map(({ rdata }) => rdata).join(' ')}"`,
        origins: values.flatMap(({ origins }) => origins),
      })),
    ),
    warnings: rrsets.some(({ healthCheck }) => typeof healthCheck?.interval === 'number')
      ? ['there is one interval for all']
      : [],
  }),
  addressesOf: (rdata) => {
    const found = rdata.map((each) => /^(A|AAAA) "up: (.+)"$/.exec(each));
    if (found.some((each) => each === null || each[2]?.split(' ').some((one) => answering(one) !== each[1])))
      return null;
    return found.flatMap((each) => each?.[2]?.split(' ') ?? []);
  },
  answersOf: () => null,
};

/** A check of a TCP port. */
export const check: HealthCheck = {
  port: 25,
  urls: null,
  interval: null,
  timeout: null,
  string_match: null,
  when_all_down: 'open',
};

const id = { name: 'example.com.', view: null };

/** Plans one scene; changes and withheld ones come back as words: `create www A`. */
export const plan = (scene: Scene) => {
  const desired: DesiredZone = {
    id,
    settings: { ...settings, ...scene.settings },
    rrsets: scene.desired.map((each) => (typeof each === 'string' ? rrset(each) : each)),
    quarantined: [],
    complete: true,
    files: [],
    ...scene.zone,
  };
  const existing: ZoneSnapshot | null = scene.existing && {
    status: 'read',
    zone: id,
    fingerprint: '7',
    rrsets: scene.existing.map((each) => (typeof each === 'string' ? rrset(each) : each)),
    unreadable: [],
  };
  const draft = draftZone({
    desired,
    target: {
      name: 't',
      supports: { ...supports, ...scene.supports },
      unanswerable: new Map(),
      unready: new Map(),
      ...scene.target,
    },
    existing,
    allows: (scene.allow ?? []).map(parseChangeAllow),
    evidence: scene.evidence ?? null,
    written: scene.written ?? [],
  });
  const { changeset, problems, orphans } = judgeZone(draft, { ...nothingSpecial, ...scene.context });
  const words = ({ action, name, type }: { action: string; name: string; type: string }) =>
    `${action} ${name === 'example.com.' ? '@' : name.replace('.example.com.', '')} ${type}`;
  return {
    changeset,
    changes: changeset.changes.map(words),
    withheld: changeset.withheld.map((each) => `${each.guard}: ${words(each)}`),
    allows: [...new Set(changeset.withheld.map(({ allow }) => allow))],
    unmanaged: changeset.unmanaged.map(({ name, type, why }) => `${name} ${type}: ${why}`),
    problems: problems.map(({ rule }) => rule),
    said: problems,
    orphans: orphans.map(({ name, type, rdata }) => `${name.replace('.example.com.', '')} ${type} ${rdata}`),
  };
};
