import { HostmasterError, messageOf } from '../../model/errors.ts';
import type { Change } from '../../model/plan.ts';
import type { ZoneId, ZoneSnapshot } from '../../model/zone.ts';
import { zoneLabel } from '../../model/zone.ts';
import type { ZoneTarget } from '../../model/zone-target.ts';
import type { Provider, RefusedChange, Sending, WriteResult } from '../../provider.ts';
import type { OnWrite, WriteEnd } from '../../target.ts';
import type { LeaseHandle, SentWrite } from '../lease.ts';
import { interruptedAt, type StopSignals } from '../stopping.ts';
import { differing } from './compare.ts';
import { applied, type NotedWrite, noteWrite } from './note.ts';

/** One zone at its provider, as everything that reads or writes it in an apply needs it. */
export interface Sender extends StopSignals {
  readonly provider: Provider;
  readonly zone: ZoneId;
  readonly target: string;
  /** Do its writes end what was begun, so that they go out though somebody wants to stop? */
  readonly endsWork: boolean;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Each write asks it, as the zone may be somebody else's by then. Default is that nobody else writes. */
  readonly lease: Pick<LeaseHandle, 'send' | 'awaitUnanswered'> | undefined;
  /** Each write is noted before it is sent. */
  readonly onWrite: OnWrite | undefined;
}

export type Sent =
  | { readonly status: 'applied'; readonly fingerprint: string | null }
  | { readonly status: 'refused'; readonly refused: readonly RefusedChange[] }
  /** Somebody else wrote before it, and nothing of it was applied. */
  | { readonly status: 'stale'; readonly error: HostmasterError }
  /** Applied, and what would tell whether somebody else wrote too could not be read. */
  | { readonly status: 'unproven'; readonly error: HostmasterError }
  /** Somebody else's write came between; `written` are the changes that are applied all the same. */
  | { readonly status: 'raced'; readonly written: readonly Change[]; readonly error: HostmasterError };

const tries = 4;
const firstPause = 250;

/**
 * Sends one write. A write without an answer is read back before it is sent again, so that nothing is applied twice;
 * where somebody else's came between, the error names what may be lost. Where somebody wants to stop, it is not sent again,
 * but waited for until it can take effect no longer.
 */
export const send = async (changes: readonly Change[], expect: string | null, sender: Sender): Promise<Sent> => {
  let seen = expect;
  for (let attempt = 1; ; attempt += 1) {
    const sent = await sendOnce(changes, seen, sender);
    if (sent.status === 'stale' && attempt > 1) return staleOrLate(sent, changes, sender);
    if (sent.status !== 'unknown') return sent;
    const now = await readLater(changes, attempt, sender).catch((error: unknown) => {
      sent.note.failed(sent.error);
      throw neverRead(sent.error, error);
    });
    const missing = differing(changes, now, 'after');
    if (missing.length === 0) {
      if (attempt === 1) sent.write?.answered();
      sent.note.end(applied);
      return { status: 'applied', fingerprint: now.fingerprint };
    }
    sent.note.failed(sent.error);
    if (differing(changes, now, 'before').length > 0) {
      return racedAt(changes, missing, differing(missing, now, 'before'), sender);
    }
    if (attempt === tries) throw neverTaken(sent.error, `sent ${tries} times and read back each time`);
    if (mayNotBegin(sender)) throw neverTaken(sent.error, 'stopped, and read back');
    seen = now.fingerprint;
  }
};

/** Reads back after a while: where nothing is sent again, once it is known what became of the write. */
const readLater = async (changes: readonly Change[], attempt: number, sender: Sender): Promise<ZoneSnapshot> => {
  await sender.sleep(firstPause * 2 ** (attempt - 1) * (0.5 + Math.random()));
  if (mayNotBegin(sender)) await sender.lease?.awaitUnanswered();
  return readNames(changes, sender);
};

interface Unknown {
  readonly status: 'unknown';
  readonly error: HostmasterError;
  readonly write: SentWrite | undefined;
  readonly note: NotedWrite;
}

