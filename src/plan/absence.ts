import { type DeletionEvidence, isForServer } from '../model/deletion-evidence.ts';
import { keyOf, type RRset, type RRsetKey } from '../model/rrset.ts';
import { mapRRsets, type ReadonlyRRsetMap } from '../model/rrset-map.ts';
import type { DesiredZone, ExistingRRset } from '../model/zone.ts';
import type { HealthChecks } from '../provider.ts';
import type { RetainedValue, ValueAt, Verdict } from './deletion-verdict.ts';
import { deletionJudge } from './deletion-verdict.ts';
import type { Stored } from './existing.ts';
import { isStored, storedOf } from './existing.ts';
import type { Whose } from './ownership.ts';
import { obstacleTo, retainValues } from './retain-values.ts';
import { scopeOf } from './scope.ts';

/** A desired zone with what must not go yet copied into it, so that nothing later has to know of it. */
export interface Retained {
  readonly zone: DesiredZone;
  /** The same as nobody's absence had to be proven. */
  readonly bare: DesiredZone;
  readonly values: readonly RetainedValue[];
  /** Names where what is wanted cannot stand beside what must not go: all their changes wait. By name, the reason. */
  readonly blocked: ReadonlyMap<string, string>;
  /** Every value that nobody accounts for, also those that may go. */
  readonly orphans: readonly ValueAt[];
}

export interface RetainAbsentInput {
  readonly zone: DesiredZone;
  /** The zone's RRsets. */
  readonly wanted: ReadonlyRRsetMap<RRset>;
  readonly existing: readonly ExistingRRset[];
  readonly evidence: DeletionEvidence | null;
  readonly healthChecks: HealthChecks | null;
  /** Whose an existing RRset is, as ownership says before anything is held. */
  readonly whose: Whose;
  /** Does this run let the values at that name go? */
  readonly isAllowed: (name: string) => boolean;
}

/** Keeps what exists, what the inventory could have written, and what nobody accounts for. Absence is not deletion. */
export const retainAbsent = (input: RetainAbsentInput): Retained => {
  const zone = withoutAllowed(input.zone, input.isAllowed);
  const wanted = zone === input.zone ? input.wanted : mapRRsets(zone.rrsets);
  const stored = storedOf(input.existing, input.healthChecks, wanted.has);
  const unwanted = lostRRsets({ ...input, zone, wanted }, stored).map((lost) => judged(lost, input.isAllowed));
  const { rrsets, values, blocked } = keepAll(unwanted, wanted, input);
  const all = [...stillThere(zone.rrsets, stored), ...values];
  return {
    zone: rrsets === null ? zone : { ...zone, rrsets: [...rrsets.values()] },
    bare: all.length === 0 ? zone : { ...zone, rrsets: withoutValues(zone.rrsets, all) },
    values: all,
    blocked,
    orphans: unwanted.flatMap(({ orphans }) => orphans),
  };
};

/** Puts what must not go among what is wanted, where it can stand there. */
const keepAll = (
  unwanted: readonly Judged[],
  wanted: ReadonlyRRsetMap<RRset>,
  { existing, zone }: RetainAbsentInput,
) => {
  const blocked = new Map<string, string>();
  const values: RetainedValue[] = [];
  const due = unwanted.filter(({ held }) => held.length > 0);
  const rrsets = due.length === 0 ? null : mapRRsets(wanted.values());
  for (const { lost, held } of due) {
    const obstacle = obstacleTo(lost, wanted, existing, zone.id.name);
    if (obstacle !== null) blocked.set(obstacle, held[0]?.reason ?? '');
    if (obstacle === lost.name || rrsets === null) continue;
    retainValues(lost, held, rrsets);
    values.push(...held);
  }
  return { rrsets, values, blocked };
};

/** Nothing to keep and nothing kept: the zone is none of the inventory's. */
export const nothingRetained = (zone: DesiredZone): Retained => ({
  zone,
  bare: zone,
  values: [],
  blocked: new Map(),
  orphans: [],
});

/** May `hold` find anything to do? */
export const mayRetain = ({ rrsets, scope }: DesiredZone, evidence: DeletionEvidence | null): boolean =>
  (evidence !== null && (scope !== undefined || evidence.written.some(isForServer))) ||
  rrsets.some(({ values }) => values.some(({ retained }) => retained !== undefined));

/** Without the values that the inventory keeps for want of proof, where this run lets them go. */
const withoutAllowed = (zone: DesiredZone, isAllowed: (name: string) => boolean): DesiredZone => {
  const isLetGo = ({ name, values }: RRset) => values.some(({ retained }) => retained !== undefined) && isAllowed(name);
  if (!zone.rrsets.some(isLetGo)) return zone;
  const rrsets = zone.rrsets.flatMap((rrset) => {
    if (!isLetGo(rrset)) return [rrset];
    const values = rrset.values.filter(({ retained }) => retained === undefined);
    return values.length === 0 ? [] : [{ ...rrset, values }];
  });
  return { ...zone, rrsets };
};

