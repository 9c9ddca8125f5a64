import { SyntaxProblem } from '../../model/errors.ts';
import { nameToWire } from '../../model/name.ts';
import { grouping } from '../../model/phrases.ts';
import { rdataToWire } from '../../model/rdata.ts';
import { answeredTypes, traitsOf, typesWhere } from '../../model/rr-types.ts';
import type { RRset } from '../../model/rrset.ts';
import { fewOf, nameAndType, type RRsetRule, type Violation, violation, violationIf } from '../rule.ts';

// How many values an RRset has, and how large they are.

export const oneValue: RRsetRule = {
  id: 'one-value',
  severity: 'error',
  summary: 'A CNAME, DNAME, ALIAS or SOA has several values, or a Route53Provider/ALIAS several for one type.',
  octodns: 'refuses',
  namedCheckzone: 'refuses',
  why: 'The same.',
  scope: 'rrset',
  types: typesWhere(({ values }) => values !== undefined),
  check: (rrset) => {
    const isOneEach = traitsOf(rrset.type).values === 'one_for_each_type';
    const [count, most] = [rrset.values.length, isOneEach ? answeredTypes(rrset).length : 1];
    const allowed = isOneEach ? 'one for each type' : 'one';
    return count <= most
      ? null
      : [violation(`${nameAndType(rrset)} has ${count} values, and may have only ${allowed}; remove the others`)];
  },
};

export const singleNs: RRsetRule = {
  id: 'single-ns',
  severity: 'warning',
  summary: 'An NS RRset has one name server only (RFC 2182 section 5).',
  octodns: 'accepts (its best-practice set refuses)',
  namedCheckzone: 'accepts',
  why: 'A test zone may have one.',
  scope: 'rrset',
  types: typesWhere(({ target }) => target === 'name_server'),
  check: (rrset) =>
    violationIf(
      rrset.values.length === 1,
      () =>
        `${nameAndType(rrset)} has only one name server; when that is down, so is everything below (RFC 2182 section 5); add a second`,
    ),
};

export const duplicateValue: RRsetRule = {
  id: 'duplicate-value',
  severity: 'error',
  summary: 'A value is given twice in one RRset.',
  octodns: 'accepts',
  namedCheckzone: 'accepts',
  why: 'Mostly one of the two was meant to be something else.',
  scope: 'rrset',
  types: 'every',
  check: (rrset) => {
    const violations: Violation[] = [];
    for (const { rdata, origins } of rrset.values) {
      if (origins.length < 2) continue;
      const [first, second, ...more] = origins.filter((origin) => origin.kind === 'zone_file');
      if (first === undefined || second === undefined) continue;
      const again =
        more.length === 0 ? 'remove one of them' : `it is there ${grouping(2 + more.length)} times, so keep one`;
      const message = `${nameAndType(rrset)} has the value ${shorten(rdata)} already (${first.file}:${first.line}); ${again}`;
      violations.push(violation(message, second));
    }
    return fewOf(violations);
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
  severity: 'error',
  summary: 'An RRset takes over 65,000 bytes on the wire.',
  octodns: 'accepts',
  namedCheckzone: 'accepts',
  why: 'No DNS message can carry it: servers take it and then answer with nothing.',
  scope: 'rrset',
  types: 'every',
  check: (rrset) => {
    if (!mayBeTooLarge(rrset)) return null;
    const bytes = answerBytes(rrset);
    return violationIf(
      bytes > maxBytes,
      () =>
        `${nameAndType(rrset)} takes ${bytes} bytes on the wire; over ${maxBytes} no DNS message can carry it, so remove some of its ${rrset.values.length} values`,
    );
  },
};
