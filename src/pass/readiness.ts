import type { Asker, NameServer } from '../model/ports.ts';
import type { DesiredZone, ZoneSnapshot } from '../model/zone.ts';
import type { NameServerSoftware } from '../provider.ts';
import type { OpenTarget } from '../target.ts';
import { type AddressSources, nameServersOf } from '../verify/index.ts';

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
  sources: AddressSources = {},
): Promise<ReadonlyMap<string, string>> => {
  const synthesised = new Set(target.provider.supports.synthesised);
  const types = [...typesOf(zone, target)].filter((type) => synthesised.has(type));
  if (types.length === 0) return new Map();
  const { nameservers, unknown } = await nameServersOf(zone.id, target, zone.rrsets, sources);
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
