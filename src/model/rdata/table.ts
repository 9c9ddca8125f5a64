import { ip4, ip6 } from './addresses.ts';
import { hostedZoneId, nameOrApex, truth } from './alias.ts';
import { base64, eui48, eui64, hex, nextHash, salt } from './binary.ts';
import type { Field, FieldKind, RRType } from './field.ts';
import { location } from './location.ts';
import { luaScript } from './lua.ts';
import { typeCodeOf } from './mnemonics.ts';
import { name } from './names.ts';
import { algorithm, certificateType, period, time, u8, u16, u32 } from './numbers.ts';
import { restText, tag, text, texts } from './strings.ts';
import { svcParams } from './svcparams.ts';
import { rrType, rrTypes as typeSet } from './types.ts';

/** A field by its YAML key; then octoDNS's older key for it. */
const f = (key: string, kind: FieldKind, old?: string): Field =>
  old === undefined ? { name: key, kind } : { name: key, kind, old };

const optional = (field: Field, fallback: unknown): Field => ({ ...field, fallback });

const type = (mnemonic: string, ...fields: readonly Field[]): RRType => ({
  name: mnemonic,
  code: typeCodeOf(mnemonic) ?? 0,
  fields,
});

const target = f('target', name);
const txt = f('text', texts);

const ds = [
  f('key_tag', u16, 'flags'),
  f('algorithm', algorithm, 'protocol'),
  f('digest_type', u8, 'algorithm'),
  f('digest', hex, 'public_key'),
];
const dnskey = [f('flags', u16), f('protocol', u8), f('algorithm', algorithm), f('public_key', base64)];
const tlsa = [
  optional(f('certificate_usage', u8), 0),
  optional(f('selector', u8), 0),
  optional(f('matching_type', u8), 0),
  f('certificate_association_data', hex),
];
const svcb = [f('svcpriority', u16), f('targetname', name), optional(f('svcparams', svcParams), null)];

/** Every type whose rdata has fields. */
export const rrTypes: readonly RRType[] = [
  type('A', f('address', ip4)),
  type('NS', target),
  type('CNAME', target),
  type(
    'SOA',
    f('mname', name),
    f('rname', name),
    f('serial', u32),
    f('refresh', period),
    f('retry', period),
    f('expire', period),
    f('minimum', period),
  ),
  type('PTR', target),
  type('HINFO', f('cpu', text), f('os', text)),
  type('MINFO', f('rmailbx', name), f('emailbx', name)),
  type('MX', f('preference', u16, 'priority'), f('exchange', name, 'value')),
  type('TXT', txt),
  type('RP', f('mbox', name), f('txt', name)),
  type('AFSDB', f('subtype', u16), f('hostname', name)),
  type('RT', f('preference', u16), f('host', name)),
  type('AAAA', f('address', ip6)),
  type('LOC', f('location', location)),
  type('SRV', f('priority', u16), f('weight', u16), f('port', u16), target),
  type(
    'NAPTR',
    f('order', u16),
    f('preference', u16),
    f('flags', text),
    f('service', text),
    f('regexp', text),
    f('replacement', name),
  ),
  type('KX', f('preference', u16), f('exchange', name)),
  type('CERT', f('type', certificateType), f('key_tag', u16), f('algorithm', algorithm), f('certificate', base64)),
  type('DNAME', target),
  type('DS', ...ds),
  type('SSHFP', f('algorithm', u8), f('fingerprint_type', u8), f('fingerprint', hex)),
  type(
    'RRSIG',
    f('type_covered', rrType),
    f('algorithm', algorithm),
    f('labels', u8),
    f('original_ttl', u32),
    f('expiration', time),
    f('inception', time),
    f('key_tag', u16),
    f('signer', name),
    f('signature', base64),
  ),
  type('NSEC', f('next', name), f('types', typeSet)),
  type('DNSKEY', ...dnskey),
  type('DHCID', f('digest', base64)),
  type(
    'NSEC3',
    f('algorithm', u8),
    f('flags', u8),
    f('iterations', u16),
    f('salt', salt),
    f('next', nextHash),
    f('types', typeSet),
  ),
  type('NSEC3PARAM', f('algorithm', u8), f('flags', u8), f('iterations', u16), f('salt', salt)),
  type('TLSA', ...tlsa),
  type('SMIMEA', ...tlsa),
  type('CDS', ...ds),
  type('CDNSKEY', ...dnskey),
  type('OPENPGPKEY', f('public_key', base64)),
  type('CSYNC', f('serial', u32), f('flags', u16), optional(f('types', typeSet), [])),
  type('ZONEMD', f('serial', u32), f('scheme', u8), f('hash_algorithm', u8), f('digest', hex)),
  type('SVCB', ...svcb),
  type('HTTPS', ...svcb),
  type('SPF', txt),
  type('L32', f('preference', u16), f('locator', ip4)),
  type('LP', f('preference', u16), target),
  type('EUI48', f('address', eui48)),
  type('EUI64', f('address', eui64)),
  type('URI', f('priority', u16), f('weight', u16), f('target', restText)),
  type('CAA', optional(f('flags', u8), 0), f('tag', tag), f('value', restText)),
  type('AVC', txt),
  type('RESINFO', txt),
  type('WALLET', txt),
  type('DLV', ...ds),
  type('ALIAS', target),
  type('LUA', f('type', rrType), f('script', luaScript)),
];

/** Route 53's alias record sets of one name, one value for each type that they answer, under octoDNS's name for them. */
export const aliasSetType = 'Route53Provider/ALIAS';

/** What the API of one service has, and DNS has not: without a number, and in no message. */
export const serviceTypes: readonly RRType[] = [
  type(
    aliasSetType,
    f('type', rrType),
    optional(f('name', nameOrApex), ''),
    optional(f('evaluate-target-health', truth, 'evaluate_target_health'), 'false'),
    optional(f('hosted-zone-id', hostedZoneId, 'hosted_zone_id'), ''),
  ),
];

/** Types whose rdata names what has to answer for them to be of use. */
export const pointingTypes: ReadonlySet<string> = new Set([
  'CNAME',
  'DNAME',
  'NS',
  'MX',
  'SRV',
  'SVCB',
  'HTTPS',
  'ALIAS',
  aliasSetType,
]);

/** Types whose answers are made, by code or by looking elsewhere: no question for the type itself shows them. */
export const synthesisedTypes: ReadonlySet<string> = new Set(['LUA', 'ALIAS', aliasSetType]);

/** Types that may stand beside a CNAME (RFC 4035 section 2.5). */
export const besideCname: ReadonlySet<string> = new Set(['RRSIG', 'NSEC']);

/** What a name server makes itself as it signs a zone; TYPE65534 is how BIND remembers how far it is. */
export const ownTypes: readonly string[] = [
  'RRSIG',
  'NSEC',
  'NSEC3',
  'NSEC3PARAM',
  'DNSKEY',
  'CDS',
  'CDNSKEY',
  'ZONEMD',
  'TYPE65534',
];
