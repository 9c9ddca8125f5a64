import { createHash, randomBytes } from 'node:crypto';
import type { HealthCheck as AwsCheck, ResourceRecordSet, RRType } from '@aws-sdk/client-route-53';
import {
  type ExistingRRset,
  type HealthCheck,
  isAddressType,
  makeRRset,
  type PlannedRRset,
  parseRdata,
  type RRsetKey,
} from '../../src/provider.ts';
import { nameToAws } from './escapes.ts';
import { probesOf } from './health.ts';
import { checkOf, configOf, type Probe, readConfig } from './health-probe.ts';

// Between checked RRsets and Route 53's multivalue answers, whose SetIdentifier is the address; and the mark by which a health
// check is known as ours: its CallerReference, which is there from the check's first moment and can never be taken again. Pure.

/** A health check of the account. */
export interface KnownCheck {
  readonly id: string;
  /** null: not of a form that we make. */
  readonly probe: Probe | null;
  /** null: not ours. */
  readonly mark: Mark | null;
}

/** Which hosted zone a check of ours is for, and what of it: a name, and what is checked for it. */
export interface Mark {
  readonly zone: string;
  readonly content: string;
}

/** The account's checks by id. */
export type KnownChecks = ReadonlyMap<string, KnownCheck>;

export const knownCheck = ({ CallerReference = '', HealthCheckConfig, Id = '' }: Partial<AwsCheck>): KnownCheck => {
  const [, zone, content] = /^hostmaster:([0-9a-f]{12}):([0-9a-f]{16}):/.exec(CallerReference) ?? [];
  const mark = zone === undefined || content === undefined ? null : { zone, content };
  return { id: Id, probe: readConfig(HealthCheckConfig), mark };
};

/** A CallerReference that was never used: at most 64 characters. */
export const newReference = ({ content, zone }: Mark): string =>
  `hostmaster:${zone}:${content}:${Date.now().toString(36)}${randomBytes(4).toString('hex')}`;

/** `id` is that of the hosted zone. */
export const markOf = (id: string, name: string, probe: Probe): Mark => ({
  zone: zoneMark(id),
  content: digest(JSON.stringify([name, Object.entries(configOf(probe)).sort()]), 16),
});

export const zoneMark = (id: string): string => digest(id, 12);

const digest = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length);

/** Are these multivalue answers such as we make, whatever their checks are? */
export const isShapedAsOurs = (sets: readonly ResourceRecordSet[]): boolean =>
  sets.length > 0 && sets.every((set) => addressIn(set) !== null);

const addressIn = (set: ResourceRecordSet): string | null => {
  const { AliasTarget, MultiValueAnswer, ResourceRecords = [], SetIdentifier, TTL, Type } = set;
  const [only, ...more] = ResourceRecords;
  if (MultiValueAnswer !== true || AliasTarget !== undefined || TTL === undefined) return null;
  if (Type === undefined || !isAddressType(Type) || only?.Value === undefined || more.length > 0) return null;
  try {
    const address = parseRdata(Type, only.Value);
    return address === SetIdentifier ? address : null;
  } catch {
    return null;
  }
};

/** Stands for checks that we could not have made; it equals no check that can be asked for, so that they are replaced. */
const unmatchableCheck: HealthCheck = {
  port: null,
  urls: null,
  interval: null,
  timeout: null,
  string_match: null,
  when_all_down: 'open',
};

const isUnmatchable = ({ port, urls }: HealthCheck): boolean => port === null && urls === null;

const noOrigins = Object.freeze([]);

/**
 * The checked RRset that multivalue answers are; null: they are not ours. Ours have at least one check that we made for this
 * zone, or one that is gone.
 */
export const checkedRRset = (
  { name, type }: RRsetKey,
  sets: readonly ResourceRecordSet[],
  known: KnownChecks,
  zoneId: string,
): ExistingRRset | null => {
  if (!isShapedAsOurs(sets)) return null;
  const zone = zoneMark(zoneId);
  const isOurs = sets.some(({ HealthCheckId: id }) => {
    const check = id === undefined ? null : known.get(id);
    return check === undefined || check?.mark?.zone === zone;
  });
  if (!isOurs) return null;
  const probes = sets.flatMap((set) => probeIn(set, known) ?? []);
  const ttl = sets[0]?.TTL ?? 0;
  const isOne = probes.length === sets.length && sets.every(({ TTL }) => TTL === ttl);
  const values = sets.map((set) => ({ rdata: addressIn(set) ?? '', origins: noOrigins }));
  return { ...makeRRset(name, type, ttl, values), healthCheck: (isOne ? checkOf(probes) : null) ?? unmatchableCheck };
};

/** What checks the address of a set; null: nothing, or something else. */
const probeIn = (set: ResourceRecordSet, known: KnownChecks): Probe | null => {
  const probe = known.get(set.HealthCheckId ?? '')?.probe ?? null;
  return probe !== null && probe.address === addressIn(set) ? probe : null;
};

/** The id of the check for a probe. */
export type CheckIds = (name: string, probe: Probe) => string;

/** Where only the size of what is sent counts. */
export const anyId: CheckIds = () => '';

/** A checked RRset as Route 53 takes it. */
export const checkedSets = (
  { name, type }: RRsetKey,
  rrset: PlannedRRset,
  check: HealthCheck,
  idOf: CheckIds,
): readonly ResourceRecordSet[] =>
  isUnmatchable(check)
    ? []
    : probesOf({ type, values: rrset.values }, check).map((probe) => ({
        Name: nameToAws(name),
        Type: type as RRType,
        SetIdentifier: probe.address,
        MultiValueAnswer: true,
        TTL: rrset.ttl,
        ResourceRecords: [{ Value: probe.address }],
        HealthCheckId: idOf(name, probe),
      }));
