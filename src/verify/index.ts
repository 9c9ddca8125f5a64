import { pooled } from '../model/pool.ts';
import type { Answer, Asker, NameServer, NoAnswer, Question } from '../model/ports.ts';
import type { VerifyReport } from '../model/result.ts';
import type { RRsetKey } from '../model/rrset.ts';
import { serialOf } from '../model/soa.ts';
import { zoneLabel } from '../model/zone.ts';
import { isNewer } from '../wire/serial.ts';
import { compare, type Lateness, type Verdict } from './compare.ts';
import { byZone, differencesOf, tooSilent } from './differences.ts';
import { expectationsFor } from './expect.ts';
import { answersBefore, beforeOf, isOpen, openOf, type Pair, pairsOf, unaskedOf, type ZoneWork } from './pair.ts';

export type { ZoneWork } from './pair.ts';

export interface VerifyOptions {
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
/** So many questions in a row without an answer, and a name server is left alone until the next round. */
const patience = 3;
const progressEvery = 256;

/**
 * Asks every name server of every zone, and again, for what differs, until the zone's `wait` is over. One whose serial is
 * older than the zone's is asked for little more than that meanwhile. Never throws for what a name server does or fails to
 * do.
 */
export const verifyZones = async (works: readonly ZoneWork[], options: VerifyOptions): Promise<VerifyReport> => {
  const started = options.now();
  const pairs = works.flatMap(pairsOf);
  const total = pairs.reduce((sum, pair) => sum + pair.open.size, 0);
  const progress = () => options.onProgress?.({ checked: total - openOf(pairs), total });
  let open: readonly Pair[] = pairs;
  for (let pause = firstPause; open.length > 0; pause = Math.min(pause * 2, longestPause)) {
    await askRound(open, pairs, options, progress);
    open = pairs.filter((pair) => isOpen(pair) && options.now() - started < pair.work.wait);
    if (open.length === 0 || options.signal?.aborted === true) break;
    await options.sleep(pause, options.signal);
  }
  await askAll(
    pairs.filter((pair) => isOpen(pair) && !pair.asked),
    options,
    patientAsker(options),
    progress,
  );
  const unasked = pairs.reduce((sum, pair) => sum + unaskedOf(pair), 0);
  return { checked: total - unasked, differences: pairs.flatMap(differencesOf).sort(byZone) };
};

/** Asks for what is open; those that are proven still tell how late the others are. */
const askRound = async (
  open: readonly Pair[],
  all: readonly Pair[],
  options: VerifyOptions,
  progress: () => void,
): Promise<void> => {
  const ask = patientAsker(options);
  await pooled(open, options.concurrency ?? 64, (pair) => greet(pair, ask));
  const newest = newestSerials(all);
  const due: Pair[] = [];
  await pooled(open, options.concurrency ?? 64, async (pair) => {
    pair.asked = false;
    pair.behind = newerThan(pair.serial, newest.get(pair.work));
    if (pair.behind === null || (await showsChange(pair, ask))) due.push(pair);
  });
  await askAll(due, options, ask, progress);
};

const newerThan = (serial: number | null, newest: number | undefined): number | null =>
  serial !== null && newest !== undefined && isNewer(newest, serial) ? newest : null;

/**
 * Is one of its answers as it should be, though its serial is old? Then it may be the serial that misleads, as PowerDNS's
 * SOA-EDIT makes it another one than was written.
 */
const showsChange = async (pair: Pair, ask: Asker): Promise<boolean> => {
  const [key] = pair.open;
  if (key === undefined) return false;
  settle(pair, key, await check(pair, key, ask));
  return !pair.open.has(key);
};

const askAll = async (
  pairs: readonly Pair[],
  options: VerifyOptions,
  ask: Asker,
  progress: () => void,
): Promise<void> => {
  let done = 0;
  await pooled(openKeys(pairs), options.concurrency ?? 64, async ({ pair, key }) => {
    settle(pair, key, await check(pair, key, ask));
    done += 1;
    if (done % progressEvery === 0) progress();
  });
  progress();
};

/** Does it answer for the zone at all, and with which serial? Spares it the other questions where it does not. */
const greet = async (pair: Pair, ask: Asker): Promise<void> => {
  const zone = pair.work.zone.name;
  const answer = await ask(pair.nameserver, { name: zone, type: 'SOA' });
  pair.serial = null;
  if (answer.status === 'no_answer') {
    pair.trouble = { kind: 'no_answer', reason: answer.reason };
    return;
  }
  const soa = answer.answers.find((record) => record.type === 'SOA' && record.name === zone);
  if (soa === undefined || !answer.authoritative) {
    const reason = answer.rcode === 'NOERROR' ? 'not authoritative for the zone' : answer.rcode;
    pair.trouble = { kind: 'missing', reason };
    return;
  }
  pair.trouble = null;
  pair.serial = serialOf(soa.rdata);
};

function* openKeys(pairs: readonly Pair[]): Generator<{ readonly pair: Pair; readonly key: RRsetKey }> {
  for (const pair of pairs) {
    if (pair.trouble !== null) continue;
    pair.asked = true;
    pair.found.clear();
    for (const key of pair.open) yield { pair, key };
  }
}

/** null: it was not asked. */
const check = async (pair: Pair, key: RRsetKey, ask: Asker): Promise<Verdict | null> => {
  const lateness: Lateness = { behind: pair.behind !== null, before: answersBefore(pair, key) };
  let verdict: Verdict = { kind: 'ok' };
  for (const expectation of expectationsFor(pair.content, key, beforeOf(pair.work, key))) {
    for (const question of expectation.questions) {
      const answer = await ask(pair.nameserver, question);
      if (answer === notAsked) return null;
      verdict = compare(expectation, question, answer, lateness);
      if (verdict.kind === 'ok') break;
    }
    if (verdict.kind !== 'ok') return verdict;
  }
  return verdict;
};

const settle = (pair: Pair, key: RRsetKey, verdict: Verdict | null): void => {
  if (verdict === null) return;
  if (verdict.kind === 'ok') {
    pair.open.delete(key);
    return;
  }
  const { expected, answered, kind } = verdict;
  const { label: nameserver } = pair.nameserver;
  const zone = zoneLabel(pair.work.zone);
  const own = kind === 'lags' ? pair.behind : serialBefore(pair);
  const serial = own === null || pair.serial === null ? {} : { serial: { expected: own, answered: pair.serial } };
  pair.found.set(key, { zone, nameserver, name: key.name, type: key.type, kind, expected, answered, ...serial });
};

/** The zone's own serial, where the name server has a newer one: it takes no transfer of that (RFC 1034 section 4.3.5). */
const serialBefore = ({ serial, work }: Pair): number | null => {
  const known = work.serial ?? null;
  return serial !== null && known !== null && isNewer(serial, known) ? known : null;
};

const newestSerials = (pairs: readonly Pair[]): ReadonlyMap<ZoneWork, number> => {
  const newest = new Map<ZoneWork, number>();
  for (const { work, serial } of pairs) {
    for (const seen of [serial, work.serial ?? null]) {
      const known = newest.get(work);
      if (seen !== null && (known === undefined || isNewer(seen, known))) newest.set(work, seen);
    }
  }
  return newest;
};

const notAsked: NoAnswer = { status: 'no_answer', reason: tooSilent };

/** Stops asking a name server that was silent too often in a row, and everybody once the signal aborts. */
const patientAsker = ({ ask, signal }: VerifyOptions): Asker => {
  const silence = new Map<string, number>();
  return async (nameserver: NameServer, question: Question): Promise<Answer | NoAnswer> => {
    const id = `${nameserver.address} ${nameserver.port}`;
    if (signal?.aborted === true || (silence.get(id) ?? 0) >= patience) return notAsked;
    const answer = await ask(nameserver, question, signal);
    silence.set(id, answer.status === 'answered' ? 0 : (silence.get(id) ?? 0) + 1);
    return answer;
  };
};
