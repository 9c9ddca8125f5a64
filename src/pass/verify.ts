import type { Definitions } from '../model/definitions.ts';
import { pooled, readsAtOnce } from '../model/pool.ts';
import { type Problem, sortProblems } from '../model/problem.ts';
import type { VerifyReport } from '../model/result.ts';
import type { RRsetKey } from '../model/rrset.ts';
import type { DesiredZone } from '../model/zone.ts';
import { fit } from '../plan/index.ts';
import type { PassOptions, StoreOpener } from '../run.ts';
import type { OpenTarget, RunContext } from '../target.ts';
import { selectedZones } from './definitions.ts';
import { withDesired } from './desired.ts';
import { withTargets } from './open.ts';
import { type ProofWork, prove, serialIn } from './prove.ts';
import { unanswerableTypes } from './readiness.ts';
import { refuseStopped } from './stopped.ts';
import { type RetainContext, withRetained } from './with-retained.ts';

/**
 * Ask every name server for every desired RRset that its target can hold, and for what is kept there until it is proven
 * gone, or for every nth of a zone's where `sample` says how many.
 */
export const verifyPass = async (
  options: PassOptions & { readonly sample?: number },
  context: RunContext,
  openStore: StoreOpener,
): Promise<VerifyReport & { readonly definitions: Definitions }> =>
  withDesired(options, context, openStore, ({ desired: { definitions, evidence }, storeFor }) =>
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
      const sampled = await sampledWorks(works, options.sample, context);
      refuseStopped(context);
      const report = await prove(sampled, context);
      refuseStopped(context);
      const misfits = works.flatMap(({ problems }) => problems);
      const problems = sortProblems([...definitions.problems, ...targets.problems, ...misfits]);
      return { ...report, definitions: { ...definitions, problems } };
    }),
  );

interface ExpectedWork {
  readonly work: ProofWork & { readonly keys: readonly RRsetKey[] };
  readonly problems: readonly Problem[];
}

/** What a zone at a target should answer. What the target cannot hold is a problem, and is not asked for. */
const expectedAt = async (
  desired: DesiredZone,
  target: OpenTarget,
  retainContext: RetainContext,
): Promise<ExpectedWork> => {
  const zone = await withRetained(desired, target, retainContext);
  const { excluded, problems, rrsets } = fit(zone, {
    name: target.definition.name,
    supports: target.provider.supports,
    healthChecks: target.provider.healthChecks ?? null,
    nativeChecks: target.provider.nativeChecks ?? null,
    unanswerable: await unanswerableTypes(zone, target, retainContext.context.ask),
    unready: new Map(),
  });
  const keys = [...rrsets.values()];
  const beside = zone.rrsets.filter((rrset) => excluded.has(rrset));
  return { work: { zone: zone.id, target, rrsets: [...keys, ...beside], keys }, problems };
};

/** With every nth key of a zone alone, and the serial that its target tells. */
const sampledWorks = async (
  works: readonly ExpectedWork[],
  size: number | undefined,
  { signal }: RunContext,
): Promise<readonly ProofWork[]> => {
  const targets = works.map(({ work: { target } }) => target);
  const serials = await serialsAt(targets, signal);
  return works.map(({ work }) => ({
    ...work,
    keys: everyNth(work.keys, size),
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

const everyNth = <T>(items: readonly T[], size: number | undefined): readonly T[] => {
  if (size === undefined || size >= items.length) return items;
  const step = items.length / size;
  return Array.from({ length: size }, (_, i) => items[Math.floor(i * step)]).filter((item) => item !== undefined);
};
