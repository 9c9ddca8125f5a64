import { type Change, parseName, type RefusedChange, typeByName } from '../../src/provider.ts';

// PowerDNS says why it refuses a write (422) in prose alone, and names one RRset in it. This is the one place that reads that
// prose; a message that it does not know names nothing. As seen on 4.7.3:
//   Record x.d.test./A '1.2.3.400': Parsing record content …       Record a.test. IN DS is not allowed at apex
//   RRset www.a.test. IN CNAME: Conflicts with pre-existing RRset   RRset c.a.test. IN CNAME has more than one record
//   Duplicate record in RRset x.a.test. IN A with content …         Duplicate RRset x.a.test. IN A with changetype: …
//   RRset s.a.test. IN SRV non-hostname content a@b.test.           RRset x.a.test. IN WKS: unknown type given
//   Name 'a b.a.test.' contains unsupported characters              RRset www.b.test. IN A: Name is out of zone

const named = /(?:Record|RRset) (\S+?)(?:\/| IN )([A-Z0-9-]+)(?=[\s:]|$)/;
const nameOnly = /^Name '(.+)' contains unsupported characters/;

/** The changes that the message of a 422 names, each with it; none where the message is not known, or names none of ours. */
export const changesNamedIn = (message: string, changes: readonly Change[]): readonly RefusedChange[] => {
  const [, name = '', type] = named.exec(message) ?? nameOnly.exec(message) ?? [];
  const canonical = canonicalName(name);
  const code = type === undefined ? null : typeByName(type)?.code;
  const names = type === undefined ? wildcardsToo(canonical) : [canonical];
  return changes
    .filter((change) => names.includes(change.name) && (code === null || typeByName(change.type)?.code === code))
    .map((change) => ({ name: change.name, type: change.type, message }));
};

/** A message that names a name without a type does so without its leading asterisk, which is never what is refused. */
const wildcardsToo = (name: string | null): readonly (string | null)[] =>
  name?.startsWith('*.') ? [`*.${name}`] : [name, `*.${name}`];

const canonicalName = (name: string): string | null => {
  try {
    return parseName(name);
  } catch {
    return null;
  }
};
