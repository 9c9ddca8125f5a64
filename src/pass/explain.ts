import { deletionEvidenceAt } from '../memory/index.ts';
import { compareText } from '../model/compare.ts';
import { HostmasterError, messageOf, SyntaxProblem } from '../model/errors.ts';
import { isWithin, parseAbsolute } from '../model/name.ts';
import type { Answer, AnsweredRecord, NameServer, Store } from '../model/ports.ts';
import { typeByName } from '../model/rdata.ts';
import { isNameServers } from '../model/rr-types.ts';
import type { RRset, Value } from '../model/rrset.ts';
import type { DesiredZone } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import { planZone } from '../plan/index.ts';
import type { ExplainedRRset, Explanation } from '../report/index.ts';
import type { Desired, PassOptions, SharedEvidence, StoreOpener } from '../run.ts';
import type { OpenTarget, OpenTargets, RunContext } from '../target.ts';
import { type AskedName, decidingRRsets, nameServersOf, typesToAsk } from '../verify/index.ts';
import { withDesired } from './desired.ts';
import { withTargets } from './open.ts';
import { unanswerableTypes } from './readiness.ts';
import { refuseStopped, signalIn } from './stopped.ts';

/** What a person asks for, canonical. Throws USAGE where it is no name or no type. */
export const askedName = (name: string, type: string | null): AskedName => {
  const known = type === null ? null : (typeByName(type)?.name ?? null);
  if (type !== null && known === null) throw new HostmasterError('USAGE', `${type} is no RR type`);
  try {
    return { name: parseAbsolute(name), type: known };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    throw new HostmasterError('USAGE', error.message, { cause: error });
  }
};

/** Desired, existing and answered values of a name, in every view that has it. */
export const explainPass = async (
  asked: AskedName,
  options: PassOptions,
  context: RunContext,
  openStore: StoreOpener,
): Promise<readonly Explanation[]> =>
  withDesired(options, context, openStore, ({ desired, storeFor }) =>
    withTargets(desired.definitions, { ...options, serve: true }, context, async (targets) => {
      const read = { context, store: storeFor(targets), evidence: desired.evidence };
      const explanations = await explainName(asked, desired, targets, read);
      refuseStopped(context);
      return explanations;
    }),
  );

/** The same with everything open, and where each value comes from. `name` is canonical. */
const explainName = async (
  asked: AskedName,
  desired: Desired,
  targets: OpenTargets,
  read: ReadContext,
): Promise<readonly Explanation[]> => {
  const { name } = asked;
  const { definitions } = desired;
  const zones = definitions.zones.filter(({ id }) => isWithin(name, id.name));
  const longest = Math.max(0, ...zones.map(({ id }) => id.name.length));
  const closest = zones.filter(({ id }) => id.name.length === longest);
  const alone = definitions.zoneNames.find((zone) => zone.length > longest && isWithin(name, zone));
  if (alone !== undefined) {
    throw new HostmasterError('CONFIG', `${alone} is left alone: "hostmaster validate" says why`);
  }
  if (closest.length === 0) {
    throw new HostmasterError('USAGE', `${name} is in none of the zones of hostmaster.yaml`);
  }
  return Promise.all(closest.map((zone) => explainIn(zone, asked, targets, read)));
};

interface ReadContext {
  readonly context: RunContext;
  readonly store: Store;
  readonly evidence: SharedEvidence;
}

