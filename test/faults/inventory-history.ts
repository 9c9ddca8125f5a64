import { randomFrom } from '../model/random.ts';
import { type Bend, bends, type InventoryEntry, type InventoryPage } from '../servers/inventory.ts';

// A made-up lab that changes by chance, and a witness who saw every answer and knows what may go from DNS.

/** Numbers from 0 up to 1, the same for the same seed. */
export const chanceFrom = (seed: number): (() => number) => {
  const random = randomFrom(seed);
  return () => random(2 ** 32) / 2 ** 32;
};

export interface Machine {
  readonly name: string;
  /** The last part of its address. */
  readonly number: number;
  readonly labelled: boolean;
  readonly state: 'active' | 'maintenance' | 'decommissioned';
}

export type Lab = Map<string, Machine>;

export const pickFrom = <T>(random: () => number, first: T, ...rest: readonly T[]): T =>
  rest[Math.floor(random() * (rest.length + 1)) - 1] ?? first;

/** Changes one machine of the lab; says what. */
export const changeByChance = (lab: Lab, random: () => number): string => {
  const name = pickFrom(random, 'web1', 'web2', 'web3', 'web4', 'web5');
  const machine = lab.get(name);
  const [first = 9, ...free] = [1, 2, 3, 4, 5, 6, 7, 8].filter((n) =>
    [...lab.values()].every((each) => each.number !== n),
  );
  const number = pickFrom(random, first, ...free);
  const what = pickFrom(random, 'go', 'move', 'label', 'state', 'decommission');
  if (machine === undefined) lab.set(name, { name, number, labelled: random() < 0.7, state: 'active' });
  else if (machine.state === 'decommissioned' || what === 'go') lab.delete(name);
  else if (what === 'move') lab.set(name, { ...machine, number });
  else if (what === 'label') lab.set(name, { ...machine, labelled: !machine.labelled });
  else if (what === 'decommission') lab.set(name, { ...machine, state: 'decommissioned' });
  else lab.set(name, { ...machine, state: machine.state === 'active' ? 'maintenance' : 'active' });
  return `${what} ${name} ${JSON.stringify(lab.get(name) ?? null)}`;
};

/** An answer: what the inventory does, what it says that way, and whether that is proven complete. */
export interface Said {
  readonly fault: string;
  readonly bend: Bend | null;
  readonly servers: ReadonlyMap<string, Machine>;
  readonly complete: boolean;
}

const middleOf = (names: readonly string[]): string => names[names.length >> 1] ?? '';
const middleIn = ({ servers }: InventoryPage): string =>
  middleOf(servers.map((each) => String((each as InventoryEntry).name)));

const faults: Readonly<
  Record<string, { readonly bend: Bend | null; readonly says: 'all' | 'some' | 'nothing'; readonly complete: boolean }>
> = {
  fine: { bend: null, says: 'all', complete: true },
  500: { bend: bends.status(500), says: 'nothing', complete: false },
  truncated: { bend: bends.truncated, says: 'nothing', complete: false },
  'no servers': { bend: bends.noServers, says: 'nothing', complete: false },
  duplicate: { bend: bends.duplicate, says: 'all', complete: false },
  lost: { bend: (request, page) => bends.lost(middleIn(page))(request, page), says: 'some', complete: false },
  without: { bend: (request, page) => bends.without(middleIn(page))(request, page), says: 'some', complete: true },
};

/** Fine three times of five. */
export const answerByChance = (lab: Lab, random: () => number): Said => {
  const [, ...names] = Object.keys(faults);
  const fault = random() < 0.6 ? 'fine' : pickFrom(random, '500', ...names);
  const { bend = null, says = 'all', complete = true } = faults[fault] ?? {};
  const out = says === 'some' ? middleOf([...lab.keys()]) : null;
  const servers = new Map(says === 'nothing' ? [] : [...lab].filter(([name]) => name !== out));
  return { fault, bend, servers, complete: complete && servers.size > 0 };
};

/** One value in DNS. */
export interface Value {
  readonly rrset: string;
  /** The address that it is, or that it is about. */
  readonly number: number;
  /** null: the claim's. */
  readonly server: string | null;
}

