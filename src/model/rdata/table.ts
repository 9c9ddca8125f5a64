import { ip4, ip6 } from './addresses.ts';
import { base64, eui48, eui64, hex, nextHash, salt } from './binary.ts';
import type { RRType } from './field.ts';
import { location } from './location.ts';
import { name } from './names.ts';
import { algorithm, certificateType, period, time, u8, u16, u32 } from './numbers.ts';
import { f, optional, plain, row } from './row.ts';
import { allServiceTypes } from './services/index.ts';
import { restText, tag, text, texts } from './strings.ts';
import { svcParams } from './svcparams.ts';
import { rrType, typeSet } from './types.ts';

// The table of RR types: all that the project knows about a type is its row here, or in services/ where it is one
// service's own.

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

const standardTypes: readonly RRType[] = [
  row('A', { address: 4 }, f('address', ip4)),
  row(
    'NS',
    { pointing: true, target: 'name_server', delegation: true, decidesBelow: true, apex: 'needed', guarded: true },
    target,
  ),
  row('CNAME', { pointing: true, target: 'anything', follows: true, alone: true, values: 'one' }, target),
  row(
    'SOA',
    { apex: 'needed_only', guarded: true, values: 'one' },
    f('mname', name),
    f('rname', name),
    f('serial', u32),
    f('refresh', period),
    f('retry', period),
    f('expire', period),
    f('minimum', period),
  ),
  row('PTR', { reverse: true, target: 'anything' }, target),
  plain('HINFO', f('cpu', text), f('os', text)),
  plain('MINFO', f('rmailbx', name), f('emailbx', name)),
  row(
    'MX',
    { pointing: true, target: 'addresses', guarded: true },
    f('preference', u16, 'priority'),
    f('exchange', name, 'value'),
  ),
  row('TXT', { text: true }, txt),
  plain('RP', f('mbox', name), f('txt', name)),
  plain('AFSDB', f('subtype', u16), f('hostname', name)),
  plain('RT', f('preference', u16), f('host', name)),
  row('AAAA', { address: 6 }, f('address', ip6)),
  plain('LOC', f('location', location)),
  row('SRV', { pointing: true, target: 'addresses' }, f('priority', u16), f('weight', u16), f('port', u16), target),
  plain(
    'NAPTR',
    f('order', u16),
    f('preference', u16),
    f('flags', text),
    f('service', text),
    f('regexp', text),
    f('replacement', name),
  ),
  plain('KX', f('preference', u16), f('exchange', name)),
  plain('CERT', f('type', certificateType), f('key_tag', u16), f('algorithm', algorithm), f('certificate', base64)),
  row('DNAME', { pointing: true, target: 'tree', decidesBelow: true, values: 'one' }, target),
  row('DS', { delegation: true, decidesBelow: true, apex: 'never', guarded: true }, ...ds),
  plain('SSHFP', f('algorithm', u8), f('fingerprint_type', u8), f('fingerprint', hex)),
  row(
    'RRSIG',
    { madeByServer: true, besideCname: 'allowed' },
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
  row('NSEC', { madeByServer: true, besideCname: 'allowed' }, f('next', name), f('types', typeSet)),
  row('DNSKEY', { madeByServer: true, apex: 'only' }, ...dnskey),
  plain('DHCID', f('digest', base64)),
  row(
    'NSEC3',
    { madeByServer: true, besideCname: 'left' },
    f('algorithm', u8),
    f('flags', u8),
    f('iterations', u16),
    f('salt', salt),
    f('next', nextHash),
    f('types', typeSet),
  ),
  row(
    'NSEC3PARAM',
    { madeByServer: true, apex: 'only' },
    f('algorithm', u8),
    f('flags', u8),
    f('iterations', u16),
    f('salt', salt),
  ),
  plain('TLSA', ...tlsa),
  plain('SMIMEA', ...tlsa),
  row('CDS', { madeByServer: true, apex: 'only' }, ...ds),
  row('CDNSKEY', { madeByServer: true, apex: 'only' }, ...dnskey),
  plain('OPENPGPKEY', f('public_key', base64)),
  row('CSYNC', { apex: 'only' }, f('serial', u32), f('flags', u16), optional(f('types', typeSet), [])),
  row(
    'ZONEMD',
    { madeByServer: true, apex: 'only' },
    f('serial', u32),
    f('scheme', u8),
    f('hash_algorithm', u8),
    f('digest', hex),
  ),
  row('SVCB', { pointing: true, target: 'addresses' }, ...svcb),
  row('HTTPS', { pointing: true, target: 'addresses' }, ...svcb),
  row('SPF', { text: true }, txt),
  plain('L32', f('preference', u16), f('locator', ip4)),
  plain('LP', f('preference', u16), target),
  plain('EUI48', f('address', eui48)),
  plain('EUI64', f('address', eui64)),
  plain('URI', f('priority', u16), f('weight', u16), f('target', restText)),
  row('CAA', { guarded: true }, optional(f('flags', u8), 0), f('tag', tag), f('value', restText)),
  plain('AVC', txt),
  plain('RESINFO', txt),
  plain('WALLET', txt),
  plain('DLV', ...ds),
];

/** Types whose rdata has no fields here, and of which something else has to be known. */
const opaqueTypes: readonly RRType[] = [
  // Beside a CNAME before there was DNSKEY (RFC 2535 section 2.3.5).
  row('KEY', { besideCname: 'left' }),
  // How BIND remembers how far it is with signing.
  row('TYPE65534', { madeByServer: true }),
];

const hasNumber = ({ code }: RRType): boolean => code !== 0;

/** Every type whose rdata has fields, and that a DNS message can carry. */
export const rrTypes: readonly RRType[] = [...standardTypes, ...allServiceTypes.filter(hasNumber)];

/** What the API of one service has, and DNS has not: without a number, and in no message. */
export const serviceTypes: readonly RRType[] = allServiceTypes.filter((type) => !hasNumber(type));

/** Every row. */
export const tableRows: readonly RRType[] = [...rrTypes, ...serviceTypes, ...opaqueTypes];
