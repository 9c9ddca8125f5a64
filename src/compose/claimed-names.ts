import type { ClaimedNames } from '../model/zone.ts';
import type { WriteRule } from './contribution.ts';

/**
 * A pattern of all names that a claim's template can make. A server's own name may have several name parts: an expression
 * that is a whole part becomes `**`.
 */
export const claimedNamesOf = ({ title, type, nameTemplate: { parts } }: WriteRule): ClaimedNames => {
  const text = parts.map((part) => (typeof part === 'string' ? part : '*')).join('');
  const names = text.replace(/\.$/, '').replaceAll(/(?<=^|\.)\*(?=\.|$)/g, '**');
  return { role: title, type, names };
};