const explainIn = async (
  zone: DesiredZone,
  asked: AskedName,
  targets: OpenTargets,
  read: ReadContext,
): Promise<Explanation> => {
  const desired = decidingRRsets(zone.id.name, zone.rrsets, asked);
  const open = zone.settings.targets.toSorted(compareText).flatMap((target) => targets.open.get(target) ?? []);
  const found = await Promise.all(open.map((target) => existingAt(zone, target, asked, read)));
  const types = typesToAsk([...desired, ...found.flatMap(({ rrsets }) => rrsets)], asked);
  const answered = await Promise.all(open.map((target) => answeredAt(zone, target, asked.name, types, read.context)));
  return {
    ...asked,
    zone: zoneLabel(zone.id),
    desired: desired.map(explained),
    quarantined: zone.quarantined
      .filter(({ name, type }) => name === asked.name && (type === null || asked.type === null || type === asked.type))
      .map(({ type, reason, origin }) => ({ type, reason, origin })),
    existing: found.map(({ rrsets, ...rest }) => ({ ...rest, rrsets: rrsets.map(explained) })),
    answered: answered.flat(),
  };
};

const explained = ({ name, type, ttl, values, healthCheck }: RRset): ExplainedRRset => ({
  ...{ name, type, ttl, values: values.map(explainedValue) },
  ...(healthCheck === undefined ? {} : { health_check: healthCheck }),
});

const explainedValue = ({ downSince, ...value }: Value): ExplainedRRset['values'][number] =>
  downSince === undefined ? value : { ...value, down_since: new Date(downSince).toISOString() };

type Found = Omit<Explanation['existing'][number], 'rrsets'> & { readonly rrsets: readonly RRset[] };

const existingAt = async (
  zone: DesiredZone,
  target: OpenTarget,
  asked: AskedName,
  { evidence, context, store }: ReadContext,
): Promise<Found> => {
  const { name } = target.definition;
  const none = { target: name, rrsets: [], planned: [], unmanaged: [] };
  const isAsked = (each: { readonly name: string; readonly type: string }) =>
    each.name === asked.name && (asked.type === null || each.type === asked.type);
  try {
    const existing = await target.provider.read(zone.id, signalIn(context));
    if (existing.status !== 'read') return { ...none, error: `${name} does not have the zone` };
    const { supports, healthChecks = null, nativeChecks = null } = target.provider;
    const unanswerable = await unanswerableTypes(zone, target, context.ask);
    const { changeset } = planZone({
      desired: zone,
      target: { name, supports, healthChecks, nativeChecks, unanswerable, unready: new Map() },
      existing,
      allows: [],
      evidence: await deletionEvidenceAt(zone, name, evidence, store, context.clock.now()),
    });
    return {
      target: name,
      error: null,
      rrsets: decidingRRsets(zone.id.name, existing.rrsets, asked),
      planned: [
        ...changeset.changes.filter(isAsked).map(({ action, type }) => ({ action, type, guard: null, reason: null })),
        ...changeset.withheld
          .filter(isAsked)
          .map(({ action, type, guard, reason }) => ({ action, type, guard, reason })),
      ],
      unmanaged: changeset.unmanaged.filter(isAsked).map(({ type, kind, why }) => ({ type, kind, why })),
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
  context: RunContext,
): Promise<Explanation['answered']> => {
  const { nameservers } = await nameServersOf(zone.id, target, zone.rrsets, context);
  const questions = nameservers.flatMap((nameserver) => types.map((type) => ({ nameserver, type })));
  return Promise.all(questions.map(({ nameserver, type }) => answerOf(nameserver, { name, type }, target, context)));
};

const answerOf = async (
  nameserver: NameServer,
  question: { readonly name: string; readonly type: string },
  target: OpenTarget,
  context: RunContext,
): Promise<Explanation['answered'][number]> => {
  const answer = await context.ask(nameserver, question, context.signal);
  const who = { target: target.definition.name, nameserver: nameserver.label, type: question.type };
  return answer.status === 'no_answer'
    ? { ...who, rcode: `no answer: ${answer.reason}`, authoritative: false, answers: [] }
    : { ...who, rcode: answer.rcode, authoritative: answer.authoritative, answers: answersIn(answer) };
};

/** A referral has its NS in the authority section. */
const answersIn = ({ answers, authoritative, authority }: Answer): readonly AnsweredRecord[] =>
  answers.length > 0 || authoritative ? answers : authority.filter(({ type }) => isNameServers(type));
