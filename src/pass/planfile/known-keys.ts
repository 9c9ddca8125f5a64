import type Type from 'typebox';
import type { HealthCheck, OneCheck } from '../../model/health.ts';
import type { Change, Changeset, Plan, PlannedRRset } from '../../model/plan.ts';
import type { planSchema } from '../../validation/plan-schema.ts';

type Given = Type.Static<typeof planSchema>;
type GivenChangeset = Given['changesets'][number];
type GivenChange = GivenChangeset['changes'][number];
type GivenRRset = NonNullable<GivenChange['before']>;

/** A plan without the keys that nobody here knows: those are a later version's, or a stranger's, and reach nobody. */
export const knownKeysOf = (given: Given): Omit<Plan, 'summary'> => {
  const { absent, version, digest, config_commit, dirty, inventory, targets, atomic_sets, problems } = given;
  return {
    version,
    digest,
    config_commit,
    dirty,
    inventory,
    targets,
    changesets: given.changesets.map(changesetOf),
    atomic_sets: atomic_sets.map(({ inventory: of, server, members, claims }) => ({
      inventory: of,
      server,
      members: members.map(refOf),
      claims: claims.map(refOf),
    })),
    problems,
    ...(absent === undefined ? {} : { absent }),
  };
};

const changesetOf = (given: GivenChangeset): Changeset => ({
  zone: given.zone,
  view: given.view,
  target: given.target,
  based_on: given.based_on,
  create_zone: given.create_zone,
  changes: given.changes.map(changeOf),
  withheld: given.withheld.map(({ guard, kind, reason, allow, ...change }) => ({
    ...changeOf(change),
    guard,
    kind: kind ?? 'refused',
    reason,
    allow,
  })),
  unmanaged: given.unmanaged.map(({ name, type, kind, why }) => ({ name, type, kind: kind ?? 'unknown', why })),
  ...(given.cost === undefined ? {} : { cost: given.cost }),
  ...(given.down === undefined
    ? {}
    : { down: given.down.map(({ name, rdata, since, type }) => ({ name, type, rdata, since })) }),
});

const refOf = ({ zone, view, target, name, type }: Given['atomic_sets'][number]['members'][number]) => ({
  zone,
  view,
  target,
  name,
  type,
});

const changeOf = ({ action, name, type, before, after, drift }: GivenChange): Change => ({
  action,
  name,
  type,
  before: before && rrsetOf(before),
  after: after && rrsetOf(after),
  ...(drift === undefined ? {} : { drift }),
});

const rrsetOf = ({ ttl, values, health_check }: GivenRRset): PlannedRRset => ({
  ttl,
  values: values.map(({ rdata, origins }) => ({ rdata, origins })),
  health_check: health_check && checkOfGiven(health_check),
});

const checkOfGiven = (given: NonNullable<GivenRRset['health_check']>): HealthCheck => ({
  ...oneCheckOf(given),
  ...(given.aaaa === undefined ? {} : { aaaa: oneCheckOf(given.aaaa) }),
});

const oneCheckOf = (given: OneCheck): OneCheck => ({
  port: given.port,
  urls: given.urls,
  interval: given.interval,
  timeout: given.timeout,
  string_match: given.string_match,
  when_all_down: given.when_all_down,
});
