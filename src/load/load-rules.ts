import type { Severity } from '../model/problem.ts';

/** One rule of the loader, for the table in the docs. */
export interface LoadRule {
  readonly id: string;
  readonly severity: Severity;
  readonly summary: string;
  /** What octoDNS does about it. */
  readonly octodns: string;
  /** What named-checkzone does about it. */
  readonly namedCheckzone: string;
  /** Why we differ, or what it is good for. */
  readonly why: string;
}

const rule = <Id extends string>(
  id: Id,
  severity: Severity,
  summary: string,
  octodns: string,
  namedCheckzone: string,
  why: string,
) => ({ id, severity, summary, octodns, namedCheckzone, why }) as const;

const none = 'not applicable';

/** Every rule that loading itself checks. */
export const loadRules = [
  rule(
    'config-syntax',
    'error',
    'hostmaster.yaml, labels.yaml or groups.yaml has a key or a value that it cannot have',
    'stops at the first',
    none,
    'every one is reported, with its line',
  ),
  rule(
    'duplicate-zone',
    'error',
    'two keys of hostmaster.yaml are one zone (case, final dot, IDN)',
    'accepts two spellings',
    none,
    'two lists of settings for one zone cannot both hold',
  ),
  rule('unknown-provider', 'error', 'a target names a provider that is not there', 'stops', none, ''),
  rule(
    'unusable-provider',
    'error',
    'a target names a provider of a package or a file that does not load, is none, or may not run here',
    'stops',
    none,
    'its zones are left alone, and the other targets go on',
  ),
  rule(
    'unknown-target',
    'error',
    'a zone names a target that is not configured',
    'stops',
    none,
    "the zone's other targets go on",
  ),
  rule(
    'secret-literal',
    'error',
    'a secret stands in hostmaster.yaml itself, or in an address there',
    'accepts it',
    none,
    'what is in Git is no secret',
  ),
  rule(
    'secret-file',
    'error',
    'a secret stands in a file, and the configuration that says so is neither that of --targets-from nor ./hostmaster.yaml',
    none,
    none,
    'else whoever writes a configuration could have any file of the machine sent to a server of theirs',
  ),
  rule(
    'not-yet',
    'warning',
    'a key that this version does not use yet',
    none,
    none,
    'so that a file written for a later version loads',
  ),
  rule(
    'no-source',
    'warning',
    'a zone with `static: none` that the inventory does not write either, or one that a slip in its key hides',
    'plans the deletion of every record',
    none,
    'nobody said what is wanted: the zone is left alone',
  ),
  rule(
    'file-missing',
    'error',
    'a zone has no file',
    'stops',
    'stops',
    'the zone is left alone: a lost file is not an empty zone',
  ),
  rule(
    'file-unusable',
    'error',
    'a file is too large, not plain UTF-8 text, or outside of the repository',
    'reads any file',
    'reads any file',
    'a pull request must not read what is not its own',
  ),
  rule(
    'file-ambiguous',
    'error',
    'several files claim to be the zone',
    'stops for UTF-8 and IDNA names',
    none,
    'nobody can say which one is meant',
  ),
  rule(
    'yaml-syntax',
    'error',
    'a file does not parse as YAML',
    'stops',
    none,
    'other zones go on; this one loses nothing',
  ),
  rule('master-syntax', 'error', 'a line of a master file does not parse', 'stops', 'error', 'other lines go on'),
  rule(
    'include',
    'error',
    '$INCLUDE names a file that may not be used',
    none,
    'error if it is missing',
    'inside the repository only',
  ),
  rule('generate', 'error', '$GENERATE cannot be used', none, 'error', ''),
  rule(
    'duplicate-key',
    'error',
    'one key twice in a mapping, names in any spelling',
    'error for the same spelling',
    none,
    'the first would be lost without a word',
  ),
  rule(
    'duplicate-rrset',
    'error',
    'one name and type in two records',
    'error',
    'joins them',
    'two records mean two intentions',
  ),
  rule(
    'unknown-key',
    'error',
    'a record has a key that means nothing',
    'ignores it',
    none,
    'a misspelt ttl or value must not pass',
  ),
  rule('record-syntax', 'error', 'a record has not the shape of one', 'stops', none, 'other records go on'),
  rule('unknown-type', 'error', 'a type that is neither known nor TYPEnnn', 'stops', 'error', ''),
  rule('ttl-syntax', 'error', 'a TTL that is not a number of seconds', 'error', 'error', ''),
  rule(
    'ttl-mismatch',
    'error',
    'an RRset with different TTLs',
    'takes one of them',
    'warns and takes the first',
    'RFC 2181 section 5.2: an RRset has one TTL',
  ),
  rule('name-syntax', 'error', 'text that is not a name', 'error', 'error', ''),
  rule('name-length', 'error', 'a name over 255 octets or a part over 63', 'error', 'error', ''),
  rule('rdata-syntax', 'error', 'a value that is not one of its type', 'error', 'error', ''),
  rule(
    'out-of-zone',
    'error',
    'a name outside of the zone',
    'never meant: names are relative',
    'warns and ignores it',
    'a final dot too many, or too few, changes the name',
  ),
  rule('soa-not-at-apex', 'error', 'an SOA below the apex', 'has no SOA', 'error', ''),
  rule(
    'lua-not-allowed',
    'error',
    'a LUA record where allow_lua is not set',
    'accepts it',
    'does not know it',
    'Lua is code that runs in the name server',
  ),
  rule(
    'unknown-zone',
    'error',
    'registration, a record or a claim is in no configured zone',
    none,
    none,
    'nothing could be written there',
  ),
  rule(
    'template-syntax',
    'error',
    'a template of labels.yaml or groups.yaml does not parse, or has an unknown expression',
    none,
    none,
    'what would be left empty must not become a name',
  ),
  rule(
    'inventory-type',
    'error',
    'a record or a grant has a type that the inventory cannot write: LUA, ALIAS, SOA and the types of DNSSEC',
    none,
    none,
    'nothing from the inventory becomes code in the name server',
  ),
  rule(
    'health-check',
    'error',
    'a health check that cannot be made as it stands',
    none,
    none,
    'its words go into the name server: only checked ones do',
  ),
  rule(
    'grant-too-wide',
    'error',
    'a glob in a grant of NS, DS, CAA, MX, SOA or of `_acme-challenge`',
    none,
    none,
    'these decide who may speak for a name, so each is written out',
  ),
  rule(
    'grant-missing',
    'warning',
    'a claim that no grant lets write its name',
    none,
    none,
    'it is refused as soon as a server has the label or is of the group',
  ),
  rule(
    'no-inventory',
    'warning',
    'registration, labels or groups, and no inventory',
    none,
    none,
    'nothing comes of them, and what they once wrote stays: an inventory that is left out is not an empty one',
  ),
  rule(
    'unknown-role',
    'warning',
    'a grant to a label, group or inventory that is not there',
    none,
    none,
    'mostly misspelt; it grants nothing',
  ),
  rule(
    'missing-final-dot',
    'warning',
    'a name in a value is relative to the zone',
    'error',
    'silent',
    'mostly a forgotten dot; in master files relative names are normal',
  ),
  rule(
    'octodns-unsupported',
    'warning',
    "octoDNS's geo, dynamic, healthcheck and provider keys, and types of one provider but Route53Provider/ALIAS",
    'uses them',
    none,
    'the plain values are used; a record of such a type is not written',
  ),
] as const;

export type LoadRuleId = (typeof loadRules)[number]['id'];

const severities: ReadonlyMap<string, Severity> = new Map(loadRules.map(({ id, severity }) => [id, severity]));

export const severityOf = (id: LoadRuleId): Severity => severities.get(id) ?? 'error';

/** The rule that a SyntaxProblem names; `rdata-syntax` where the table lacks it. */
export const syntaxRule = (id: string): LoadRuleId => loadRules.find((known) => known.id === id)?.id ?? 'rdata-syntax';
