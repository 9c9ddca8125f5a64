import { forEachPooled } from '../model/pool.ts';
import type { Asker } from '../model/ports.ts';
import type { VerifyReport } from '../model/result.ts';
import { isSoa, soaAt } from '../model/rr-types.ts';
import type { RRsetKey } from '../model/rrset.ts';
import { serialOf } from '../model/soa.ts';
import { zoneLabel } from '../model/zone.ts';
import { isNewer } from '../wire/serial.ts';
import { compare, type LagEvidence, type Verdict } from './answers/compare.ts';
import { expectationsFor } from './answers/expectations.ts';
import { notAsked, withCircuitBreaker } from './circuit-breaker.ts';
import { byZone, differencesOf } from './differences.ts';
import {
  answersBefore,
  checksOf,
  countUnasked,
  countUnproven,
  isUnproven,
  mayComeYet,
  rrsetBefore,
  type VerifyTask,
  type ZoneCheck,
} from './zone-check.ts';

export interface VerifyZonesOptions {
  readonly ask: Asker;
  /** Milliseconds. */
  now(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Questions under way at once. Default is 64. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
  onProgress?(progress: VerifyProgress): void;
}

export interface VerifyProgress {
  /** RRsets that are proven, each at each name server. */
  readonly checked: number;
  readonly total: number;
}

const firstPause = 100;
const longestPause = 2000;
const progressEvery = 256;

/**
 * Asks every name server of every zone, and again, for what differs, until the zone's `wait` is over. One whose serial is
 * older than the zone's is asked for little more than that meanwhile. Never throws for what a name server does or fails to
 * do.
 */
export const verifyZones = async (tasks: readonly VerifyTask[], options: VerifyZonesOptions): Promise<VerifyReport> => {
  const started = options.now();
  const checks = tasks.flatMap(checksOf);
  const total = checks.reduce((sum, check) => sum + check.unproven.size, 0);
  const progress = () => options.onProgress?.({ checked: total - countUnproven(checks), total });
  let unproven: readonly ZoneCheck[] = checks;
  for (let pause = firstPause; unproven.length > 0; pause = Math.min(pause * 2, longestPause)) {
    await askRound(unproven, checks, options, progress);
    const now = options.now();
    unproven = checks.filter((check) => isUnproven(check) && mayComeYet(check) && now - started < check.task.wait);
    if (unproven.length === 0 || options.signal?.aborted === true) break;
    await options.sleep(pause, options.signal);
  }
  await askAll(
    checks.filter((check) => isUnproven(check) && !check.askedForAll),
    options,
    withCircuitBreaker(options.ask, options.signal),
    progress,
  );
  const unasked = checks.reduce((sum, check) => sum + countUnasked(check), 0);
  return { checked: total - unasked, differences: checks.flatMap(differencesOf).sort(byZone) };
};

/** Asks for what is not proven; name servers where all is proven still tell how far the others lag. */
const askRound = async (
  unproven: readonly ZoneCheck[],
  all: readonly ZoneCheck[],
  options: VerifyZonesOptions,
  progress: () => void,
): Promise<void> => {
  const ask = withCircuitBreaker(options.ask, options.signal);
  await forEachPooled(unproven, questionsAtOnce(options), (check) => askForSoa(check, ask));
  const newest = newestSerials(all);
  const due: ZoneCheck[] = [];
  await forEachPooled(unproven, questionsAtOnce(options), async (check) => {
    check.askedForAll = false;
    check.newerSerial = newerThan(check.serial, newest.get(check.task));
    if (check.newerSerial === null || (await isAheadOfItsSerial(check, ask))) due.push(check);
  });
  await askAll(due, options, ask, progress);
};

const questionsAtOnce = ({ concurrency }: VerifyZonesOptions): number => concurrency ?? 64;

const newerThan = (serial: number | null, newest: number | undefined): number | null =>
  serial !== null && newest !== undefined && isNewer(newest, serial) ? newest : null;

/**
 * Is one of its answers as it should be, though its serial is old? Then it may be the serial that misleads, as PowerDNS's
 * SOA-EDIT makes it another one than was written.
 */
const isAheadOfItsSerial = async (check: ZoneCheck, ask: Asker): Promise<boolean> => {
  const [key] = check.unproven;
  if (key === undefined) return false;
  recordVerdict(check, key, await checkRRset(check, key, ask));
  return !check.unproven.has(key);
};

const askAll = async (
  checks: readonly ZoneCheck[],
  options: VerifyZonesOptions,
  ask: Asker,
  progress: () => void,
): Promise<void> => {
  let done = 0;
  await forEachPooled(unprovenKeys(checks), questionsAtOnce(options), async ({ check, key }) => {
    recordVerdict(check, key, await checkRRset(check, key, ask));
    done += 1;
    if (done % progressEvery === 0) progress();
  });
  progress();
};

/** Does it answer for the zone at all, and with which serial? Spares it the other questions where it does not. */
const askForSoa = async (check: ZoneCheck, ask: Asker): Promise<void> => {
  const zone = check.task.zone.name;
  const answer = await ask(check.nameserver, soaAt(zone));
  check.serial = null;
  if (answer.status === 'no_answer') {
    check.failure = { kind: 'no_answer', reason: answer.reason, unreachable: answer.unreachable === true };
    return;
  }
  const soa = answer.answers.find((record) => isSoa(record.type) && record.name === zone);
  if (soa === undefined || !answer.authoritative) {
    const reason = answer.rcode === 'NOERROR' ? 'not authoritative for the zone' : answer.rcode;
    check.failure = { kind: 'missing', reason };
    return;
  }
  check.failure = null;
  check.serial = serialOf(soa.rdata);
};

function* unprovenKeys(checks: readonly ZoneCheck[]): Generator<{ readonly check: ZoneCheck; readonly key: RRsetKey }> {
  for (const check of checks) {
    if (check.failure !== null) continue;
    check.askedForAll = true;
    check.differences.clear();
    check.unreachable.clear();
    for (const key of check.unproven) yield { check, key };
  }
}

/** null: it was not asked. */
const checkRRset = async (check: ZoneCheck, key: RRsetKey, ask: Asker): Promise<Verdict | null> => {
  const lag: LagEvidence = { behind: check.newerSerial !== null, before: answersBefore(check, key) };
  let verdict: Verdict = { kind: 'ok' };
  for (const expectation of expectationsFor(check.expected, key, rrsetBefore(check.task, key))) {
    for (const question of expectation.questions) {
      const answer = await ask(check.nameserver, question);
      if (answer === notAsked) return null;
      if (answer.status === 'no_answer' && answer.unreachable === true) check.unreachable.add(key);
      verdict = compare(expectation, question, answer, lag);
      if (verdict.kind === 'ok') break;
    }
    if (verdict.kind !== 'ok') return verdict;
  }
  return verdict;
};

const recordVerdict = (check: ZoneCheck, key: RRsetKey, verdict: Verdict | null): void => {
  if (verdict === null) return;
  if (verdict.kind === 'ok') {
    check.unproven.delete(key);
    return;
  }
  const { expected, answered, kind } = verdict;
  const { label: nameserver } = check.nameserver;
  const zone = zoneLabel(check.task.zone);
  const own = kind === 'lags' ? check.newerSerial : olderSerialOfZone(check);
  const serials = own === null || check.serial === null ? { serial: null } : { serial: check.serial, zone_serial: own };
  const { name, type } = key;
  check.differences.set(key, { zone, nameserver, name, type, kind, expected, answered, ...serials });
};

/** The zone's own serial, where the name server has a newer one: it takes no transfer of that (RFC 1034 section 4.3.5). */
const olderSerialOfZone = ({ serial, task }: ZoneCheck): number | null => {
  const known = task.serial ?? null;
  return serial !== null && known !== null && isNewer(serial, known) ? known : null;
};

const newestSerials = (checks: readonly ZoneCheck[]): ReadonlyMap<VerifyTask, number> => {
  const newest = new Map<VerifyTask, number>();
  for (const { task, serial } of checks) {
    for (const seen of [serial, task.serial ?? null]) {
      const known = newest.get(task);
      if (seen !== null && (known === undefined || isNewer(seen, known))) newest.set(task, seen);
    }
  }
  return newest;
};
