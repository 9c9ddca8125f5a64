import { SyntaxProblem } from '../model/errors.ts';
import { type RosterServer, type Server, serverKey } from '../model/server.ts';
import { isIPv6, neverUsable } from './address.ts';
import type { Collected, Contributor, ServerAddress, ServerContributions, WantedValue } from './contribution.ts';
import { type Allocation, allocationOf, keyOfEntry, type RosterIndex, serverTitle, undisputed } from './roster.ts';
import { inventoryLocation, type Ruleset } from './ruleset.ts';
import { isServerName, renderName, type Template } from './template.ts';
import { writeRegistration } from './write-registration.ts';
import { writeRules } from './write-role-rules.ts';

/** What one server of the roster comes to. Of the others it depends on those alone that share its name or an address. */
export const contributionsOf = (ruleset: Ruleset, index: RosterIndex, entry: RosterServer): ServerContributions => {
  const key = keyOfEntry(entry);
  const into: Collected = { contributions: [], findings: [], withoutReverseZone: [], classlessPtrs: [] };
  const allocation = ruleset.contends(entry) ? allocationOf(index, entry) : undisputed(entry.server);
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
      family: isIPv6(ip) ? 'AAAA' : 'A',
      refusal: neverUsable(ip),
      retained: by === null ? null : `${serverTitle(server)} is not there now, and ${by} has its address ${ip}`,
    };
  });
  return {
    key,
    entry,
    server,
    allocation,
    addresses,
    own: { A: ownOf(addresses, 'A'), AAAA: ownOf(addresses, 'AAAA') },
  };
};

/** Those that no name may lead to are reported once for the server. */
const ownOf = (addresses: readonly ServerAddress[], wanted: ServerAddress['family']): readonly WantedValue[] => {
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
    const message = `${serverTitle(server)} has the address ${JSON.stringify(ip)}, which is ${refusal}: no name leads there`;
    findings.push({ rule: 'address-refused', message, about: key, at: inventoryLocation(ruleset, entry) });
  }
};

/** Nobody gets what several want; what exists there stays. */
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
    const reverse = neverUsable(ip) === null ? zones.reverseOf(ip) : null;
    if (reverse === null) continue;
    if (reverse.mayBelongTo === null) block(reverse.name, 'PTR', allocation.tiedAddresses.includes(ip));
    else block(reverse.name, null, false);
  }
};

/** What nobody can read is perhaps about this server: what exists at the name stays. */
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
