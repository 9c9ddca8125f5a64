import { defaultWriteTimeout, type LeaseHandle, leaseHandle } from '../../apply/index.ts';
import { load } from '../../load/index.ts';
import type { Definitions } from '../../model/definitions.ts';
import { codeOf, HostmasterError, messageOf } from '../../model/errors.ts';
import { count } from '../../model/phrases.ts';
import type { Store } from '../../model/ports.ts';
import { type Problem, problemOfTarget, withCode } from '../../model/problem.ts';
import type { VerifyReport } from '../../model/result.ts';
import { isSoa } from '../../model/rr-types.ts';
import type { Unreadable, ZoneId, ZoneSnapshot } from '../../model/zone.ts';
import type { PassOptions, StoreOpener } from '../../run.ts';
import type { OpenTarget, RunContext } from '../../target.ts';
import { nameServersOf } from '../../verify/index.ts';
import { readConfigOnly } from '../definitions.ts';
import { withStore, withTargets } from '../open.ts';
import { refuseUnknown, sourcesOf } from '../options.ts';
import { isStopped, refuseStopped, signalIn } from '../stopped.ts';
import { serverIdsOf } from '../targets.ts';
import { type Delegation, delegatedIn, delegationsOf, targetsAbove } from './delegation.ts';
import { type Dump, dumpFile, unequal, writeDump } from './dump.ts';
import { forgetZone } from './forget.ts';
import { proveGone } from './gone.ts';
import { type DeleteAllow, refuseConfigured, refuseMarked } from './refuse.ts';

export type { DeleteAllow } from './refuse.ts';

/** One zone that a person wants gone from one target. */
export interface ZoneDeletion {
  /** Canonical. */
  readonly zone: string;
  readonly target: string;
  /** The folder that the dump goes to. */
  readonly out: string;
  readonly allow: readonly DeleteAllow[];
  /** Is asked before anything is written. Throws where the person does not want it. */
  readonly agree: (found: FoundZone) => Promise<void>;
}

/** What there is to delete. */
export interface FoundZone {
  readonly rrsets: number;
  readonly problems: readonly Problem[];
}

/** A zone that a target does not have any more. */
export interface DeletedZone {
  readonly zone: string;
  readonly view: string | null;
  readonly target: string;
  /** The file that holds what it was. */
  readonly dump: string;
  readonly rrsets: number;
  /** What is not in that file. */
  readonly left: readonly Unreadable[];
  readonly problems: readonly Problem[];
  readonly verify: VerifyReport;
}

/**
 * Deletes a zone at a target: reads it, asks, writes a dump and reads that back, reads the zone again under its lease,
 * and only where nothing moved meanwhile deletes it; then clears what the state knows of it and proves that it is gone.
 */
export const deleteZonePass = async (
  deletion: ZoneDeletion,
  options: PassOptions,
  context: RunContext,
  openStore: StoreOpener,
): Promise<DeletedZone> => {
  const { target, zone } = deletion;
  const definitions = await readConfigOnly(options, context);
  refuseUnknown(
    '--target',
    [target],
    definitions.targets.map(({ name }) => name),
  );
  return withStore(definitions, openStore, context, ({ problems: ofState, storeFor }) =>
    withTargets(definitions, { targets: [target], serve: true }, context, async (targets) => {
      const open = targets.open.get(target);
      if (open === undefined) {
        const why = targets.statuses[0]?.message ?? 'it cannot be opened';
        throw new HostmasterError('TARGET_UNREACHABLE', `${target}: ${why}`);
      }
      refuseConfigured(zone, open, definitions, await serverIdsOf(definitions, context));
      const store = storeFor(targets);
      const deleted = await deleteAt({ deletion, options, definitions, open, store, context });
      return { ...deleted, problems: [...ofState, ...deleted.problems] };
    }),
  );
};

interface Work {
  readonly deletion: ZoneDeletion;
  readonly options: PassOptions;
  readonly definitions: Definitions;
  readonly open: OpenTarget;
  readonly store: Store;
  readonly context: RunContext;
}