const withoutValues = (rrsets: readonly RRset[], gone: readonly ValueAt[]): readonly RRset[] => {
  if (gone.length === 0) return rrsets;
  const isGone = isStored(gone.map(({ name, type, rdata }) => ({ name, type, rdatas: [rdata] })));
  return rrsets.flatMap((rrset) => {
    const { name, type } = rrset;
    const values = rrset.values.filter(({ rdata }) => !isGone({ name, type, rdata }));
    return values.length === 0 ? [] : [values.length === rrset.values.length ? rrset : { ...rrset, values }];
  });
};

/** The values that the inventory keeps and that exist. What does not exist is simply wanted. */
const stillThere = (rrsets: readonly RRset[], stored: readonly Stored[]): readonly RetainedValue[] => {
  const held = rrsets.flatMap(({ name, type, values }) =>
    values.flatMap(({ rdata, retained }) => (retained === undefined ? [] : [{ name, type, rdata, reason: retained }])),
  );
  return held.length === 0 ? [] : held.filter(isStored(stored));
};

/** Values of one name and type that exist and that nobody wants. */
interface Lost extends Stored {
  readonly verdicts: readonly { readonly rdata: string; readonly verdict: Verdict }[];
  /** Does its RRset keep a value that is wanted? */
  readonly isWanted: boolean;
}

const lostRRsets = (
  { zone, wanted, evidence, whose }: RetainAbsentInput,
  stored: readonly Stored[],
): readonly Lost[] => {
  if (evidence === null) return [];
  const isInScope = inScope(zone, evidence);
  const quarantined = new Set(zone.quarantined.map(({ name }) => name));
  const judge = deletionJudge(evidence, zone.settings.guards.absence);
  const whyStays = staysIn(zone);
  return stored.flatMap((each) => {
    const { name, type, rdatas, rrset } = each;
    const here = wanted.get(each);
    const gone = here === undefined ? rdatas : goneFrom(rdatas, here);
    if (gone.length === 0 || quarantined.has(name) || isStated(type, here)) return [];
    if (!isInScope(each) || whose(rrset) !== null) return [];
    const reason = whyStays(each);
    const verdicts = gone.map((rdata) => ({
      rdata,
      verdict:
        reason === null ? judge({ name, type, rdata }) : { standing: 'incomplete' as const, proven: false, reason },
    }));
    return [{ ...each, verdicts, isWanted: here !== undefined }];
  });
};

const goneFrom = (rdatas: readonly string[], { values }: RRset): readonly string[] => {
  if (rdatas.length === values.length && rdatas.every((rdata, i) => rdata === values[i]?.rdata)) return [];
  const kept = new Set(values.map(({ rdata }) => rdata));
  return rdatas.filter((rdata) => !kept.has(rdata));
};

/** Why what exists is to stay although nothing of it is wanted: what should be there instead cannot be used. */
const staysIn = ({ protected: protections = [] }: DesiredZone): ((key: RRsetKey) => string | null) => {
  const staying = protections.filter(({ stays }) => stays === true);
  return ({ name, type }) => staying.find((each) => each.name === name && each.types.includes(type))?.reason ?? null;
};

/** What the inventory could write, and what was written for a server before Git said otherwise. */
const inScope = ({ scope, id }: DesiredZone, { written }: DeletionEvidence): ((key: RRsetKey) => boolean) => {
  const could = scope === undefined ? () => false : scopeOf(scope, id.name);
  let did: ReadonlySet<string> | null = null;
  return (key) => {
    if (could(key)) return true;
    did ??= new Set(written.filter(isForServer).map(keyOf));
    return did.has(keyOf(key));
  };
};

/**
 * Is what is wanted the whole of what may be there: as a zone file says, because the type has one value only, or because
 * the address is a present server's, whose PTR is its own at once?
 */
const isStated = (type: string, wanted: RRset | undefined): boolean => {
  if (wanted === undefined) return false;
  if (type === 'CNAME' || type === 'DNAME') return true;
  return wanted.values.some(({ origins, retained }) =>
    origins.some(
      ({ kind }) => kind === 'zone_file' || (type === 'PTR' && kind === 'registration' && retained === undefined),
    ),
  );
};

interface Judged {
  readonly lost: Lost;
  readonly held: readonly RetainedValue[];
  readonly orphans: readonly ValueAt[];
}

/** What of it stays: what nobody accounts for, and, where nothing else would be left, what is not settled. */
const judged = (lost: Lost, isAllowed: (name: string) => boolean): Judged => {
  const { name, type } = lost;
  const all = lost.verdicts.map(({ rdata, verdict }) => ({ name, type, rdata, ...verdict }));
  const orphans = all.filter(({ standing }) => standing === 'unknown');
  if (isAllowed(name)) return { lost, held: [], orphans: orphans.map(bareValue) };
  const held = orphans.filter(({ proven }) => !proven);
  const unsettled = lost.isWanted || held.length > 0 ? [] : all.filter(({ standing }) => standing === 'incomplete');
  return { lost, held: [...held, ...unsettled].map(heldOf), orphans: orphans.map(bareValue) };
};

const bareValue = ({ name, type, rdata }: ValueAt): ValueAt => ({ name, type, rdata });
const heldOf = ({ name, type, rdata, reason }: RetainedValue): RetainedValue => ({ name, type, rdata, reason });
