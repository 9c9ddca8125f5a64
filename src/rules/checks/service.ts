import { specialUse } from '../../model/address.ts';
import { rdataFields } from '../../model/rdata.ts';
import { eachValue, fault, faultIf, labelOf, type RRsetRule } from '../rule.ts';

// Mail, services and addresses.

export const nullMx: RRsetRule = {
  id: 'null-mx',
  scope: 'rrset',
  types: ['MX'],
  check: (rrset) => {
    const refusal = rrset.values.find(({ rdata }) => rdata.endsWith(' .'));
    if (refusal === undefined) return null;
    const at = refusal.origins[0] ?? null;
    if (rrset.values.length > 1) {
      return [
        fault(
          `${labelOf(rrset)}: the null MX "." says that no mail is taken, and must be alone (RFC 7505 section 3); remove it or the others`,
          at,
        ),
      ];
    }
    return refusal.rdata === '0 .'
      ? null
      : [fault(`${labelOf(rrset)}: a null MX has the preference 0 (RFC 7505 section 3); write "0 ."`, at)];
  },
};

const isAlias = (type: string, rdata: string): boolean => Number(rdataFields(type, rdata).svcpriority) === 0;

export const svcbAlias: RRsetRule = {
  id: 'svcb-alias',
  scope: 'rrset',
  types: ['SVCB', 'HTTPS'],
  check: (rrset) => {
    const alias = rrset.values.find(({ rdata }) => isAlias(rrset.type, rdata));
    if (alias === undefined) return null;
    const fields = rdataFields(rrset.type, alias.rdata);
    const at = alias.origins[0] ?? null;
    const broken = (message: string) => [fault(`${labelOf(rrset)}: ${message}`, at)];
    if (rrset.values.length > 1) {
      return broken(
        'AliasMode (priority 0) stands beside other values, which are then not looked at (RFC 9460 section 2.4.1); remove it or the others',
      );
    }
    if (Object.keys(fields.svcparams ?? {}).length > 0) {
      return broken(
        'AliasMode (priority 0) has SvcParams, which nobody looks at (RFC 9460 section 2.4.2); remove them, or use a priority of 1 or more',
      );
    }
    return fields.targetname === rrset.name
      ? broken(
          'AliasMode (priority 0) leads to its own name (RFC 9460 section 2.4.2); lead it elsewhere, or use a priority of 1 or more',
        )
      : null;
  },
};

export const singleNs: RRsetRule = {
  id: 'single-ns',
  scope: 'rrset',
  types: ['NS'],
  check: (rrset) =>
    faultIf(
      rrset.values.length === 1,
      () =>
        `${labelOf(rrset)} has one name server only; when that one is down, so is all below (RFC 2182 section 5); add a second`,
    ),
};

export const privateAddress: RRsetRule = {
  id: 'private-address',
  scope: 'rrset',
  types: ['A', 'AAAA'],
  applies: ({ zone }) => zone.settings.public,
  check: (rrset) =>
    eachValue(rrset, (rdata) => {
      const why = specialUse(rdata);
      return why === null
        ? null
        : `${labelOf(rrset)}: the address ${rdata} is ${why}, and the zone is public; use one that can be reached from everywhere`;
    }),
};
