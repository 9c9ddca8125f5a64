import { type Expected, looseServers, type Model } from './expected.ts';
import { addressesOf, type Content, type RRset, reverseName } from './lab.ts';
import { isForeign } from './strangers.ts';
import { valueKey } from './witness.ts';

// What is wrong with the zones after an apply, by what was expected of them.

const shown = (rrset: RRset | null): string => (rrset === null ? 'nothing' : `${rrset.ttl} ${rrset.values.join(' ')}`);
const isSame = (a: RRset | null, b: RRset | null): boolean => shown(a) === shown(b);

/** What is wrong after an apply that ended. */
export const wrongAfter = (
  model: Model,
  expected: ReadonlyMap<string, Expected>,
  after: Content,
): readonly string[] => [
  ...[...expected].flatMap(([key, each]) => {
    const is = after.get(key) ?? null;
    const why = each.kind === 'one of' ? wrongRRset(each.of, is) : wrongValues(each, is);
    return why === null ? [] : [`${key} was ${shown(model.before.get(key) ?? null)}, is ${shown(is)}: ${why}`];
  }),
  ...[...after.keys()]
    .filter((key) => !expected.has(key))
    .map((key) => `${key} is ${shown(after.get(key) ?? null)}: nobody wants it`),
  ...brokenPairs(model, after),
];

/** What is wrong after an apply that was stopped: each RRset is as before or as expected, and nothing live is gone. */
export const wrongMidway = (model: Model, expected: ReadonlyMap<string, Expected>, after: Content): readonly string[] =>
  [...new Set([...expected.keys(), ...after.keys()])].flatMap((key) => {
    const each = expected.get(key);
    const [was, is] = [model.before.get(key) ?? null, after.get(key) ?? null];
    const why =
      each === undefined
        ? 'nobody wants it'
        : each.kind === 'one of'
          ? wrongRRset([was, ...each.of], is)
          : wrongValues(
              {
                ...each,
                must: new Set((was?.values ?? []).filter((value) => each.must.has(value))),
                may: new Set([...each.must, ...each.may, ...(was?.values ?? [])]),
                ttl: null,
              },
              is,
            );
    return why === null ? [] : [`${key} was ${shown(was)}, is ${shown(is)}: ${why}`];
  });

const wrongRRset = (allowed: readonly (RRset | null)[], is: RRset | null): string | null =>
  allowed.some((each) => isSame(each, is)) ? null : `it must be ${[...new Set(allowed.map(shown))].join(', or ')}`;

const wrongValues = (
  { live, may, must, ttl }: Extract<Expected, { kind: 'values' }>,
  is: RRset | null,
): string | null => {
  const values = new Set(is?.values);
  const missing = [...must].filter((value) => !values.has(value));
  if (missing.length > 0) return `it must have ${missing.join(' ')}`;
  const strange = [...values].filter((value) => !must.has(value) && !may.has(value));
  if (strange.length > 0) return `it must not have ${strange.join(' ')}`;
  if (live && values.size === 0) return 'a live name was emptied';
  return ttl !== null && must.size > 0 && is?.ttl !== ttl ? `its TTL must be ${ttl}` : null;
};

/** The names that answered before and must answer all the while. */
export const liveKeys = (before: Content, expected: ReadonlyMap<string, Expected>): readonly string[] =>
  [...expected].flatMap(([key, each]) => {
    const was = before.get(key);
    if (was === undefined) return [];
    const stays = each.kind === 'one of' ? each.of.every((one) => one !== null) : each.live || each.must.size > 0;
    return stays ? [key] : [];
  });

/** Every address that has a name, and every name of an address. */
const pairsIn = ({ zones }: Model, content: Content): ReadonlyMap<string, 'whole' | 'name' | 'address'> => {
  const pairs = new Map<string, 'whole' | 'name' | 'address'>();
  for (const [key, { values }] of content) {
    const [name = '', type] = key.split(' ');
    if ((type !== 'A' && type !== 'AAAA') || !name.endsWith(`.${zones.forward}`)) continue;
    for (const value of values) pairs.set(`${name} ${reverseName(zones, value)}`, 'name');
  }
  for (const [key, { values }] of content) {
    const [reverse = '', type] = key.split(' ');
    if (type !== 'PTR') continue;
    for (const value of values) {
      const pair = `${value} ${reverse}`;
      pairs.set(pair, pairs.has(pair) ? 'whole' : 'address');
    }
  }
  return pairs;
};

/** The values of a pair that were there before, each with its key. */
const halvesOf = ({ before, zones }: Model, name: string, reverse: string): readonly (readonly [string, string])[] =>
  [`${name} A`, `${name} AAAA`, `${reverse} PTR`].flatMap((key) =>
    (before.get(key)?.values ?? [])
      .filter((value) => value === name || (key !== `${reverse} PTR` && reverseName(zones, value) === reverse))
      .map((value) => [key, value] as const),
  );

/** Halves of a pair that were not that half before: forward and reverse travel together. */
const brokenPairs = (model: Model, after: Content): readonly string[] => {
  const { before, witness, zones } = model;
  const isKnown = (key: string, value: string): boolean =>
    [...witness.owners(key, value)].some((owner) => witness.find(owner) !== undefined);
  const was = pairsIn(model, before);
  const present = witness.servers().filter(({ standing }) => standing === 'present' || standing === 'partial');
  const held = new Set(
    present.flatMap(({ machine }) => addressesOf(zones, machine).map((each) => reverseName(zones, each))),
  );
  const loose = looseServers(model);
  const doubted = witness.servers().filter(({ id, standing }) => standing === 'partial' || loose.has(id));
  const doubtful = new Set(doubted.map((each) => `${each.name}.${zones.forward}`));
  return [...pairsIn(model, after)].flatMap(([pair, half]) => {
    if (half === 'whole' || was.get(pair) === half) return [];
    const [name = '', reverse = ''] = pair.split(' ');
    // A present server has the address: the PTR is its own at once, and the other's A waits for its proof.
    if (half === 'name' && held.has(reverse)) return [];
    // What no known server accounts for is no set: each value has a proof of its own.
    if (!halvesOf(model, name, reverse).every(([key, value]) => isKnown(key, value))) return [];
    // A new address is taken from an answer that is not complete, and the PTR of the old one goes when one is.
    if (half === 'address' && doubtful.has(name)) return [];
    const isTouched = [...after, ...before].some(([key, { values }]) =>
      values.some(
        (value) => (key.startsWith(`${name} `) || key.startsWith(`${reverse} `)) && witness.isTouched(key, value),
      ),
    );
    return isTouched ? [] : [`${name} and the PTR at ${reverse} are apart: only the ${half} is there`];
  });
};

/** The values of foreign RRsets, which no one of ours may touch. */
export const foreignIn = ({ zones }: Pick<Model, 'zones'>, content: Content): readonly string[] =>
  [...content].filter(([key]) => isForeign(key, content, zones)).map(([key, rrset]) => valueKey(key, shown(rrset)));
