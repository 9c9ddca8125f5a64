import { specialUse } from '../model/address.ts';
import type { InventoryOrigin } from '../model/origin.ts';
import type { AbsenceLimits } from '../model/server.ts';
import type { DesiredZone } from '../model/zone.ts';
import type { Blocked, Collected, Contribution, Member, MemberAddress, WriteRule } from './contribution.ts';
import { isGone, retainedReason, wordsOf } from './roster.ts';
import { inventoryAt, type Ruleset } from './ruleset.ts';
import { isServerName } from './template.ts';
import type { Reverse, ZoneEntry } from './zones.ts';

const maxNameText = 254;

/** A server's A, AAAA and PTR. False: its name is none, and nothing is made of it. */
export const writeRegistration = (ruleset: Ruleset, member: Member, into: Collected): boolean => {
  const { registration, zones } = ruleset;
  const { server } = member;
  const zone = registration?.definition.zone ?? '.';
  const name = `${server.name}.${registration === null ? '' : zone}`;
  const why = whyNoName(server.name, name);
  const entry = why === null ? zones.of(name) : null;
  if (why !== null || (registration !== null && entry?.name !== zone)) {
    const message = `${wordsOf(server)} cannot be ${name}: ${why ?? `that name is in the zone ${entry?.name}, not in ${zone}`}`;
    into.findings.push({ rule: 'server-name', message, item: member.key, at: inventoryAt(ruleset, member.entry) });
    return why === null;
  }
  if (registration !== null && entry !== null) {
    const at: Registered = { name, entry, rule: registration.rule, origin: originOf(registration.rule, member) };
    const accepted = member.addresses.filter((address) => isAccepted(ruleset, member, address, at, into));
    for (const address of accepted) writeAddress(ruleset, member, address, at, into);
    if (accepted.length === 0) protect(ruleset, member, at, into);
  }
  return true;
};

interface Registered {
  readonly name: string;
  readonly entry: ZoneEntry;
  readonly rule: WriteRule;
  readonly origin: InventoryOrigin;
}

export const originOf = (
  { kind, role, at: { file, line, column } }: WriteRule,
  { server }: Member,
): InventoryOrigin => {
  const { inventory, name } = server;
  if (role === null) return { kind, inventory, server: name, file, line, column };
  if (role.kind === 'label') return { kind, label: role.name, inventory, server: name, file, line, column };
  return { kind, group: role.name, inventory, server: name, file, line, column };
};

const whyNoName = (serverName: string, name: string): string | null => {
  if (!isServerName(serverName)) return 'a name of a server has letters, digits, hyphens and single dots only';
  return name.length > maxNameText ? `it has ${name.length + 1} octets, and 255 is the most` : null;
};

const isAccepted = (
  ruleset: Ruleset,
  { server, key, entry: rosterServer }: Member,
  { ip, never }: MemberAddress,
  { name, entry }: Registered,
  { findings }: Collected,
): boolean => {
  if (never !== null) return false;
  const why = entry.zone?.settings.public === true ? specialUse(ip) : null;
  if (why === null) return true;
  const message = `${wordsOf(server)}: ${name} is in a public zone, and its address ${ip} is ${why}`;
  findings.push({
    rule: 'address-refused',
    kind: entry.name,
    message,
    item: key,
    at: inventoryAt(ruleset, rosterServer),
  });
  return false;
};

/** The A or AAAA, and its PTR: the two come and go together, so that the stricter of their zones' limits counts. */
const writeAddress = (
  ruleset: Ruleset,
  member: Member,
  { ip, family, retained }: MemberAddress,
  at: Registered,
  into: Collected,
): void => {
  const { name, entry, rule, origin } = at;
  const isWanted = ruleset.registration?.definition.reverse === true && !member.share.beaten.has(ip);
  const reverse = isWanted ? ruleset.zones.reverseOf(ip) : null;
  if (isWanted && reverse === null) into.unreversed.push(ip);
  const limits = stricter(entry.zone, reverse?.entry.zone ?? null);
  if (isGone(member.entry, limits, ruleset.now)) return;
  const missing = retainedReason(member.entry, limits);
  if (entry.zone !== null) {
    const value = { entry, name, type: family, rdata: ip, retained: missing ?? retained };
    into.items.push(contributionOf(member, rule, origin, value));
  }
  if (reverse !== null && reverse.entry.zone !== null)
    writePtr(ruleset, member, { ip, family, reverse, missing }, at, into);
};

interface Ptr extends Pick<MemberAddress, 'ip' | 'family'> {
  readonly reverse: Reverse;
  /** Why it is only retained. */
  readonly missing: string | null;
}

/** Where it cannot be what the name answers, what exists stays. */
const writePtr = (
  ruleset: Ruleset,
  member: Member,
  ptr: Ptr,
  { name: rdata, entry: forward, rule, origin }: Registered,
  into: Collected,
): void => {
  const { ip, family, reverse, missing: retained } = ptr;
  const { entry, name, unsure } = reverse;
  const elsewhere = ruleset.registration?.elsewhere(rdata, family, ip) ?? null;
  const block = (blocked: Pick<Blocked, 'type' | 'reason' | 'always' | 'stays'>): void => {
    into.items.push({ kind: 'blocked', owner: member.key, entry, name, origin, ...blocked });
  };
  if (forward.zone === null) {
    block({ type: 'PTR', reason: `${rdata} is in ${forward.name}, which is left alone`, always: true });
  } else if (unsure !== null) {
    block({ type: null, reason: `it may belong to ${unsure}, which is left alone`, always: false });
  } else if (elsewhere !== null) {
    block({ type: 'PTR', reason: `zone-file-wins: ${elsewhere}`, always: false, stays: true });
  } else {
    into.items.push(contributionOf(member, rule, origin, { entry, name, type: 'PTR', rdata, retained }));
    noteClassless(reverse, into);
  }
};

const noLimits: AbsenceLimits = { snapshots: 0, grace: 0 };

const stricter = (forward: DesiredZone | null, reverse: DesiredZone | null): AbsenceLimits => {
  const a = forward?.settings.guards.absence ?? noLimits;
  const b = reverse?.settings.guards.absence ?? noLimits;
  return { snapshots: Math.max(a.snapshots, b.snapshots), grace: Math.max(a.grace, b.grace) };
};

/** A server that is meant to be there does not lose its last address. */
const protect = ({ now }: Ruleset, member: Member, { name, entry }: Registered, { items }: Collected): void => {
  if (entry.zone === null || isGone(member.entry, entry.zone.settings.guards.absence, now)) return;
  const reason = `${wordsOf(member.server)} is ${member.server.state}, and has no address that can be used`;
  items.push({ kind: 'vacant', by: 'registration', owner: member.key, entry, name, types: ['A', 'AAAA'], reason });
};

const noteClassless = ({ plain, name, entry }: Reverse, { classless }: Collected): void => {
  if (plain !== null) classless.push({ zone: entry.name, name, plain });
};

const contributionOf = (
  member: Member,
  rule: WriteRule,
  origin: InventoryOrigin,
  { entry, name, type, rdata, retained }: Pick<Contribution, 'entry' | 'name' | 'type' | 'rdata' | 'retained'>,
): Contribution => ({
  kind: 'value',
  entry,
  name,
  type,
  rdata,
  rule,
  member,
  origin,
  retained,
  limit: Number.POSITIVE_INFINITY,
  url: null,
});
