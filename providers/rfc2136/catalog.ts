import { HostmasterError, isWithin, relativeTo, splitParts, traitsOf } from '../../src/provider.ts';
import type { Content } from './content.ts';

const knownVersions: ReadonlySet<string> = new Set(['"1"', '"2"']);

/** The member zones of a catalog zone (RFC 9432 section 4.1). Throws for one that is broken (section 5.1): it names none. */
export const membersOf = (catalog: string, { byKey, rrsets }: Content): readonly string[] => {
  const version =
    byKey()
      .get({ name: `version.${catalog}`, type: 'TXT' })
      ?.values.map(({ rdata }) => rdata) ?? [];
  const [only = ''] = version;
  if (version.length !== 1 || !knownVersions.has(only)) throw broken(catalog, 'its version is neither "1" nor "2"');
  const zones = `zones.${catalog}`;
  const members = rrsets.filter(({ name, type }) => traitsOf(type).reverse === true && isMember(name, zones));
  const names = members.map(({ name, values }) => {
    const [member] = values;
    if (member === undefined || values.length > 1) throw broken(catalog, `${name} has several PTR`);
    return member.rdata;
  });
  const sorted = names.toSorted();
  const twice = sorted.find((name, i) => name === sorted[i - 1]);
  if (twice !== undefined) throw broken(catalog, `it has ${twice} twice`);
  return sorted;
};

const isMember = (name: string, zones: string): boolean =>
  isWithin(name, zones) && splitParts(relativeTo(name, zones)).length === 1;

const broken = (catalog: string, why: string): HostmasterError =>
  new HostmasterError('ZONE_UNREADABLE', `the catalog zone ${catalog} cannot be used (RFC 9432): ${why}`);
