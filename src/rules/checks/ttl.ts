import { nameAndType, type RRsetRule, violationIf } from '../rule.ts';

/** RFC 2181 section 8. */
const maxTtl = 2 ** 31 - 1;
const day = 86_400;

const isTtl = (ttl: number): boolean => Number.isInteger(ttl) && ttl >= 0 && ttl <= maxTtl;

export const ttlRange: RRsetRule = {
  id: 'ttl-range',
  severity: 'error',
  summary: 'A TTL is not a whole number from 0 to 2147483647 (RFC 2181 section 8).',
  octodns: 'accepts anything from 0 up',
  namedCheckzone: 'warns, and takes 0 instead',
  why: 'Resolvers may treat it as 0, which nobody means.',
  scope: 'rrset',
  types: 'every',
  check: (rrset) =>
    violationIf(
      !isTtl(rrset.ttl),
      () =>
        `${nameAndType(rrset)}: the TTL must be ${rrset.ttl > maxTtl ? 'at most' : 'a whole number from 0 to'} ${maxTtl}, not ${rrset.ttl}`,
    ),
};

export const ttlHigh: RRsetRule = {
  id: 'ttl-high',
  severity: 'warning',
  summary: 'A TTL is over a day.',
  octodns: 'accepts',
  namedCheckzone: 'accepts',
  why: 'Resolvers keep a mistake for that long.',
  scope: 'rrset',
  types: 'every',
  check: (rrset) =>
    violationIf(
      rrset.ttl > day && isTtl(rrset.ttl),
      () =>
        `${nameAndType(rrset)}: the TTL ${rrset.ttl} is over a day (${day}); resolvers keep a mistake that long, so lower it if the value can ever change`,
    ),
};
