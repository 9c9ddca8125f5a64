import { resolveSecrets } from '../load/index.ts';
import type { Definitions, TargetDefinition } from '../model/definitions.ts';
import { HostmasterError, messageOf } from '../model/errors.ts';
import type { TargetStatus } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import { problemOfTarget, withCode } from '../model/problem.ts';
import { unlessAborted } from '../model/unless-aborted.ts';
import type { Provider, ProviderContext, ProviderFactory, Serving } from '../provider.ts';
import type { PassOptions } from '../run.ts';
import type { OpenTarget, OpenTargets, ProviderLookup, RunContext } from '../target.ts';
import { refuseOfPullRequest } from './pull-request.ts';
import { stoppable } from './stoppable.ts';
import { interruptedRead } from './stopped.ts';

/**
 * Opens the targets that are asked for, and runs their own name servers where `serve` says so. One that cannot be opened
 * is a problem, and the others go on.
 */
export const openTargets = async (
  definitions: Definitions,
  { targets: names, serve }: Pick<PassOptions, 'targets' | 'serve'>,
  context: ProviderLookup & Pick<RunContext, 'signal' | 'onDebug'>,
): Promise<OpenTargets> => {
  refuseOfPullRequest(definitions, { targets: names, inventories: false, state: false });
  const wanted = definitions.targets.filter((target) => names === undefined || names.includes(target.name));
  const opened = await Promise.all(wanted.map((target) => openOne(target, definitions, serve, context)));
  return {
    open: new Map(opened.flatMap(({ target }) => (target === null ? [] : [[target.definition.name, target]]))),
    statuses: opened.map(({ status }) => status),
    problems: opened.flatMap(({ problem }) => (problem === null ? [] : [problem])),
  };
};

/** Never throws: what was done is told, whatever does not close. */
export const closeTargets = async ({ open }: Pick<OpenTargets, 'open'>): Promise<void> => {
  await Promise.all(
    open.values().map(async ({ provider, serving }) => {
      await serving?.stop().catch(() => undefined);
      await provider.close?.().catch(() => undefined);
    }),
  );
};

interface Opened {
  readonly target: OpenTarget | null;
  readonly status: TargetStatus;
  readonly problem: Problem | null;
}

const openOne = async (
  definition: TargetDefinition,
  definitions: Definitions,
  serve: boolean,
  context: ProviderLookup & Pick<RunContext, 'signal' | 'onDebug'>,
): Promise<Opened> => {
  const { name } = definition;
  const { targetsFolder: folder } = definitions;
  const zones = zonesFor(name, definitions);
  const { onDebug, signal } = context;
  try {
    const factory = await factoryOf(definition, definitions, context);
    const serverId = serverIdOf(definition, factory, folder);
    const { secrets } = await resolveSecrets(definition, folder);
    const handed: ProviderContext = {
      ...{ config: definition.config, secrets, folder, zones },
      ...(signal === undefined ? {} : { signal }),
      ...(onDebug === undefined ? {} : { onDebug: (message: string) => onDebug(`${name}: ${message}`) }),
    };
    const provider = await opened(factory, handed);
    // Its name server is stopped last, when the target is closed.
    const { signal: _, ...withoutSignal } = handed;
    const serving = serve ? await ensureServing(factory, withoutSignal, provider) : null;
    const target = { definition, serverId, provider: stoppable(provider, name), serving };
    return { target, status: { name, status: 'ok', code: null, message: null }, problem: null };
  } catch (error) {
    return { target: null, status: statusOf(name, error), problem: problemOfError(error, name) };
  }
};

/** Opens a target, unless somebody wants to stop: what opens later then is closed. */
const opened = async (factory: ProviderFactory, handed: ProviderContext): Promise<Provider> => {
  const opening = factory.open(handed);
  try {
    return await unlessAborted(() => opening, handed.signal, interruptedRead);
  } catch (error) {
    void opening.then((provider) => provider.close?.()).catch(() => undefined);
    throw error;
  }
};

