import { relativeTo } from '../model/name.ts';
import type { Origin } from '../model/origin.ts';
import type { Action, Change, PlannedRRset } from '../model/plan.ts';
import { addressTypeOf, addressTypes, isAddressType } from '../model/rr-types.ts';
import { partsOfPair, shortened, textOf } from './values/parts.ts';
import { inOnePiece } from './values/strings.ts';
import { type ValueChanges, valueChanges } from './values/value-changes.ts';
import { checkedInCode, checkInWords, codeInWords } from './words/check.ts';
import { originsInWords } from './words/origin.ts';

/** A change as every format shows it: what goes and what comes. Text in it is raw. */
export interface ChangeView {
  readonly action: Action;
  /** As it stands in a zone file; the apex is `@`. */
  readonly name: string;
  readonly isApex: boolean;
  /** Does it make good what somebody else did? */
  readonly isDrift: boolean;
  readonly type: string;
  readonly ttl: { readonly was: number | null; readonly is: number | null };
  readonly values: ValueChanges;
  /** What the addresses are checked by; null: they are not, neither before nor after. */
  readonly check: { readonly was: string | null; readonly is: string | null } | null;
  /** What the rest does not show; null: nothing. */
  readonly note: string | null;
  readonly reasons: readonly string[];
}

/** An RRset before or after. Code that was made from a health check stands as the addresses that it answers with. */
interface Side {
  readonly types: readonly string[];
  readonly ttl: number;
  readonly values: readonly { readonly text: string; readonly origins: readonly Origin[] }[];
  readonly check: string | null;
  readonly isCode: boolean;
}

/** Names have 255 octets at most, and each may be an escape of four; what a plan file says need not be a name. */
export const longestName = 1_020;
const longestType = 80;

/** A name as it stands in a zone file; the apex is `@`. */
export const nameInZone = (name: string, zone: string): string => relativeTo(name, zone) || '@';

export const viewOfChange = (change: Change, zone: string): ChangeView =>
  viewOf(change, sideOf(change.type, change.before), sideOf(change.type, change.after), zone);

/** The changes of one name. Where addresses become checked, or no longer are, that is no delete beside a create. */
export const viewsOfName = (changes: readonly Change[], zone: string): readonly ChangeView[] => {
  const sided = changes.map((change) => ({
    change,
    before: sideOf(change.type, change.before),
    after: sideOf(change.type, change.after),
  }));
  const code = sided.filter(({ before, after }) => before?.isCode === true || after?.isCode === true);
  const addresses = sided.filter(({ change }) => isAddressType(change.type));
  const [only] = code;
  const swapped = code.length === 1 && only !== undefined && addresses.length > 0 ? swapOf(only, addresses) : null;
  if (swapped === null) return sided.map(({ change, before, after }) => viewOf(change, before, after, zone));
  const rest = sided.filter((each) => each !== only && !addresses.includes(each));
  return [
    ...swapped.map(({ change, before, after }) => asSwap(viewOf(change, before, after, zone))),
    ...rest.map(({ change, before, after }) => viewOf(change, before, after, zone)),
  ];
};

interface Sided {
  readonly change: Change;
  readonly before: Side | null;
  readonly after: Side | null;
}

/** The sum of the plan counts it as the two that it is. */
const asSwap = (view: ChangeView): ChangeView =>
  view.action === 'replace' ? { ...view, note: 'a delete and a create in one write' } : view;

/** By address type; null where one side has a type twice, so that nothing may be left out. */
const swapOf = (code: Sided, addresses: readonly Sided[]): readonly Sided[] | null => {
  if ([code.before, code.after].some((side) => side !== null && !side.isCode)) return null;
  const all = [code, ...addresses];
  const isTwice = (side: 'before' | 'after') =>
    addressTypes.some((type) => all.filter((each) => each[side]?.types.includes(type) === true).length > 1);
  if (isTwice('before') || isTwice('after')) return null;
  return addressTypes.flatMap((type) => {
    const of = (side: 'before' | 'after') =>
      all.map((each) => onlyType(each[side], type)).find((each) => each !== null);
    const [before = null, after = null] = [of('before'), of('after')];
    if (before === null && after === null) return [];
    const action: Action = before === null ? 'create' : after === null ? 'delete' : 'replace';
    return [{ change: { ...code.change, action, type }, before, after }];
  });
};

const onlyType = (side: Side | null, type: string): Side | null => {
  if (side === null || !side.types.includes(type)) return null;
  if (!side.isCode) return side;
  return { ...side, types: [type], values: side.values.filter(({ text }) => addressTypeOf(text) === type) };
};

