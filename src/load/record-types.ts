import { quoted } from '../model/phrases.ts';
import { type RRType, rrTypes, serviceTypes, typeByName } from '../model/rdata.ts';
import { isDataType, isSoa, runsCode } from '../model/rr-types.ts';
import { didYouMean } from '../model/suggest.ts';
import type { LoadRuleId } from './load-rules.ts';
import type { ZoneContext } from './zone-content.ts';

export type FoundType =
  | { readonly status: 'found'; readonly type: RRType }
  | { readonly status: 'refused'; readonly message: string };

const mnemonics: ReadonlyMap<string, FoundType> = new Map(
  [...rrTypes, ...serviceTypes].map((type) => [type.name, { status: 'found', type }]),
);

/** The type that a zone file names. Those that no zone can have (RFC 6895 section 3.1) are refused. */
export const findType = (text: string): FoundType => mnemonics.get(text) ?? findOther(text);

const findOther = (text: string): FoundType => {
  const type = typeByName(text);
  if (type === null) {
    const unwritable = whyNoType(text);
    if (unwritable !== null) return { status: 'refused', message: unwritable };
    const guess = didYouMean(
      text.toUpperCase(),
      rrTypes.map(({ name }) => name),
    );
    return {
      status: 'refused',
      message: `unknown type ${quoted(text)}${guess}; a type without a name is written TYPEnnn`,
    };
  }
  if (!isDataType(type)) {
    return { status: 'refused', message: noRecord(text, queryTypes.has(type.code)) };
  }
  return { status: 'found', type };
};

/** The types that only questions have, by their numbers (RFC 6895 section 3.1). */
const queryTypes: ReadonlyMap<number, string> = new Map([
  [251, 'IXFR'],
  [252, 'AXFR'],
  [253, 'MAILB'],
  [254, 'MAILA'],
  [255, 'ANY'],
]);
const queryNames: ReadonlySet<string> = new Set(queryTypes.values());
const metaNames: ReadonlySet<string> = new Set(['OPT', 'TKEY', 'TSIG']);

const noRecord = (text: string, isQuery: boolean): string =>
  `${text} is a ${isQuery ? 'query' : 'meta'} type and cannot be a record`;

/** Why a text that is no type can be none, where that is better said than guessed at; or null. */
const whyNoType = (text: string): string | null => {
  const name = text.toUpperCase();
  if (queryNames.has(name) || metaNames.has(name)) return noRecord(text, queryNames.has(name));
  return Number(/^TYPE([0-9]+)$/.exec(name)?.[1]) > 65_535
    ? `unknown type ${quoted(text)}; type numbers end at 65535`
    : null;
};

/** Why a type may not be at a name of this zone, or null. */
export const typeFault = (
  type: string,
  name: string,
  context: ZoneContext,
): { readonly rule: LoadRuleId; readonly message: string } | null => {
  if (isSoa(type) && name !== context.zone) {
    return {
      rule: 'soa-not-at-apex',
      message: `${name} cannot have an SOA; only the apex of the zone, ${context.zone}, has one`,
    };
  }
  if (runsCode(type) && !context.allowLua) {
    return {
      rule: 'lua-not-allowed',
      message: `${name} ${type} runs code in the name server; set "allow_lua: true" for ${context.zone} if it is meant`,
    };
  }
  return null;
};
