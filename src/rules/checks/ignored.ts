import { nameAndType, type Violation, violation, type ZoneRule } from '../rule.ts';

export const ignoredButWanted: ZoneRule = {
  id: 'ignored-but-wanted',
  severity: 'error',
  summary: 'An RRset is in the zone file and ignored in hostmaster.yaml.',
  octodns: 'not applicable',
  namedCheckzone: 'not applicable',
  why: 'One of the two is a mistake, and writing it may overwrite another writer.',
  scope: 'zone',
  applies: ({ zone }) => zone.settings.ignore.length > 0,
  check: ({ zone, ignoredBy }) => {
    const violations: Violation[] = [];
    for (const rrset of zone.rrsets) {
      const rule = rrset.options?.ignored === true ? null : ignoredBy(rrset);
      if (rule === null) continue;
      const message = `${nameAndType(rrset)} is wanted, but ignored in hostmaster.yaml (ignore: name "${rule.name}"), so it is never written; remove it, or narrow the ignore`;
      violations.push({ ...violation(message), rrset });
    }
    return violations.length === 0 ? null : violations;
  },
};
