import { type DeletionEvidence, isForServer } from '../model/deletion-evidence.ts';
import type { OrphanedValue } from '../model/ports.ts';
import { reverseType, traitsOf } from '../model/rr-types.ts';
import { keyOf, type RRset, type RRsetKey } from '../model/rrset.ts';
import { mapRRsets, type ReadonlyRRsetMap } from '../model/rrset-map.ts';
import { serverKey } from '../model/server.ts';
import type { DesiredZone, ExistingRRset } from '../model/zone.ts';
import type { HealthChecks } from '../provider.ts';
import { printAbsent, printAllow } from './allow.ts';
import type { DeletionVerdict, RetainedValue, ValueAt } from './deletion-verdict.ts';
import { deletionJudge } from './deletion-verdict.ts';
import type { StoredValues } from './existing.ts';
import { isStored, storedOf } from './existing.ts';
import type { Ownership } from './ownership.ts';
import { blockingName, retainValues } from './retain-values.ts';
import { scopeOf } from './scope.ts';
import { backupOf } from './without-down.ts';

/** A desired zone with the values in it that must not be deleted yet, so that no later step has to know of them. */
export interface RetainedZone {
  readonly zone: DesiredZone;
  /** The zone as if no absence had to be proven. */
  readonly withoutRetained: DesiredZone;
  readonly values: readonly RetainedValue[];
  /** Names where what is wanted cannot stand beside a retained value, with that value: all their changes wait. */
  readonly blocked: ReadonlyMap<string, RetainedValue>;
  /** Every value that nobody accounts for, also those that may be deleted. */
  readonly orphans: readonly OrphanedValue[];
}

export interface RetainAbsentInput {
  readonly zone: DesiredZone;
  /** The zone's RRsets. */
  readonly wanted: ReadonlyRRsetMap<RRset>;
  readonly existing: readonly ExistingRRset[];
  readonly evidence: DeletionEvidence | null;
  readonly healthChecks: HealthChecks | null;
  readonly target: string;
  /** As it is before anything is retained. */
  readonly ownership: Ownership;
  /** May this run delete the values at that name without proof? */
  readonly isAllowed: (name: string) => boolean;
}

/** Retains existing values that the inventory could have written and that nobody accounts for: absence is not deletion. */
export const retainAbsent = (input: RetainAbsentInput): RetainedZone => {
  const { wanted, zone } = input;
  const stored = storedOf(input.existing, input.healthChecks, wanted.has);
  const judged = unwantedValues(input, stored).map((each) => judge(each, input));
  const { rrsets, values, blocked } = retainAll(judged, wanted, input);
  const all = [...retainedByInventory(zone.rrsets, stored), ...values];
  return {
    zone: rrsets === null ? zone : { ...zone, rrsets: [...rrsets.values()] },
    withoutRetained: all.length === 0 ? zone : { ...zone, rrsets: withoutValues(zone.rrsets, all) },
    values: all,
    blocked,
    orphans: judged.flatMap(({ orphans }) => orphans),
  };
};

/** Puts retained values among what is wanted, where they can stand there. */
const retainAll = (
  judged: readonly JudgedValues[],
  wanted: ReadonlyRRsetMap<RRset>,
  { existing, zone }: RetainAbsentInput,
) => {
  const blocked = new Map<string, RetainedValue>();
  const values: RetainedValue[] = [];
  const due = judged.filter(({ retained }) => retained.length > 0);
  const rrsets = due.length === 0 ? null : mapRRsets(wanted.values());
  for (const { unwanted, retained } of due) {
    const blocking = blockingName(unwanted, wanted, existing, zone.id.name);
    const [first] = retained;
    if (blocking !== null && first !== undefined) blocked.set(blocking, first);
    if (blocking === unwanted.name || rrsets === null) continue;
    retainValues(unwanted, retained, rrsets);
    values.push(...retained);
  }
  return { rrsets, values, blocked };
};

