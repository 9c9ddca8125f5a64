import type { Answer, Asker, NameServer, NoAnswer, Question } from '../model/ports.ts';
import type { Difference, VerifyReport } from '../model/result.ts';
import { keyOf, type RRsetKey } from '../model/rrset.ts';
import { serialOf } from '../model/soa.ts';
import { type ZoneId, zoneLabel } from '../model/zone.ts';
import { isNewer } from '../wire/serial.ts';
import { compare, type Lateness, type Verdict } from './compare.ts';
import { indexZone, type ServedRRset, wildcardFor, type ZoneContent } from './content.ts';
import { expectationsFor } from './expect.ts';
import { inParallel } from './parallel.ts';

/** One zone at one target, to be proven at each of its name servers. */
export interface ZoneWork {
  readonly zone: ZoneId;
  readonly target: string;
  readonly nameservers: readonly NameServer[];
  /**
   * All that the zone should answer with, as far as it is known. What is left alone counts too: its wildcards and zone
   * cuts decide other answers.
   */
  readonly rrsets: readonly ServedRRset[];
  /** What to ask for; one that is not among `rrsets` should be gone. Default is every RRset. */
  readonly keys?: readonly RRsetKey[];
  /** By keyOf: what was there before the write; null: nothing. */
  readonly before?: ReadonlyMap<string, ServedRRset | null>;
  /** The serial that was written, where the provider tells. */
  readonly serial?: number | null;
  /** Milliseconds that a name server may lag. */
  readonly wait: number;
}

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

/** One zone at one name server. */
interface Pair {
  readonly work: ZoneWork;
  readonly content: ZoneContent;
  readonly nameserver: NameServer;
  /** What is not proven yet. */
  readonly open: Set<RRsetKey>;
  /** What the last round found out about it. */
  readonly found: Map<RRsetKey, Difference>;
  /** Why nothing can be asked; null: it answers for the zone. */
  trouble: { readonly kind: 'no_answer' | 'missing'; readonly reason: string } | null;
  serial: number | null;
}

const firstPause = 100;
const longestPause = 2000;
/** So many questions in a row without an answer, and a name server is left alone until the next round. */
const patience = 3;
const progressEvery = 256;

/**
 * Asks every name server of every zone, and again, for what differs, until the zone's `wait` is over. Never throws for
 * what a name server does or fails to do.
 */
export const verifyZones = async (works: readonly ZoneWork[], options: VerifyOptions): Promise<VerifyReport> => {
  const started = options.now();
  const pairs = works.flatMap(pairsOf);
  const total = pairs.reduce((sum, pair) => sum + pair.open.size, 0);
  let open: readonly Pair[] = pairs;
  for (let pause = firstPause; open.length > 0; pause = Math.min(pause * 2, longestPause)) {
    await askRound(open, pairs, options, () => options.onProgress?.({ checked: total - openOf(pairs), total }));
    open = pairs.filter((pair) => isOpen(pair) && options.now() - started < pair.work.wait);
    if (open.length === 0 || options.signal?.aborted === true) break;
    await options.sleep(pause, options.signal);
  }
  const unasked = pairs.reduce((sum, pair) => sum + unaskedOf(pair), 0);
  return { checked: total - unasked, differences: pairs.flatMap(report).sort(byZone) };
};

const pairsOf = (work: ZoneWork): readonly Pair[] => {
  const content = indexZone(work.zone.name, work.rrsets);
  const keys = (work.keys ?? work.rrsets).filter(
    (key) => expectationsFor(content, key, beforeOf(work, key)).length > 0,
  );
  return work.nameservers.map((nameserver) => ({
    work,
    content,
    nameserver,
    open: new Set(keys),
    found: new Map(),
    trouble: null,
    serial: null,
  }));
};

const isOpen = (pair: Pair): boolean => pair.trouble !== null || pair.open.size > 0;

