import { resolve } from 'node:path';
import { canonicalServer, canonicalUrl } from '../model/network.ts';
import type { ProviderFactory, Supports } from '../provider.ts';

// What the first providers of apiVersion 1 could not say of themselves, as it was decided for them then.

/** The keys of a target that tell one server from another. */
const serverKeys = ['url', 'endpoint', 'server', 'host', 'port', 'account', 'file'] as const;

/** By the keys that say where a server is; a target without any is a server of its own. */
export const serverIdByKeys: NonNullable<ProviderFactory['serverId']> = ({ config, folder, name }) => {
  const values = serverKeys.map((key) => canonical(key, config[key] ?? null, folder));
  return JSON.stringify(values.every((each) => each === null) ? name : values);
};

const canonical = (key: (typeof serverKeys)[number], value: unknown, folder: string): unknown => {
  if (typeof value !== 'string') return value;
  if (key === 'file') return resolve(folder, value);
  if (key === 'host') return canonicalServer(value);
  return key === 'url' || key === 'endpoint' ? canonicalUrl(value) : value;
};

/** Types that only some name servers can answer were PowerDNS's alone. */
export const withDefaults = (supports: Supports): Supports =>
  supports.synthesised.length === 0 || supports.synthesised_by !== undefined
    ? supports
    : { ...supports, synthesised_by: { name: 'PowerDNS', version_bind: 'powerdns' } };
