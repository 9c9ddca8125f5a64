import { isWithin, relativeTo, splitParts } from '../model/name.ts';
import type { DesiredZone } from '../model/zone.ts';
import { hexOf, isInNet, isIPv6, type Net, parseNet } from './networks.ts';

/** A configured zone. */
export interface DirectoryZone {
  readonly name: string;
  /** null: the zone is configured, but left alone in this pass. */
  readonly zone: DesiredZone | null;
}

/** Where the PTR of an address belongs. */
export interface Reverse {
  readonly entry: DirectoryZone;
  readonly name: string;
  /** In a classless zone (RFC 2317): where its parent zone must have a CNAME to `name`. */
  readonly parentName: string | null;
  /** A classless zone that is left alone and may cover the address; its `covers` was not read. */
  readonly mayBelongTo: string | null;
}

export interface ZoneDirectory {
  /** The longest configured zone that a canonical name is in. */
  readonly of: (name: string) => DirectoryZone | null;
  readonly isApex: (name: string) => boolean;
  /** The longest configured zone that takes the PTR of an address; null: none. */
  readonly reverseOf: (address: string) => Reverse | null;
}

export const zoneDirectory = (zones: readonly DesiredZone[], zoneNames: readonly string[]): ZoneDirectory => {
  const entries = new Map<string, DirectoryZone>(zoneNames.map((name) => [name, { name, zone: null }]));
  for (const zone of zones) entries.set(zone.id.name, { name: zone.id.name, zone });
  const of = zoneFinder([...entries.values()]);
  const all = [...entries.values()];
  return {
    of,
    isApex: (name) => entries.has(name),
    reverseOf: reverseFinder(of, classlessOf(all), unreadOf(all)),
  };
};

/** Zones as a tree of name parts from the right: a name is compared no further than configured zones go. */
interface ZoneNode {
  entry: DirectoryZone | null;
  readonly below: Map<string, ZoneNode>;
}

/** Remembered answers: servers mostly share a parent name. Bounded, as names that share none would fill the memory. */
const mostParents = 10_000;

const zoneFinder = (entries: readonly DirectoryZone[]): ZoneDirectory['of'] => {
  const root: ZoneNode = { entry: null, below: new Map() };
  for (const entry of entries) {
    let node = root;
    for (const part of splitParts(entry.name).toReversed()) {
      const next: ZoneNode = node.below.get(part) ?? { entry: null, below: new Map() };
      node.below.set(part, next);
      node = next;
    }
    node.entry = entry;
  }
  const apexes = new Map(entries.map((entry) => [entry.name, entry]));
  const byParent = new Map<string, DirectoryZone | null>();
  return (name) => {
    if (name.includes('\\')) return walkParts(root, splitParts(name));
    const own = apexes.get(name);
    if (own !== undefined) return own;
    const parent = name.slice(name.indexOf('.') + 1);
    const known = byParent.get(parent);
    if (known !== undefined) return known;
    const found = parent === '' ? root.entry : walk(root, parent);
    if (byParent.size < mostParents) byParent.set(parent, found);
    return found;
  };
};

const walkParts = (root: ZoneNode, parts: readonly string[]): DirectoryZone | null => {
  let node: ZoneNode | undefined = root;
  let found = root.entry;
  for (const part of parts.toReversed()) {
    node = node.below.get(part);
    if (node === undefined) break;
    found = node.entry ?? found;
  }
  return found;
};

/** walkParts without a list of parts: a hundred thousand names go through here. */
const walk = (root: ZoneNode, name: string): DirectoryZone | null => {
  let node: ZoneNode | undefined = root;
  let found = root.entry;
  for (let end = name.length - 1; end > 0; ) {
    const dot = name.lastIndexOf('.', end - 1);
    node = node.below.get(name.slice(dot + 1, end));
    if (node === undefined) break;
    found = node.entry ?? found;
    end = dot;
  }
  return found;
};

interface Classless {
  readonly entry: DirectoryZone;
  readonly net: Net;
}

