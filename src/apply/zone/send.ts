import { HostmasterError, messageOf } from '../../model/errors.ts';
import type { Change } from '../../model/plan.ts';
import type { ZoneId, ZoneSnapshot } from '../../model/zone.ts';
import { zoneLabel } from '../../model/zone.ts';
import type { Provider, RefusedChange } from '../../provider.ts';
import { differing } from './compare.ts';

/** One zone at its provider, as everything that reads or writes it in an apply needs it. */
export interface Sender {
  readonly provider: Provider;
  readonly zone: ZoneId;
  readonly target: string;
  readonly signal: AbortSignal | undefined;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Throws where the zone may not be written any more. */
  readonly beforeWrite: (() => Promise<void>) | undefined;
}

export type Sent =
  | { readonly status: 'applied'; readonly fingerprint: string | null }
  | { readonly status: 'refused'; readonly refused: readonly RefusedChange[] }
  /** Somebody else wrote before it, and nothing of it was applied. */
  | { readonly status: 'stale'; readonly error: HostmasterError }
  /** Somebody else's write came between; `written` are the changes that are applied all the same. */
  | { readonly status: 'raced'; readonly written: readonly Change[]; readonly error: HostmasterError };

const tries = 4;
const firstPause = 250;

/**
 * Sends one write. A write without an answer is read back before it is sent again, so that nothing is applied twice;
 * where somebody else's came between, the error names what may be lost.
 */
export const send = async (changes: readonly Change[], expect: string | null, sender: Sender): Promise<Sent> => {
  let seen = expect;
  for (let attempt = 1; ; attempt += 1) {
    const sent = await sendOnce(changes, seen, sender);
    if (sent.status === 'stale' && attempt > 1) return staleOrLate(sent, changes, sender);
    if (sent.status !== 'unknown') return sent;
    await sender.sleep(firstPause * 2 ** (attempt - 1) * (0.5 + Math.random()));
    const now = await readNames(changes, sender).catch((error: unknown) => {
      throw neverRead(sent.error, error);
    });
    const missing = differing(changes, now, 'after');
    if (missing.length === 0) return { status: 'applied', fingerprint: now.fingerprint };
    if (differing(changes, now, 'before').length > 0) {
      return racedAt(changes, missing, differing(missing, now, 'before'), sender);
    }
    if (attempt === tries) throw neverTaken(sent.error);
    seen = now.fingerprint;
  }
};

const sendOnce = async (
  changes: readonly Change[],
  expect: string | null,
  sender: Sender,
): Promise<Sent | { readonly status: 'unknown'; readonly error: HostmasterError }> => {
  try {
    await sender.beforeWrite?.();
    const result = await sender.provider.apply({ zone: sender.zone, changes, expect }, sender.signal);
    if (result.status === 'refused') return result;
    if (result.raced === true) return racedAt(changes, [], changes, sender);
    return result.raced === false ? result : await readBack(changes, sender);
  } catch (error) {
    if (!(error instanceof HostmasterError)) throw error;
    if (error.code === 'WRITE_UNKNOWN') return { status: 'unknown', error };
    if (error.code === 'STALE_PLAN' || error.code === 'LOST_RACE') return { status: 'stale', error };
    throw error;
  }
};

/** What makes a later try stale may be an earlier try, which arrived after it was read back. */
const staleOrLate = async (stale: Sent, changes: readonly Change[], sender: Sender): Promise<Sent> => {
  const now = await readNames(changes, sender);
  return differing(changes, now, 'after').length > 0 ? stale : { status: 'applied', fingerprint: now.fingerprint };
};

/** The write is known to be not applied: it was read back after each try. */
const neverTaken = (error: HostmasterError): HostmasterError =>
  new HostmasterError(
    'WRITE_UNKNOWN',
    `${error.message}; sent ${tries} times and read back each time: nothing of it was applied`,
    { cause: error },
  );

const neverRead = (error: HostmasterError, cause: unknown): HostmasterError =>
  new HostmasterError(
    'WRITE_UNKNOWN',
    `${error.message}; it may or may not have been applied, as reading back failed too (${messageOf(cause)}): plan again to find out`,
    { cause },
  );

/** Where the server cannot tell whether somebody wrote in between, what it holds now tells. */
const readBack = async (changes: readonly Change[], sender: Sender): Promise<Sent> => {
  const now = await readNames(changes, sender);
  const missing = differing(changes, now, 'after');
  if (missing.length > 0) return racedAt(changes, missing, missing, sender);
  return { status: 'applied', fingerprint: now.fingerprint };
};

/** Reads at least the names that the changes touch. Throws ZONE_MISSING where the zone is gone. */
export const readNames = async (changes: readonly Change[], sender: Sender): Promise<ZoneSnapshot> => {
  const names = [...new Set(changes.length === 0 ? [sender.zone.name] : changes.map((change) => change.name))];
  const snapshot = await sender.provider.read(sender.zone, {
    names,
    ...(sender.signal === undefined ? {} : { signal: sender.signal }),
  });
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
