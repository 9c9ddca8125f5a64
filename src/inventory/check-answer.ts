import { count } from '../model/phrases.ts';
import type { Server } from '../model/server.ts';
import { type CheckedEntry, checkEntry } from './check-entry.ts';
import { quotedUntrusted } from './sanitize.ts';
import type { EntryLocation, SourceAnswer } from './sources/source.ts';

/** A source's answer with every entry checked; all messages are fit to be shown. */
export type CheckedInventoryAnswer = Exclude<SourceAnswer, { kind: 'answered' }> | CheckedEntries;

export interface CheckedEntries {
  readonly kind: 'answered';
  readonly servers: ReadonlyMap<string, Server>;
  /** By name: entries that name a server and cannot be used, with the reason. */
  readonly unusable: ReadonlyMap<string, string>;
  /** One for each entry that cannot be used: where it is, and why. */
  readonly entryProblems: readonly EntryProblem[];
  /** Why the answer is not complete; empty: it is. */
  readonly faults: readonly string[];
  /** Servers may have more addresses than the answer gives them. Only where there are faults. */
  readonly lacksAddresses?: boolean;
  readonly etag: string | null;
}

/** An entry that cannot be used. */
export interface EntryProblem {
  readonly message: string;
  readonly location: EntryLocation | null;
}

/** Checks the entries of an answer one by one, and that each server is there once. */
export const checkAnswer = (inventory: string, answer: SourceAnswer): CheckedInventoryAnswer => {
  if (answer.kind !== 'answered') return answer;
  const byName = new Map<string, EntryFound[]>();
  const entryProblems: EntryProblem[] = [];
  let nameless = 0;
  for (const { value, where, location } of answer.entries) {
    const checked = checkEntry(inventory, value);
    const name = checked.kind === 'server' ? checked.server.name : checked.name;
    if (checked.kind === 'invalid') {
      const message = `${where}${name === null ? '' : `, server ${quotedUntrusted(name)}`}: ${checked.reason}`;
      entryProblems.push({ message, location: location?.() ?? null });
    }
    if (name === null) nameless += 1;
    else addTo(byName, name, { checked, where });
  }
  const servers = new Map<string, Server>();
  const unusable = new Map<string, string>();
  for (const [name, found] of byName) {
    const one = agreedOn(found);
    if (one.kind === 'server') servers.set(name, one.server);
    else unusable.set(name, one.reason);
  }
  const faults = [...answer.faults, ...listedTwice(byName), ...namelessFault(nameless)];
  const { etag, lacksAddresses = false } = answer;
  return { kind: 'answered', servers, unusable, entryProblems, faults, lacksAddresses, etag };
};

interface EntryFound {
  readonly checked: CheckedEntry;
  readonly where: string;
}

const addTo = (byName: Map<string, EntryFound[]>, name: string, found: EntryFound): void => {
  const known = byName.get(name);
  if (known === undefined) byName.set(name, [found]);
  else known.push(found);
};

/** If a server's entries differ, none of them is believed. */
const agreedOn = ([first, ...rest]: readonly EntryFound[]): CheckedEntry => {
  const text = JSON.stringify(first?.checked);
  return first !== undefined && rest.every(({ checked }) => JSON.stringify(checked) === text)
    ? first.checked
    : { kind: 'invalid', name: null, reason: 'its inventory has two different entries for it' };
};

const mostShown = 3;

/** A server that is listed twice mostly means that another one was left out (NetBox issue 22848). */
const listedTwice = (byName: ReadonlyMap<string, readonly EntryFound[]>): readonly string[] => {
  const all = [...byName].filter(([, { length }]) => length > 1);
  const more = all.length - mostShown;
  const shown = all.slice(0, mostShown).map(([name, found]) => {
    const often = found.length === 2 ? 'twice' : `${found.length} times`;
    const places = found.slice(0, 3).map(({ where }) => where);
    return `server ${quotedUntrusted(name)} is in it ${often} (${places.join('; ')})`;
  });
  return more > 0 ? [...shown, `and ${count(more, 'more server')} as well`] : shown;
};

const namelessFault = (entries: number): readonly string[] => {
  if (entries === 0) return [];
  return [`nobody can tell which server ${entries === 1 ? 'one entry is' : `${entries} entries are`} about`];
};
