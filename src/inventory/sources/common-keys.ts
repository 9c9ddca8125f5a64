import { durationPattern, parseDuration } from '../../model/duration.ts';
import type { InventoryConfig, KeyFault } from '../../model/inventory-keys.ts';
import { inventoryLimits } from '../limits.ts';

// The keys that sources with an address have in common.

export const schemaOfText = (description: string, example: string) =>
  ({ type: 'string', minLength: 1, description, examples: [example] }) as const;

/** The most of something. */
export const schemaOfMost = (description: string, byDefault: number) =>
  ({ type: 'integer', minimum: 1, description, default: byDefault }) as const;

export const schemaOfServers = schemaOfMost(
  'The most servers of a whole answer; one with more counts as incomplete.',
  inventoryLimits.servers,
);

export const schemaOfUrl = (example: string) =>
  schemaOfText('Its address: http or https, without a name and a password.', example);

export const schemaOfTimeout = {
  type: 'string',
  pattern: durationPattern,
  description: 'How long one request with its answer may take. A time like 500ms, 30s, 10m or 1h.',
  default: `${inventoryLimits.timeout / 1000}s`,
  examples: ['30s'],
} as const;

/** What is wrong with a `url`, or null. */
export const urlFault = (text: unknown): KeyFault | null => {
  const url = typeof text === 'string' && /^https?:\/\/[\x21-\x7e]+$/.test(text) ? URL.parse(text) : null;
  if (url === null) {
    const message = '"url" must be an address like https://inventory.example.com/servers';
    return { key: 'url', rule: 'config-syntax', message };
  }
  if (url.username === '' && url.password === '') return null;
  const message = '"url" has a name or a password in it; take it out, and write "token: {env: NAME}"';
  return { key: 'url', rule: 'secret-literal', message };
};

/** `url` and `timeout`, which is in milliseconds then; the other keys as they are. */
export const configWithUrl = (
  keys: InventoryConfig,
): { readonly config: InventoryConfig; readonly faults: readonly KeyFault[] } => {
  const timeout = typeof keys.timeout === 'string' ? parseDuration(keys.timeout) : inventoryLimits.timeout;
  const faults = [urlFault(keys.url), timeout === 0 ? zeroTimeout : null].filter((fault) => fault !== null);
  return { config: { ...keys, timeout }, faults };
};

const zeroTimeout: KeyFault = { key: 'timeout', rule: 'config-syntax', message: '"timeout" must be longer than 0' };
