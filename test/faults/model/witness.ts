import type { Answer } from './answers.ts';
import { knownAfter, type Lack, type LastAnswer, longer, type Seen } from './heard.ts';
import { type Content, type InventoryName, inventories, type Roles, type Wanted, wantedBy, type Zones } from './lab.ts';

// A witness of a history: heard every answer, saw every zone, and knows whose each value is and since when nobody has
// accounted for it.

export interface Witness {
  servers(): readonly Seen[];
  find(id: string): Seen | undefined;
  /** The servers that a value is of, by their ids, and `git`. */
  owners(key: string, value: string): ReadonlySet<string>;
  /** How long nobody has accounted for a value; null: somebody does. */
  orphaned(key: string, value: string): Lack | null;
  /** Did somebody else write it, and we not since? */
  isTouched(key: string, value: string): boolean;
  /** The state was deleted: nothing that was counted is known any more. */
  forget(): void;
  /** An apply with these answers. */
  hear(heard: Heard): void;
  /** A person let go these servers, where they are missing; by their names, also where nothing usable was said of them. */
  allow(servers: readonly string[], areNamed: boolean): void;
  /** Somebody else wrote these values. */
  touch(values: readonly string[]): void;
  /** Servers that are not there, and of which nobody can tell what they had: they wanted another's when they last were. */
  unsure(): ReadonlySet<string>;
  /** What the zones have after an apply, and who wanted another's. */
  see(seen: SeenAfter): void;
}

export interface SeenAfter {
  readonly after: Content;
  readonly git: Content;
  readonly loose: ReadonlySet<string>;
  /** It is known that the apply ended. */
  readonly surely: boolean;
}

export interface Heard {
  readonly answers: Readonly<Record<InventoryName, Answer>>;
  readonly now: number;
  /** It is known that the apply counted. */
  readonly surely: boolean;
  readonly allowShrink: ReadonlySet<string>;
  readonly content: Content;
  readonly git: Content;
  readonly roles: Roles;
}

export const valueKey = (key: string, value: string): string => `${key} ${value}`;

const isThere = (seen: Pick<Seen, 'standing'> | undefined): boolean =>
  seen?.standing === 'present' || seen?.standing === 'partial';

const valuesIn = (content: Content): readonly string[] =>
  [...content].flatMap(([key, { values }]) => values.map((value) => valueKey(key, value)));

export const witnessOf = (zones: Zones): Witness => {
  const servers = new Map<string, Seen>();
  const owned = new Map<string, ReadonlySet<string>>();
  const orphans = new Map<string, Lack>();
  const touched = new Set<string>();
  const doubted = new Set<string>();
  const last = new Map<InventoryName, LastAnswer>();
  let roles: Roles = { claim: true, group: true, record: true };

  const wants = ({ machine, name }: Seen): readonly Wanted[] => wantedBy(zones, name, machine, roles);

  /** Which servers want each value. */
  const wanted = (): ReadonlyMap<string, readonly string[]> => {
    const all = [...servers.values()].flatMap((seen) =>
      wants(seen).map(({ key, value }) => ({ id: seen.id, at: valueKey(key, value) })),
    );
    return new Map([...Map.groupBy(all, ({ at }) => at)].map(([at, by]) => [at, by.map(({ id }) => id)]));
  };

  const hearOne = (inventory: InventoryName, { allowShrink, answers, now, surely }: Heard): boolean => {
    const before = [...servers.values()].filter((each) => each.inventory === inventory);
    const hearing = { inventory, answer: answers[inventory], now, surely, mayShrink: allowShrink.has(inventory) };
    const known = knownAfter(before, last.get(inventory) ?? null, hearing);
    last.set(inventory, known.last);
    for (const each of known.servers) servers.set(each.id, each);
    return known.counts;
  };

  const countOrphans = ({ answers, content, git, now }: Heard, surely: boolean, gap: number): void => {
    const [isWanted, isGits] = [wanted(), new Set(valuesIn(git))];
    const isDue = inventories.every((name) => answers[name].complete);
    for (const at of valuesIn(content)) {
      const isOwned = [...(owned.get(at) ?? [])].some((owner) => servers.has(owner));
      const lack = orphans.get(at) ?? null;
      if (isWanted.has(at) || isGits.has(at) || isOwned) orphans.delete(at);
      else orphans.set(at, longer(lack, { now, isDue, surely, gap: lack === null ? 0 : gap }));
    }
  };

  const doubt = (loose: ReadonlySet<string>, surely: boolean): void => {
    for (const id of doubted) if (surely && isThere(servers.get(id))) doubted.delete(id);
    for (const id of loose) doubted.add(id);
  };

  return {
    servers: () => [...servers.values()],
    find: (id) => servers.get(id),
    owners: (key, value) => owned.get(valueKey(key, value)) ?? new Set(),
    orphaned: (key, value) => orphans.get(valueKey(key, value)) ?? null,
    isTouched: (key, value) => touched.has(valueKey(key, value)),
    forget: () => {
      for (const each of [servers, owned, orphans, last, doubted]) each.clear();
    },
    unsure: () => new Set([...doubted].filter((id) => !isThere(servers.get(id)))),
    hear: (heard) => {
      roles = heard.roles;
      const before = [...last.values()];
      const wasComplete = before.length === inventories.length && before.every(({ complete }) => complete);
      const gap = wasComplete ? heard.now - Math.max(...before.map(({ at }) => at)) : 0;
      const counted = inventories.map((name) => hearOne(name, heard));
      countOrphans(heard, servers.size > 0 && counted.every((each) => each), gap);
    },
    allow: (ids, areNamed) => {
      for (const id of ids) {
        const seen = servers.get(id);
        const isMeant = seen?.standing === 'missing' || (areNamed && seen?.standing === 'remembered');
        if (seen !== undefined && isMeant) servers.set(id, { ...seen, standing: 'missing', allowed: true });
      }
    },
    touch: (values) => {
      for (const each of values) touched.add(each);
    },
    see: ({ after, git, loose, surely }) => {
      doubt(loose, surely);
      const [by, isGits, present] = [wanted(), new Set(valuesIn(git)), new Set(valuesIn(after))];
      for (const at of present) {
        const ids = by.get(at) ?? [];
        if (ids.length > 0) touched.delete(at);
        owned.set(at, new Set([...(owned.get(at) ?? []), ...ids, ...(isGits.has(at) ? ['git'] : [])]));
      }
      for (const each of [owned, orphans, touched]) {
        for (const at of each.keys()) if (!present.has(at)) each.delete(at);
      }
    },
  };
};
