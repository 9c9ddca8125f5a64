import { hookForgottenAfter } from '../model/daemon-store.ts';
import { type Server, serverKey } from '../model/server.ts';
import type { EndedPass, PassEnd } from './engine/messages.ts';
import { fateOf } from './hooked-fate.ts';
import type { HookAnswer, HookedServer, InventoryHook } from './inventory-hook.ts';
import { writtenTime } from './time.ts';

type ServersHook = Extract<InventoryHook, { readonly kind: 'servers' }>;

/** The servers that hooks named: what waits for a pass, and who waits to hear of it. */
export interface HookedServers {
  readonly accept: (inventory: string, hook: ServersHook, waitMs: number | null) => Promise<HookAnswer>;
  /** All that wait; they wait no longer. */
  readonly take: () => readonly Server[];
  /** A pass has ended. Those of its servers that it did nothing about wait again, for the pass after the next that succeeds. */
  readonly ended: (servers: readonly Server[], end: PassEnd | null) => void;
  /** Nobody waits to hear any more. */
  readonly close: () => void;
  /** `at` of the last hook that was taken for a server. */
  readonly at: (inventory: string, name: string) => string | null;
}

/** More of them wait for nobody. */
const mostWaiting = 10_000;
const retryAfterSeconds = 5;

interface Word {
  readonly server: Server;
  readonly at: number;
  readonly heard: ((fate: HookedServer) => void)[];
  /** A pass has taken it already that asked its inventory instead, in vain. */
  readonly isAgain: boolean;
}

export interface HookedServersOptions {
  readonly onWaiting: (servers: number) => void;
  /** `at` of the last hooks before this start, by serverKey; milliseconds since 1970. */
  readonly known: ReadonlyMap<string, number>;
  /** Keeps them, and is not waited for: a pass that could not be kept is asked for again. */
  readonly keep: (words: ReadonlyMap<string, number>) => void;
  /** The name servers answer as a hook says of a server, so long after it came in. Default is to tell nobody. */
  readonly onVerified?: (seconds: number) => void;
}

export const hookedServers = ({ keep, known, onVerified, onWaiting }: HookedServersOptions): HookedServers => {
  const taken = new Map(known);
  const waiting = new Map<string, Word>();
  const underWay = new Map<string, Word>();
  const wait = (server: Server, at: number): Word => {
    const key = serverKey(server);
    taken.set(key, at);
    // The newest word counts, and whoever waited for an older one hears of this one.
    const word = { server, at, heard: waiting.get(key)?.heard ?? [], isAgain: false };
    waiting.set(key, word);
    return word;
  };
  const waitAgain = (key: string, word: Word): void => {
    const newer = waiting.get(key);
    if (newer === undefined) waiting.set(key, word);
    else newer.heard.push(...word.heard);
  };
  /** What became of the words of these servers, which are under way no longer. */
  const finished = (servers: readonly Server[]): readonly (readonly [string, Word])[] =>
    servers.flatMap((server) => {
      const key = serverKey(server);
      const word = underWay.get(key);
      underWay.delete(key);
      return word === undefined ? [] : [[key, word] as const];
    });
  return {
    accept: async (inventory, { at, distrusted, invalid, servers }, waitMs) => {
      const newer = servers.filter((server) => at > (taken.get(serverKey(server)) ?? 0));
      const more = newer.filter((server) => !waiting.has(serverKey(server)));
      if (waiting.size + more.length > mostWaiting) return { kind: 'full', retryAfterSeconds };
      const words = newer.map((server) => wait(server, at));
      const fates = waitMs === null ? [] : words.map(fateIn);
      const hear = timed(onVerified);
      for (const word of words) word.heard.push(hear);
      if (newer.length > 0) onWaiting(waiting.size);
      const accepted = newer.length;
      if (waitMs === null) return { kind: 'accepted', accepted, servers: null };
      const others = othersOf(inventory, servers, newer, distrusted, invalid);
      const known = newer.map(({ name }): HookedServer => ({ name, status: 'failed', message: 'not done yet' }));
      const told = await Promise.all(fates.map((fate, i) => before(fate, waitMs, known[i])));
      return { kind: 'accepted', accepted, servers: [...told.filter((each) => each !== undefined), ...others] };
    },
    take: () => {
      const all = [...waiting.values()];
      for (const word of all) underWay.set(serverKey(word.server), word);
      waiting.clear();
      return all.map(({ server }) => server);
    },
    ended: (servers, end) => {
      const words = finished(servers);
      const isDone = end?.status === 'ended';
      const isGivenUp = end?.status === 'given up';
      const done = new Map<string, number>();
      for (const [key, word] of words) {
        const isUnheard = isDone && !word.isAgain && askedInVain(word.server, end);
        const waitsOn = isGivenUp || isUnheard;
        if (!waitsOn) tellAll(word, end);
        if (waitsOn || !isDone) waitAgain(key, { ...word, isAgain: isUnheard, heard: waitsOn ? word.heard : [] });
        else done.set(key, word.at);
      }
      if (done.size > 0) keep(done);
      forgetOld(taken, end);
      // After a failure the next pass comes when the back-off says so; theirs comes once one has ended.
      if ((isDone || isGivenUp) && waiting.size > 0) onWaiting(waiting.size);
    },
    close: () => {
      for (const word of waiting.values()) tellAll(word, { status: 'stopped' });
      waiting.clear();
    },
    at: (inventory, name) => {
      const at = taken.get(serverKey({ inventory, name }));
      return at === undefined ? null : writtenTime(at);
    },
  };
};

/** As the state does: where servers come and go, a daemon that runs for a year would have all their names in memory. */
const forgetOld = (taken: Map<string, number>, end: PassEnd | null): void => {
  if (end?.status !== 'ended' || end.scope !== 'all') return;
  const oldest = Date.now() - hookForgottenAfter;
  for (const [key, at] of taken) if (at < oldest) taken.delete(key);
};

/** A pass over everything may ask the inventories in place of what the hook said; one that is silent says nothing of it. */
const askedInVain = ({ inventory }: Server, { plan, scope }: EndedPass): boolean =>
  scope === 'all' && plan.inventory[inventory]?.complete !== true;

const fateIn = ({ heard }: Word): Promise<HookedServer> => new Promise((resolve) => heard.push(resolve));

const tellAll = ({ heard, server }: Word, end: PassEnd | null): void => {
  for (const hear of heard) hear(fateOf(server, end));
};

const timed = (onVerified: HookedServersOptions['onVerified']): ((fate: HookedServer) => void) => {
  const arrived = performance.now();
  return ({ status }) => {
    if (status === 'verified') onVerified?.((performance.now() - arrived) / 1_000);
  };
};

const othersOf = (
  inventory: string,
  servers: readonly Server[],
  newer: readonly Server[],
  distrusted: readonly string[],
  invalid: ServersHook['invalid'],
): readonly HookedServer[] => [
  ...servers
    .filter((server) => !newer.includes(server))
    .map(({ name }): HookedServer => ({ name, status: 'ignored', message: 'a newer hook was taken for it' })),
  ...distrusted.map(
    (name): HookedServer => ({ name, status: 'ignored', message: `that it is gone, ${inventory} is asked itself` }),
  ),
  ...invalid.map(({ name, reason }): HookedServer => ({ name: name ?? '', status: 'failed', message: reason })),
];

/** What is known once the time is over is not all. */
const before = <T>(fate: Promise<T>, milliseconds: number, otherwise: T): Promise<T> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(otherwise), milliseconds);
    void fate.then((known) => {
      clearTimeout(timer);
      resolve(known);
    });
  });