const ensureServing = async (
  factory: ProviderFactory,
  handed: ProviderContext,
  provider: Provider,
): Promise<Serving | null> => {
  try {
    return (await factory.ensureServing?.(handed)) ?? null;
  } catch (error) {
    await provider.close?.().catch(() => undefined);
    throw error;
  }
};

/** One string for the server that a target writes to, as its provider tells it. Default: the target is a server of its own. */
export const serverIdOf = (
  { config, name, provider }: TargetDefinition,
  factory: ProviderFactory,
  folder: string,
): string => JSON.stringify([provider, factory.serverId?.({ name, config, folder }) ?? { target: name }]);

/** By target: what it is in the state, in words; a target whose provider or keys cannot be used has none. */
export const stateIdsOf = async (
  definitions: Definitions,
  context: ProviderLookup,
): Promise<ReadonlyMap<string, string>> =>
  idsOf(definitions, context, ({ config, name, provider }, factory) => {
    const target = { name, config, folder: definitions.targetsFolder };
    const id = factory.stateId?.(target) ?? factory.serverId?.(target) ?? name;
    return `${provider} ${inWords(id)}`;
  });

/** Many providers write their ids as lists. */
const inWords = (id: string): string => {
  try {
    const parts: unknown = JSON.parse(id);
    return Array.isArray(parts) ? parts.filter((part) => part !== null).join(' ') : id;
  } catch {
    return id;
  }
};

/** By target: the server that each writes to, also of those that are not open. A target whose provider or keys cannot be used has none. */
export const serverIdsOf = async (
  definitions: Definitions,
  context: ProviderLookup,
): Promise<ReadonlyMap<string, string>> =>
  idsOf(definitions, context, (target, factory) => serverIdOf(target, factory, definitions.targetsFolder));

const idsOf = async (
  definitions: Definitions,
  context: ProviderLookup,
  idOf: (target: TargetDefinition, factory: ProviderFactory) => string,
): Promise<ReadonlyMap<string, string>> => {
  const ids = await Promise.all(
    definitions.targets.map(async (target) => {
      try {
        return [[target.name, idOf(target, await factoryOf(target, definitions, context))] as const];
      } catch {
        // It cannot be opened either, and says why where it is.
        return [];
      }
    }),
  );
  return new Map(ids.flat());
};

/** The zones of hostmaster.yaml but for those that are known to be at other targets only. */
const zonesFor = (target: string, { zones, zoneNames }: Definitions): readonly string[] => {
  const elsewhere = new Set(
    zones.filter(({ settings }) => !settings.targets.includes(target)).map(({ id: { name } }) => name),
  );
  return zoneNames.filter((name) => !elsewhere.has(name));
};

/** The provider of a target that could be loaded; a module is loaded once. Throws CONFIG where it is not there. */
export const factoryOf = async (
  { provider }: TargetDefinition,
  { targetsFolder }: Definitions,
  { registry, external }: ProviderLookup,
): Promise<ProviderFactory> => {
  const builtIn = Object.hasOwn(registry, provider) ? registry[provider] : undefined;
  if (builtIn !== undefined) return builtIn;
  const found = await external?.(provider, targetsFolder);
  if (found?.status === 'found') return found.provider;
  throw new HostmasterError('CONFIG', `there is no provider ${provider}`);
};

export const statusOf = (name: string, error: unknown): TargetStatus => ({
  name,
  status: error instanceof HostmasterError && error.code !== 'TARGET_UNREACHABLE' ? 'refused' : 'unreachable',
  code: codeOf(error),
  message: messageOf(error),
});

/** An error at a target as a problem; the rule is the error's code in a rule's spelling. */
export const problemOfError = (error: unknown, target: string, zone?: string): Problem => {
  const code = codeOf(error);
  return withCode(problemOfTarget(code.toLowerCase().replaceAll('_', '-'), messageOf(error), target, zone), code);
};

const codeOf = (error: unknown): string => (error instanceof HostmasterError ? error.code : 'INTERNAL');
