import { HostmasterError, messageOf } from '../model/errors.ts';
import type { FoundProvider } from '../model/external-providers.ts';
import type { Provider, ProviderContext, ProviderFactory, ServerTarget } from '../provider.ts';
import { faultOfProvider } from './check-provider.ts';
import { serverIdByKeys } from './defaults.ts';
import { guarded, told } from './isolate.ts';

/** The version of the interface in src/provider.ts. */
const spoken = 1;

/** The factory that a module exports, if it is one that we can speak with. */
export const asFactory = async (module: object): Promise<FoundProvider<ProviderFactory>> => {
  const exported = exportedFactory(module);
  if (exported === null) {
    return unusable(
      'exports no factory; it must "export const factory = { apiVersion: 1, … }", or export that by default',
    );
  }
  const fault = faultOfVersion(exported.apiVersion) ?? faultOfShape(exported) ?? (await faultOfSchema(exported));
  return fault === null && isFactory(exported)
    ? { status: 'found', provider: withChecks(exported) }
    : unusable(fault ?? '');
};

type Loose = Readonly<Record<string, unknown>>;

const unusable = (message: string) => ({ status: 'unusable', message }) as const;

/** `factory`, or the default export, or what a CommonJS module has in it. */
const exportedFactory = (module: object): Loose | null => {
  const { factory, default: byDefault } = asLoose(module) ?? {};
  return asLoose(factory) ?? asLoose(asLoose(byDefault)?.factory) ?? asLoose(byDefault);
};

const asLoose = (value: unknown): Loose | null => (isLoose(value) ? value : null);

const isLoose = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const faultOfVersion = (version: unknown): string | null => {
  if (version === spoken) return null;
  const speak = `this Hostmaster speaks version ${spoken}`;
  if (version === undefined) return `states no apiVersion, and ${speak}: put "apiVersion: ${spoken}" into its factory`;
  const newer = typeof version === 'number' && version > spoken;
  const remedy = newer
    ? 'update Hostmaster, or take an older release of the provider'
    : 'take a release of it that does';
  return `speaks version ${String(version)} of the provider interface, and ${speak}: ${remedy}`;
};

const faultOfShape = ({ name, open, schema, secrets }: Loose): string | null => {
  if (typeof name !== 'string' || name === '') return wrong('"name"', 'a text that is not empty');
  if (typeof open !== 'function') return wrong('"open"', 'a function');
  if (asLoose(schema) === null) return wrong('"schema"', "the JSON Schema of its target's keys");
  if (!Array.isArray(secrets) || !secrets.every((key) => typeof key === 'string' && key !== '')) {
    return wrong('"secrets"', 'a list of keys, such as ["api_key"]; an empty one where it has none');
  }
  return null;
};

const wrong = (what: string, must: string): string => `has a factory whose ${what} is not ${must}; mend it there`;

/** Keys that every target has; a provider never sees them. */
const commonKeys = ['provider', 'verify_at', 'verify_wait'];

/** ajv is loaded here only: the built command has the validators of all other schemas. */
const faultOfSchema = async ({ schema, secrets }: Loose): Promise<string | null> => {
  const given = asLoose(schema) ?? {};
  const keys = Object.keys(asLoose(given.properties) ?? {});
  const common = keys.find((key) => commonKeys.includes(key));
  if (common !== undefined) return `has a schema with "${common}", which every target has already; take it out there`;
  const required: readonly unknown[] = Array.isArray(given.required) ? given.required : [];
  const secret = [...keys, ...required].find((key) => Array.isArray(secrets) && secrets.includes(key));
  if (secret !== undefined) {
    return `has a schema with "${String(secret)}", one of its secrets, which never reach the schema; take it out there`;
  }
  if (given.type !== 'object') return 'has a schema that is not of "type": "object"; mend it there';
  try {
    const { Ajv2020 } = await import('ajv/dist/2020.js');
    new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, logger: false }).compile(given);
    return null;
  } catch (error) {
    const [first] = messageOf(error).split(', ');
    return `has a schema that is not a JSON Schema (2020-12): ${first}; mend it there`;
  }
};

const isFactory = (value: unknown): value is ProviderFactory =>
  isLoose(value) && value.apiVersion === spoken && typeof value.open === 'function';

/** Its `serverId`, which must be a text; by its keys where it has none. */
const checkedServerId: (name: string, factory: ProviderFactory, target: ServerTarget) => string = (
  name,
  factory,
  target,
) => {
  if (factory.serverId === undefined) return serverIdByKeys(target);
  const id: unknown = factory.serverId(target);
  if (typeof id === 'string') return id;
  throw new HostmasterError('CONFIG', `the provider ${name} has a serverId that gives no text; mend it there`);
};

/** What it opens is looked at before anything is asked of it. Its methods stay its own: it may be of a class. */
const withChecks = (factory: ProviderFactory): ProviderFactory => {
  const { apiVersion, name, schema, secrets } = factory;
  const toldOf =
    <T>(method: string, work: (context: ProviderContext) => Promise<T>) =>
    async (context: ProviderContext): Promise<T> => {
      try {
        return await work(context);
      } catch (error) {
        throw told(name, method, error, context);
      }
    };
  const opened = toldOf('open', async (context) => factory.open(context));
  const [serve, ensureServing] = [factory.serve?.bind(factory), factory.ensureServing?.bind(factory)];
  const open = async (context: ProviderContext): Promise<Provider> => {
    const provider = await opened(context);
    const fault = faultOfProvider(provider);
    if (fault === null) return guarded(provider, name, context);
    throw new HostmasterError('CONFIG', `the provider ${name} ${fault}; mend it there`);
  };
  return {
    ...{ apiVersion, name, schema, secrets, open },
    serverId: (target) => checkedServerId(name, factory, target),
    ...(serve === undefined ? {} : { serve: toldOf('serve', serve) }),
    ...(ensureServing === undefined ? {} : { ensureServing: toldOf('ensureServing', ensureServing) }),
  };
};
