import { nameAndType, type RRsetRule, violationIf } from '../rule.ts';

export const repeatedZone: RRsetRule = {
  id: 'repeated-zone',
  severity: 'warning',
  summary: 'A name repeats the zone, as www.example.com.example.com. does.',
  octodns: 'accepts',
  namedCheckzone: 'accepts',
  why: 'Names in a zone file are relative to it, so this is mostly a mistake. Zones of one name part are not checked.',
  scope: 'rrset',
  types: 'every',
  applies: (zone) => zone.apex.indexOf('.') < zone.apex.length - 1,
  check: (rrset, zone) =>
    violationIf(
      repeatsZone(rrset.name, zone.apex),
      () =>
        `${nameAndType(rrset)}: the name repeats the zone; in a zone file names are relative to ${zone.apex}, so remove the second one`,
    ),
};

/** `www.example.com.example.com.` or `example.com.example.com.` in `example.com.`. */
export const repeatsZone = (name: string, apex: string): boolean => {
  const start = name.length - 2 * apex.length;
  return start >= 0 && name.endsWith(apex) && name.startsWith(apex, start) && (start === 0 || name[start - 1] === '.');
};
