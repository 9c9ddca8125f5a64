import { specialUse } from '../model/address.ts';
import type { InventoryOrigin } from '../model/origin.ts';
import { addressTypes, reverseType } from '../model/rr-types.ts';
import type { AbsenceLimits } from '../model/server.ts';
import type { DesiredZone } from '../model/zone.ts';
import type { DirectoryZone, Reverse } from './configured-zones.ts';
import { isGone, retainedReason, serverTitle } from './contenders.ts';
import type { Blocked, Collected, ContributedValue, Contributor, ServerAddress, WriteRule } from './contribution.ts';
import { inventoryLocation, type Ruleset } from './ruleset.ts';
import { isServerName } from './template.ts';

const maxNameText = 254;

/** Adds a server's A, AAAA and PTR. False: its name makes no DNS name, so that labels and groups write nothing either. */
export const writeRegistration = (ruleset: Ruleset, contributor: Contributor, into: Collected): boolean => {
  const { registration, zones } = ruleset;
  const { server } = contributor;
  const zone = registration?.definition.zone ?? '.';
  const name = `${server.name}.${registration === null ? '' : zone}`;
  const why = whyNoName(server.name, name);
  const entry = why === null ? zones.of(name) : null;
  if (why !== null || (registration !== null && entry?.name !== zone)) {
    const message = `${serverTitle(server)} cannot be registered as ${name}: ${why ?? `that name is in the zone ${entry?.name}, not in ${zone}`}`;
    into.findings.push({
      rule: 'server-name',
      message,
      about: contributor.key,
      at: inventoryLocation(ruleset, contributor.entry),
    });
    return why === null;
  }
  if (registration !== null && entry !== null) {
    const at: Registered = { name, entry, rule: registration.rule, origin: originOf(registration.rule, contributor) };
    const accepted = contributor.addresses.filter((address) => isAccepted(ruleset, contributor, address, at, into));
    for (const address of accepted) writeAddress(ruleset, contributor, address, at, into);
    if (accepted.length === 0) protect(ruleset, contributor, at, into);
  }
  return true;
};

interface Registered {
  readonly name: string;
  readonly entry: DirectoryZone;
  readonly rule: WriteRule;
  readonly origin: InventoryOrigin;
}

export const originOf = (
  { kind, role, at: { file, line, column } }: WriteRule,
  { server }: Contributor,
): InventoryOrigin => {
  const { inventory, name } = server;
  if (role === null) return { kind, inventory, server: name, file, line, column };
  if (role.kind === 'label') return { kind, label: role.name, inventory, server: name, file, line, column };
  return { kind, group: role.name, inventory, server: name, file, line, column };
};

const whyNoName = (serverName: string, name: string): string | null => {
  if (!isServerName(serverName)) return 'the name of a server has only letters, digits, hyphens and single dots';
  return name.length > maxNameText ? `it has ${name.length + 1} octets, more than the 255 of a DNS name` : null;
};

const isAccepted = (
  ruleset: Ruleset,
  { server, key, entry: rosterServer }: Contributor,
  { ip, refusal }: ServerAddress,
  { name, entry }: Registered,
  { findings }: Collected,
): boolean => {
  if (refusal !== null) return false;
  const why = entry.zone?.settings.public === true ? specialUse(ip) : null;
  if (why === null) return true;
  const message = `${serverTitle(server)}: ${name} is in a public zone, and its address ${ip} is ${why}`;
  findings.push({
    rule: 'address-refused',
    kind: entry.name,
    message,
    about: key,
    at: inventoryLocation(ruleset, rosterServer),
  });
  return false;
};

/** The A or AAAA and its PTR come and go together: the stricter of their zones' absence limits applies to both. */
const writeAddress = (
  ruleset: Ruleset,
  contributor: Contributor,
  { ip, family, retained }: ServerAddress,
  at: Registered,
  into: Collected,
): void => {
  const { name, entry, rule, origin } = at;
  const isReversed = ruleset.registration?.definition.reverse === true;
  const isWanted = isReversed && !contributor.allocation.ptrTakenBy.has(ip);
  const reverse = isWanted ? ruleset.zones.reverseOf(ip) : null;
  if (isWanted && reverse === null) into.withoutReverseZone.push(ip);
  const limits = stricter(entry.zone, reverse?.entry.zone ?? null);
  if (isGone(contributor.entry, limits, ruleset.now)) return;
  const missing = retainedReason(contributor.entry, limits);
  if (entry.zone !== null) {
    const value = { entry, name, type: family, rdata: ip, retained: missing ?? retained };
    into.contributions.push(contributionOf(contributor, rule, origin, value));
  }
  if (reverse !== null && reverse.entry.zone !== null)
    writePtr(ruleset, contributor, { ip, family, reverse, missing }, at, into);
  else if (isReversed && !isWanted) keepPtr(ruleset, contributor, ip, at, into);
};

