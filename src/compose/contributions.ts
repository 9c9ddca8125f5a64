import { SyntaxProblem } from '../model/errors.ts';
import { type RosterServer, type Server, serverKey } from '../model/server.ts';
import { isIPv6, neverUsable } from './address.ts';
import type { Collected, Member, MemberAddress, ServerContributions, WantedValue } from './contribution.ts';
import { writeRegistration } from './registration.ts';
import { keyOfEntry, type RosterIndex, type Share, shareOf, wholeShare, wordsOf } from './roster.ts';
import { inventoryAt, type Ruleset } from './ruleset.ts';
import { isServerName, renderName, type Template } from './template.ts';
import { writeRules } from './write.ts';

/** What one server of the roster comes to. Of the others it depends on those alone that share its name or an address. */
export const contributionsOf = (ruleset: Ruleset, index: RosterIndex, entry: RosterServer): ServerContributions => {
  const key = keyOfEntry(entry);
  const into: Collected = { items: [], findings: [], unreversed: [], classless: [] };
  const share = ruleset.counts(entry) ? shareOf(index, entry) : wholeShare(entry.server);
  for (const message of share.conflicts) {
    into.findings.push({ rule: 'server-conflict', message, item: key, at: inventoryAt(ruleset, entry) });
  }
  if (share.outcome === 'tied' || share.tied.length > 0) blockTied(ruleset, entry, share, into);
  writeUnusable(ruleset, entry, into);
  if (share.server !== null) {
    const member = memberOf(key, entry, share, share.server);
    const isWanted = entry.server.state !== 'decommissioned';
    if (isWanted) reportAddresses(ruleset, member, into);
    if (!isWanted || writeRegistration(ruleset, member, into)) writeRules(ruleset, member, into);
  }
  return { key, share, ...into };
};

const memberOf = (key: string, entry: RosterServer, share: Share, server: Server): Member => {
  const addresses = server.ips.map((ip): MemberAddress => {
    const by = share.beaten.get(ip) ?? null;
    return {
      ip,
      family: isIPv6(ip) ? 'AAAA' : 'A',
      never: neverUsable(ip),
      retained: by === null ? null : `${wordsOf(server)} is not there now, and ${by} has its address ${ip}`,
    };
  });
  return { key, entry, server, share, addresses, own: { A: ownOf(addresses, 'A'), AAAA: ownOf(addresses, 'AAAA') } };
};

/** Those that no name may lead to are reported once for the server. */
const ownOf = (addresses: readonly MemberAddress[], wanted: MemberAddress['family']): readonly WantedValue[] => {
  const own: WantedValue[] = [];
  for (const { ip, family, never, retained } of addresses) {
    if (family === wanted && never === null) own.push({ rdata: ip, isOwn: true, retained });
  }
  return own;
};

const reportAddresses = (
  ruleset: Ruleset,
  { addresses, server, key, entry }: Member,
  { findings }: Collected,
): void => {
  for (const { ip, never } of addresses) {
    if (never === null) continue;
    const message = `${wordsOf(server)} has the address ${JSON.stringify(ip)}, which is ${never}: no name leads there`;
    findings.push({ rule: 'address-refused', message, item: key, at: inventoryAt(ruleset, entry) });
  }
};

/** Nobody gets what several want; what exists there stays. */
const blockTied = (
  { registration, zones }: Ruleset,
  { server }: RosterServer,
  share: Share,
  { items }: Collected,
): void => {
  if (registration === null) return;
  const owner = serverKey(server);
  const reason = `server-conflict: ${share.conflicts.join('; ') || 'several servers have this address'}`;
  const block = (name: string, type: string | null, always: boolean): void => {
    const entry = zones.of(name);
    if (entry !== null) items.push({ kind: 'blocked', owner, entry, name, type, reason, always, origin: null });
  };
  if (share.server === null && isServerName(server.name)) {
    block(`${server.name}.${registration.definition.zone}`, null, share.nameTied);
  }
  const addresses = share.server === null ? server.ips : share.tied;
  for (const ip of addresses) {
    const reverse = neverUsable(ip) === null ? zones.reverseOf(ip) : null;
    if (reverse === null) continue;
    if (reverse.unsure === null) block(reverse.name, 'PTR', share.tied.includes(ip));
    else block(reverse.name, null, false);
  }
};

/** What nobody can read is perhaps about this server: what exists at the name stays. */
const writeUnusable = (ruleset: Ruleset, { server }: RosterServer, { items }: Collected): void => {
  for (const { template, reason } of ruleset.unusable) {
    const name = nameOrNull(template, server);
    const entry = name === null ? null : ruleset.zones.of(name);
    if (name === null || entry === null) continue;
    items.push({
      kind: 'blocked',
      owner: serverKey(server),
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
