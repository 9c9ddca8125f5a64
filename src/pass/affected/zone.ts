import type { MergedName } from '../../compose/merge.ts';
import { isWildcard, isWithin } from '../../model/name.ts';
import { traitsOf } from '../../model/rr-types.ts';
import type { RRset } from '../../model/rrset.ts';
import type { DesiredZone } from '../../model/zone.ts';
import { decidesBelow, namesAbove } from '../../model/zone-tree.ts';
import { type LastPassZone, leadsTo } from './last-pass.ts';

/** The names of a zone that some servers touch, as they are wanted now, with those around them that decide with them. */
export interface TouchedZone {
  readonly last: LastPassZone;
  readonly names: ReadonlySet<string>;
  readonly around: ReadonlySet<string>;
  /** Of these names alone, before the rules. */
  readonly zone: DesiredZone;
}

/** What these names come to cannot be known from them alone. */
export interface NeedsFullPass {
  readonly status: 'needs_full_pass';
  readonly reason: string;
}

export const needsFullPass = (reason: string): NeedsFullPass => ({ status: 'needs_full_pass', reason });

/** More names than this around those that are touched are no less work than the zone. */
const mostAround = 60;

/** `merged` are all touched names of the zone; `open` those that the last pass left with changes. */
export const touchedZone = (
  last: LastPassZone,
  merged: readonly MergedName[],
  open: ReadonlySet<string>,
): TouchedZone | NeedsFullPass => {
  const next = new Map(merged.map((each) => [each.name, rrsetsOf(last, each)]));
  const why = whyFullPass(last, next);
  if (why !== null) return needsFullPass(why);
  const around = namesAround(last, next, open);
  if (around.size > mostAround)
    return needsFullPass(`${around.size} names of ${last.zone.id.name} decide with what changed`);
  return { last, names: new Set(next.keys()), around, zone: zoneAt(last, merged, [...next.keys(), ...around]) };
};

/** The zone at these names alone: as they were merged now, else as the last pass had them. Before the rules. */
export const zoneAt = (last: LastPassZone, merged: readonly MergedName[], names: readonly string[]): DesiredZone => {
  const now = new Map(merged.map((each) => [each.name, each]));
  const at = <T>(ofMerged: (each: MergedName) => readonly T[], before: ReadonlyMap<string, readonly T[]>) =>
    names.flatMap((name) => {
      const each = now.get(name);
      return each === undefined ? (before.get(name) ?? []) : ofMerged(each);
    });
  return {
    ...last.zone,
    rrsets: at((each) => rrsetsOf(last, each), last.at),
    quarantined: at((each) => [...(last.badInFiles.get(each.name) ?? []), ...each.quarantined], last.bad),
    protected: at((each) => each.protected, last.protected),
  };
};

/** What is bad as a whole takes what the zone file has there with it. */
const rrsetsOf = ({ fromFiles }: LastPassZone, { name, rrsets, quarantined }: MergedName): readonly RRset[] =>
  quarantined.some(({ type }) => type === null) ? rrsets : [...(fromFiles.get(name) ?? []), ...rrsets];

type Next = ReadonlyMap<string, readonly RRset[]>;

const typesOf = (rrsets: readonly RRset[]): string =>
  rrsets
    .map(({ type }) => type)
    .sort()
    .join(' ');

/** The names at which types come or go. */
const swapped = ({ at }: LastPassZone, next: Next): readonly string[] =>
  [...next].flatMap(([name, rrsets]) => (typesOf(rrsets) === typesOf(at.get(name) ?? []) ? [] : [name]));

const whyFullPass = (last: LastPassZone, next: Next): string | null => {
  const { at, leadingTo, wildcards, zone } = last;
  const both = [...next].flatMap(([name, rrsets]) => [...rrsets, ...(at.get(name) ?? [])]);
  const cut = both.find(({ type }) => decidesBelow(type));
  if (cut !== undefined) return `${cut.name} ${cut.type} decides about the names below it`;
  const spf = both.find(
    ({ type, values }) => traitsOf(type).text === true && values.some(({ rdata }) => rdata.includes('v=spf1')),
  );
  if (spf !== undefined) return `${spf.name} has an SPF record, whose look-ups go through all zones`;
  const changed = swapped(last, next);
  const wild = changed.find(isWildcard);
  if (wild !== undefined) return `${wild} decides about the names beside it`;
  if (wildcards.length === 0) return null;
  const led = both.find((rrset) => leadsTo(rrset).length > 0);
  if (led !== undefined) return `${led.name} ${led.type} may lead to what a wildcard answers for`;
  const covered = changed.flatMap((name) => above(name, zone.id.name)).find((name) => leadingTo.has(name));
  return covered === undefined ? null : `whether a wildcard answers for ${covered} depends on all names below it`;
};

/** The names above one, up to the apex and without it. */
const above = (name: string, apex: string): readonly string[] => namesAbove(name, apex).filter((each) => each !== apex);

const namesAround = (last: LastPassZone, next: Next, open: ReadonlySet<string>): ReadonlySet<string> => {
  const { at, leadingTo, quarantined, zone } = last;
  const apex = zone.id.name;
  const around = new Set([apex, ...quarantined.keys(), ...open]);
  const isThere = (name: string) => at.has(name) && isWithin(name, apex);
  for (const name of next.keys()) for (const each of above(name, apex).filter(isThere)) around.add(each);
  for (const name of swapped(last, next)) for (const each of leadingTo.get(name) ?? []) around.add(each);
  for (const name of next.keys()) around.delete(name);
  const walk = (rrsets: readonly RRset[]): void => {
    for (const name of rrsets.flatMap(leadsTo)) {
      if (next.has(name) || around.has(name) || !isThere(name) || around.size > mostAround) continue;
      around.add(name);
      walk(at.get(name) ?? []);
    }
  };
  for (const rrsets of next.values()) walk(rrsets);
  for (const name of [...around]) walk(at.get(name) ?? []);
  return around;
};