/** A PTR that goes to another server goes once that one gets it, which may be refused what it wants: until then it stays. */
const keepPtr = (
  { zones }: Ruleset,
  { allocation, key, server }: Contributor,
  ip: string,
  { origin }: Registered,
  { contributions }: Collected,
): void => {
  const reverse = zones.reverseOf(ip);
  if (reverse === null || reverse.entry.zone === null || reverse.mayBelongTo !== null) return;
  const { entry, name } = reverse;
  const by = allocation.ptrTakenBy.get(ip) ?? 'another server';
  const reason = `${serverTitle(server)} is absent, and ${by} has its address ${ip} now, and does not get its PTR`;
  contributions.push({
    kind: 'blocked',
    serverKey: key,
    entry,
    name,
    type: reverseType,
    reason,
    always: false,
    stays: true,
    origin,
  });
};

interface Ptr extends Pick<ServerAddress, 'ip' | 'family'> {
  readonly reverse: Reverse;
  /** Why the server's values are only retained: it is missing. */
  readonly missing: string | null;
}

/** The PTR is blocked, and what exists stays, where it would not agree with what its name answers. */
const writePtr = (
  ruleset: Ruleset,
  contributor: Contributor,
  ptr: Ptr,
  { name: rdata, entry: forward, rule, origin }: Registered,
  into: Collected,
): void => {
  const { ip, family, reverse, missing: retained } = ptr;
  const { entry, name, mayBelongTo } = reverse;
  const forwardMismatch = ruleset.registration?.forwardMismatch(rdata, family, ip) ?? null;
  const block = (blocked: Pick<Blocked, 'type' | 'reason' | 'always' | 'stays'>): void => {
    into.contributions.push({ kind: 'blocked', serverKey: contributor.key, entry, name, origin, ...blocked });
  };
  if (forward.zone === null) {
    block({ type: reverseType, reason: `${rdata} is in ${forward.name}, which is left alone`, always: true });
  } else if (mayBelongTo !== null) {
    block({ type: null, reason: `it may belong to ${mayBelongTo}, which is left alone`, always: false });
  } else if (forwardMismatch !== null) {
    block({ type: reverseType, reason: `zone-file-wins: ${forwardMismatch}`, always: false, stays: true });
  } else {
    into.contributions.push(
      contributionOf(contributor, rule, origin, { entry, name, type: reverseType, rdata, retained }),
    );
    noteClassless(reverse, into);
  }
};

const noLimits: AbsenceLimits = { snapshots: 0, grace: 0 };

const stricter = (forward: DesiredZone | null, reverse: DesiredZone | null): AbsenceLimits => {
  const a = forward?.settings.guards.absence ?? noLimits;
  const b = reverse?.settings.guards.absence ?? noLimits;
  return { snapshots: Math.max(a.snapshots, b.snapshots), grace: Math.max(a.grace, b.grace) };
};

/** Keeps the A and AAAA that exist of a server without a usable address: it is still meant to be there. */
const protect = (
  { now }: Ruleset,
  contributor: Contributor,
  { name, entry }: Registered,
  { contributions }: Collected,
): void => {
  if (entry.zone === null || isGone(contributor.entry, entry.zone.settings.guards.absence, now)) return;
  const reason = `${serverTitle(contributor.server)} is ${contributor.server.state}, and has no address that can be used`;
  contributions.push({
    kind: 'vacant',
    by: 'registration',
    serverKey: contributor.key,
    entry,
    name,
    types: addressTypes,
    reason,
  });
};

const noteClassless = ({ parentName, name, entry }: Reverse, { classlessPtrs }: Collected): void => {
  if (parentName !== null) classlessPtrs.push({ zone: entry.name, name, parentName });
};

const contributionOf = (
  contributor: Contributor,
  rule: WriteRule,
  origin: InventoryOrigin,
  { entry, name, type, rdata, retained }: Pick<ContributedValue, 'entry' | 'name' | 'type' | 'rdata' | 'retained'>,
): ContributedValue => ({
  kind: 'value',
  entry,
  name,
  type,
  rdata,
  rule,
  contributor,
  origin,
  retained,
  limit: Number.POSITIVE_INFINITY,
  url: null,
});