const sendOnce = async (changes: readonly Change[], expect: string | null, sender: Sender): Promise<Sent | Unknown> => {
  refuseToBegin(sender);
  const timeout = sender.provider.writeTimeout?.(changes.length) ?? defaultWriteTimeout;
  // First of all: to note it may take a while, and the lease says from now on how long the write may take effect.
  const note = await noteWrite(sender, { changes, createsZone: false });
  const write = await leased(timeout, sender, note);
  try {
    const result = await sender.provider.apply(
      { zone: sender.zone, changes, expect },
      sender.cut,
      sendingOf(sender, write),
    );
    write?.answered();
    const sent = await judged(result, changes, sender);
    note.end(endOf(sent));
    return sent;
  } catch (error) {
    if (error instanceof HostmasterError && error.code === 'WRITE_UNKNOWN') {
      return { status: 'unknown', error, write, note };
    }
    note.failed(error);
    if (!(error instanceof HostmasterError)) throw error;
    write?.answered();
    if (error.code === 'STALE_PLAN' || error.code === 'LOST_RACE') return { status: 'stale', error };
    throw error;
  }
};

/** The lease's own note of a write; where the zone is another's by now, nothing of it was sent. */
export const leased = async (
  timeout: number,
  { lease }: Pick<Sender, 'lease'>,
  note: NotedWrite,
): Promise<SentWrite | undefined> => {
  try {
    return await lease?.send(timeout);
  } catch (error) {
    note.failed(error);
    throw error;
  }
};

const endOf = (sent: Sent): WriteEnd => {
  if (sent.status === 'applied') return applied;
  if (sent.status === 'refused') return { status: 'refused', code: 'WRITE_REFUSED', message: refusedInWords(sent) };
  const { code, message } = sent.error;
  return { status: sent.status === 'unproven' ? 'applied' : sent.status, code, message };
};

const refusedInWords = ({ refused }: Extract<Sent, { status: 'refused' }>): string =>
  refused.length === 0
    ? 'the server does not say which change it refuses'
    : `${listOf(refused)}: ${refused[0]?.message ?? ''}`;

const judged = async (result: WriteResult, changes: readonly Change[], sender: Sender): Promise<Sent> => {
  if (result.status === 'refused') return result;
  if (result.raced === true) return racedAt(changes, [], changes, sender);
  return result.raced === false ? result : await readBack(changes, sender);
};

/** Of a provider that does not say how long its writes may take; milliseconds. */
export const defaultWriteTimeout = 30_000;

const sendingOf = (sender: Sender, write: SentWrite | undefined): Sending => ({
  before: async () => {
    refuseToBegin(sender);
    await write?.again();
  },
  ...(sender.stopping === undefined ? {} : { stopping: sender.stopping }),
});

const mayNotBegin = ({ endsWork, stopping }: Sender): boolean => !endsWork && stopping?.aborted === true;

/** Throws INTERRUPTED where somebody wants to stop, before something new is read or written. */
export const refuseToBegin = (sender: Sender): void => {
  if (mayNotBegin(sender)) throw interruptedAt(zoneTargetOf(sender));
};

/** Ends a read before a write, which is given up where that write would be. */
export const untilWrite = ({ cut, endsWork, stopping }: Sender): AbortSignal | undefined => (endsWork ? cut : stopping);

const zoneTargetOf = ({ zone, target }: Sender): ZoneTarget => ({ zone: zone.name, view: zone.view, target });

/** What makes a later try stale may be an earlier try, which arrived after it was read back. */
const staleOrLate = async (stale: Sent, changes: readonly Change[], sender: Sender): Promise<Sent> => {
  const now = await readNames(changes, sender);
  return differing(changes, now, 'after').length > 0 ? stale : { status: 'applied', fingerprint: now.fingerprint };
};

