import type { NameServer } from '../model/ports.ts';
import type { Difference } from '../model/result.ts';
import { addressTypes, codeTypes, isAddressType, runsCode } from '../model/rr-types.ts';
import { keyOf, type RRsetKey, rrsetOfType } from '../model/rrset.ts';
import type { ZoneId } from '../model/zone.ts';
import { type ZoneTree, zoneTree, zoneTreeOf } from '../model/zone-tree.ts';
import type { LagEvidence } from './answers/compare.ts';
import { expectationsFor } from './answers/expectations.ts';
import type { ServedRRset } from './answers/served-rrset.ts';

/** One zone at one target, to be proven at each of its name servers. */
export interface VerifyTask {
  readonly zone: ZoneId;
  readonly target: string;
  readonly nameservers: readonly NameServer[];
  /**
   * All that the zone should answer with, as far as it is known. What is left alone counts too: its wildcards and zone
   * cuts decide other answers.
   */
  readonly rrsets: readonly ServedRRset[];
  /** What to ask for; one that is not among `rrsets` should be gone. Default is every RRset. */
  readonly keys?: readonly RRsetKey[];
  /** By keyOf: what was there before the write; null: nothing. */
  readonly before?: ReadonlyMap<string, ServedRRset | null>;
  /** The serial that was written, or that the target has, where it tells. */
  readonly serial?: number | null;
  /** Milliseconds that a name server may lag. */
  readonly wait: number;
}

/** One zone at one name server, and what of it is proven. */
export interface ZoneCheck {
  readonly task: VerifyTask;
  /** What the zone should answer with. */
  readonly expected: ZoneTree<ServedRRset>;
  readonly nameserver: NameServer;
  /** What is not proven yet. */
  readonly unproven: Set<RRsetKey>;
  /** What the last round found out about what is not proven. */
  readonly differences: Map<RRsetKey, Difference>;
  /** Those of them that were asked for where nothing listens. */
  readonly unreachable: Set<RRsetKey>;
  /** Why nothing can be asked; null: it answers for the zone. */
  failure: { readonly kind: 'no_answer' | 'missing'; readonly reason: string; readonly unreachable?: boolean } | null;
  serial: number | null;
  /** The newest serial of the zone, where this name server's is older. */
  newerSerial: number | null;
  /** Was all that is not proven asked for since its last SOA? */
  askedForAll: boolean;
}

export const checksOf = (task: VerifyTask): readonly ZoneCheck[] => {
  const expected = zoneTreeOf(task.zone.name, task.rrsets);
  const keys = (task.keys ?? task.rrsets).filter(
    (key) => expectationsFor(expected, key, rrsetBefore(task, key)).length > 0,
  );
  return task.nameservers.map((nameserver) => ({
    task,
    expected,
    nameserver,
    unproven: new Set(keys),
    differences: new Map(),
    unreachable: new Set(),
    failure: null,
    serial: null,
    newerSerial: null,
    askedForAll: false,
  }));
};

export const isUnproven = (check: ZoneCheck): boolean => check.failure !== null || check.unproven.size > 0;

/** Can time alone change what it says? Not where nothing was written and nothing listens: that is no server that lags. */
export const mayComeYet = ({ differences, failure, task, unreachable }: ZoneCheck): boolean => {
  if (task.before !== undefined) return true;
  if (failure !== null) return failure.unreachable !== true;
  return unreachable.size === 0 || differences.keys().some((key) => !unreachable.has(key));
};

export const countUnproven = (checks: readonly ZoneCheck[]): number =>
  checks.reduce((sum, check) => sum + check.unproven.size, 0);

/** How many RRsets it was not asked for. */
export const countUnasked = (check: ZoneCheck): number =>
  check.failure === null ? check.unproven.size - check.differences.size : check.unproven.size;

export const rrsetBefore = (task: VerifyTask, key: RRsetKey): ServedRRset | undefined =>
  task.before?.get(keyOf(key)) ?? undefined;

/** What a name server that lags may answer; a name that was not there may have been a wildcard's. */
export const answersBefore = ({ expected, task }: ZoneCheck, key: RRsetKey): LagEvidence['before'] => {
  if (task.before === undefined) return undefined;
  const before = takingPlaceOf(key).flatMap((each) => rrsetBefore(task, each) ?? []);
  if (before.length > 0) return before;
  const without = zoneTree({
    ...expected,
    at: (name) => (name === key.name ? [] : expected.at(name)),
    exists: (name) => name !== key.name && expected.exists(name),
  });
  return [null, rrsetOfType(without.rrsetsFor(key.name), key.type) ?? null];
};

/** Addresses that are made by code, and those that stand in the zone, take each other's place. */
const takingPlaceOf = ({ name, type }: RRsetKey): readonly RRsetKey[] => {
  const others = runsCode(type) ? addressTypes : isAddressType(type) ? codeTypes : [];
  return [type, ...others].map((each) => ({ name, type: each }));
};
