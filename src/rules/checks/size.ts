import { SyntaxProblem } from '../../model/errors.ts';
import { nameToWire } from '../../model/name.ts';
import { rdataToWire } from '../../model/rdata.ts';
import type { RRset } from '../../model/rrset.ts';
import { type Fault, fault, faultIf, labelOf, type RRsetRule } from '../rule.ts';

// Numbers that any RRset has: its TTL, its values, its size.

/** RFC 2181 section 8. */
const maxTtl = 2 ** 31 - 1;
const day = 86_400;

const isTtl = (ttl: number): boolean => Number.isInteger(ttl) && ttl >= 0 && ttl <= maxTtl;

export const ttlRange: RRsetRule = {
  id: 'ttl-range',
  scope: 'rrset',
  types: 'every',
  check: (rrset) =>
    faultIf(
      !isTtl(rrset.ttl),
      () => `${labelOf(rrset)}: the TTL ${rrset.ttl} is not a whole number from 0 to ${maxTtl}`,
    ),
};

export const ttlHigh: RRsetRule = {
  id: 'ttl-high',
  scope: 'rrset',
  types: 'every',
  check: (rrset) =>
    faultIf(
      rrset.ttl > day && isTtl(rrset.ttl),
      () =>
        `${labelOf(rrset)}: the TTL ${rrset.ttl} is over a day (${day}); resolvers keep a mistake that long, so lower it if the value can ever change`,
    ),
};

export const duplicateValue: RRsetRule = {
  id: 'duplicate-value',
  scope: 'rrset',
  types: 'every',
  check: (rrset) => {
    let faults: Fault[] | null = null;
    for (const { rdata, origins } of rrset.values) {
      if (origins.length < 2) continue;
      const [first, ...again] = origins.filter((origin) => origin.kind === 'zone_file');
      for (const origin of first === undefined ? [] : again) {
        const message = `${labelOf(rrset)} has the value ${shorten(rdata)} already (${first?.file}:${first?.line}); remove one of them`;
        faults = [...(faults ?? []), fault(message, origin)];
      }
    }
    return faults;
  },
};

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

const maxBytes = 65_000;
/** Owner as a compression pointer, type, class, TTL, length (RFC 1035 section 4.1.3). */
const rrOverhead = 12;
/** Rdata is never longer on the wire than its text by more: a digit and a space may stand for four octets. */
const textSlack = 40;
const headerAndQuestion = 16;

/** The octets of a message that answers with this RRset alone. */
const answerBytes = (rrset: RRset): number => {
  const fixed = headerAndQuestion + nameToWire(rrset.name).length;
  return rrset.values.reduce((sum, { rdata }) => sum + rrOverhead + rdataBytes(rrset.type, rdata), fixed);
};

/** Rdata over 65,535 octets has no wire form at all; its text is then as good a number as any. */
const rdataBytes = (type: string, rdata: string): number => {
  try {
    return rdataToWire(type, rdata).length;
  } catch (error) {
    if (error instanceof SyntaxProblem) return Math.max(rdata.length, maxBytes);
    throw error;
  }
};

const mayBeTooLarge = (rrset: RRset): boolean => {
  let most = headerAndQuestion + 256;
  for (const { rdata } of rrset.values) most += rrOverhead + textSlack + rdata.length;
  return most > maxBytes;
};

export const rrsetSize: RRsetRule = {
  id: 'rrset-size',
  scope: 'rrset',
  types: 'every',
  check: (rrset) => {
    if (!mayBeTooLarge(rrset)) return null;
    const bytes = answerBytes(rrset);
    return faultIf(
      bytes > maxBytes,
      () =>
        `${labelOf(rrset)} takes ${bytes} bytes on the wire; over ${maxBytes} no DNS message can carry it, so remove some of its ${rrset.values.length} values`,
    );
  },
};
