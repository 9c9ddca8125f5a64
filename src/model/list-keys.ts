import type { RRsetKey } from './rrset.ts';

const mostListed = 5;

/** RRsets by name and type, for a message: five at most, and how many more there are. */
export const listKeys = (keys: readonly RRsetKey[]): string => {
  const listed = keys.slice(0, mostListed).map(({ name, type }) => `${name} ${type}`);
  const more = keys.length - listed.length;
  return more > 0 ? `${listed.join(', ')} and ${more} more` : listed.join(', ');
};
