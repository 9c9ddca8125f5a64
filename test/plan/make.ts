import { makeRRset } from '../../src/model/rrset.ts';
import type { DesiredZone, ExistingRRset, ZoneSettings, ZoneSnapshot } from '../../src/model/zone.ts';
import type { PlanTarget } from '../../src/plan/index.ts';
import { parseChangeAllow, planZone } from '../../src/plan/index.ts';
import type { Supports } from '../../src/provider.ts';

/** A line of a zone: `www A 300 192.0.2.1 | 192.0.2.2`; `@` is the apex. */
export const rrset = (line: string): ExistingRRset => {
  const [name = '', type = '', ttl = '', ...rest] = line.split(' ');
  const values = rest
    .join(' ')
    .split(' | ')
    .filter((rdata) => rdata !== '');
  const absolute = name === '@' ? 'example.com.' : `${name}.example.com.`;
  return makeRRset(
    absolute,
    type,
    Number(ttl),
    values.map((rdata) => ({ rdata, origins: [] })),
  );
};

export const settings: ZoneSettings = {
  targets: ['t'],
  ttl: 3600,
  owns: 'all',
  ignore: [],
  create: null,
  public: false,
  allow_lua: false,
  covers: null,
  exempt: [],
  guards: {
    max_delete_percent: 30,
    max_replace_percent: 30,
    min_existing: 10,
    never_empty: true,
    delegation: true,
    absence: { snapshots: 3, grace: 600_000 },
  },
};

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
  readonly desired: readonly string[];
  /** null: the target does not have the zone. */
  readonly existing: readonly (string | ExistingRRset)[] | null;
  readonly zone?: Partial<DesiredZone>;
  readonly settings?: Partial<ZoneSettings>;
  readonly supports?: Partial<Supports>;
  readonly allow?: readonly string[];
  readonly target?: Partial<PlanTarget>;
}

const id = { name: 'example.com.', view: null };

/** Plans one scene; changes and withheld ones come back as words: `create www A`. */
export const plan = (scene: Scene) => {
  const desired: DesiredZone = {
    id,
    settings: { ...settings, ...scene.settings },
    rrsets: scene.desired.map(rrset),
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
  const { changeset, problems } = planZone({
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
  });
  const words = ({ action, name, type }: { action: string; name: string; type: string }) =>
    `${action} ${name === 'example.com.' ? '@' : name.replace('.example.com.', '')} ${type}`;
  return {
    changeset,
    changes: changeset.changes.map(words),
    withheld: changeset.withheld.map((each) => `${each.guard}: ${words(each)}`),
    allows: [...new Set(changeset.withheld.map(({ allow }) => allow))],
    unmanaged: changeset.unmanaged.map(({ name, type, why }) => `${name} ${type}: ${why}`),
    problems: problems.map(({ rule }) => rule),
  };
};
