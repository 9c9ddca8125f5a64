import { isBuiltin } from 'node:module';
import type { ExternalProviders, ProviderKeys, Providers } from '../../model/external-providers.ts';
import { isProviderPath } from '../../model/external-providers.ts';
import { listed, quoted } from '../../model/phrases.ts';
import { didYouMean } from '../../model/suggest.ts';
import type { TargetEntry } from '../schema/hostmaster.ts';
import { type Config, howToTrust, reportAt } from './config.ts';
import { secretKeysIn } from './secret-refs.ts';

/** Where the providers that targets name are found. */
export interface ProviderSources {
  /** The built-in ones. Without them, a target's provider and its keys are not checked. */
  readonly providers?: Providers;
  /** Those of packages and files. Without it there are none. */
  readonly external?: ExternalProviders;
  /** Why code of packages and files is not loaded in this run. Default is that it is. */
  readonly withoutCode?: string;
}

/** The keys of a target's provider; null after a problem: the provider cannot be used. */
export const keysOfProvider = async (
  config: Config,
  name: string,
  { provider, ...entry }: TargetEntry,
  sources: ProviderSources,
): Promise<ProviderKeys | null> => {
  const { external, providers, withoutCode } = sources;
  // Without a list of providers, whatever looks like a secret is taken for one.
  if (providers === undefined) return { schema: {}, secrets: secretKeysIn(entry) };
  if (Object.hasOwn(providers, provider)) return providers[provider] ?? null;
  const report = (rule: 'unknown-provider' | 'unusable-provider' | 'provider-not-loaded', message: string): null => {
    reportAt(config, rule, message, ['targets', name, 'provider']);
    return null;
  };
  if (withoutCode !== undefined && isCode(provider, Object.keys(providers))) {
    const message = `the provider ${provider} is not loaded, and the other keys of the target are not checked, in a run for a pull request (${withoutCode})`;
    return report('provider-not-loaded', message);
  }
  if (isProviderPath(provider) && !config.trusted) {
    return report('unusable-provider', `the provider ${provider} is not run: ${untrusted(config)}`);
  }
  // Whoever writes a configuration writes the package.json and node_modules beside it, too.
  if (isPackage(provider) && !config.trusted) {
    const ifOne = external === undefined ? '' : `. Packages are not looked for: ${untrusted(config)}`;
    return report('unknown-provider', `${unknown(provider, Object.keys(providers), false)}${ifOne}`);
  }
  const isModule = isProviderPath(provider) || isPackage(provider);
  const found = isModule && external !== undefined ? await external(provider, config.folder) : null;
  if (found?.status === 'found') return found.provider;
  if (found?.status === 'unusable') return report('unusable-provider', `the provider ${provider} ${found.message}`);
  if (isProviderPath(provider)) {
    const where = `beside ${config.file}`;
    return report('unknown-provider', `there is no file ${provider} ${where}; create it, or name another provider`);
  }
  return report('unknown-provider', unknown(provider, Object.keys(providers), found !== null));
};

const unknown = (provider: string, known: readonly string[], soughtAsPackage: boolean): string => {
  const packages = soughtAsPackage ? ', and no package of this name is installed here' : '';
  return `unknown provider ${quoted(provider)}${didYouMean(provider, known)}; the built-in ones are ${listed(known)}${packages}`;
};

const untrusted = (config: Config): string =>
  `a configuration named by --config may not run code; ${howToTrust(config)}`;

/** A path, or a package that is not just a built-in provider's name misspelt. */
const isCode = (provider: string, known: readonly string[]): boolean =>
  isProviderPath(provider) || (isPackage(provider) && didYouMean(provider, known) === '');

/** `some-package`, `@scope/package`, or a path that such a package exports. */
const isPackage = (provider: string): boolean =>
  /^(@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*(\/(?!\.\.?(\/|$))[\w.~-]+)*$/.test(provider) && !isBuiltin(provider);