/** Where the inventory has no part in a zone. */
export const nothingRetained = (zone: DesiredZone): RetainedZone => ({
  zone,
  withoutRetained: zone,
  values: [],
  blocked: new Map(),
  orphans: [],
});

/** Can retainAbsent find anything to do? */
export const mayRetain = ({ rrsets, scope }: DesiredZone, evidence: DeletionEvidence | null): boolean =>
  (evidence !== null && (scope !== undefined || evidence.written.some(isForServer))) ||
  rrsets.some(({ values }) => values.some(({ retained }) => retained !== undefined));

const withoutValues = (rrsets: readonly RRset[], gone: readonly ValueAt[]): readonly RRset[] => {
  if (gone.length === 0) return rrsets;
  const isGone = isStored(gone.map(({ name, type, rdata }) => ({ name, type, rdatas: [rdata] })));
  return rrsets.flatMap((rrset) => {
    const { name, type } = rrset;
    const values = rrset.values.filter(({ rdata }) => !isGone({ name, type, rdata }));
    return values.length === 0 ? [] : [values.length === rrset.values.length ? rrset : { ...rrset, values }];
  });
};

/** The values that the inventory retains and that exist. What does not exist is simply wanted. */
const retainedByInventory = (rrsets: readonly RRset[], stored: readonly StoredValues[]): readonly RetainedValue[] => {
  const retainedValues = rrsets.flatMap(({ name, type, values }) =>
    values.flatMap(({ rdata, retained, origins }) =>
      retained === undefined ? [] : [{ name, type, rdata, reason: retained, allows: absentServersOf(origins) }],
    ),
  );
  return retainedValues.length === 0 ? [] : retainedValues.filter(isStored(stored));
};

/** The inventory retains the values of servers that no answer has. */
const absentServersOf = (origins: RRset['values'][number]['origins']): readonly string[] => [
  ...new Set(
    origins.flatMap((origin) =>
      origin.kind === 'zone_file' ? [] : [printAbsent(serverKey({ inventory: origin.inventory, name: origin.server }))],
    ),
  ),
];
/** In the registration zone a name is its server's alone: whoever has the address now does not account for it there. */
const evidenceIn = ({ scope }: DesiredZone, evidence: DeletionEvidence): DeletionEvidence =>
  scope?.all === true ? { ...evidence, addresses: new Map() } : evidence;

/** Values of one name and type that exist and that nobody wants. */
interface UnwantedValues extends StoredValues {
  readonly verdicts: readonly { readonly rdata: string; readonly verdict: DeletionVerdict }[];
  /** Is another value of the RRset wanted? */
  readonly hasWanted: boolean;
}

const unwantedValues = (
  { zone, wanted, evidence, ownership }: RetainAbsentInput,
  stored: readonly StoredValues[],
): readonly UnwantedValues[] => {
  if (evidence === null) return [];
  const isInScope = inScope(zone, evidence);
  const quarantined = new Set(zone.quarantined.map(({ name }) => name));
  const verdictOf = deletionJudge(evidenceIn(zone, evidence), zone.settings.guards.absence);
  const protectionOf = stayingIn(zone);
  return stored.flatMap((each) => {
    const { name, type, rdatas, rrset } = each;
    const here = wanted.get(each);
    const unwanted = here === undefined ? rdatas : missingFrom(here, rdatas);
    if (unwanted.length === 0 || quarantined.has(name) || isExhaustive(type, here, evidence)) return [];
    if (!isInScope(each) || ownership(rrset) !== null) return [];
    const reason = protectionOf(each);
    const verdicts = unwanted.map((rdata) => ({
      rdata,
      verdict:
        reason === null
          ? verdictOf({ name, type, rdata })
          : { status: 'incomplete' as const, isProven: false, reason, servers: [], missing: null },
    }));
    return [{ ...each, verdicts, hasWanted: here !== undefined }];
  });
};