const openOf = (pairs: readonly Pair[]): number => pairs.reduce((sum, pair) => sum + pair.open.size, 0);

/** Asks for what is open; those that are proven still tell how late the others are. */
const askRound = async (
  open: readonly Pair[],
  all: readonly Pair[],
  options: VerifyOptions,
  progress: () => void,
): Promise<void> => {
  const ask = patientAsker(options);
  const width = options.concurrency ?? 64;
  await inParallel(width, open, (pair) => greet(pair, ask));
  const newest = newestSerials(all);
  let done = 0;
  await inParallel(width, openKeys(open), async ({ pair, key }) => {
    settle(pair, key, await check(pair, key, newest.get(pair.work) ?? null, ask));
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
    pair.found.clear();
    for (const key of pair.open) yield { pair, key };
  }
}

/** null: it was not asked. */
const check = async (pair: Pair, key: RRsetKey, newest: number | null, ask: Asker): Promise<Verdict | null> => {
  const lateness: Lateness = {
    behind: newest !== null && pair.serial !== null && isNewer(newest, pair.serial),
    before: answersBefore(pair, key),
  };
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
  pair.found.set(key, { zone, nameserver, name: key.name, type: key.type, kind, expected, answered });
};

const beforeOf = (work: ZoneWork, key: RRsetKey): ServedRRset | undefined => work.before?.get(keyOf(key)) ?? undefined;

/** What a name server that is late may answer; a name that was not there may have been a wildcard's. */
const answersBefore = ({ content, work }: Pair, key: RRsetKey): Lateness['before'] => {
  if (work.before === undefined) return undefined;
  const before = besideOf(key).flatMap((each) => beforeOf(work, each) ?? []);
  if (before.length > 0) return before;
  const without = { ...content, exists: (name: string) => name !== key.name && content.exists(name) };
  return [null, wildcardFor(without, key.name)?.get(key.type) ?? null];
};

/** LUA and the addresses of its name take each other's place. */
const besideOf = ({ name, type }: RRsetKey): readonly RRsetKey[] =>
  (({ LUA: ['LUA', 'A', 'AAAA'], A: ['A', 'LUA'], AAAA: ['AAAA', 'LUA'] })[type] ?? [type]).map((each) => ({
    name,
    type: each,
  }));

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

const notAsked: NoAnswer = { status: 'no_answer', reason: 'no answer so often that it was not asked any more' };

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

const unaskedOf = (pair: Pair): number => (pair.trouble === null ? pair.open.size - pair.found.size : pair.open.size);

/** A line for each RRset that is not proven; but one for all where the name server stopped answering. */
const report = (pair: Pair): readonly Difference[] => {
  const found = [...pair.found.values()];
  const unasked = unaskedOf(pair);
  if (pair.trouble !== null) return [unanswered(pair, pair.trouble, unasked)];
  if (unasked === 0) return found;
  const silent = found.filter((difference) => difference.kind === 'no_answer');
  const reason = typeof silent[0]?.answered === 'string' ? silent[0].answered : notAsked.reason;
  const heard = found.filter((difference) => difference.kind !== 'no_answer');
  return [...heard, unanswered(pair, { kind: 'no_answer', reason }, unasked + silent.length)];
};

const unanswered = (pair: Pair, trouble: NonNullable<Pair['trouble']>, count: number): Difference => ({
  zone: zoneLabel(pair.work.zone),
  nameserver: pair.nameserver.label,
  name: pair.work.zone.name,
  type: 'SOA',
  kind: trouble.kind,
  expected: null,
  answered: count === 0 ? trouble.reason : `${trouble.reason}; ${count} ${count === 1 ? 'RRset' : 'RRsets'} not asked`,
});

const byZone = (a: Difference, b: Difference): number =>
  compareText(a.zone, b.zone) ||
  compareText(a.nameserver, b.nameserver) ||
  compareText(a.name, b.name) ||
  compareText(a.type, b.type);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
