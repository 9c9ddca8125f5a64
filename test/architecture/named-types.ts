// Which files may name an RR type as text. What a stage has to know of a type is a trait in the table.

/** The home of what the project knows about RR types: the table, and the functions that read its traits. */
export const homeOfTypes: readonly string[] = ['src/model/rdata/', 'src/model/rr-types.ts'];

const tree =
  'how a zone cut and a DNAME hide what is below them (RFC 1034 section 4.3.2, RFC 6672) is an algorithm of the two';
const rule = 'a rule says what the RFC of these types says, with its sections';
const externalDns = 'ExternalDNS marks what it owns with a TXT';
const example = 'a type of the zones that the demo shows';
const schema = 'examples of the published schemas';
const server = 'it is a name server: which type is answered how is what it does (RFC 1034 section 4.3.2)';
const chaos = 'a name server says in a TXT of class CH what it is (RFC 4892)';

/** Every other file that does, with the reason. */
export const mayNameTypes: Readonly<Record<string, string>> = {
  'providers/embedded/index.ts': chaos,
  'providers/embedded/convert.ts': 'a zone that it makes begins with a SOA and an NS, which are rows of its file',
  'providers/embedded/lookup.ts': server,
  'providers/embedded/respond.ts': server,
  'providers/powerdns/convert.ts': 'forms of rdata that PowerDNS writes differently',
  'providers/powerdns/health.ts': 'PowerDNS checks health by its own type',
  'providers/powerdns/supports.ts': 'what PowerDNS takes is data',
  'providers/rfc2136/catalog.ts': 'a catalog zone says its version in a TXT (RFC 9432 section 4.2.1)',
  'providers/rfc2136/api.ts': 'it asks a name server for the SOA of a zone',
  'providers/rfc2136/read-back.ts': 'a signed zone shows it by its signatures',
  'providers/rfc2136/silently-ignored.ts': 'what a name server leaves out beside a CNAME (RFC 2136 section 3.4.2.2)',
  'providers/rfc2136/split-update.ts': 'what a name server leaves out beside a CNAME (RFC 2136 section 3.4.2.2)',
  'providers/route53/convert.ts': 'what the AWS SDK may leave out has a type all the same',
  'providers/route53/health-probe.ts': 'HTTPS is a protocol there',
  'providers/route53/health.ts': 'HTTPS is a protocol there',
  'providers/route53/supports.ts': 'what Route 53 takes is data',
  'src/cli/demo-inventory.ts': example,
  'src/cli/demo-static.ts': example,
  'src/load/schema/grants.ts': schema,
  'src/load/schema/hostmaster.ts': schema,
  'src/load/schema/labels.ts': schema,
  'src/model/health.ts': 'of two checks in one, the second is that of the AAAA',
  'src/model/zone-tree.ts': tree,
  'src/pass/affected/plan.ts': externalDns,
  'src/pass/delegations.ts': 'the types that people miss first',
  'src/pass/readiness.ts': chaos,
  'src/plan/ownership.ts': externalDns,
  'src/rules/checks/coexistence.ts': rule,
  'src/rules/checks/loops.ts': rule,
  'src/rules/checks/occlusion.ts': rule,
  'src/rules/checks/security.ts': rule,
  'src/rules/checks/service.ts': rule,
  'src/rules/checks/spf.ts': rule,
  'src/rules/checks/targets.ts': rule,
  'src/rules/zone-index.ts': tree,
};
