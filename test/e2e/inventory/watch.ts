import { setTimeout as pause } from 'node:timers/promises';
import { askByDns } from '../../../src/verify/index.ts';
import type { DnsAddress } from '../../servers/ports.ts';

/** The answer to one question, for people: `NOERROR a b`, sorted; its values alone. */
export interface Seen {
  readonly text: string;
  readonly values: readonly string[];
}

export type Ask = (name: string, type: string) => Promise<Seen>;

/** Asks, and says what is wrong by what it was told. */
export type Look = (ask: Ask) => Promise<readonly (string | null)[]>;

export interface Watch {
  /** Waits until everything was looked at once more from now on. */
  round(): Promise<void>;
  /** How often everything was looked at, what was wrong, and all that each question was answered, in the order seen. */
  stop(): Promise<Watched>;
}

export interface Watched {
  readonly rounds: number;
  readonly wrong: readonly string[];
  readonly seen: ReadonlyMap<string, readonly string[]>;
}

/** Looks at a name server again and again, from now until it is stopped. */
export const startWatch = (server: DnsAddress, looks: readonly Look[]): Watch => {
  const send = askByDns({ timeoutMs: 15_000 });
  const wrong = new Set<string>();
  const seen = new Map<string, string[]>();
  const rounds = looks.map(() => 0);
  let running = true;
  const ask: Ask = async (name, type) => {
    const answer = await send({ label: 'watched', ...server }, { name: `${name}.`, type });
    const values = answer.status === 'no_answer' ? [] : answer.answers.map(({ rdata }) => rdata).sort();
    const rcode = answer.status === 'no_answer' ? `none (${answer.reason})` : answer.rcode;
    const text = [rcode, ...values].join(' ');
    const key = `${name} ${type}`;
    const known = seen.get(key) ?? [];
    if (known.at(-1) !== text) seen.set(key, [...known, text]);
    return { text, values };
  };
  const loops = looks.map(async (look, i) => {
    while (running) {
      for (const fault of await look(ask)) if (fault !== null) wrong.add(fault);
      rounds[i] = (rounds[i] ?? 0) + 1;
      await pause(1);
    }
  });
  return {
    round: async () => {
      const since = [...rounds];
      while (running && rounds.some((count, i) => count < (since[i] ?? 0) + 2)) await pause(2);
    },
    stop: async () => {
      running = false;
      await Promise.all(loops);
      if (rounds.some((count) => count === 0)) throw new Error('not everything was looked at');
      return { rounds: Math.min(...rounds), wrong: [...wrong], seen };
    },
  };
};

/** Every answer is one of these. */
export const alwaysOneOf =
  (name: string, type: string, ...allowed: readonly string[]): Look =>
  async (ask) => {
    const { text } = await ask(name, type);
    return [allowed.includes(text) ? null : `${name} ${type}: ${text}`];
  };