const deleteAt = async (work: Work): Promise<DeletedZone> => {
  const { deletion, open, context, store } = work;
  const { target, zone } = deletion;
  const id = { name: zone, view: null };
  refuseUnable(zone, open);
  const file = dumpFile(zone, deletion.out);
  const snapshot = await readOrThrow(id, work);
  await refuseMarked(snapshot, open, work.definitions, store);
  refuseUnread(snapshot, deletion);
  const problems = await delegationProblems(snapshot, work);
  const rrsets = snapshot.rrsets.filter(({ values }) => values.length > 0).length;
  refuseStopped(context);
  await deletion.agree({ rrsets, problems });
  refuseStopped(context);
  // Found out while the zone is there: the target may know its name servers by it.
  const answering = await nameServersOf(id, open, snapshot.rrsets, context);
  const lease = leaseHandle({ zone, view: null, target }, store, context);
  const forgotten = await lease
    .take()
    .then(() => deleteWithDump(file, snapshot, lease, work))
    .then(() => whyNotForgotten(id, work))
    .finally(lease.release);
  if (isStopped(context)) throw interruptedAfter(zone, target, file);
  const proof = await proveGone(id, answering, open, context);
  if (isStopped(context)) throw interruptedAfter(zone, target, file);
  const { unreadable: left } = snapshot;
  return {
    zone,
    view: null,
    target,
    dump: file,
    rrsets,
    left,
    problems: [...problems, ...forgotten, ...proof.problems],
    verify: proof.verify,
  };
};

const interruptedAfter = (zone: string, target: string, file: string): HostmasterError =>
  new HostmasterError(
    'INTERRUPTED',
    `interrupted: ${zone} was deleted at ${target}, and that its name servers know is not verified; its dump is ${file}`,
  );

/** The zone is gone: what fails from here on is a problem, and never the end. */
const whyNotForgotten = (id: ZoneId, { deletion: { target }, store }: Work): Promise<readonly Problem[]> =>
  forgetZone(id, target, store).then(
    () => [],
    (error: unknown) => [withCode(problemOfTarget('state-not-kept', messageOf(error), target, id.name), codeOf(error))],
  );

const refuseUnable = (zone: string, { definition, provider }: OpenTarget): void => {
  const how = provider.supports.zones_are_deleted;
  if (how === undefined) return;
  throw new HostmasterError('WRITE_REFUSED', `nothing was deleted: ${definition.name} cannot delete ${zone}: ${how}`);
};

/** Throws ZONE_MISSING; what the state knew of the zone is no use to anyone then. */
const readOrThrow = async (id: ZoneId, { context, deletion: { target }, open, store }: Work): Promise<ZoneSnapshot> => {
  const read = await open.provider.read(id, signalIn(context));
  if (read.status === 'read') return read;
  await forgetZone(id, target, store);
  throw new HostmasterError('ZONE_MISSING', `${target} does not have the zone ${id.name}: nothing was deleted`);
};

const shown = 5;

/** A SOA that cannot be read keeps nobody from it: the name server makes another one. */
const refuseUnread = ({ unreadable: all, zone }: ZoneSnapshot, { allow, target }: ZoneDeletion): void => {
  const unreadable = all.filter(({ type }) => !isSoa(type));
  if (unreadable.length === 0 || allow.includes('unreadable')) return;
  const some = unreadable.slice(0, shown).map(({ name, type, why }) => `${name} ${type} (${why})`);
  const more = unreadable.length > shown ? ` and ${count(unreadable.length - shown, 'more RRset')}` : '';
  throw new HostmasterError(
    'DELETE_REFUSED',
    `nothing was deleted: a dump of ${zone.name} at ${target} would lack ${some.join(', ')}${more}; write down what they are, then let it go: --allow unreadable`,
  );
};

/** What the zones above and below say of it; throws where one of them needs it. */
const delegationProblems = async (
  snapshot: ZoneSnapshot,
  { definitions, deletion, open, context }: Work,
): Promise<readonly Problem[]> => {
  const { rrsets, zone } = snapshot;
  const { name } = open.definition;
  const others = targetsAbove(zone.name, definitions).filter((each) => each !== name);
  return withTargets(definitions, { targets: others, serve: false }, context, async (targets) => {
    const above = await delegationsOf(zone.name, rrsets, open, definitions, targets, context);
    const delegations = [...above, ...delegatedIn(snapshot, open, definitions)];
    const leading = delegations.find(({ leads }) => leads);
    if (leading !== undefined && !deletion.allow.includes('delegation')) throw inUse(zone.name, name, leading);
    return delegations.map(({ problem }) => problem);
  });
};

