import { type AskedZone, afterVerification, rememberVerified } from '../memory/index.ts';
import type { Definitions } from '../model/definitions.ts';
import { pooled, readsAtOnce } from '../model/pool.ts';
import type { Store } from '../model/ports.ts';
import { type Problem, sortProblems } from '../model/problem.ts';
import type { VerifyReport } from '../model/result.ts';
import { keyOf, type RRsetKey } from '../model/rrset.ts';
import type { DesiredZone, ExistingRRset } from '../model/zone.ts';
import { fit } from '../plan/index.ts';
import type { PassOptions, StoreOpener } from '../run.ts';
import type { OpenTarget, RunContext } from '../target.ts';
import { configuredAddresses } from './configured-addresses.ts';
import { selectedZones } from './definitions.ts';
import { withDesired } from './desired.ts';
import { withStore, withTargets } from './open.ts';
import { type ProofWork, prove, serialIn } from './prove.ts';
import { unanswerableTypes } from './readiness.ts';
import { refuseStopped } from './stopped.ts';
import { type RetainContext, withRetained } from './with-retained.ts';
import { writeWithoutEffect } from './without-effect.ts';

/**
 * Ask every name server for every desired RRset that its target can hold, for what is kept there until it is proven gone,
 * and for what an apply wrote and could not prove; or for every nth of a zone's where `sample` says how many. A difference
 * is saved by `openToSave`, so that the next plan reads the zone.
 */
export const verifyPass = async (
  options: PassOptions & { readonly sample?: number },
  context: RunContext,
  openStore: StoreOpener,
  openToSave: StoreOpener,
): Promise<VerifyReport & { readonly definitions: Definitions }> => {
  const { asked, definitions, report } = await withDesired(
    options,
    context,
    openStore,
    ({ desired: { definitions, evidence }, storeFor }) =>
      withTargets(definitions, { ...options, serve: true }, context, async (targets) => {
        const store = storeFor(targets);
        const due = selectedZones(definitions.zones, options).flatMap((zone) =>
          zone.settings.targets.flatMap((name) => {
            const target = targets.open.get(name);
            return target === undefined ? [] : [{ zone, target }];
          }),
        );
        const works = await pooled(due, readsAtOnce, ({ zone, target }) =>
          expectedAt(zone, target, { evidence, context, store }),
        );
        const sources = { ...context, elsewhere: configuredAddresses(definitions.zones) };
        const sampled = await sampledWorks(works, options.sample, context);
        refuseStopped(context);
        const report = await prove(sampled, context, sources);
        refuseStopped(context);
        const problems = [
          ...targets.problems,
          ...works.flatMap((each) => [...each.problems, ...withoutEffect(each.asked, report)]),
        ];
        return {
          report,
          asked: works.map((each) => each.asked),
          definitions: { ...definitions, problems: sortProblems([...definitions.problems, ...problems]) },
        };
      }),
  );
  const save = (job: (store: Store) => Promise<void>) =>
    withStore(definitions, openToSave, context, ({ storeFor }) => job(storeFor(null)));
  await rememberVerified(asked, report, save, context);
  return { ...report, definitions };
};

const withoutEffect = (asked: AskedZone, report: VerifyReport): readonly Problem[] =>
  afterVerification(asked, report)
    .still.filter(({ isAtTarget }) => !isAtTarget)
    .map((each) => writeWithoutEffect(each, asked.zone, asked.target));

interface ExpectedWork {
  readonly work: ProofWork & { readonly keys: readonly RRsetKey[] };
  readonly asked: AskedZone;
  readonly problems: readonly Problem[];
}

/** What a zone at a target should answer. What the target cannot hold is a problem, and is not asked for. */
const expectedAt = async (
  desired: DesiredZone,
  target: OpenTarget,
  retainContext: RetainContext,
): Promise<ExpectedWork> => {
  const { context, store } = retainContext;
  const { name } = target.definition;
  const zone = await withRetained(desired, target, retainContext);
  const unproven = await store.unproven(zone.id, name);
  const { excluded, problems, rrsets } = fit(zone, {
    name,
    supports: target.provider.supports,
    healthChecks: target.provider.healthChecks ?? null,
    nativeChecks: target.provider.nativeChecks ?? null,
    unanswerable: await unanswerableTypes(zone, target, context.ask, undefined, context),
    unready: new Map(),
  });
  const keys = [...rrsets.values()];
  const gone = unproven.filter((each) => !rrsets.has(each));
  const beside = [
    ...zone.rrsets.filter((rrset) => excluded.has(rrset)),
    ...(gone.length === 0 ? [] : await besideAt(target, zone, context, [...keys, ...gone])),
  ];
  return {
    work: { zone: zone.id, target, rrsets: [...keys, ...beside], keys: [...keys, ...gone] },
    asked: { zone: zone.id, target: name, unproven, isSynced: (await store.lastSync(zone.id, name)) !== null },
    problems,
  };
};

/** What the target holds besides: its wildcards and zone cuts decide what is answered where something is gone. */
const besideAt = async (
  { provider }: OpenTarget,
  { id, rrsets }: DesiredZone,
  { signal }: RunContext,
  known: readonly RRsetKey[],
): Promise<readonly ExistingRRset[]> => {
  const read = await provider.read(id, signal === undefined ? {} : { signal }).catch(() => null);
  if (read?.status !== 'read') return [];
  const keys = new Set([...known, ...rrsets].map(keyOf));
  return read.rrsets.filter((rrset) => !keys.has(keyOf(rrset)));
};

/** With every nth key of a zone alone, and the serial that its target tells. */
const sampledWorks = async (
  works: readonly ExpectedWork[],
  size: number | undefined,
  { signal }: RunContext,
): Promise<readonly ProofWork[]> => {
  const targets = works.map(({ work: { target } }) => target);
  const serials = await serialsAt(targets, signal);
  return works.map(({ work, asked: { unproven } }) => ({
    ...work,
    keys: everyNth(work.keys, size, unproven),
    serial: serials.get(work.target)?.get(work.zone.name) ?? null,
  }));
};

/** The serials that targets tell of their zones, by which a secondary is late whose primary nobody asks. */
const serialsAt = async (
  targets: Iterable<OpenTarget>,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<OpenTarget, ReadonlyMap<string, number>>> =>
  new Map(
    await Promise.all(
      [...new Set(targets)].map(async (target) => {
        const zones = await target.provider.listZones(signal).catch(() => []);
        const known = zones.flatMap(({ name, fingerprint }) => {
          const serial = serialIn(fingerprint);
          return serial === null ? [] : [[name, serial] as const];
        });
        return [target, new Map(known)] as const;
      }),
    ),
  );

/** Every nth, and what is unproven in any case. */
const everyNth = (
  keys: readonly RRsetKey[],
  size: number | undefined,
  unproven: readonly RRsetKey[],
): readonly RRsetKey[] => {
  if (size === undefined || size >= keys.length) return keys;
  const step = keys.length / size;
  const always = new Set(unproven.map(keyOf));
  const chosen = new Set(Array.from({ length: size }, (_, i) => Math.floor(i * step)));
  return keys.filter((key, i) => chosen.has(i) || always.has(keyOf(key)));
};
