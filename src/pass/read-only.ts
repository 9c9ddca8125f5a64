import { load } from '../load/index.ts';
import type { Definitions } from '../model/definitions.ts';
import { HostmasterError } from '../model/errors.ts';
import { pooled } from '../model/pool.ts';
import type { Store } from '../model/ports.ts';
import { sortProblems } from '../model/problem.ts';
import type { VerifyReport } from '../model/result.ts';
import type { Explanation } from '../report/explain.ts';
import type { Desired, PassOptions, StoreOpener } from '../run.ts';
import type { OpenTarget, OpenTargets, ProviderLookup, RunContext } from '../target.ts';
import { readDefinitions, readDesired, selectedZones } from './desired.ts';
import type { DumpedZone } from './dump.ts';
import { dumpZone } from './dump.ts';
import { explainName } from './explain.ts';
import { refuseUnknown, sourcesOf, zoneName } from './options.ts';
import type { ServingTarget } from './serve.ts';
import { startServing } from './serve.ts';
import { closeTargets, openTargets } from './targets.ts';
import { desiredWork, prove, serialsAt } from './verify.ts';
import { withRetained } from './with-retained.ts';

// The passes that change nothing: they read, ask and say.

const zonesAtOnce = 8;

/**
 * Ask every name server for every desired RRset that its target can hold, and for what waits there for proof that it is
 * gone, or for every nth of a zone's where `sample` says how many.
 */
export const verifyPass = async (
  options: PassOptions & { readonly sample?: number },
  context: RunContext,
  openStore: StoreOpener,
): Promise<VerifyReport & { readonly definitions: Definitions }> =>
  withStore(options, context, openStore, async ({ desired: { definitions, evidence }, store }) => {
    const targets = await openTargets(definitions, { ...options, serve: true }, context);
    try {
      const due = selectedZones(definitions.zones, options).flatMap((zone) =>
        zone.settings.targets.flatMap((name) => {
          const target = targets.open.get(name);
          return target === undefined ? [] : [{ zone, target }];
        }),
      );
      const desired = await pooled(due, zonesAtOnce, async ({ zone, target }) =>
        desiredWork(await withRetained(zone, target, { evidence, context, store }), target, context),
      );
      const serials = await serialsAt(due.map(({ target }) => target));
      const works = desired.map(({ work }) => ({
        ...work,
        keys: sampled(work.keys, options.sample),
        serial: serials.get(work.target)?.get(work.zone.name) ?? null,
      }));
      const report = await prove(works, context);
      const misfits = desired.flatMap(({ problems }) => problems);
      const problems = sortProblems([...definitions.problems, ...targets.problems, ...misfits]);
      return { ...report, definitions: { ...definitions, problems } };
    } finally {
      await closeTargets(targets);
    }
  });

/** What a target holds, zone by zone; `zones` empty: all of them. The zones need not stand in hostmaster.yaml. */
export const dumpPass = async (
  target: string,
  zones: readonly string[],
  options: PassOptions,
  context: RunContext,
): Promise<readonly DumpedZone[]> => {
  const definitions = await load({ ...sourcesOf(options, context), only: 'config' });
  const targets = await openTargets(definitions, { targets: [target], serve: false }, context);
  try {
    const open = openOrThrow(target, definitions, targets);
    const names = zones.length > 0 ? zones.map(zoneName) : (await open.provider.listZones()).map(({ name }) => name);
    return await pooled([...new Set(names)].sort(), 4, (name) => dumpZone(name, open, definitions));
  } finally {
    await closeTargets(targets);
  }
};

/** Desired, existing and answered values of a name, in every view that has it. */
export const explainPass = async (
  name: string,
  type: string | null,
  options: PassOptions,
  context: RunContext,
  openStore: StoreOpener,
): Promise<readonly Explanation[]> =>
  withStore(options, context, openStore, async ({ desired, store }) => {
    const targets = await openTargets(desired.definitions, { ...options, serve: true }, context);
    try {
      return await explainName({ name, type }, desired, targets, { context, store });
    } finally {
      await closeTargets(targets);
    }
  });

/** Reads what is wanted now, with the state open for as long as `work` takes. */
const withStore = async <T>(
  options: PassOptions,
  context: RunContext,
  openStore: StoreOpener,
  work: (read: { readonly desired: Desired; readonly store: Store }) => Promise<T>,
): Promise<T> => {
  const definitions = await readDefinitions(options, context);
  const store = await openStore(definitions.state);
  try {
    const now = context.clock.now();
    const signal = context.signal === undefined ? {} : { signal: context.signal };
    const desired = await readDesired(definitions, { now, store, allowShrink: new Set(), ...signal });
    return await work({ desired, store });
  } finally {
    await store.close();
  }
};

/** Starts the embedded targets' name servers; the caller stops them. */
export const servePass = async (options: PassOptions, context: ProviderLookup): Promise<readonly ServingTarget[]> =>
  startServing(await load({ ...sourcesOf(options, context), only: 'config' }), options, context);

const openOrThrow = (name: string, definitions: Definitions, targets: OpenTargets): OpenTarget => {
  const open = targets.open.get(name);
  if (open !== undefined) return open;
  refuseUnknown(
    '--target',
    [name],
    definitions.targets.map((target) => target.name),
  );
  const status = targets.statuses.find((each) => each.name === name);
  throw new HostmasterError('TARGET_UNREACHABLE', `${name}: ${status?.message ?? 'it cannot be opened'}`);
};

const sampled = <T>(items: readonly T[], size: number | undefined): readonly T[] => {
  if (size === undefined || size >= items.length) return items;
  const step = items.length / size;
  return Array.from({ length: size }, (_, i) => items[Math.floor(i * step)]).filter((item) => item !== undefined);
};