const inUse = (zone: string, target: string, { problem }: Delegation): HostmasterError =>
  new HostmasterError(
    'DELETE_REFUSED',
    `nothing was deleted: ${problem.zone} at ${problem.target}: ${problem.message}, so ${zone} at ${target} may be in use; remove that delegation first, or delete anyway with --allow delegation`,
  );

const deleteWithDump = async (file: string, snapshot: ZoneSnapshot, lease: LeaseHandle, work: Work): Promise<void> => {
  const { deletion, context } = work;
  const { target } = deletion;
  const { zone } = snapshot;
  const when = new Date(context.clock.now()).toISOString();
  const dump = await writeDump(file, snapshot, `${zone.name} as ${target} had it at ${when}, before it was deleted`);
  try {
    await refuseAdopted(dump, work);
    await refuseMoved(snapshot, work);
    refuseStopped(context);
    await lease.check();
  } catch (error) {
    await dump.discard();
    throw error;
  }
  await sendDeletion(zone, lease, work).catch((error: unknown) => afterFailure(error, snapshot, dump, work));
};

/** One that got no answer may still be done later: whoever writes the zone next waits for that. */
const sendDeletion = async (zone: ZoneId, lease: LeaseHandle, { context, open: { provider } }: Work): Promise<void> => {
  const write = await lease.send(provider.writeTimeout?.(1) ?? defaultWriteTimeout);
  try {
    await provider.deleteZone(zone, context.cut);
    write.answered();
  } catch (error) {
    if (error instanceof HostmasterError && refusalCodes.has(error.code)) write.answered();
    throw error;
  }
};

/** Errors of a target that says that it did nothing. */
const refusalCodes: ReadonlySet<string> = new Set([
  'WRITE_REFUSED',
  'TARGET_REFUSED',
  'ZONE_MISSING',
  'DELETE_REFUSED',
]);

/** A dump that is written where "*" finds zone files would become the zone's file. */
const refuseAdopted = async ({ file }: Dump, { deletion: { zone }, open, options, context }: Work): Promise<void> => {
  const definitions = await load({ ...sourcesOf(options, context), only: 'config' });
  try {
    refuseConfigured(zone, open, definitions, await serverIdsOf(definitions, context));
  } catch (error) {
    const code = error instanceof HostmasterError ? error.code : 'DELETE_REFUSED';
    throw new HostmasterError(
      code,
      `${messageOf(error)}; if that file is the dump itself (${file}), write it elsewhere with --out DIR`,
    );
  }
};

const refuseMoved = async (before: ZoneSnapshot, { context, deletion: { target }, open }: Work): Promise<void> => {
  const { name } = before.zone;
  const now = await open.provider.read(before.zone, signalIn(context));
  const moved = now.status !== 'read' ? ['all of it'] : unequal(before.rrsets, now.rrsets);
  const isSame =
    now.status === 'read' &&
    moved.length === 0 &&
    now.fingerprint === before.fingerprint &&
    now.unreadable.length === before.unreadable.length;
  if (isSame) return;
  throw new HostmasterError(
    'STALE_PLAN',
    `nothing was deleted: somebody else wrote to ${name} at ${target} meanwhile (${whatMoved(moved)}); review the zone and run the command again`,
  );
};

/** Every write moves the SOA: it is named only where nothing else changed. */
const whatMoved = (keys: readonly string[]): string => {
  const others = keys.filter((key) => !key.endsWith(' SOA'));
  return (others.length > 0 ? others : keys).slice(0, shown).join(', ') || 'its serial moved';
};

/** A deletion that went wrong may have been done, or half done: the dump stays, and the zone is looked for. */
const afterFailure = async (
  error: unknown,
  { zone }: ZoneSnapshot,
  { file }: Dump,
  { context, open }: Work,
): Promise<void> => {
  const signal = context.cut === undefined ? {} : { signal: context.cut };
  const after = await open.provider.read(zone, signal).catch(() => null);
  if (after?.status === 'missing') return;
  const { name } = open.definition;
  const known =
    after === null ? `whether ${zone.name} is still at ${name} is not known` : `${name} still has ${zone.name}`;
  const code = error instanceof HostmasterError ? error.code : 'WRITE_UNKNOWN';
  throw new HostmasterError(code, `${messageOf(error)}; ${known}, and its dump is ${file}`, { cause: error });
};