/** The longest network first. */
const classlessOf = (entries: readonly DirectoryZone[]): readonly Classless[] =>
  entries
    .flatMap((entry) => {
      const covers = entry.zone?.settings.covers ?? null;
      const net = covers === null ? null : parseNet(covers);
      return net === null ? [] : [{ entry, net }];
    })
    .sort((a, b) => b.net.bits - a.net.bits || (a.entry.name < b.entry.name ? -1 : 1));

/** A classless zone that is left alone; what it covers lies within `base`. */
interface Unread {
  readonly entry: DirectoryZone;
  readonly base: string;
}

const unreadOf = (entries: readonly DirectoryZone[]): readonly Unread[] =>
  entries.flatMap((entry) => {
    const base = entry.zone === null ? octetsOf(entry.name) : null;
    return base === null || base === entry.name ? [] : [{ entry, base }];
  });

/** What a reverse zone's name ends in, octets (or nibbles) alone: `2.0.192.in-addr.arpa.` of `0/25.2.0.192.in-addr.arpa.`. */
const octetsOf = (name: string): string | null => {
  const suffix = ['in-addr.arpa.', 'ip6.arpa.'].find((each) => isWithin(name, each));
  if (suffix === undefined) return null;
  const isPlain = (part: string): boolean =>
    suffix === 'ip6.arpa.' ? /^[0-9a-f]$/.test(part) : /^[0-9]{1,3}$/.test(part) && Number(part) < 256;
  const parts = splitParts(relativeTo(name, suffix));
  return [...parts.slice(parts.findLastIndex((part) => !isPlain(part)) + 1), suffix].join('.');
};

const reverseFinder =
  (of: ZoneDirectory['of'], classless: readonly Classless[], unread: readonly Unread[]): ZoneDirectory['reverseOf'] =>
  (address) => {
    const parentName = reverseName(address);
    const entry = of(parentName);
    const own = entry === null ? null : { entry, name: parentName, parentName: null, mayBelongTo: null };
    if (classless.length === 0 && unread.length === 0) return own;
    const hex = hexOf(address);
    const bits = entry === null ? -1 : prefixLength(entry.name, address);
    const covering = classless.find(({ net }) => isInNet(hex, net));
    const longest = Math.max(bits, covering?.net.bits ?? -1);
    const hidden = unread.find(({ base }) => isWithin(parentName, base) && prefixLength(base, address) >= longest);
    if (hidden !== undefined)
      return {
        ...(own ?? { entry: hidden.entry, name: parentName, parentName: null }),
        mayBelongTo: hidden.entry.name,
      };
    if (covering !== undefined && covering.net.bits > bits) {
      return { entry: covering.entry, name: classlessName(address, hex, covering), parentName, mayBelongTo: null };
    }
    return own;
  };

/** RFC 1035 section 3.5, RFC 3596 section 2.5. */
const reverseName = (address: string): string =>
  isIPv6(address)
    ? `${backwards(hexOf(address).split(''))}.ip6.arpa.`
    : `${backwards(address.split('.'))}.in-addr.arpa.`;

const backwards = (parts: readonly string[]): string => parts.toReversed().join('.');

const prefixLength = (zone: string, address: string): number => {
  const suffix = isIPv6(address) ? 'ip6.arpa.' : 'in-addr.arpa.';
  if (!isWithin(zone, suffix)) return 0;
  return (zone.split('.').length - suffix.split('.').length) * (isIPv6(address) ? 4 : 8);
};

/** What the network leaves of the address, below the zone: the last octet of 192.0.2.0/25 (RFC 2317 section 4). */
const classlessName = (address: string, hex: string, { entry, net }: Classless): string => {
  const parts = isIPv6(address) ? hex.split('') : address.split('.');
  const kept = Math.min(parts.length - 1, Math.floor(net.bits / (isIPv6(address) ? 4 : 8)));
  return `${backwards(parts.slice(kept))}.${entry.name}`;
};
