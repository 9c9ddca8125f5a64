import type { RuleText } from './row.ts';

/** Rules whose breach is said, and written all the same. */
export const warningRules = {
  'dangling-target': {
    summary:
      'CNAME, ALIAS, PTR, MX, SRV, SVCB or HTTPS leads to a name of the zone where nothing is, or no address that is needed.',
    octodns: 'accepts (its best-practice set refuses)',
    namedCheckzone: 'accepts a CNAME to nothing; warns of an MX without address',
    why: 'Another writer may have the name, so it is no error. Wildcards, delegations and ignored names are respected.',
  },
  'repeated-zone': {
    summary: 'A name repeats the zone, as www.example.com.example.com. does.',
    octodns: 'accepts',
    namedCheckzone: 'accepts',
    why: 'Names in a zone file are relative to it; this one was mostly not meant so. Not for zones of one name part.',
  },
  'private-address': {
    summary: 'An A or AAAA of a zone with `public: true` is private or reserved (RFC 6890).',
    octodns: 'accepts',
    namedCheckzone: 'accepts',
    why: 'It leads nowhere from outside, and tells about the inside.',
  },
  'single-ns': {
    summary: 'An NS RRset has one name server only (RFC 2182 section 5).',
    octodns: 'accepts (its best-practice set refuses)',
    namedCheckzone: 'accepts',
    why: 'A test zone may have one.',
  },
  'ttl-high': {
    summary: 'A TTL is over a day.',
    octodns: 'accepts',
    namedCheckzone: 'accepts',
    why: 'A mistake stays in resolvers for as long.',
  },
  'apex-ns-undeclared': {
    summary: 'The zone file has no NS at the apex.',
    octodns: 'accepts, and leaves them as they are',
    namedCheckzone: 'refuses',
    why: 'They are left as they are: a zone file that does not speak of them does not want them gone.',
  },
  'exempt-unknown-rule': {
    summary: '`exempt` names a rule that there is not, or that cannot be exempt from.',
    octodns: 'not applicable',
    namedCheckzone: 'not applicable',
    why: 'A misspelt exemption exempts nothing.',
  },
  'exempt-unused': {
    summary: 'An exemption has no effect.',
    octodns: 'not applicable',
    namedCheckzone: 'not applicable',
    why: 'Left behind, it would hide the next fault.',
  },
} as const satisfies Readonly<Record<string, RuleText>>;
