import {
  deletionEvidenceAt,
  type EvidenceStore,
  type GuardRules,
  type GuardStore,
  guardContextAt,
} from '../../memory/index.ts';
import { HostmasterError, messageOf } from '../../model/errors.ts';
import { isWithin } from '../../model/name.ts';
import type { GuardName, Withheld } from '../../model/plan.ts';
import type { Store } from '../../model/ports.ts';
import type { Problem } from '../../model/problem.ts';
import { isSoa } from '../../model/rr-types.ts';
import type { RRsetKey } from '../../model/rrset.ts';
import type { ExistingRRset, ZoneSnapshot } from '../../model/zone.ts';
import { zoneTargetKey } from '../../model/zone-target.ts';
import type { PlanTarget } from '../../plan/index.ts';
import { planNames } from '../../plan/plan-names.ts';
import type { PlannedWork, SharedEvidence } from '../../run.ts';
import type { RunContext } from '../../target.ts';
import { changesWithoutEffect } from '../without-effect.ts';
import type { CheckedZone } from './check.ts';
import type { LastPass, LastPassTarget } from './last-pass.ts';
import { type NeedsFullPass, needsFullPass } from './zone.ts';

/** What the state is asked for a plan. */
export type PlanningStore = EvidenceStore & GuardStore & Pick<Store, 'unproven'>;

interface Context {
  readonly store: PlanningStore;
  readonly context: RunContext;
  readonly evidence: SharedEvidence;
  readonly rules: GuardRules;
  readonly now: number;
}

interface Planned {
  readonly work: readonly PlannedWork[];
  readonly problems: readonly Problem[];
}

/** Reads and plans the touched names of every zone at every target. */
export const planTouched = async (
  last: LastPass,
  zones: readonly CheckedZone[],
  planning: Context,
): Promise<Planned | NeedsFullPass> => {
  const zoneTargets = zones.flatMap((touched) => {
    const { id, settings } = touched.zone;
    return settings.targets.flatMap((target) => {
      const lastTarget = last.zoneTargets.get(zoneTargetKey({ zone: id.name, view: id.view, target }));
      return lastTarget === undefined ? [] : [{ touched, lastTarget }];
    });
  });
  const planned = await Promise.all(
    zoneTargets.map(({ touched, lastTarget }) => planZoneTarget(touched, lastTarget, planning)),
  );
  const failed = planned.find((each) => 'status' in each);
  if (failed !== undefined) return failed;
  const done = planned.filter((each) => 'work' in each);
  return { work: done.flatMap(({ work }) => work), problems: done.flatMap(({ problems }) => problems) };
};

const planZoneTarget = async (
  touched: CheckedZone,
  lastTarget: LastPassTarget,
  planning: Context,
): Promise<Planned | NeedsFullPass> => {
  const { checked: zone, names, around, last } = touched;
  const { target } = lastTarget.work;
  const fitFor = fitIn(touched, lastTarget);
  if (fitFor === null)
    return needsFullPass(`whether the name servers of ${zone.id.name} can answer all types has to be asked`);
  const existing = await readZoneTarget(touched, lastTarget, planning.context);
  if (existing.status === 'needs_full_pass') return existing;
  const { name } = target.definition;
  if (existing.fingerprint !== lastTarget.fingerprint)
    return needsFullPass(`somebody else wrote to ${zone.id.name} at ${name}, so that it has to be counted again`);
  const all = [...names, ...around];
  const evidence = await deletionEvidenceAt(zone, name, planning.evidence, planning.store, planning.now, all);
  const total = lastTarget.total;
  const keys = all.map((each) => ({ name: each, type: '' }));
  const guards = await guardContextAt(zone, name, keys, planning.rules, planning.store, planning.now);
  const result = planNames(
    {
      ...{ desired: zone, target: fitFor, existing, allows: [], evidence, names, around, total },
      withheldBefore: stillWithheld(lastTarget),
    },
    guards,
  );
  if (result.status === 'needs_full_pass') return result;
  const { changeset, orphans, problems } = result.planned;
  const part = { names, before: [...names].flatMap((each) => last.at.get(each) ?? []), isClean: problems.length === 0 };
  const isSuspended = guards.suspended === null ? {} : { isSuspended: true as const };
  const planned = { zone, target, changeset, snapshot: existing, orphans, fitFor, evidence, ...isSuspended };
  return {
    work: [{ ...planned, desiredDigest: () => '', part }],
    problems: [...problems, ...(await changesWithoutEffect(changeset, planning.store))],
  };
};

