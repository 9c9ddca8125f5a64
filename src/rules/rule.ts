import type { Origin } from '../model/origin.ts';
import { grouping } from '../model/phrases.ts';
import type { RRset } from '../model/rrset.ts';
import type { ComparedRuleText } from '../model/rule.ts';
import type { Exemption } from '../model/zone.ts';
import type { ZoneIndex } from './zone-index.ts';

/**
 * What a check found; the message says what to do about it. `at` is where to look; the default is the RRset's first line. A
 * rule of a zone says in `rrset` which RRset it is about, if it is about one.
 */
export interface Violation {
  readonly message: string;
  readonly at?: Origin | null;
  readonly rrset?: RRset;
}

export type Violations = readonly Violation[] | null;

interface RuleBase extends ComparedRuleText {
  /** Can `exempt` silence it? The default is yes. */
  readonly exemptable?: false;
  /** Can this zone break the rule at all? The default is yes. */
  readonly applies?: (zone: ZoneIndex) => boolean;
}

/** Looks at one RRset of the types it names; an error quarantines that RRset. */
export interface RRsetRule extends RuleBase {
  readonly scope: 'rrset';
  readonly types: readonly string[] | 'every';
  readonly check: (rrset: RRset, zone: ZoneIndex) => Violations;
}

/** Looks at the RRsets of one name, where there are several; an error quarantines all of them. */
export interface NameRule extends RuleBase {
  readonly scope: 'name';
  readonly check: (rrsets: readonly RRset[], zone: ZoneIndex) => Violations;
}

/** Looks at the zone as a whole; an error quarantines the RRset that it names. */
export interface ZoneRule extends RuleBase {
  readonly scope: 'zone';
  readonly check: (zone: ZoneIndex) => Violations;
}

/** Looks at one entry of `exempt`; what it finds cannot be exempt itself, or nobody would see that the entry does nothing. */
export interface ExemptionRule extends RuleBase {
  readonly scope: 'exemption';
  readonly exemptable: false;
  readonly check: (exemption: Exemption, known: KnownOfExemption) => string | null;
}

export interface KnownOfExemption {
  /** The ids of the rules that can be exempt from. */
  readonly exemptable: ReadonlySet<string>;
  /** The ids of all other rules. */
  readonly others: ReadonlySet<string>;
  /** Did it cover a violation, or may it, in a zone that could not be read in full? */
  readonly isUsed: boolean;
}

export type Rule = RRsetRule | NameRule | ZoneRule | ExemptionRule;

export const violation = (message: string, at?: Origin | null): Violation =>
  at === undefined ? { message } : { message, at };

/** One violation, or none. */
export const violationIf = (broken: boolean, message: () => string): Violations =>
  broken ? [violation(message())] : null;

/** `check` on each value; what it returns is a violation at that value. */
export const checkEachValue = (rrset: RRset, check: (rdata: string) => string | null): Violations => {
  const violations: Violation[] = [];
  for (const { rdata, origins } of rrset.values) {
    const message = check(rdata);
    if (message !== null) violations.push(violation(message, origins[0] ?? null));
  }
  return fewOf(violations);
};

/** So many violations of one rule in one RRset are said one by one. */
const mostOfOneRRset = 10;

/** Those of one rule in one RRset: of many the first alone, with their number. */
export const fewOf = (violations: readonly Violation[]): Violations => {
  const [first] = violations;
  if (first === undefined) return null;
  return violations.length <= mostOfOneRRset
    ? violations
    : [{ ...first, message: `${first.message} (and ${grouping(violations.length - 1)} more of its values)` }];
};

/** The first line of a file that has one of its values. */
export const firstOrigin = (rrset: RRset): Origin | null => {
  const origins = rrset.values.flatMap((value) => value.origins);
  const [first = null, ...others] = origins;
  return others.reduce((least, origin) => (least !== null && isBefore(origin, least) ? origin : least), first);
};

const isBefore = (a: Origin, b: Origin): boolean =>
  a.file === b.file ? a.line < b.line || (a.line === b.line && a.column < b.column) : a.file < b.file;

/** `www.example.com. A`, as messages begin. */
export const nameAndType = (rrset: { readonly name: string; readonly type: string }): string =>
  `${rrset.name} ${rrset.type}`;
