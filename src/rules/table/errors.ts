import type { RuleText } from './row.ts';

/** Rules whose breach keeps an RRset from being written. */
export const errorRules = {
  'ignored-but-wanted': {
    summary: 'An RRset is in the zone file and ignored in hostmaster.yaml.',
    octodns: 'not applicable',
    namedCheckzone: 'not applicable',
    why: 'One of the two is a mistake, and writing it may overwrite another writer.',
  },
  'cname-coexistence': {
    summary: 'A CNAME stands beside other types at its name (RFC 1034 section 3.6.2).',
    octodns: 'refuses',
    namedCheckzone: 'refuses',
    why: 'The same; all RRsets of the name are held back, as nobody knows which was meant.',
  },
  'dname-coexistence': {
    summary: 'A DNAME stands beside an NS below the apex (RFC 6672 section 2.4).',
    octodns: 'refuses',
    namedCheckzone: 'accepts',
    why: 'The RFC forbids it, and name servers differ in what they answer.',
  },
  'alias-coexistence': {
    summary: 'An ALIAS stands beside an A or AAAA, or a Route53Provider/ALIAS beside the type that it is for.',
    octodns: 'refuses; and any ALIAS below the apex',
    namedCheckzone: 'refuses ALIAS as unknown',
    why: 'PowerDNS answers an ALIAS at any name, so below the apex it is allowed here.',
  },
  'one-value': {
    summary: 'A CNAME, DNAME, ALIAS or SOA has several values, or a Route53Provider/ALIAS several for one type.',
    octodns: 'refuses',
    namedCheckzone: 'refuses',
    why: 'The same.',
  },
  'apex-cname': {
    summary: 'A CNAME stands at the apex (RFC 1034 section 3.6.2).',
    octodns: 'refuses',
    namedCheckzone: 'refuses',
    why: 'The same; only the CNAME is held back.',
  },
  'apex-only': {
    summary: 'DNSKEY, CDNSKEY, CDS, CSYNC, NSEC3PARAM or ZONEMD stands below the apex.',
    octodns: 'refuses these types as unknown',
    namedCheckzone: 'accepts',
    why: 'They speak for a whole zone; PowerDNS refuses some of them.',
  },
  'ds-at-apex': {
    summary: 'A DS stands at the apex (RFC 4035 section 2.4).',
    octodns: 'accepts',
    namedCheckzone: 'refuses',
    why: 'The DS belongs into the parent zone; PowerDNS refuses it.',
  },
  'ns-wildcard': {
    summary: 'An NS stands at a wildcard (RFC 4592 section 4.2).',
    octodns: 'accepts',
    namedCheckzone: 'refuses',
    why: 'Its meaning is undefined.',
  },
  subzone: {
    summary: 'An RRset belongs to a sub-zone that is configured as a zone of its own.',
    octodns: 'refuses; and glue',
    namedCheckzone: 'accepts, as it sees one zone only',
    why: "NS, DS and glue are the parent's; without the glue the sub-zone could not be reached.",
  },
  'below-delegation': {
    summary: 'An RRset stands at or below a delegation, and is neither NS, DS nor glue.',
    octodns: 'accepts',
    namedCheckzone: 'accepts',
    why: 'It can never be answered, so it is not what its author meant.',
  },
  'below-dname': {
    summary: 'An RRset stands below a DNAME (RFC 6672 section 2.4).',
    octodns: 'refuses',
    namedCheckzone: 'accepts',
    why: 'It can never be answered.',
  },
  'cname-loop': {
    summary: 'CNAMEs or ALIASes of the zone lead to each other in a circle, wildcards followed.',
    octodns: 'refuses; does not follow wildcards',
    namedCheckzone: 'accepts',
    why: 'No resolver gets an answer.',
  },
  'dname-loop': {
    summary: 'A DNAME leads to itself or below itself.',
    octodns: 'accepts',
    namedCheckzone: 'accepts',
    why: 'No resolver gets an answer.',
  },
  'target-address': {
    summary:
      'The target of MX, NS, SRV, CNAME, DNAME, ALIAS, PTR, SVCB or HTTPS is an address, also where the zone was put after it for want of a final dot.',
    octodns: 'refuses; accepts one with the zone after it, and those of SVCB and HTTPS',
    namedCheckzone: 'warns of MX and NS; accepts the others',
    why: 'It is a name that nobody has.',
  },
  'target-cname': {
    summary: 'The target of NS, MX or SRV is a CNAME of the zone (RFC 2181 section 10.3, RFC 2782).',
    octodns: 'refuses',
    namedCheckzone: 'warns',
    why: 'Resolvers and mail servers may give up; a wildcard CNAME counts too.',
  },
  'missing-glue': {
    summary: 'A name server in the zone has no A or AAAA there.',
    octodns: 'refuses; wants A or AAAA also below other delegations',
    namedCheckzone: 'warns below a delegation; refuses at the apex',
    why: "It cannot be found. A sibling's name server is found through the sibling (RFC 9471 section 2).",
  },
  'ttl-range': {
    summary: 'A TTL is not a whole number from 0 to 2147483647 (RFC 2181 section 8).',
    octodns: 'accepts anything from 0 up',
    namedCheckzone: 'warns, and takes 0 instead',
    why: 'Nobody means 0, which is what resolvers may make of it.',
  },
  'duplicate-value': {
    summary: 'A value is given twice in one RRset.',
    octodns: 'accepts',
    namedCheckzone: 'accepts',
    why: 'One of the two was to be something else, mostly.',
  },
  'rrset-size': {
    summary: 'An RRset takes over 65,000 bytes on the wire.',
    octodns: 'accepts',
    namedCheckzone: 'accepts',
    why: 'No DNS message can carry it: servers take it and then answer with nothing.',
  },
  'null-mx': {
    summary: 'A null MX stands beside others, or has a preference (RFC 7505 section 3).',
    octodns: 'refuses a preference; accepts others beside it',
    namedCheckzone: 'accepts',
    why: 'It says that no mail is taken; beside others nobody knows which holds.',
  },
  'svcb-alias': {
    summary:
      'A SVCB or HTTPS in AliasMode stands beside others, has SvcParams, or leads to itself (RFC 9460 section 2.4).',
    octodns: 'refuses SvcParams; accepts the others',
    namedCheckzone: 'accepts',
    why: 'What clients do not look at was not meant so.',
  },
  'spf-multiple': {
    summary: 'A name has several SPF records (RFC 7208 section 4.5).',
    octodns: 'accepts (its best-practice set refuses at the apex)',
    namedCheckzone: 'accepts',
    why: 'Receivers take none of them.',
  },
  'spf-lookups': {
    summary:
      'An SPF record takes over ten DNS look-ups, includes counted where they are in a zone here (RFC 7208 section 4.6.4).',
    octodns: 'accepts',
    namedCheckzone: 'accepts',
    why: 'Receivers take it for broken.',
  },
  'caa-value': {
    summary:
      'CAA has flags other than 0 and 128, an unknown critical tag, an issuer that is no domain name, or an iodef that is no URL (RFC 8659).',
    octodns: 'refuses the flags; accepts the others',
    namedCheckzone: 'accepts',
    why: 'A CA that cannot read it must not issue.',
  },
  'ds-value': {
    summary: "A DS or CDS has the algorithm or digest type 0, or a digest whose length is not its type's.",
    octodns: 'refuses a wrong length; accepts 0',
    namedCheckzone: 'refuses a wrong length; accepts 0',
    why: 'A DS that fits no key takes the zone below off the net.',
  },
  'tlsa-value': {
    summary:
      'A TLSA or SMIMEA has an unassigned usage, selector or matching type, or a digest of the wrong length (RFC 6698).',
    octodns: 'refuses a wrong length; accepts what is unassigned',
    namedCheckzone: 'accepts',
    why: 'Mail servers that honour DANE then refuse to deliver. 255 is for private use and allowed.',
  },
  'sshfp-value': {
    summary: 'An SSHFP has an unassigned algorithm or fingerprint type, or a fingerprint of the wrong length.',
    octodns: 'refuses a wrong length; accepts what is unassigned',
    namedCheckzone: 'refuses a wrong length; accepts what is unassigned',
    why: 'It can match no key.',
  },
} as const satisfies Readonly<Record<string, RuleText>>;