/** What is answered while no address is up is wanted, too. */
const missingFrom = ({ healthCheck, values }: RRset, rdatas: readonly string[]): readonly string[] => {
  if (rdatas.length === values.length && rdatas.every((rdata, i) => rdata === values[i]?.rdata)) return [];
  const wanted = new Set([...values.map(({ rdata }) => rdata), ...backupOf(healthCheck)]);
  return rdatas.filter((rdata) => !wanted.has(rdata));
};

/** Why what exists must stay although nobody wants it: what is wanted instead cannot be used. */
const stayingIn = ({ protected: protections = [] }: DesiredZone): ((key: RRsetKey) => string | null) => {
  const staying = protections.filter(({ stays }) => stays === true);
  return ({ name, type }) => staying.find((each) => each.name === name && each.types.includes(type))?.reason ?? null;
};

/** Could the inventory write it, or was it written for a server before the configuration changed? */
const inScope = ({ scope, id }: DesiredZone, { written }: DeletionEvidence): ((key: RRsetKey) => boolean) => {
  const isWritable = scope === undefined ? () => false : scopeOf(scope, id.name);
  let writtenKeys: ReadonlySet<string> | null = null;
  return (key) => {
    if (isWritable(key)) return true;
    writtenKeys ??= new Set(written.filter(isForServer).map(keyOf));
    return writtenKeys.has(keyOf(key));
  };
};

/**
 * Does what is wanted leave room for no other value: because a zone file has the RRset, because the type has one value only,
 * or because a complete answer gives a server the address, and so its PTR at once? One that only counts as last known proves
 * nothing about what somebody else has put there.
 */
const isExhaustive = (type: string, wanted: RRset | undefined, { present, servers }: DeletionEvidence): boolean => {
  if (wanted === undefined) return false;
  if (traitsOf(type).values === 'one') return true;
  const hasAddress = (key: string): boolean => present.has(key) && servers.get(key) === 'conclusive';
  return wanted.values.some(({ origins }) =>
    origins.some(
      (origin) =>
        origin.kind === 'zone_file' ||
        (type === reverseType &&
          origin.kind === 'registration' &&
          hasAddress(serverKey({ inventory: origin.inventory, name: origin.server }))),
    ),
  );
};

interface JudgedValues {
  readonly unwanted: UnwantedValues;
  readonly retained: readonly RetainedValue[];
  readonly orphans: readonly OrphanedValue[];
}

/** Retains what nobody accounts for, and what only incomplete answers speak for, where the RRset would be deleted. */
const judge = (unwanted: UnwantedValues, input: RetainAbsentInput): JudgedValues => {
  const { name, type } = unwanted;
  const all = unwanted.verdicts.map(({ rdata, verdict }) => ({ name, type, rdata, ...verdict }));
  const unknown = all.filter(({ status }) => status === 'unknown');
  const orphans = unknown.flatMap(({ rdata, missing }) => (missing === null ? [] : [{ name, type, rdata, missing }]));
  if (input.isAllowed(name)) return { unwanted, retained: [], orphans };
  const unproven = unknown.filter((value) => !value.isProven);
  const incomplete =
    unwanted.hasWanted || unproven.length > 0 ? [] : all.filter(({ status }) => status === 'incomplete');
  const retained = [...unproven, ...incomplete].map(({ rdata, reason, servers }) => {
    return { name, type, rdata, reason, allows: allowsFor(name, servers, input) };
  });
  return { unwanted, retained, orphans };
};

/** A server is allowed as a whole, unless its inventory has it: then, and where no server is known, it is the name. */
const allowsFor = (
  name: string,
  servers: readonly string[],
  { evidence, target, zone }: RetainAbsentInput,
): readonly string[] => {
  const absent = servers.filter((server) => evidence?.present.has(server) !== true);
  const byName = absent.length < servers.length || servers.length === 0;
  return [...absent.map(printAbsent), ...(byName ? [printAllow('absence', zone.id, target, name)] : [])];
};
