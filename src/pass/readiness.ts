import type { Answer, Asker, NameServer, NoAnswer, Question } from '../model/ports.ts';
import type { DesiredZone, ZoneSnapshot } from '../model/zone.ts';
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
  const types = [...typesOf(zone, target)].filter((type) => synthesised.has(type));
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

/** With that of the RRsets that checked addresses would be made into. */
const typesOf = ({ rrsets }: DesiredZone, { provider }: OpenTarget): ReadonlySet<string> => {
  const types = new Set(rrsets.map(({ type }) => type));
  const checks = provider.healthChecks;
  return checks !== undefined && rrsets.some(({ healthCheck }) => healthCheck !== undefined)
    ? types.add(checks.type)
    : types;
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
 * them must answer SOA of the delegated name with AA, and whatever the present ones answer at the names that count: at
 * Azure in May 2019 the new one held an empty zone.
 */
export const unreadyDelegations = async (
  zone: DesiredZone,
  existing: ZoneSnapshot | null,
  allows: readonly Allow[],
  ask: Asker,
): Promise<ReadonlyMap<string, string>> => {
  const names = allows.flatMap(({ guard, name, zone: { name: of } }) =>
    guard === 'delegation' && of === zone.id.name && name !== null ? [name] : [],
  );
  const entries = await Promise.all(
    [...new Set(names)].map(async (name) => [name, await whyUnready(name, zone, existing, ask)] as const),
  );
  return new Map(entries.flatMap(([name, why]) => (why === null ? [] : [[name, why] as const])));
};

const whyUnready = async (
  name: string,
  zone: DesiredZone,
  existing: ZoneSnapshot | null,
  ask: Asker,
): Promise<string | null> => {
  const { nameservers, unknown } = await addressesOf(name, zone.rrsets);
  if (unknown.length > 0) return `the new name server ${unknown[0]} has no address`;
  const reasons = await Promise.all(nameservers.map((nameserver) => whyNotServing(nameserver, name, ask)));
  const reason = reasons.find((each) => each !== null);
  if (reason !== undefined) return reason;
  const before = await addressesOf(name, existing?.rrsets ?? []);
  const serving = await Promise.all(
    before.nameservers.map(async (each) => ((await whyNotServing(each, name, ask)) === null ? [each] : [])),
  );
  const [present] = serving.flat();
  if (present === undefined) return null;
  const emptier = await Promise.all(nameservers.map((nameserver) => whyEmptier(nameserver, present, name, ask)));
  return emptier.find((each) => each !== null) ?? null;
};

const whyNotServing = async (nameserver: NameServer, name: string, ask: Asker): Promise<string | null> => {
  const answer = await ask(nameserver, { name, type: 'SOA' });
  if (answer.status === 'no_answer') return `the new name server ${nameserver.label} gave no answer (${answer.reason})`;
  return answer.authoritative && answer.answers.some((each) => each.type === 'SOA' && each.name === name)
    ? null
    : `the new name server ${nameserver.label} does not answer SOA of ${name} with authority (${answer.rcode})`;
};

/** What people notice first when it is gone. */
const keyQuestions = (name: string): readonly Question[] => [
  ...['NS', 'A', 'AAAA', 'MX', 'TXT'].map((type) => ({ name, type })),
  ...['A', 'AAAA'].map((type) => ({ name: name === '.' ? 'www.' : `www.${name}`, type })),
];

const whyEmptier = async (
  nameserver: NameServer,
  present: NameServer,
  name: string,
  ask: Asker,
): Promise<string | null> => {
  const missing = await Promise.all(
    keyQuestions(name).map(async (question) => {
      const [before, after] = await Promise.all([ask(present, question), ask(nameserver, question)]);
      return hasAnswer(before) && !hasAnswer(after) ? [`${question.name} ${question.type}`] : [];
    }),
  );
  const [first] = missing.flat();
  return first === undefined
    ? null
    : `the new name server ${nameserver.label} does not answer ${first}, which the present one, ${present.label}, answers`;
};

const hasAnswer = (answer: Answer | NoAnswer): boolean => answer.status === 'answered' && answer.answers.length > 0;
