import { HostmasterError, messageOf } from '../model/errors.ts';
import type { FoundProvider } from '../model/external-providers.ts';
import type { Provider, ProviderContext, ProviderFactory, ServerTarget } from '../provider.ts';
import { whyInvalidProvider } from './check-provider.ts';
import { serverIdByKeys } from './defaults.ts';
import { guarded, isolated } from './isolate.ts';
import { builtInSource, externalSource, reportedError, type Source } from './reported-error.ts';
import { isObjectLike, type Unchecked } from './unchecked.ts';

/** The version of the interface in src/provider.ts. */
const supportedVersion = 1;

/** The factory that a module exports, if this Hostmaster can use it. */
export const asFactory = async (module: object): Promise<FoundProvider<ProviderFactory>> => {
  const exported = exportedFactory(module);
  if (exported === null) {
    return unusable(
      'exports no factory; it must "export const factory = { apiVersion: 1, … }", or export that by default',
    );
  }
  const problem =
    whyWrongVersion(exported.apiVersion) ?? whyInvalidFactory(exported) ?? (await whyInvalidSchema(exported));
  return problem === null && isFactory(exported)
    ? { status: 'found', provider: withChecks(exported) }
    : unusable(problem ?? '');
};

const unusable = (message: string) => ({ status: 'unusable', message }) as const;

/** `factory`, or the default export, or what a CommonJS module has in it. */
const exportedFactory = (module: object): Unchecked | null => {
  const { factory, default: byDefault } = asMapping(module) ?? {};
  return asMapping(factory) ?? asMapping(asMapping(byDefault)?.factory) ?? asMapping(byDefault);
};

const asMapping = (value: unknown): Unchecked | null => (isObjectLike(value) ? value : null);

const whyWrongVersion = (version: unknown): string | null => {
  if (version === supportedVersion) return null;
  const supported = `this Hostmaster supports version ${supportedVersion}`;
  if (version === undefined)
    return `states no apiVersion, but ${supported}: add "apiVersion: ${supportedVersion}" to its factory`;
  const newer = typeof version === 'number' && version > supportedVersion;
  const remedy = newer
    ? 'update Hostmaster, or install an older release of the provider'
    : 'install a release that is for it';
  return `is for version ${String(version)} of the provider interface, but ${supported}: ${remedy}`;
};

const whyInvalidFactory = ({ name, open, schema, secrets }: Unchecked): string | null => {
  if (typeof name !== 'string' || name === '') return wrong('"name"', 'a non-empty string');
  if (typeof open !== 'function') return wrong('"open"', 'a function');
  if (asMapping(schema) === null) return wrong('"schema"', "the JSON Schema of its target's keys");
  if (!Array.isArray(secrets) || !secrets.every((key) => typeof key === 'string' && key !== '')) {
    return wrong('"secrets"', 'a list of keys, such as ["api_key"]; an empty list if it has none');
  }
  return null;
};

const wrong = (what: string, must: string): string => `has a factory whose ${what} is not ${must}; fix it there`;

/** Keys that every target has; a provider never sees them. */
const commonKeys = ['provider', 'verify_at', 'verify_wait'];

/** ajv is loaded here only: the built command has the validators of all other schemas. */
const whyInvalidSchema = async ({ schema, secrets }: Unchecked): Promise<string | null> => {
  const given = asMapping(schema) ?? {};
  const keys = Object.keys(asMapping(given.properties) ?? {});
  const common = keys.find((key) => commonKeys.includes(key));
  if (common !== undefined) return `has a schema with "${common}", which every target has already; remove it there`;
  const required: readonly unknown[] = Array.isArray(given.required) ? given.required : [];
  const secret = [...keys, ...required].find((key) => Array.isArray(secrets) && secrets.includes(key));
  if (secret !== undefined) {
    return `has a schema with "${String(secret)}", one of its secrets, which never reach the schema; remove it there`;
  }
  if (given.type !== 'object') return 'has a schema that is not of "type": "object"; fix it there';
  try {
    const { Ajv2020 } = await import('ajv/dist/2020.js');
    new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, logger: false }).compile(given);
    return null;
  } catch (error) {
    const [first] = messageOf(error).split(', ');
    return `has a schema that is not a JSON Schema (2020-12): ${first}; fix it there`;
  }
};

const isFactory = (value: unknown): value is ProviderFactory =>
  isObjectLike(value) && value.apiVersion === supportedVersion && typeof value.open === 'function';

/** Its `serverId`, by its keys where it has none, or its `stateId`; each must be a string, and is asked with its `this`. */
const idBy =
  (factory: ProviderFactory, method: 'serverId' | 'stateId', source: Source) =>
  (target: ServerTarget): string => {
    try {
      const id: unknown = factory[method] === undefined ? serverIdByKeys(target) : factory[method](target);
      if (typeof id === 'string') return id;
    } catch (error) {
      throw reportedError(source, method, error, { ...target, secrets: {} });
    }
    const message = `the provider ${factory.name} has a ${method} that gives no string; fix it there`;
    throw new HostmasterError('CONFIG', message);
  };

/** The provider that it opens is checked before it is used. Its methods keep their `this`: it may be of a class. */
const withChecks = (factory: ProviderFactory): ProviderFactory => {
  const { name } = factory;
  const source = externalSource(name);
  const open = async (context: ProviderContext): Promise<Provider> => {
    const provider = await factory.open(context);
    const problem = whyInvalidProvider(provider);
    if (problem === null) return isolated(provider, name, context);
    throw new HostmasterError('CONFIG', `the provider ${name} ${problem}; fix it there`);
  };
  const stateId = factory.stateId === undefined ? {} : { stateId: idBy(factory, 'stateId', source) };
  return { ...withReports(factory, source, open), serverId: idBy(factory, 'serverId', source), ...stateId };
};

/** A built-in provider's factory: whatever it or its providers throw is an error of their target, and no end of the command. */
export const withGuard = (factory: ProviderFactory): ProviderFactory => ({
  ...factory,
  ...withReports(factory, builtInSource(factory.name), async (context) =>
    guarded(await factory.open(context), factory.name, context),
  ),
});

/** The factory, whose methods throw nothing but HostmasterErrors. */
const withReports = (factory: ProviderFactory, source: Source, open: ProviderFactory['open']): ProviderFactory => {
  const { apiVersion, name, schema, secrets, serverId } = factory;
  const withReport =
    <T>(method: string, work: (context: ProviderContext) => Promise<T>) =>
    async (context: ProviderContext): Promise<T> => {
      try {
        return await work(context);
      } catch (error) {
        throw reportedError(source, method, error, context);
      }
    };
  const [serve, ensureServing] = [factory.serve?.bind(factory), factory.ensureServing?.bind(factory)];
  return {
    ...{ apiVersion, name, schema, secrets, open: withReport('open', open) },
    ...(serverId === undefined ? {} : { serverId }),
    ...(serve === undefined ? {} : { serve: withReport('serve', serve) }),
    ...(ensureServing === undefined ? {} : { ensureServing: withReport('ensureServing', ensureServing) }),
  };
};
