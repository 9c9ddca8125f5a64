import type { ClaimedNames } from '../model/zone.ts';
import type { WriteRule } from './contribution.ts';

/** Every name that a claim could come to: what a server fills in may be any part, and a whole part any number of them. */
export const claimedNamesOf = ({ title, type, name: { parts } }: WriteRule): ClaimedNames => {
  const text = parts.map((part) => (typeof part === 'string' ? part : '*')).join('');
  const names = text.replace(/\.$/, '').replaceAll(/(?<=^|\.)\*(?=\.|$)/g, '**');
  return { role: title, type, names };
};
