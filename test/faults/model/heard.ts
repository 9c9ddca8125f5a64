import type { Answer } from './answers.ts';
import type { InventoryName, Machine, Machines } from './lab.ts';

// What an inventory's answers say of its servers, one after the other. Where the documents leave a choice there are two
// counts: what is `sure`, and what `perhaps` is so.

export const limits = { snapshots: 3, grace: 600_000, interval: 30_000 } as const;

/** How long something has been missing. */
export interface Lack {
  readonly since: number;
  readonly perhaps: number;
  readonly sure: number;
  /** Of the time since then, what lies between two complete answers. */
  readonly sureTime: number;
}

/** A server as it was last known. */
export interface Seen {
  readonly id: string;
  readonly inventory: InventoryName;
  readonly name: string;
  readonly machine: Machine;
  /** `partial`: in an answer that was not complete. `remembered`: nothing usable was said of it. */
  readonly standing: 'present' | 'partial' | 'remembered' | 'missing';
  readonly lack: Lack | null;
  /** As it was known before: of two that want the same, one stays so. */
  readonly past: readonly Machine[];
  /** A person said that it is gone. */
  readonly allowed: boolean;
}

/** The last answer of an inventory. */
export interface LastAnswer {
  readonly at: number;
  readonly complete: boolean;
  readonly countedAt: number;
}

/** What an answer leaves known of an inventory. */
export interface Known {
  readonly servers: readonly Seen[];
  readonly last: LastAnswer;
  /** It counts surely for what nobody accounts for. */
  readonly counts: boolean;
}

/** Proven gone: in one reading of the documents, and in every one. */
export const isPerhapsProven = (lack: Lack, now: number): boolean =>
  lack.perhaps >= limits.snapshots && now - lack.since >= limits.grace;
export const isSurelyProven = (lack: Lack, slack = 0): boolean =>
  lack.sure >= limits.snapshots + slack && lack.sureTime >= limits.grace;

interface Hearing {
  readonly inventory: InventoryName;
  readonly answer: Answer;
  readonly now: number;
  /** It is known that the apply counted. */
  readonly surely: boolean;
  /** A person lets it lose all servers. */
  readonly mayShrink: boolean;
}

/** What is known of an inventory after an answer. */
export const knownAfter = (known: readonly Seen[], last: LastAnswer | null, hearing: Hearing): Known => {
  const { answer, inventory, mayShrink, now, surely } = hearing;
  const before = last ?? { at: now, complete: false, countedAt: Number.NEGATIVE_INFINITY };
  const { says } = answer;
  if (says === null) {
    const servers = known.map((each) => doubtfullyAbsent(each, null));
    return { servers, last: { ...before, at: now, complete: false }, counts: false };
  }
  const isShrunk = answer.complete && !mayShrink && hasLostAll(known, says);
  const isTrusted = answer.complete && !isShrunk;
  const isDue = answer.complete && now - before.countedAt >= limits.interval;
  const absent = known
    .filter(({ name }) => !says.has(name))
    .map((each): Seen => {
      const gap = before.complete && each.standing === 'missing' ? now - before.at : 0;
      const lack = longer(each.lack, { now, isDue, surely: surely && isTrusted, gap });
      return isTrusted ? { ...each, standing: 'missing', lack } : doubtfullyAbsent(each, isShrunk ? lack : null);
    });
  const named = [...says].flatMap(([name, machine]) => {
    const each = known.find((one) => one.name === name) ?? null;
    return seenIn(inventory, name, machine, { known: each, isTrusted });
  });
  return {
    servers: [...absent, ...named],
    last: { at: now, complete: isTrusted, countedAt: isDue ? now : before.countedAt },
    counts: surely && isTrusted && isDue && [...says.values()].every(({ valid }) => valid),
  };
};

/** A server by an answer that names it; nothing where that cannot be used and nothing else is known. */
const seenIn = (
  inventory: InventoryName,
  name: string,
  machine: Machine,
  { isTrusted, known }: { readonly known: Seen | null; readonly isTrusted: boolean },
): readonly Seen[] => {
  const isEnd = machine.state === 'decommissioned' && known?.machine.state !== 'decommissioned';
  const past = known === null ? [] : [...known.past, known.machine];
  const seen = { id: `${inventory}/${name}`, inventory, name, machine, lack: null, allowed: false, past } as const;
  if (machine.valid && !(isEnd && !isTrusted)) return [{ ...seen, standing: isTrusted ? 'present' : 'partial' }];
  return known === null ? [] : [{ ...seen, machine: known.machine, standing: 'remembered' }];
};

/** An inventory that lost all servers at once is not believed. */
const hasLostAll = (known: readonly Seen[], says: Machines): boolean => {
  const counted = known.filter(({ machine, standing }) => standing !== 'missing' && machine.state !== 'decommissioned');
  return counted.length > 0 && counted.every(({ name }) => !says.has(name));
};

/** Not in an answer that is not believed. `lack`: in one that may be counted later. */
const doubtfullyAbsent = (seen: Seen, lack: Lack | null): Seen => {
  if (seen.standing !== 'missing') return { ...seen, standing: 'remembered', lack: lack ?? seen.lack };
  const { sure = 0, sureTime = 0 } = seen.lack ?? {};
  return lack === null ? seen : { ...seen, lack: { ...lack, sure, sureTime } };
};

interface Longer {
  readonly now: number;
  readonly isDue: boolean;
  readonly surely: boolean;
  readonly gap: number;
}

/** One more complete answer without it. */
export const longer = (lack: Lack | null, { gap, isDue, now, surely }: Longer): Lack => ({
  since: lack?.since ?? now,
  perhaps: (lack?.perhaps ?? 0) + (isDue ? 1 : 0),
  sure: (lack?.sure ?? 0) + (isDue && surely ? 1 : 0),
  sureTime: (lack?.sureTime ?? 0) + gap,
});