export const valuesIn = (lines: readonly string[]): ReadonlyMap<string, Value> =>
  new Map(
    lines.flatMap((line) => {
      const [name = '', type = '', , ...rdatas] = line.split(' ');
      return rdatas.map((rdata): readonly [string, Value] => {
        const isPtr = type === 'PTR';
        const server = isPtr ? (rdata.split('.')[0] ?? '') : name === 'www' ? null : name;
        return [
          `${name} ${type} ${rdata}`,
          { rrset: `${name} ${type}`, number: Number(isPtr ? name : rdata.split('.').at(-1)), server },
        ];
      });
    }),
  );

export interface Witness {
  /** The state was lost: what was counted before is not known any more. */
  forget(): void;
  /** Takes an answer note, at a time in milliseconds. */
  hear(said: Said, now: number): void;
  /** What went from DNS with that answer, and had no reason to. */
  wrong(before: ReadonlyMap<string, Value>, after: ReadonlyMap<string, Value>): readonly string[];
}

const limits = { snapshots: 3, grace: 600_000, interval: 30_000 };

export const witness = (): Witness => {
  const absences = new Map<string, { readonly since: number; readonly snapshots: number }>();
  const owners = new Map<string, ReadonlySet<string>>();
  /** What each server was last said to be by a complete answer. */
  const words = new Map<string, Machine>();
  let countedAt = Number.NEGATIVE_INFINITY;
  let [now, heard]: [number, Said] = [0, { fault: 'fine', bend: null, servers: new Map(), complete: false }];

  const isProven = (owner: string): boolean => {
    const absence = absences.get(owner);
    return absence !== undefined && absence.snapshots >= limits.snapshots && now - absence.since >= limits.grace;
  };
  /** A complete answer said that it is not the owner's any more. */
  const isReleased = (owner: string, { number, server }: Value): boolean => {
    const word = words.get(owner);
    if (word === undefined) return false;
    return word.number !== number || word.state === 'decommissioned' || (server === null && !contributes(word));
  };
  /** Another has the address now. */
  const isTaken = ({ number, rrset, server }: Value): boolean =>
    [...heard.servers.values()].some((each) => each.number === number && each.state !== 'decommissioned') &&
    (rrset.endsWith(' PTR') || (heard.complete && server === null));
  const own = (text: string, { number, server }: Value, isNew: boolean): void => {
    const here = [...heard.servers.values()].filter((each) => each.number === number);
    const by = here.filter((each) => (server === null ? each.labelled : each.name === server)).map(({ name }) => name);
    owners.set(text, new Set([...(isNew ? (server === null ? [] : [server]) : (owners.get(text) ?? [])), ...by]));
  };
  return {
    forget: () => {
      absences.clear();
      countedAt = Number.NEGATIVE_INFINITY;
    },
    hear: (said, at) => {
      [heard, now] = [said, at];
      for (const name of said.servers.keys()) absences.delete(name);
      if (!said.complete) return;
      for (const machine of said.servers.values()) words.set(machine.name, machine);
      const isDue = now - countedAt >= limits.interval;
      if (isDue) countedAt = now;
      for (const name of new Set([...owners.values()].flatMap((all) => [...all]))) {
        if (said.servers.has(name)) continue;
        const { since, snapshots } = absences.get(name) ?? { since: now, snapshots: 0 };
        absences.set(name, { since, snapshots: snapshots + (isDue ? 1 : 0) });
      }
    },
    wrong: (before, after) => {
      const stays = new Set([...after.values()].map(({ rrset }) => rrset));
      const mayGo = (owner: string, value: Value): boolean =>
        isReleased(owner, value) ||
        isProven(owner) ||
        (heard.servers.has(owner) && (heard.complete || stays.has(value.rrset)));
      const gone = [...before].filter(([text]) => !after.has(text));
      const wrong = gone.filter(
        ([text, value]) => !isTaken(value) && ![...(owners.get(text) ?? [])].every((owner) => mayGo(owner, value)),
      );
      for (const [text, value] of after) own(text, value, !before.has(text));
      return wrong.map(([text]) => text);
    },
  };
};

export const contributes = ({ labelled, state }: Machine): boolean => labelled && state === 'active';
