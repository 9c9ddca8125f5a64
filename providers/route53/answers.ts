import { UnsoundAnswer } from './failure.ts';
import type { Operation } from './operations.ts';

// What an answer of 200 must be before it is believed; pure. An HTML page, nothing at all and a list cut short are answers too.

/** Octets of one answer: 300 record sets of 32,000 characters each are 10 MB. */
export const maxBytes = 32 * 1024 * 1024;
/** Each of them is an object of the parser's. */
const maxTags = 1_000_000;

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null;

/** What an answer must have: members of one thing, or a list with members of each of its things. */
type Required =
  | { readonly of: string; readonly has: readonly string[] }
  | { readonly list: string; readonly each: readonly string[]; readonly mayBeSilent?: true };

const requirements: Partial<Readonly<Record<Operation, Required>>> = {
  ChangeResourceRecordSets: { of: 'ChangeInfo', has: ['Id'] },
  CreateHealthCheck: { of: 'HealthCheck', has: ['Id'] },
  CreateHostedZone: { of: 'HostedZone', has: ['Id'] },
  GetChange: { of: 'ChangeInfo', has: ['Status'] },
  GetHostedZone: { of: 'HostedZone', has: ['Id', 'Name'] },
  ListHealthChecks: { list: 'HealthChecks', each: ['Id'], mayBeSilent: true },
  ListHostedZones: { list: 'HostedZones', each: ['Id', 'Name'] },
  // What answers like AWS (moto) leaves out whether these are all.
  ListHostedZonesByName: { list: 'HostedZones', each: ['Id', 'Name'], mayBeSilent: true },
  ListResourceRecordSets: { list: 'ResourceRecordSets', each: ['Name', 'Type'] },
};

const required: ReadonlyMap<string, Required> = new Map(Object.entries(requirements));

/** Throws UnsoundAnswer for a body that is not that of the operation, whatever the parser would make of it. */
export const checkBody = (operation: string, body: Uint8Array): void => {
  if (!required.has(operation)) return;
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const root = `${operation}Response`;
  const [, first = ''] = prolog.exec(text.toString('utf8', 0, longestProlog)) ?? [];
  if (first === '') throw new UnsoundAnswer('its answer is empty, or no XML');
  if (first !== root) throw new UnsoundAnswer(`its answer begins with <${shown(first)}>, not <${root}>`);
  const end = text.toString('utf8', Math.max(0, text.length - longestProlog));
  if (!end.trimEnd().endsWith(`</${root}>`)) throw new UnsoundAnswer(`its answer does not end with </${root}>`);
  if (tagsIn(text) > maxTags) throw new UnsoundAnswer(`its answer has more than ${maxTags} tags`);
};

/** What may stand before the first tag. */
const prolog = /^\uFEFF?(?:\s|<\?[^>]*>|<!--(?:(?!-->)[\s\S])*-->)*<([^\s/>]*)/;
const longestProlog = 4_096;

const shown = (text: string): string => text.slice(0, 50).replace(/[^\x21-\x7e]/g, '?');

const tagsIn = (text: Buffer): number => {
  let tags = 0;
  for (let at = text.indexOf('<'); at >= 0 && tags <= maxTags; at = text.indexOf('<', at + 1)) tags += 1;
  return tags;
};

/** Why what the SDK made of an answer says nothing, or null. */
export const whyUnsound = (operation: Operation, output: unknown): string | null => {
  const needs = required.get(operation);
  if (needs === undefined) return null;
  if (!isMembers(output)) return 'its answer is empty';
  if ('of' in needs) return hasTexts(output[needs.of], needs.has) ? null : `its answer has no ${needs.of}`;
  const list = output[needs.list];
  if (!Array.isArray(list)) return `its answer has no ${needs.list}`;
  if (typeof output.IsTruncated !== 'boolean' && needs.mayBeSilent !== true)
    return `its answer does not say whether the ${needs.list} are all (IsTruncated)`;
  return list.every((each) => hasTexts(each, needs.each))
    ? null
    : `its ${needs.list} have one without ${needs.each.join(' or ')}`;
};

const hasTexts = (value: unknown, keys: readonly string[]): boolean =>
  isMembers(value) && keys.every((key) => typeof value[key] === 'string' && value[key] !== '');
