import { ignoreMatcher } from '../../model/ignore.ts';
import { type Fault, fault, labelOf, type ZoneRule } from '../rule.ts';

// The zone as a whole, and its settings in hostmaster.yaml.

export const apexNsUndeclared: ZoneRule = {
  id: 'apex-ns-undeclared',
  scope: 'zone',
  // Without a file there is no place to declare them.
  applies: ({ zone }) => zone.complete && zone.files.length > 0,
  check: ({ apex, at, isQuarantined }) =>
    isQuarantined(apex) || at(apex).some(({ type }) => type === 'NS')
      ? null
      : [
          fault(
            `${apex} has no NS at its apex in the zone file: those at the target are left as they are; declare them to have them kept right`,
          ),
        ],
};

export const ignoredButWanted: ZoneRule = {
  id: 'ignored-but-wanted',
  scope: 'zone',
  applies: ({ zone }) => zone.settings.ignore.length > 0,
  check: ({ zone, apex }) => {
    const ignored = ignoreMatcher(zone.settings.ignore, apex);
    const faults: Fault[] = [];
    for (const rrset of zone.rrsets) {
      const rule = rrset.options?.ignored === true ? null : ignored(rrset);
      if (rule === null) continue;
      const message = `${labelOf(rrset)} is wanted here and ignored in hostmaster.yaml (ignore: name "${rule.name}"), so it is never written; remove it, or narrow the ignore`;
      faults.push({ ...fault(message), rrset });
    }
    return faults.length === 0 ? null : faults;
  },
};
