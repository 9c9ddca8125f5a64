import type { Answer, Asker, NameServer, NoAnswer, Question } from '../model/ports.ts';
import { addressTypes, isSoa, soaAt } from '../model/rr-types.ts';
import type { DesiredZone, ZoneSnapshot } from '../model/zone.ts';
import type { Allow } from '../plan/index.ts';
import type { NameServerSoftware } from '../provider.ts';
import type { OpenTarget } from '../target.ts';
import { nameServersIn, nameServersOf } from '../verify/index.ts';

/**
 * Types of the zone that only some name servers can answer, and that one of this zone's cannot, with the reason. A
 * secondary of other software answers NODATA for them, and so would empty the name. One that gives no answer now is no
 * reason to change what is there: only a type that is new in `existing` needs the answer of all. Without `existing`, nothing
 * is written.
 */
export const unanswerableTypes = async (
  zone: DesiredZone,
  target: OpenTarget,
  ask: Asker,
  existing?: ZoneSnapshot | null,
): Promise<ReadonlyMap<string, string>> => {
  const synthesised = new Set(target.provider.supports.synthesised);
  const types = [...typesOf(zone, target)].filter((type) => synthesised.has(type));
  if (types.length === 0) return new Map();
  const { nameservers, unknown } = await nameServersOf(zone.id, target, zone.rrsets);
  const software = target.provider.supports.synthesised_by ?? null;
  const words = await Promise.all(nameservers.map((nameserver) => whyNotSynthesising(nameserver, software, ask)));
  const cannot = words.find(({ why, isSilent }) => why !== null && !isSilent)?.why ?? null;
  const silent =
    words.find(({ why }) => why !== null)?.why ??
    (unknown.length > 0 ? `the name server ${unknown[0]} has no address to ask it at` : null);
  const isThere = (type: string) => existing === undefined || existing?.rrsets.some((rrset) => rrset.type === type);
  return new Map(
    types.flatMap((type) => {
      const reason = cannot ?? (isThere(type) ? null : silent);
      return reason === null ? [] : [[type, `${type} cannot be answered everywhere: ${reason}`] as const];
    }),
  );
};

/** The zone's types, with the type that its health-checked addresses would be compiled into. */
const typesOf = ({ rrsets }: DesiredZone, { provider }: OpenTarget): ReadonlySet<string> => {
  const types = new Set(rrsets.map(({ type }) => type));
  const checks = provider.healthChecks;
  return checks !== undefined && rrsets.some(({ healthCheck }) => healthCheck !== undefined)
    ? types.add(checks.type)
    : types;
};

/** Is it the software that the provider says can answer these types? */
const whyNotSynthesising = async (
  nameserver: NameServer,
  software: NameServerSoftware | null,
  ask: Asker,
): Promise<{ readonly why: string | null; readonly isSilent: boolean }> => {
  const { label } = nameserver;
  if (software === null) return { why: 'no name server is known to answer it', isSilent: false };
  const answer = await ask(nameserver, { name: 'version.bind.', type: 'TXT', class: 'CH' });
  if (answer.status === 'no_answer') {
    return { why: `the name server ${label} gave no answer (${answer.reason})`, isSilent: true };
  }
  const words = answer.answers.map(({ rdata }) => rdata).join(' ');
  const why = `the name server ${label} does not say that it is ${software.name} (version.bind: ${words || answer.rcode})`;
  return { why: new RegExp(software.version_bind, 'i').test(words) ? null : why, isSilent: false };
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
  const { nameservers, unknown } = await nameServersIn(name, zone.rrsets);
  if (unknown.length > 0) return `the new name server ${unknown[0]} has no address`;
  const reasons = await Promise.all(nameservers.map((nameserver) => whyNotServing(nameserver, name, ask)));
  const reason = reasons.find((each) => each !== null);
  if (reason !== undefined) return reason;
  const before = await nameServersIn(name, existing?.rrsets ?? []);
  const serving = await Promise.all(
    before.nameservers.map(async (each) => ((await whyNotServing(each, name, ask)) === null ? [each] : [])),
  );
  const [present] = serving.flat();
  if (present === undefined) return null;
  const emptier = await Promise.all(nameservers.map((nameserver) => whyEmptier(nameserver, present, name, ask)));
  return emptier.find((each) => each !== null) ?? null;
};

const whyNotServing = async (nameserver: NameServer, name: string, ask: Asker): Promise<string | null> => {
  const answer = await ask(nameserver, soaAt(name));
  if (answer.status === 'no_answer') return `the new name server ${nameserver.label} gave no answer (${answer.reason})`;
  return answer.authoritative && answer.answers.some((each) => isSoa(each.type) && each.name === name)
    ? null
    : `the new name server ${nameserver.label} does not answer SOA of ${name} with authority (${answer.rcode})`;
};

/** What people notice first when it is gone. */
const keyQuestions = (name: string): readonly Question[] => [
  ...['NS', 'A', 'AAAA', 'MX', 'TXT'].map((type) => ({ name, type })),
  ...addressTypes.map((type) => ({ name: name === '.' ? 'www.' : `www.${name}`, type })),
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
