import { SyntaxProblem } from '../model/errors.ts';
import { addressTypeOf, byAddressType, reverseType } from '../model/rr-types.ts';
import { type RosterServer, type Server, serverKey } from '../model/server.ts';
import { refusalAnywhere } from './address-refusal.ts';
import { keyOfEntry, serverTitle } from './contenders.ts';
import type { Collected, Contributor, ServerAddress, ServerContributions, WantedValue } from './contribution.ts';
import { type Allocation, allocationOf, fullAllocation } from './roster.ts';
import type { RosterIndex } from './roster-index.ts';
import { inventoryLocation, type Ruleset } from './ruleset.ts';
import { isServerName, renderName, type Template } from './template.ts';
import { writeRegistration } from './write-registration.ts';
import { writeRules } from './write-role-rules.ts';

/** Everything that one server contributes. It depends on no other servers but its rivals for a name or an address. */
export const contributionsOf = (ruleset: Ruleset, index: RosterIndex, entry: RosterServer): ServerContributions => {
  const key = keyOfEntry(entry);
  const into: Collected = { contributions: [], findings: [], withoutReverseZone: [], classlessPtrs: [] };
  const allocation = ruleset.contends(entry) ? allocationOf(index, entry) : fullAllocation(entry.server);
  for (const message of allocation.conflicts) {
    into.findings.push({ rule: 'server-conflict', message, about: key, at: inventoryLocation(ruleset, entry) });
  }
  if (allocation.outcome === 'tied' || allocation.tiedAddresses.length > 0) blockTied(ruleset, entry, allocation, into);
  writeUnusable(ruleset, entry, into);
  if (allocation.server !== null) {
    const contributor = contributorOf(key, entry, allocation, allocation.server);
    const isWanted = entry.server.state !== 'decommissioned';
    if (isWanted) reportAddresses(ruleset, contributor, into);
    if (!isWanted || writeRegistration(ruleset, contributor, into)) writeRules(ruleset, contributor, into);
  }
  return { key, allocation, ...into };
};

const contributorOf = (key: string, entry: RosterServer, allocation: Allocation, server: Server): Contributor => {
  const addresses = server.ips.map((ip): ServerAddress => {
    const by = allocation.ptrTakenBy.get(ip) ?? null;
    return {
      ip,
      family: addressTypeOf(ip),
      refusal: refusalAnywhere(ip),
      retained: by === null ? null : `${serverTitle(server)} is absent, and ${by} has its address ${ip} now`,
    };
  });
  return {
    key,
    entry,
    server,
    allocation,
    addresses,
    addressValues: byAddressType((type) => valuesOf(addresses, type)),
  };
};

/** Without the addresses that no name may lead to: reportAddresses reports them once for the server. */
const valuesOf = (addresses: readonly ServerAddress[], wanted: ServerAddress['family']): readonly WantedValue[] => {
  const own: WantedValue[] = [];
  for (const { ip, family, refusal, retained } of addresses) {
    if (family === wanted && refusal === null) own.push({ rdata: ip, isServerAddress: true, retained });
  }
  return own;
};

const reportAddresses = (
  ruleset: Ruleset,
  { addresses, server, key, entry }: Contributor,
  { findings }: Collected,
): void => {
  for (const { ip, refusal } of addresses) {
    if (refusal === null) continue;
    const message = `${serverTitle(server)} has the address ${ip}, which is ${refusal}: no name may lead to it`;
    findings.push({ rule: 'address-refused', message, about: key, at: inventoryLocation(ruleset, entry) });
  }
};

/** Blocks the names that several servers want and none gets. */
const blockTied = (
  { registration, zones }: Ruleset,
  { server }: RosterServer,
  allocation: Allocation,
  { contributions }: Collected,
): void => {
  if (registration === null) return;
  const key = serverKey(server);
  const reason = `server-conflict: ${allocation.conflicts.join('; ') || 'several servers have this address'}`;
  const block = (name: string, type: string | null, always: boolean): void => {
    const entry = zones.of(name);
    if (entry !== null)
      contributions.push({ kind: 'blocked', serverKey: key, entry, name, type, reason, always, origin: null });
  };
  if (allocation.server === null && isServerName(server.name)) {
    block(`${server.name}.${registration.definition.zone}`, null, allocation.isNameTied);
  }
  const addresses = allocation.server === null ? server.ips : allocation.tiedAddresses;
  for (const ip of addresses) {
    const reverse = refusalAnywhere(ip) === null ? zones.reverseOf(ip) : null;
    if (reverse === null) continue;
    if (reverse.mayBelongTo === null) block(reverse.name, reverseType, allocation.tiedAddresses.includes(ip));
    else block(reverse.name, null, false);
  }
};

/** Rules that cannot be used might have written for this server: blocks the names that they would have made for it. */
const writeUnusable = (ruleset: Ruleset, { server }: RosterServer, { contributions }: Collected): void => {
  for (const { template, reason } of ruleset.unusableTemplates) {
    const name = nameOrNull(template, server);
    const entry = name === null ? null : ruleset.zones.of(name);
    if (name === null || entry === null) continue;
    contributions.push({
      kind: 'blocked',
      serverKey: serverKey(server),
      entry,
      name,
      type: null,
      reason,
      always: true,
      origin: null,
    });
  }
};

const nameOrNull = (template: Template, server: Server): string | null => {
  try {
    return renderName(template, server);
  } catch (error) {
    if (error instanceof SyntaxProblem) return null;
    throw error;
  }
};
