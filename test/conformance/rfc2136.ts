import { factory } from '../../providers/rfc2136/index.ts';
import { startBind } from '../servers/bind.ts';
import { startKnot } from '../servers/knot.ts';
import type { DnsAddress } from '../servers/ports.ts';
import { startPowerDns } from '../servers/powerdns.ts';
import { secretOf } from '../servers/secret.ts';
import type { Exception, Refusal, Subject } from './runner.ts';

const key = {
  name: 'hostmaster.keys.test.',
  algorithm: 'hmac-sha256',
  secret: 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MDA=',
};

/** A SOA of the server's own, and the NS that the suite's `create:` asks for. */
const emptyZone =
  '$TTL 3600\n@ SOA ns1.example.net. hostmaster.example.net. 1 10800 3600 604800 3600\n@ NS ns1.example.net.\n';

const configOf = ({ address, port }: DnsAddress, more: Readonly<Record<string, unknown>>) => {
  return {
    provider: 'rfc2136',
    host: address,
    port,
    tsig: { name: key.name, algorithm: key.algorithm, secret: secretOf(key.secret) },
    verify_at: [`${address}:${port}`],
    ...more,
  };
};

const apex = (group: string, step: string, type: string, says: string, logs: string): Refusal => ({
  group,
  step,
  name: '',
  type,
  says,
  logs,
});

/** What BIND does not take by UPDATE. */
const bindRefusals: readonly Refusal[] = [
  ...['at the apex', 'two', 'another TTL'].map((step) =>
    apex(
      'DNSKEY',
      step,
      'DNSKEY',
      'answers SERVFAIL',
      "updating zone 'dnskey.example/IN': found no active private keys",
    ),
  ),
  ...['at the apex', 'another key'].flatMap((step) =>
    ['CDS', 'CDNSKEY'].map((type) =>
      apex(
        'CDS and CDNSKEY',
        step,
        type,
        'answers REFUSED',
        "updating zone 'cds.example/IN': update rejected: bad CDS RRset",
      ),
    ),
  ),
];

/** BIND that is told to take RRsets of any size, and A and AAAA at any name. */
export const bindSubject = async (): Promise<Subject> => {
  const bind = await startBind({ keys: [key], options: 'max-records-per-type 0; check-names primary ignore;' });
  const statements = `allow-update { key "${key.name}"; }; allow-transfer { key "${key.name}"; };`;
  return {
    factory,
    config: configOf(bind.dns, { max_values: 5_000 }),
    dns: bind.dns,
    refusals: bindRefusals,
    makeZone: (name) => bind.addZone({ name, text: emptyZone, statements }),
    log: () => bind.log(),
    stop: () => bind.stop(),
  };
};

export const knotSubject = async (): Promise<Subject> => {
  const knot = await startKnot({ keys: [key] });
  return {
    factory,
    config: configOf(knot.dns, { max_values: 5_000 }),
    dns: knot.dns,
    refusals: [],
    makeZone: (name) => knot.addZone({ name, text: emptyZone }),
    stop: () => knot.stop(),
  };
};

const exceptions = (group: string, says: string, ...steps: readonly string[]): readonly Exception[] =>
  steps.map((step) => ({ group, step, says }));

/** What PowerDNS 4.7 does not take by UPDATE, or does not answer as it took it. */
const powerDnsExceptions: readonly Exception[] = [
  // It takes names that it then does not look up (its HTTP API refuses them).
  ...exceptions(
    'Names that need escapes',
    'SERVFAIL',
    'all that master files give a meaning',
    'octets that do not print',
  ),
  ...exceptions(
    'Names with punctuation',
    'SERVFAIL',
    'colon, equals, plus',
    'the rest that needs no escape',
    'an asterisk inside a name part',
  ),
  // Empty non-terminals stay, or are not there, after an UPDATE.
  ...exceptions('Underscore names', '_.underscore.example. A: NOERROR instead of NXDOMAIN', 'below one another'),
  ...exceptions('Delegation to name servers elsewhere', 'A: NXDOMAIN instead of NOERROR', 'further down'),
  ...exceptions('DNSKEY', 'answered NOERROR but ignored', 'at the apex', 'two', 'another TTL'),
  ...exceptions(
    'CDS and CDNSKEY',
    'answered NOERROR but ignored',
    'at the apex',
    'another key',
    'the delete forms (RFC 8078)',
  ),
  // It reckons centimetres in 32 bits (RFC 1876 section 2), and keeps the TTL of a SOA that is replaced.
  ...exceptions('LOC', 'their values stay at largest.loc.example. LOC', 'the ends of size and precision'),
  ...exceptions('SOA', 'their values stay at soa.example. SOA', 'mailbox and TTL', 'beside another change'),
  ...exceptions('SOA', 'unexpected soa.example. 3600 SOA', 'no longer in the file: stays'),
  ...exceptions(
    'Unknown types (RFC 3597)',
    'answers FORMERR',
    'one',
    'small letters and spaces are the same',
    'two values',
    'no octets at all',
    '1,000 octets',
    'several types',
  ),
  ...exceptions('Master files', 'answers FORMERR', 'unknown types'),
];

/** PowerDNS that is written and read by its DNS side alone. */
export const powerDnsUpdateSubject = async (): Promise<Subject> => {
  const pdns = await startPowerDns({
    backend: 'sqlite',
    settings: { dnsupdate: 'yes', 'allow-axfr-ips': '', 'dname-processing': 'yes' },
  });
  const call = async (method: string, path: string, body: unknown): Promise<void> => {
    const { body: said, status } = await pdns.api(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(said)}`);
  };
  const keyName = key.name.replace(/\.$/, '');
  await call('POST', '/tsigkeys', { name: keyName, algorithm: key.algorithm, key: key.secret });
  return {
    factory,
    config: configOf(pdns.dns, { max_values: 5_000 }),
    dns: pdns.dns,
    refusals: [],
    exceptions: powerDnsExceptions,
    makeZone: async (name) => {
      const ns = ['ns1.example.net.'];
      await call('POST', '/zones', {
        name,
        kind: 'Native',
        nameservers: ns,
        soa_edit_api: '',
        master_tsig_key_ids: [key.name],
      });
      const metadata = { kind: 'TSIG-ALLOW-DNSUPDATE', metadata: [keyName] };
      await call('POST', `/zones/${name.replaceAll('/', '=2F')}/metadata`, metadata);
    },
    stop: () => pdns.stop(),
  };
};
