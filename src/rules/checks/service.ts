import { rdataFields } from '../../model/rdata.ts';
import { nameAndType, type RRsetRule, violation } from '../rule.ts';

// Records of a service with a special form that must be alone: it says that there is none (null MX), or where else it is
// (AliasMode).

export const nullMx: RRsetRule = {
  id: 'null-mx',
  severity: 'error',
  summary: 'A null MX stands beside others, or has a preference (RFC 7505 section 3).',
  octodns: 'refuses a preference; accepts others beside it',
  namedCheckzone: 'accepts',
  why: 'It says that the name accepts no mail, which contradicts any other MX.',
  scope: 'rrset',
  types: ['MX'],
  check: (rrset) => {
    const refusal = rrset.values.find(({ rdata }) => rdata.endsWith(' .'));
    if (refusal === undefined) return null;
    const at = refusal.origins[0] ?? null;
    if (rrset.values.length > 1) {
      return [
        violation(
          `${nameAndType(rrset)}: the null MX "." says that the name accepts no mail, so it must be the only value (RFC 7505 section 3); remove it or the others`,
          at,
        ),
      ];
    }
    return refusal.rdata === '0 .'
      ? null
      : [violation(`${nameAndType(rrset)}: a null MX must have preference 0 (RFC 7505 section 3); write "0 ."`, at)];
  },
};

const isAlias = (type: string, rdata: string): boolean => Number(rdataFields(type, rdata).svcpriority) === 0;

export const svcbAlias: RRsetRule = {
  id: 'svcb-alias',
  severity: 'error',
  summary:
    'A SVCB or HTTPS in AliasMode stands beside others, has SvcParams, or leads to itself (RFC 9460 section 2.4).',
  octodns: 'refuses SvcParams; accepts the others',
  namedCheckzone: 'accepts',
  why: 'Clients ignore the rest, so it is a mistake.',
  scope: 'rrset',
  types: ['SVCB', 'HTTPS'],
  check: (rrset) => {
    const alias = rrset.values.find(({ rdata }) => isAlias(rrset.type, rdata));
    if (alias === undefined) return null;
    const fields = rdataFields(rrset.type, alias.rdata);
    const at = alias.origins[0] ?? null;
    const broken = (message: string) => [violation(`${nameAndType(rrset)}: ${message}`, at)];
    if (rrset.values.length > 1) {
      return broken(
        'AliasMode (priority 0) must be the only value, as clients ignore the others (RFC 9460 section 2.4.1); remove it or the others',
      );
    }
    if (Object.keys(fields.svcparams ?? {}).length > 0) {
      return broken(
        'AliasMode (priority 0) has SvcParams, which clients ignore (RFC 9460 section 2.4.2); remove them, or use a priority of 1 or more',
      );
    }
    return fields.targetname === rrset.name
      ? broken(
          'AliasMode (priority 0) points to its own name (RFC 9460 section 2.4.2); point it elsewhere, or use a priority of 1 or more',
        )
      : null;
  },
};