/** What these guards refuse goes by all that is in a zone, so that the changes of others may let it go. */
const guardsOfZones: ReadonlySet<GuardName> = new Set(['never_empty', 'max_delete_percent', 'max_replace_percent']);

/** What the last pass withheld, and a pass of other servers withholds as well. */
export const stillWithheld = ({ open }: LastPassTarget): readonly Withheld[] =>
  [...open.values()].flat().filter(({ guard }) => !guardsOfZones.has(guard));

/** The target as the last pass found it; null where it did not ask for a type that is wanted now. */
const fitIn = (
  { checked: zone, last }: CheckedZone,
  { work: { target, fitFor }, isRead }: LastPassTarget,
): PlanTarget | null => {
  const { supports, healthChecks = null, nativeChecks = null } = target.provider;
  const own = { ...fitFor, healthChecks, nativeChecks, unready: new Map() };
  const synthesised = (types: Iterable<string>, isChecked: boolean) =>
    [...types, ...(isChecked && healthChecks !== null ? [healthChecks.type] : [])].filter((type) =>
      supports.synthesised.includes(type),
    );
  const wanted = synthesised(
    zone.rrsets.map(({ type }) => type),
    zone.rrsets.some(({ healthCheck }) => healthCheck !== undefined),
  );
  if (wanted.length === 0) return own;
  const asked = isRead ? synthesised(last.types, last.isChecked) : [];
  return wanted.every((type) => asked.includes(type)) ? own : null;
};

/** As many names as a provider reads one by one. */
const namesAtOnce = 20;

const readZoneTarget = async (
  touched: CheckedZone,
  lastTarget: LastPassTarget,
  context: RunContext,
): Promise<ZoneSnapshot | NeedsFullPass> => {
  const names = [...touched.names, ...touched.around];
  const known = await readNames(touched, lastTarget, names, context);
  if (known.status === 'needs_full_pass') return known;
  const markers = known.rrsets
    .filter((rrset) => mayBeForeign(rrset, touched, lastTarget))
    .map(markerOf)
    .filter((name) => isWithin(name, touched.zone.id.name));
  if (markers.length === 0) return known;
  const marked = await readNames(touched, lastTarget, markers, context);
  if (marked.status === 'needs_full_pass') return marked;
  return marked.rrsets.some(({ name, type }) => type === 'TXT' && markers.includes(name))
    ? needsFullPass(`another writer may say at ${markers[0]} that it owns what is there`)
    : known;
};

/** What ExternalDNS owns it marks at the name itself, which was read, or beside it. */
const markerOf = ({ name, type }: RRsetKey): string => `${type.toLowerCase()}-${name}`;

/** Was it not there, or not ours, when the zone was last read in full? */
const mayBeForeign = (
  { name, type }: ExistingRRset,
  { last, names }: CheckedZone,
  { foreign }: LastPassTarget,
): boolean =>
  names.has(name) &&
  !isSoa(type) &&
  (foreign.has(name) || (last.at.get(name) ?? []).every((rrset) => rrset.type !== type));

const readNames = async (
  { zone }: CheckedZone,
  { work: { target } }: LastPassTarget,
  names: readonly string[],
  context: RunContext,
): Promise<ZoneSnapshot | NeedsFullPass> => {
  const where = `${zone.id.name} at ${target.definition.name}`;
  const rrsets: ExistingRRset[] = [];
  const unreadable: ZoneSnapshot['unreadable'][number][] = [];
  let first: ZoneSnapshot | null = null;
  for (let from = 0; from < names.length; from += namesAtOnce) {
    const some = names.slice(from, from + namesAtOnce);
    const read = await readSome(where, () =>
      target.provider.read(zone.id, {
        names: some,
        ...(context.signal === undefined ? {} : { signal: context.signal }),
      }),
    );
    if (read.status !== 'read')
      return read.status === 'needs_full_pass' ? read : needsFullPass(`${where} is not there`);
    if (first !== null && first.fingerprint !== read.fingerprint)
      return needsFullPass(`somebody wrote to ${where} meanwhile`);
    first ??= read;
    const wanted = new Set(some);
    rrsets.push(...read.rrsets.filter(({ name }) => wanted.has(name)));
    unreadable.push(...read.unreadable.filter(({ name }) => wanted.has(name)));
  }
  return first === null ? needsFullPass(`nothing is asked of ${where}`) : { ...first, rrsets, unreadable };
};

const readSome = async <T extends { readonly status: string }>(
  where: string,
  read: () => Promise<T>,
): Promise<T | NeedsFullPass> => {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof HostmasterError)) throw error;
    return needsFullPass(`${where} could not be read: ${messageOf(error)}`);
  }
};
