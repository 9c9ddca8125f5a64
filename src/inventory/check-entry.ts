import { isIPv4, isIPv6 } from 'node:net';
import { parseName } from '../model/name.ts';
import { parseRdata } from '../model/rdata.ts';
import { addressTypeOf } from '../model/rr-types.ts';
import type { Scalar, Server, ServerState } from '../model/server.ts';
import { describedUntrusted, quotedUntrusted } from './sanitize.ts';

/** A server, or what keeps its entry from being one; `name` is canonical where it could be read. */
export type CheckedEntry =
  | { readonly kind: 'server'; readonly server: Server }
  | { readonly kind: 'invalid'; readonly name: string | null; readonly reason: string };

const most = { name: 253, ips: 64, labels: 256, label: 128, attributes: 256, key: 128, text: 1024 };
const states: ReadonlySet<unknown> = new Set<ServerState>(['active', 'maintenance', 'decommissioned']);
const ownKeys: ReadonlySet<string> = new Set(['name', 'ip', 'ips', 'labels', 'state']);

/** Checks one entry of an inventory's answer (interface.md, "What the inventory answers"). Never throws. */
export const checkEntry = (inventory: string, value: unknown): CheckedEntry => {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return { kind: 'invalid', name: null, reason: `it is ${describedUntrusted(value)}, not a mapping` };
  }
  const entry = new Map<string, unknown>(Object.entries(value));
  const name = checkName(entry.get('name'));
  if (name.fault !== null) return { kind: 'invalid', name: null, reason: name.fault };
  const ips = checkAddresses(entry.get('ip'), entry.get('ips'));
  const labels = checkLabels(entry.get('labels'));
  const state = entry.get('state') ?? 'active';
  const attributes = attributesOf(entry);
  const faults = [
    ips.fault,
    labels.fault,
    states.has(state)
      ? null
      : `its state ${describedUntrusted(state)} is none of active, maintenance and decommissioned`,
    attributes.length > most.attributes
      ? `it has ${attributes.length} attributes; ${most.attributes} are the most`
      : null,
  ].filter((fault) => fault !== null);
  if (faults.length > 0) return { kind: 'invalid', name: name.value, reason: faults.join('; ') };
  return {
    kind: 'server',
    server: {
      name: name.value,
      inventory,
      ips: ips.value,
      labels: labels.value,
      state: state as ServerState,
      attributes: Object.fromEntries(attributes),
    },
  };
};

type Checked<T> = { readonly value: T; readonly fault: null } | { readonly value: T; readonly fault: string };

const good = <T>(value: T): Checked<T> => ({ value, fault: null });

const hostPart = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Host names only (RFC 1123 section 2.1): what else a DNS name may hold has no place in a server's name. */
const checkName = (value: unknown): Checked<string> => {
  const bad = (why: string): Checked<string> => ({ value: '', fault: why });
  if (value === undefined || value === null) return bad('it has no name');
  if (typeof value !== 'string') return bad(`its name is ${describedUntrusted(value)}, not text`);
  const is = `its name ${quotedUntrusted(value)}`;
  if (value === '') return bad('its name is empty');
  if (value.length > most.name) return bad(`${is} has ${value.length} characters; ${most.name} are the most`);
  if (/[.\u3002\uff0e\uff61]$/.test(value)) return bad(`${is} ends in a dot; leave it out`);
  if (value.includes('\\')) return bad(`${is} has a backslash`);
  const name = canonicalName(value);
  if (name === null || !name.split('.').every((part) => hostPart.test(part))) {
    return bad(`${is} is not a host name: parts of letters, digits and inner hyphens, 63 each, with dots between them`);
  }
  if (name.length > most.name) return bad(`${is} has ${name.length} characters as ASCII; ${most.name} are the most`);
  return good(name);
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII as a whole is meant
const ascii = /^[\x00-\x7f]*$/;

const canonicalName = (text: string): string | null => {
  if (ascii.test(text)) return text.toLowerCase();
  try {
    return parseName(`${text}.`).slice(0, -1);
  } catch {
    return null;
  }
};

const checkAddresses = (ip: unknown, ips: unknown): Checked<readonly string[]> => {
  const bad = (fault: string): Checked<readonly string[]> => ({ value: [], fault });
  if (ips !== undefined && ips !== null && !Array.isArray(ips))
    return bad(`its ips are ${describedUntrusted(ips)}, not a list`);
  const given: readonly unknown[] = [...(ip === undefined || ip === null ? [] : [ip]), ...(ips ?? [])];
  if (given.length > most.ips) return bad(`it has ${given.length} addresses; ${most.ips} are the most`);
  const addresses = new Set<string>();
  for (const each of given) {
    const address = typeof each === 'string' ? canonicalAddress(each) : null;
    if (address === null) return bad(`${describedUntrusted(each)} is not an IPv4 or IPv6 address`);
    addresses.add(address);
  }
  return good([...addresses]);
};

const canonicalAddress = (text: string): string | null => {
  if (isIPv4(text)) return text;
  return isIPv6(text) && !text.includes('%') ? parseRdata(addressTypeOf(text), text) : null;
};

/** No control and format characters, line breaks, half surrogates or unassigned code points. */
const printable = /^[^\p{C}\p{Zl}\p{Zp}]+$/u;

const checkLabels = (value: unknown): Checked<readonly string[]> => {
  const bad = (fault: string): Checked<readonly string[]> => ({ value: [], fault });
  if (value === undefined || value === null) return good([]);
  if (!Array.isArray(value)) return bad(`its labels are ${describedUntrusted(value)}, not a list`);
  if (value.length > most.labels) return bad(`it has ${value.length} labels; ${most.labels} are the most`);
  for (const label of value) {
    if (typeof label !== 'string') return bad(`its label ${describedUntrusted(label)} is not text`);
    if (label.length > most.label) return bad(`its label ${quotedUntrusted(label)} has over ${most.label} characters`);
    if (!printable.test(label) || label.trim() === '')
      return bad(`its label ${quotedUntrusted(label)} is not printable text`);
  }
  return good([...new Set<string>(value)].sort());
};

/**
 * The other scalars. Nested values, nulls and long texts are no attributes, so that a template or a match that needs one
 * says that it is not there; text is data, whatever is in it, and whoever writes it escapes it.
 */
const attributesOf = (entry: ReadonlyMap<string, unknown>): readonly (readonly [string, Scalar])[] =>
  [...entry].flatMap(([key, value]): readonly (readonly [string, Scalar])[] => {
    if (ownKeys.has(key) || key === '__proto__' || key.length > most.key || !printable.test(key)) return [];
    if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return [[key, value]];
    return typeof value === 'string' && value.length <= most.text ? [[key, value.toWellFormed()]] : [];
  });
