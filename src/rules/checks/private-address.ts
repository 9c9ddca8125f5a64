import { specialUse } from '../../model/address.ts';
import { addressTypes } from '../../model/rr-types.ts';
import { checkEachValue, nameAndType, type RRsetRule } from '../rule.ts';

export const privateAddress: RRsetRule = {
  id: 'private-address',
  severity: 'warning',
  summary: 'An A or AAAA of a zone with `public: true` is private or reserved (RFC 6890).',
  octodns: 'accepts',
  namedCheckzone: 'accepts',
  why: 'It cannot be reached from outside, and tells about the inside.',
  scope: 'rrset',
  types: addressTypes,
  applies: ({ zone }) => zone.settings.public,
  check: (rrset) =>
    checkEachValue(rrset, (rdata) => {
      const why = specialUse(rdata);
      return why === null
        ? null
        : `${nameAndType(rrset)}: the address ${rdata} is ${why}, but the zone is public; use a public address`;
    }),
};
