import type { Asker, NameServer } from '../model/ports.ts';
import type { DesiredZone } from '../model/zone.ts';
import type { Allow } from '../plan/index.ts';
import { addressesOf, nameServersOf } from './nameservers.ts';
import type { OpenTarget } from './types.ts';

/**
 * Types of the zone that only some name servers can answer, and that one of this zone's cannot, with the reason. A
 * secondary of another make answers NODATA for them, and so would empty the name.
 */
export const unanswerableTypes = async (
  zone: DesiredZone,
  target: OpenTarget,
  ask: Asker,
): Promise<ReadonlyMap<string, string>> => {
  const synthesised = new Set(target.provider.supports.synthesised);
  const types = [...new Set(zone.rrsets.map(({ type }) => type))].filter((type) => synthesised.has(type));
  if (types.length === 0) return new Map();
  const { nameservers, unknown } = await nameServersOf(zone.id, target, zone.rrsets);
  const reasons = await Promise.all(nameservers.map((nameserver) => whyNotSynthesising(nameserver, ask)));
  const reason =
    reasons.find((each) => each !== null) ??
    (unknown.length > 0 ? `the name server ${unknown[0]} has no address to ask it at` : null);
  return new Map(
    reason === null ? [] : types.map((type) => [type, `${type} cannot be answered everywhere: ${reason}`]),
  );
};

/** PowerDNS says so of itself; nothing else is known to answer LUA and ALIAS. */
const whyNotSynthesising = async (nameserver: NameServer, ask: Asker): Promise<string | null> => {
  const answer = await ask(nameserver, { name: 'version.bind.', type: 'TXT', class: 'CH' });
  if (answer.status === 'no_answer') return `the name server ${nameserver.label} gave no answer (${answer.reason})`;
  const words = answer.answers.map(({ rdata }) => rdata).join(' ');
  return /powerdns/i.test(words)
    ? null
    : `the name server ${nameserver.label} does not say that it is PowerDNS (version.bind: ${words || answer.rcode})`;
};

/**
 * For each delegation that this run was allowed to change: why its new name servers are not ready, by name. Every one of
 * them must answer SOA of the delegated name with AA (what was missing at Azure in May 2019).
 */
export const unreadyDelegations = async (
  zone: DesiredZone,
  allows: readonly Allow[],
  ask: Asker,
): Promise<ReadonlyMap<string, string>> => {
  const names = allows.flatMap(({ guard, name, zone: { name: of } }) =>
    guard === 'delegation' && of === zone.id.name && name !== null ? [name] : [],
  );
  const entries = await Promise.all(
    [...new Set(names)].map(async (name) => [name, await whyUnready(name, zone, ask)] as const),
  );
  return new Map(entries.flatMap(([name, why]) => (why === null ? [] : [[name, why] as const])));
};

const whyUnready = async (name: string, zone: DesiredZone, ask: Asker): Promise<string | null> => {
  const { nameservers, unknown } = await addressesOf(name, zone.rrsets);
  if (unknown.length > 0) return `the new name server ${unknown[0]} has no address`;
  const answers = await Promise.all(
    nameservers.map(async (nameserver) => ({ nameserver, answer: await ask(nameserver, { name, type: 'SOA' }) })),
  );
  for (const { nameserver, answer } of answers) {
    if (answer.status === 'no_answer')
      return `the new name server ${nameserver.label} gave no answer (${answer.reason})`;
    if (!answer.authoritative || !answer.answers.some((each) => each.type === 'SOA' && each.name === name)) {
      return `the new name server ${nameserver.label} does not answer SOA of ${name} with authority (${answer.rcode})`;
    }
  }
  return null;
};