/** The write is known to be not applied: it was read back after each try. */
const neverTaken = (error: HostmasterError, how: string): HostmasterError =>
  new HostmasterError('WRITE_UNKNOWN', `${error.message}; ${how}: nothing of it was applied`, { cause: error });

const neverRead = (error: HostmasterError, cause: unknown): HostmasterError =>
  new HostmasterError(
    'WRITE_UNKNOWN',
    `${error.message}; it may or may not have been applied, as reading back failed too (${messageOf(cause)}): plan again to find out`,
    { cause },
  );

/** Where the server cannot tell whether somebody wrote in between, what it holds now tells. */
const readBack = async (changes: readonly Change[], sender: Sender): Promise<Sent> => {
  const now = await readNames(changes, sender).catch((error: unknown) => afterWrite(error, 'read back', sender));
  if (now instanceof HostmasterError) return { status: 'unproven', error: now };
  const missing = differing(changes, now, 'after');
  if (missing.length > 0) return racedAt(changes, missing, missing, sender);
  return { status: 'applied', fingerprint: now.fingerprint };
};

/** The error of what was to follow a write that the target took: it must not read as if nothing had been applied. */
export const afterWrite = (error: unknown, what: string, { target, zone }: Sender): HostmasterError => {
  if (!(error instanceof HostmasterError)) throw error;
  const message = `the write to ${zoneLabel(zone)} at ${target} was applied, and could not be ${what}: ${error.message}`;
  return new HostmasterError(error.code, message, { cause: error });
};

/**
 * Reads at least the names that the changes touch. Throws ZONE_MISSING where the zone is gone. Default is to read to the end
 * though somebody wants to stop, as after a write.
 */
export const readNames = async (
  changes: readonly Change[],
  sender: Sender,
  signal: AbortSignal | undefined = sender.cut,
): Promise<ZoneSnapshot> => {
  const names = [...new Set(changes.length === 0 ? [sender.zone.name] : changes.map((change) => change.name))];
  const snapshot = await sender.provider.read(sender.zone, { names, ...(signal === undefined ? {} : { signal }) });
  if (snapshot.status === 'read') return snapshot;
  throw new HostmasterError(
    'ZONE_MISSING',
    `${sender.target} does not have the zone ${zoneLabel(sender.zone)} any more; somebody removed it since the plan`,
  );
};

/** `missing` are not applied now; `between` is where another's write and ours met, as far as it is known. */
const racedAt = (
  changes: readonly Change[],
  missing: readonly Change[],
  between: readonly Change[],
  { zone, target }: Sender,
): Sent => {
  const gone = new Set(missing);
  const lost =
    missing.length === 0
      ? `what they wrote to ${listOf(between)} is overwritten`
      : `their values stay at ${listOf(between.length === 0 ? missing : between)}`;
  return {
    status: 'raced',
    written: changes.filter((change) => !gone.has(change)),
    error: new HostmasterError(
      'LOST_RACE',
      `somebody else wrote to ${zoneLabel(zone)} at ${target} between our read and our write; ${lost}: compare with them, then plan again`,
    ),
  };
};

/** Two halves of a write, for one that was refused without a reason; a name is not split: none where there is only one. */
export const halvesOf = (changes: readonly Change[]): readonly (readonly Change[])[] => {
  const names = [...Map.groupBy(changes, ({ name }) => name).values()];
  const middle = Math.ceil(names.length / 2);
  return names.length < 2 ? [] : [names.slice(0, middle).flat(), names.slice(middle).flat()];
};

/** A refusal of all of these, where the server does not say which it means. */
export const refusedWithoutReason = (changes: readonly Change[]): readonly RefusedChange[] =>
  changes.map(({ name, type }) => ({ name, type, message: 'the server does not say which of these it refuses' }));

const mostNamed = 10;

/** The RRsets by name and type, ten at most. */
export const listOf = (changes: readonly { readonly name: string; readonly type: string }[]): string => {
  const named = changes.slice(0, mostNamed).map((change) => `${change.name} ${change.type}`);
  const more = changes.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
};
