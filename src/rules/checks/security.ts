import { rdataFields } from '../../model/rdata.ts';
import { checkEachValue, nameAndType, type RRsetRule } from '../rule.ts';

// CAA, DS, TLSA, SSHFP and their kin: their numbers come from a registry, and their digests have a length.

type Fields = ReturnType<typeof rdataFields>;

/** A rule about the fields of each value; its check says what is wrong with one, or null. */
const fieldsRule = (
  rule: Omit<RRsetRule, 'scope' | 'check'> & { readonly check: (fields: Fields, type: string) => string | null },
): RRsetRule => ({
  ...rule,
  scope: 'rrset',
  check: (rrset) =>
    checkEachValue(rrset, (rdata) => {
      const message = rule.check(rdataFields(rrset.type, rdata), rrset.type);
      return message === null ? null : `${nameAndType(rrset)}: ${message}`;
    }),
});

const number = (fields: Fields, name: string): number => Number(fields[name]);

const octets = (fields: Fields, name: string): number => String(fields[name] ?? '').length / 2;

/** A digest of the wrong length for its kind, in words. */
const wrongLength = (
  kinds: Readonly<Record<number, readonly [string, number]>>,
  kind: number,
  length: number,
): string | null => {
  const known = kinds[kind];
  if (known === undefined || known[1] === length) return null;
  return `${known[0]} has ${known[1]} octets (${known[1] * 2} hex digits), this has ${length}; copy it again`;
};

/** https://www.iana.org/assignments/pkix-parameters: those that CAs act upon. */
const caaTags = new Set(['issue', 'issuewild', 'issuemail', 'issuevmc', 'iodef', 'contactemail', 'contactphone']);
const issuer = /^\s*(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*\s*)?(?:;.*)?$/i;

export const caaValue = fieldsRule({
  id: 'caa-value',
  severity: 'error',
  summary:
    'CAA has flags other than 0 and 128, an unknown critical tag, an issuer that is no domain name, or an iodef that is no URL (RFC 8659).',
  octodns: 'refuses the flags; accepts the others',
  namedCheckzone: 'accepts',
  why: 'A CA that cannot read it must not issue.',
  types: ['CAA'],
  check: (fields) => {
    const flags = number(fields, 'flags');
    const tag = String(fields.tag).toLowerCase();
    const value = String(fields.value);
    if (flags !== 0 && flags !== 128)
      return `the flags must be 0 or 128 (critical), not ${flags} (RFC 8659 section 4.1)`;
    if (flags === 128 && !caaTags.has(tag))
      return `the tag "${tag}" is critical and unknown, so no CA may issue; check its spelling`;
    if (tag.startsWith('issue') && caaTags.has(tag) && !issuer.test(value)) {
      return `"${value}" is not a CA's domain name with parameters after ";" (RFC 8659 section 4.2)`;
    }
    if (tag === 'iodef' && !/^(?:mailto:|https?:)./i.test(value)) {
      return `iodef needs a mailto: or https: address, not "${value}" (RFC 8659 section 4.4)`;
    }
    return null;
  },
});

/** https://www.iana.org/assignments/ds-rr-types */
const dsDigests: Readonly<Record<number, readonly [string, number]>> = {
  1: ['a SHA-1 digest', 20],
  2: ['a SHA-256 digest', 32],
  3: ['a GOST R 34.11-94 digest', 32],
  4: ['a SHA-384 digest', 48],
  5: ['a GOST R 34.11-2012 digest', 32],
  6: ['an SM3 digest', 32],
};

export const dsValue = fieldsRule({
  id: 'ds-value',
  severity: 'error',
  summary: "A DS or CDS has the algorithm or digest type 0, or a digest whose length is not its type's.",
  octodns: 'refuses a wrong length; accepts 0',
  namedCheckzone: 'refuses a wrong length; accepts 0',
  why: 'With a DS that matches no key, the delegated zone fails validation.',
  types: ['DS', 'CDS'],
  check: (fields, type) => {
    const algorithm = number(fields, 'algorithm');
    const digestType = number(fields, 'digest_type');
    // RFC 8078 section 4: CDS 0 0 0 00 asks the parent to remove the DS.
    if (type === 'CDS' && algorithm === 0 && digestType === 0) return null;
    if (algorithm === 0) return "the algorithm 0 is reserved; it is the DNSKEY's algorithm number";
    if (digestType === 0) return 'the digest type 0 is reserved; 2 is SHA-256';
    return wrongLength(dsDigests, digestType, octets(fields, 'digest'));
  },
});

const tlsaDigests: Readonly<Record<number, readonly [string, number]>> = {
  1: ['a SHA-256 digest', 32],
  2: ['a SHA-512 digest', 64],
};

/** 255 is for private use (RFC 6698 section 7). */
const tlsaRanges: readonly (readonly [string, string, number])[] = [
  ['certificate_usage', 'certificate usage', 3],
  ['selector', 'selector', 1],
  ['matching_type', 'matching type', 2],
];

export const tlsaValue = fieldsRule({
  id: 'tlsa-value',
  severity: 'error',
  summary:
    'A TLSA or SMIMEA has an unassigned usage, selector or matching type, or a digest of the wrong length (RFC 6698).',
  octodns: 'refuses a wrong length; accepts what is unassigned',
  namedCheckzone: 'accepts',
  why: 'Mail servers that honour DANE then refuse to deliver. 255 is for private use and allowed.',
  types: ['TLSA', 'SMIMEA'],
  check: (fields) => {
    for (const [field, words, most] of tlsaRanges) {
      const value = number(fields, field);
      if (value > most && value !== 255)
        return `the ${words} ${value} is unassigned; ${most === 1 ? 'only 0 and 1' : `0 to ${most}`} are known (RFC 6698 section 2.1)`;
    }
    const length = octets(fields, 'certificate_association_data');
    if (length === 0) return 'the certificate association data is empty';
    return wrongLength(tlsaDigests, number(fields, 'matching_type'), length);
  },
});

/** RSA, DSA, ECDSA, Ed25519, Ed448 (RFC 4255, 6594, 7479, 8709). */
const sshAlgorithms = new Set([1, 2, 3, 4, 6]);
const sshDigests: Readonly<Record<number, readonly [string, number]>> = {
  1: ['a SHA-1 fingerprint', 20],
  2: ['a SHA-256 fingerprint', 32],
};

export const sshfpValue = fieldsRule({
  id: 'sshfp-value',
  severity: 'error',
  summary: 'An SSHFP has an unassigned algorithm or fingerprint type, or a fingerprint of the wrong length.',
  octodns: 'refuses a wrong length; accepts what is unassigned',
  namedCheckzone: 'refuses a wrong length; accepts what is unassigned',
  why: 'It can match no key.',
  types: ['SSHFP'],
  check: (fields) => {
    const algorithm = number(fields, 'algorithm');
    const kind = number(fields, 'fingerprint_type');
    if (!sshAlgorithms.has(algorithm))
      return `the algorithm ${algorithm} is unassigned; 1, 2, 3, 4 and 6 are known (RFC 8709)`;
    if (sshDigests[kind] === undefined)
      return `the fingerprint type ${kind} is unassigned; 1 is SHA-1, 2 SHA-256 (RFC 6594)`;
    return wrongLength(sshDigests, kind, octets(fields, 'fingerprint'));
  },
});