const sideOf = (type: string, rrset: PlannedRRset | null): Side | null => {
  if (rrset === null) return null;
  const { health_check: check, ttl, values } = rrset;
  const checked = checkedInCode(
    type,
    values.map(({ rdata }) => rdata),
  );
  if (checked === null) {
    return {
      types: [type],
      ttl,
      values: values.map(({ rdata, origins }) => ({
        text: codeInWords(type, rdata) ?? inOnePiece(type, rdata),
        origins,
      })),
      check: check !== null && isAddressType(type) ? checkInWords(check) : null,
      isCode: false,
    };
  }
  return {
    types: checked.map((each) => each.type),
    ttl,
    values: checked.flatMap(({ addresses }, i) =>
      addresses.map((text) => ({ text, origins: values[i]?.origins ?? [] })),
    ),
    check: [...new Set(checked.map((each) => each.check))].join(' and '),
    isCode: true,
  };
};

const viewOf = (
  { action, drift, name, type }: Change,
  before: Side | null,
  after: Side | null,
  zone: string,
): ChangeView => {
  const texts = (side: Side | null) => side?.values.map(({ text }) => text) ?? null;
  const values = valueChanges(texts(before), texts(after));
  const [was, is] = [before?.check ?? null, after?.check ?? null];
  const view = {
    action,
    name: shortened(nameInZone(name, zone), longestName),
    isApex: name === zone,
    isDrift: drift === true,
    type: shortened(
      [...new Set([before, after].flatMap((side) => side?.types ?? []))].toSorted().join(', ') || type,
      longestType,
    ),
    ttl: { was: before?.ttl ?? null, is: after?.ttl ?? null },
    values,
    check: was === null && is === null ? null : { was, is },
    reasons: reasonsOf(before, after),
  };
  return { ...view, note: noteOf(view, before, after) };
};

/** What would look alike on both sides, and is not. */
const noteOf = (view: Omit<ChangeView, 'note'>, before: Side | null, after: Side | null): string | null => {
  if (before === null || after === null) return null;
  const { check, ttl, values } = view;
  const [gone, come] = ['-', '+'].map((sign) => values.lines.filter((line) => line.sign === sign));
  if (gone?.length === 1 && come?.length === 1 && isOtherSplit(before, after))
    return 'the same text, split differently';
  const isSame = values.lines.length === 0 && ttl.was === ttl.is && check?.was === check?.is;
  if (!isSame) return null;
  return before.isCode || after.isCode ? 'the same check, written in another way' : 'what checks it changes';
};

/** Strings that are one text when joined (RFC 1035 section 3.3.14). */
const isOtherSplit = (before: Side, after: Side): boolean => {
  const joined = ({ values }: Side) =>
    values
      .map(({ text }) => text.replaceAll('" "', ''))
      .toSorted()
      .join('\n');
  return joined(before) === joined(after);
};

/** Where what comes by it is from, or, where nothing comes, all that stays. */
const reasonsOf = (before: Side | null, after: Side | null): readonly string[] => {
  if (after === null) return [];
  const old = new Set(before?.values.map(({ text }) => text));
  const come = after.values.filter(({ text }) => !old.has(text));
  return originsInWords((come.length === 0 ? after.values : come).flatMap(({ origins }) => origins));
};

/** The same where there is little room: one value that goes, one that comes, and the rest counted. */
export const compactView = (view: ChangeView): ChangeView => {
  const { lines, moreCome, moreGone } = view.values;
  const of = (sign: '-' | '+') => lines.filter((line) => line.sign === sign);
  const shown = (['-', '+'] as const).flatMap((sign) => of(sign).slice(0, 1));
  return {
    ...view,
    values: {
      ...view.values,
      lines: shown,
      moreGone: moreGone + Math.max(0, of('-').length - 1),
      moreCome: moreCome + Math.max(0, of('+').length - 1),
    },
    reasons: view.reasons.slice(0, 1).map((reason) => shortened(reason, 200)),
  };
};

/** `300`, or `ttl 300 → 60`. */
export const ttlInWords = ({ ttl: { was, is } }: Pick<ChangeView, 'ttl'>): string =>
  was !== null && is !== null && was !== is ? `ttl ${was} → ${is}` : `${is ?? was ?? ''}`;

/** `checked tcp/443`, `checked tcp/443 → tcp/80`, `now checked tcp/443`; null: it is not. */
export const checkChangeInWords = ({ action, check }: Pick<ChangeView, 'action' | 'check'>): string | null => {
  if (check === null) return null;
  const { was, is } = check;
  if (was === is || action !== 'replace') return `checked ${is ?? was}`;
  if (was === null) return `now checked ${is}`;
  if (is === null) return `no longer checked ${was}`;
  const parts = partsOfPair(was, is);
  return `checked ${textOf(parts.was)} → ${textOf(parts.is)}`;
};
