import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { canonicalUrl } from '../model/network.ts';
import type { InventoryDefinition } from '../model/roles.ts';

/**
 * One text for what is asked, however its address is spelt, without a secret: another inventory under the same name knows
 * nothing of the servers of this one. What is asked of it (a filter) makes no other.
 */
export const inventoryIdentity = ({ config, name, type }: InventoryDefinition, folder: string): string => {
  const { path, url } = config;
  if (typeof url === 'string') return `${type} ${canonicalUrl(url).replace(/\/api$/, '')}${queryOf(url)}`;
  return `${type} ${typeof path === 'string' ? realPath(resolve(folder, path)) : name}`;
};

const secretKey = /auth|credential|key|pass|pwd|secret|session|sig|token/i;

/** The parameters of an address decide what it answers, and any of them may be a secret: they are known by a digest. */
const queryOf = (url: string): string => {
  const found = [...(URL.parse(url)?.searchParams ?? [])].filter(([key]) => !secretKey.test(key));
  if (found.length === 0) return '';
  const text = JSON.stringify(found.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return `?${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
};

const realPath = (path: string): string => {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
};
