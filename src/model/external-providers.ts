/** What the loader must know of a provider; its factory has it. */
export interface ProviderKeys {
  /** The JSON Schema of its target keys, secrets left out. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly secrets: readonly string[];
  /** Does it need neither a network nor a secret? Default is no. */
  readonly isOffline?: boolean;
}

export type Providers = Readonly<Record<string, ProviderKeys>>;

/** `unusable`: it is there, and `message` says what it does or lacks, and what to do about it. */
export type FoundProvider<Keys extends ProviderKeys> =
  | { readonly status: 'found'; readonly provider: Keys }
  | { readonly status: 'missing' }
  | { readonly status: 'unusable'; readonly message: string };

/** Finds a provider that is no built-in one: a package's name or a path, from a folder on. */
export type ExternalProviders<Keys extends ProviderKeys = ProviderKeys> = (
  name: string,
  folder: string,
) => Promise<FoundProvider<Keys>>;

/** Is it a file's path, `./json-file.js`, `../x.ts` or `/opt/x.js`? */
export const isProviderPath = (provider: string): boolean => /^(\.\.?)?\//.test(provider);
