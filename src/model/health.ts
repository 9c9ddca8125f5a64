import { type AddressType, addressTypeOf, isAddressType } from './rr-types.ts';

/** What is answered while no address of a checked RRset is up: all of them, none, or these. */
export type WhenAllDown = 'open' | 'closed' | { readonly backup: readonly string[] };

/**
 * A check that decides which of an RRset's addresses are answered, from checked values only. Keys are those of the plan's
 * JSON; times are milliseconds. Either `port` or `urls` is null.
 */
export interface HealthCheck extends OneCheck {
  /** Of what answers for A and AAAA and checks these differently: how an AAAA is checked. Missing: as an A is. */
  readonly aaaa?: OneCheck;
}

export interface OneCheck {
  /** The TCP port that must accept. */
  readonly port: number | null;
  /** By canonical address, the http or https URL that is asked there; an IPv6 address stands in brackets in it. */
  readonly urls: Readonly<Record<string, string>> | null;
  readonly interval: number | null;
  readonly timeout: number | null;
  readonly string_match: string | null;
  readonly when_all_down: WhenAllDown;
}

/** One check for both address types of a name; where they differ in more than their URLs, that of the AAAA is in it. */
export const jointCheck = (a: HealthCheck, aaaa: HealthCheck): HealthCheck => {
  const isAlike =
    (a.urls === null) === (aaaa.urls === null) && sameParts({ ...a, urls: null }, { ...aaaa, urls: null });
  return isAlike ? { ...a, urls: a.urls && { ...a.urls, ...aaaa.urls } } : { ...a, aaaa };
};

/** The check of an address type, of a check of both. */
export const checkForType = ({ aaaa, ...a }: HealthCheck, type: AddressType): HealthCheck =>
  type === 'AAAA' && aaaa !== undefined ? aaaa : a;

/**
 * Are the addresses of both checked alike? A check is a part of an A or AAAA alone: what it was made into instead (LUA) says
 * in its rdata what is checked.
 */
export const sameCheck = (type: string, a: HealthCheck | null, b: HealthCheck | null): boolean =>
  a === b || checkText(type, a) === checkText(type, b);

/** One text for how an RRset of a type is checked. */
export const checkText = (type: string, check: HealthCheck | null): string =>
  isAddressType(type) ? textOfCheck(check) : '';

const sameParts = (a: OneCheck | null, b: OneCheck | null): boolean => textOfCheck(a) === textOfCheck(b);

const textOfCheck = (check: OneCheck | null): string => JSON.stringify(partsOf(check));

const partsOf = (check: OneCheck | null): unknown =>
  check && [
    check.port,
    check.urls && Object.entries(check.urls).sort(([a], [b]) => (a < b ? -1 : 1)),
    check.interval,
    check.timeout,
    check.string_match,
    check.when_all_down,
  ];

/** What a checked RRset answers a question for one address type with. */
export interface CheckedAnswer {
  readonly type: AddressType;
  /** Those of them that are up. */
  readonly addresses: readonly string[];
  /** All of these, where none is. */
  readonly whenAllDown: readonly string[];
}

/** What an A or AAAA that is checked itself may be answered with; null: it is not checked. */
export const answerOf = (rrset: {
  readonly type: string;
  readonly values: readonly { readonly rdata: string }[];
  readonly healthCheck?: HealthCheck;
}): CheckedAnswer | null => {
  const { healthCheck, type, values } = rrset;
  if (healthCheck === undefined || !isAddressType(type)) return null;
  const addresses = values.map(({ rdata }) => rdata);
  return { type, addresses, whenAllDown: insteadOf(healthCheck.when_all_down, type, addresses) };
};

const insteadOf = (all: WhenAllDown, type: AddressType, addresses: readonly string[]): readonly string[] => {
  if (all === 'open') return addresses;
  return all === 'closed' ? [] : all.backup.filter((address) => addressTypeOf(address) === type);
};
