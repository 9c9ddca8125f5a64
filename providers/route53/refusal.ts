import { aliasSetType, type Change, keyOf, type RefusedChange, typeByName } from '../../src/provider.ts';
import { setOf } from './convert.ts';
import { nameFromAws } from './escapes.ts';

// Route 53 has one code for a batch that it refuses; which RRset it is about stands in its messages alone (API 2013-04-01,
// as seen in November 2026 and in moto 5):
//   Tried to delete resource record set [name='a.test.', type='A'] but the values provided do not match the current values
//   Tried to create resource record set [name='a.test.', type='A'] but it already exists
//   RRSet of type CNAME with DNS name www.test. is not permitted as it conflicts with other records with the same DNS name
//   RRSet with DNS name www.other. is not permitted in zone test.
//   Invalid Resource Record: 'FATAL problem: … encountered with '"…"''

const quoted = /name='([^']+)'(?:, type='([A-Z0-9]+)')?/;
const plain = /Name=([^,\]\s]+), Type=([A-Z0-9]+)/;
const typed = /RRSet of type ([A-Z0-9]+) with DNS name (\S+)/;
const untyped = /RRSet with DNS name (\S+)/;
const value = /encountered with '(.*?)'/;

/** The changes that AWS's messages name, each with its messages; none where they name none of ours. */
export const refusedBy = (messages: readonly string[], changes: readonly Change[]): readonly RefusedChange[] => {
  const found = new Map<string, RefusedChange>();
  for (const message of messages.flatMap(sentences)) {
    for (const { name, type } of changes.filter(isNamed(message))) {
      const known = found.get(keyOf({ name, type }))?.message;
      found.set(keyOf({ name, type }), { name, type, message: known === undefined ? message : `${known}; ${message}` });
    }
  }
  return [...found.values()];
};

/** `[one, two]` is how it prints a list of messages. */
const sentences = (text: string): readonly string[] => text.split(/(?<=[.\]'s]), (?=(?:Tried|RRSet|Invalid) )/);

const isNamed = (message: string): ((change: Change) => boolean) => {
  const [, ofType, typedName] = typed.exec(message) ?? [];
  const [, name = typedName ?? untyped.exec(message)?.[1], type = ofType] =
    quoted.exec(message) ?? plain.exec(message) ?? [];
  if (name !== undefined) {
    const canonical = canonicalName(name);
    const code = type === undefined ? null : (typeByName(type)?.code ?? null);
    const isOfType = (of: string) => code === null || of === aliasSetType || typeByName(of)?.code === code;
    return (change) => change.name === canonical && isOfType(change.type);
  }
  const [, refused] = value.exec(message) ?? [];
  return ({ after, ...key }) =>
    refused !== undefined &&
    after !== null &&
    (setOf({ ...key, ...after }).ResourceRecords ?? []).some((each) => each.Value === refused);
};

const canonicalName = (name: string): string | null => {
  try {
    return nameFromAws(name);
  } catch {
    return null;
  }
};
