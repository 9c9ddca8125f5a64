import type { Definitions } from '../model/definitions.ts';
import { HostmasterError, messageOf } from '../model/errors.ts';
import { isWithin } from '../model/name.ts';
import type { NameServer } from '../model/ports.ts';
import type { RRset } from '../model/rrset.ts';
import type { DesiredZone } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import { planZone } from '../plan/index.ts';
import type { ExplainedRRset, Explanation } from '../report/explain.ts';
import { nameServersOf } from './nameservers.ts';
import type { OpenTarget, OpenTargets, Rim } from './types.ts';

/** Desired, existing and answered values of a name, and where each comes from. `name` is canonical. */
export const explainName = async (
  name: string,
  type: string | null,
  definitions: Definitions,
  targets: OpenTargets,
  rim: Rim,
): Promise<readonly Explanation[]> => {
  const zones = definitions.zones.filter(({ id }) => isWithin(name, id.name));
  const longest = Math.max(0, ...zones.map(({ id }) => id.name.length));
  const closest = zones.filter(({ id }) => id.name.length === longest);
  if (closest.length === 0) {
    throw new HostmasterError('USAGE', 'stop', `${name} is in none of the zones of hostmaster.yaml`);
  }
  return Promise.all(closest.map((zone) => explainIn(zone, { name, type }, targets, rim)));
};

interface Asked {
  readonly name: string;
  readonly type: string | null;
}

const explainIn = async (zone: DesiredZone, asked: Asked, targets: OpenTargets, rim: Rim): Promise<Explanation> => {
  const isAsked = (each: { readonly name: string; readonly type: string | null }) =>
    each.name === asked.name && (asked.type === null || each.type === null || each.type === asked.type);
  const desired = zone.rrsets.filter(isAsked);
  const open = zone.settings.targets.flatMap((target) => targets.open.get(target) ?? []);
  const existing = await Promise.all(open.map((target) => existingAt(zone, target, isAsked)));
  const types = new Set([...desired, ...existing.flatMap(({ rrsets }) => rrsets)].map((rrset) => rrset.type));
  if (asked.type !== null) types.add(asked.type);
  if (types.size === 0) types.add('A');
  const answered = await Promise.all(open.map((target) => answeredAt(zone, target, asked.name, [...types], rim)));
  return {
    ...asked,
    zone: zoneLabel(zone.id),
    desired: desired.map(explained),
    quarantined: zone.quarantined.filter(isAsked).map(({ type, reason, origin }) => ({ type, reason, origin })),
    existing,
    answered: answered.flat(),
  };
};

const explained = ({ type, ttl, values }: RRset): ExplainedRRset => ({ type, ttl, values });

const existingAt = async (
  zone: DesiredZone,
  target: OpenTarget,
  isAsked: (each: { readonly name: string; readonly type: string }) => boolean,
): Promise<Explanation['existing'][number]> => {
  const { name } = target.definition;
  const none = { target: name, rrsets: [], unmanaged: [] };
  try {
    const read = await target.provider.read(zone.id);
    if (read.status !== 'read') return { ...none, error: `${name} does not have the zone` };
    const { supports } = target.provider;
    const { changeset } = planZone({
      desired: zone,
      target: { name, supports, unanswerable: new Map(), unready: new Map() },
      existing: read,
      allows: [],
    });
    return {
      target: name,
      error: null,
      rrsets: read.rrsets.filter(isAsked).map(explained),
      unmanaged: changeset.unmanaged.filter(isAsked).map(({ type, why }) => ({ type, why })),
    };
  } catch (error) {
    if (!(error instanceof HostmasterError)) throw error;
    return { ...none, error: messageOf(error) };
  }
};

const answeredAt = async (
  zone: DesiredZone,
  target: OpenTarget,
  name: string,
  types: readonly string[],
  rim: Rim,
): Promise<Explanation['answered']> => {
  const { nameservers } = await nameServersOf(zone.id, target, zone.rrsets);
  const questions = nameservers.flatMap((nameserver) => types.map((type) => ({ nameserver, type })));
  return Promise.all(questions.map(({ nameserver, type }) => answerOf(nameserver, { name, type }, target, rim)));
};

const answerOf = async (
  nameserver: NameServer,
  question: { readonly name: string; readonly type: string },
  target: OpenTarget,
  rim: Rim,
): Promise<Explanation['answered'][number]> => {
  const answer = await rim.ask(nameserver, question, rim.signal);
  const who = { target: target.definition.name, nameserver: nameserver.label, type: question.type };
  return answer.status === 'no_answer'
    ? { ...who, rcode: `no answer: ${answer.reason}`, authoritative: false, answers: [] }
    : { ...who, rcode: answer.rcode, authoritative: answer.authoritative, answers: answer.answers };
};
