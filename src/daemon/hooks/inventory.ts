import { checkEntry } from '../../inventory/check-entry.ts';
import type { Server } from '../../model/server.ts';
import { isMapping } from '../../validation/index.ts';
import type { InvalidEntry, InventoryHook } from '../inventory-hook.ts';
import { parseTime } from '../time.ts';
import { parseJson } from './json.ts';
import { hookClockSkew } from './signatures.ts';

/** The most servers of one hook. */
export const mostHookServers = 1000;

export type ParsedHook =
  | { readonly kind: 'hook'; readonly hook: InventoryHook }
  | { readonly kind: 'refused'; readonly code: 'BAD_REQUEST' | 'STALE_HOOK' | 'TOO_LARGE'; readonly why: string };

type Refusal = Extract<ParsedHook, { readonly kind: 'refused' }>;

export const refusedHook = (code: Refusal['code'], why: string): Refusal => ({ kind: 'refused', code, why });

/** Reads `{at, servers}`, whose signature is right. The servers are checked as those of an inventory's answer are. */
export const parseInventoryHook = (inventory: string, body: Buffer, now: number): ParsedHook => {
  const parsed = parseJson(body.toString('utf8'));
  if (!parsed.ok) return refusedHook('BAD_REQUEST', parsed.why);
  if (!isMapping(parsed.value)) return refusedHook('BAD_REQUEST', 'The body is no mapping.');
  const { at, servers } = parsed.value;
  if (!Array.isArray(servers)) return refusedHook('BAD_REQUEST', 'The body has no list of `servers`.');
  if (servers.length > mostHookServers) {
    return refusedHook('TOO_LARGE', `The body has ${servers.length} servers; ${mostHookServers} are the most.`);
  }
  if (at === undefined || at === null) {
    return { kind: 'hook', hook: { kind: 'ask', why: 'the hook does not say at what time it was so' } };
  }
  const time = typeof at === 'string' ? parseTime(at) : null;
  if (time === null) return refusedHook('BAD_REQUEST', '`at` is no time like 2026-11-30T08:20:00Z.');
  if (Math.abs(now - time) > hookClockSkew) {
    return refusedHook('STALE_HOOK', '`at` is more than 5 minutes from the time that it is here.');
  }
  return { kind: 'hook', hook: { kind: 'servers', at: time, ...checkedServers(inventory, servers) } };
};

type Checked = Pick<Extract<InventoryHook, { kind: 'servers' }>, 'servers' | 'distrusted' | 'invalid'>;

const checkedServers = (inventory: string, entries: readonly unknown[]): Checked => {
  const found = new Map<string, Server>();
  const invalid: InvalidEntry[] = [];
  const repeated = new Set<string>();
  for (const entry of entries) {
    const checked = checkEntry(inventory, entry);
    if (checked.kind === 'invalid') invalid.push({ name: checked.name, reason: checked.reason });
    else if (found.has(checked.server.name)) repeated.add(checked.server.name);
    else found.set(checked.server.name, checked.server);
  }
  for (const name of repeated) invalid.push({ name, reason: 'the hook has two entries for it' });
  const unusable = new Set(invalid.map(({ name }) => name));
  const usable = [...found.values()].filter(({ name }) => !unusable.has(name));
  const servers = usable.filter(({ state }) => state !== 'decommissioned');
  const distrusted = usable.filter(({ state }) => state === 'decommissioned').map(({ name }) => name);
  return { servers, distrusted, invalid };
};
