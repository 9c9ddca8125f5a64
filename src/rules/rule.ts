import type { Origin } from '../model/origin.ts';
import type { RRset } from '../model/rrset.ts';
import type { RuleId } from './table.ts';
import type { ZoneIndex } from './zone-index.ts';

/**
 * What a check found. `at` is where to look; Default is the RRset's first line. A zone rule says in `rrset` which RRset
 * is at fault, if one is.
 */
export interface Fault {
  readonly message: string;
  readonly at?: Origin | null;
  readonly rrset?: RRset;
}

export type Faults = readonly Fault[] | null;

interface RuleBase {
  readonly id: RuleId;
  /** Can this zone break the rule at all? Default is yes. */
  readonly applies?: (zone: ZoneIndex) => boolean;
}

/** Looks at one RRset of the types it names; an error quarantines that RRset. */
export interface RRsetRule extends RuleBase {
  readonly scope: 'rrset';
  readonly types: readonly string[] | 'every';
  readonly check: (rrset: RRset, zone: ZoneIndex) => Faults;
}

/** Looks at the RRsets of one name, where there are several; an error quarantines all of them. */
export interface NameRule extends RuleBase {
  readonly scope: 'name';
  readonly check: (rrsets: readonly RRset[], zone: ZoneIndex) => Faults;
}

/** Looks at the zone as a whole; an error quarantines the RRset that it names. */
export interface ZoneRule extends RuleBase {
  readonly scope: 'zone';
  readonly check: (zone: ZoneIndex) => Faults;
}

export type Rule = RRsetRule | NameRule | ZoneRule;

export const fault = (message: string, at?: Origin | null): Fault => (at === undefined ? { message } : { message, at });

/** One fault, or none. */
export const faultIf = (broken: boolean, message: () => string): Faults => (broken ? [fault(message())] : null);

/** `check` on each value; what it returns is a fault at that value. */
export const eachValue = (rrset: RRset, check: (rdata: string) => string | null): Faults => {
  const faults: Fault[] = [];
  for (const { rdata, origins } of rrset.values) {
    const message = check(rdata);
    if (message !== null) faults.push(fault(message, origins[0] ?? null));
  }
  return faults.length === 0 ? null : faults;
};

/** The first place in a file that has one of its values. */
export const placeOf = (rrset: RRset): Origin | null => {
  const origins = rrset.values.flatMap((value) => value.origins);
  const [first = null, ...others] = origins;
  return others.reduce((least, origin) => (least !== null && isBefore(origin, least) ? origin : least), first);
};

const isBefore = (a: Origin, b: Origin): boolean =>
  a.file === b.file ? a.line < b.line || (a.line === b.line && a.column < b.column) : a.file < b.file;

/** `www.example.com. A`, as messages begin. */
export const labelOf = (rrset: { readonly name: string; readonly type: string }): string =>
  `${rrset.name} ${rrset.type}`;
