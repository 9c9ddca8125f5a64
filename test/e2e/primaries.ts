import { targetOf } from '../faults/target-repository.ts';
import { type DnsAddress, type Make, makes, startBind, startKnot, startPowerDns } from '../servers/index.ts';
import { secretOf } from '../servers/secret.ts';

// Name servers that Hostmaster writes to, and that send NOTIFY to secondaries.

export interface Primary {
  readonly dns: DnsAddress;
  /** Its keys in hostmaster.yaml. */
  readonly target: Readonly<Record<string, unknown>>;
  stop(): Promise<void>;
}

export interface PrimaryKind {
  readonly name: string;
  /** Starts it with a zone whose name servers are those of `glue`, and tells it where the secondaries listen. */
  readonly start: (zone: string, ports: readonly number[]) => Promise<Primary>;
  /** The secondaries that are worth cutting off from it. */
  readonly cutOff: readonly Make[];
}

const key = { name: 'k.test.', algorithm: 'hmac-sha256', secret: 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0' };

/** Secondaries wait for NOTIFY: they would not come by themselves before the next day. */
const soaOf = (zone: string, refresh = 86_400): string => `ns1.${zone} hostmaster.${zone} 1 ${refresh} 1 604800 60`;

/** Loopback addresses of this run alone: port 53 is taken on them, and another run may do the same at the same moment. */
export const loopbackOf = (host: number): string =>
  `127.${64 + ((process.pid >> 8) & 127)}.${process.pid & 255}.${host}`;

/** The addresses of the zone's name servers, ns1 to ns5: those of the primary and of its secondaries. */
export const glue: readonly string[] = [1, 2, 3, 4, 5].map(loopbackOf);

const textOf = (zone: string): string =>
  `$TTL 300\n@ SOA ${soaOf(zone)}\n${glue.map((address, i) => `@ NS ns${i + 1}\nns${i + 1} A ${address}\n`).join('')}`;

const rfc2136 = ({ address, port }: DnsAddress) => ({
  provider: 'rfc2136',
  host: address,
  port,
  tsig: { name: key.name, algorithm: key.algorithm, secret: secretOf(key.secret) },
});

const startPdns = async (zone: string, ports: readonly number[], refresh?: number) => {
  const rr = (name: string, type: string, ...contents: readonly string[]) => {
    return { name, type, ttl: 300, records: contents.map((content) => ({ content })) };
  };
  const settings = {
    'also-notify': ports.map((port) => `127.0.0.1:${port}`).join(','),
    'enable-lua-records': 'yes',
    dnsupdate: 'yes',
    'allow-dnsupdate-from': '127.0.0.0/8',
  };
  const pdns = await startPowerDns({ backend: 'sqlite', settings });
  const rrsets = [
    rr(zone, 'SOA', soaOf(zone, refresh)),
    rr(zone, 'NS', ...glue.map((_, i) => `ns${i + 1}.${zone}`)),
    ...glue.map((address, i) => rr(`ns${i + 1}.${zone}`, 'A', address)),
  ];
  const made = await pdns.api('POST', '/zones', { name: zone, kind: 'Master', soa_edit_api: 'INCREASE', rrsets });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return pdns;
};

export const primaries: readonly PrimaryKind[] = [
  {
    name: 'PowerDNS',
    start: async (zone, ports) => {
      const pdns = await startPdns(zone, ports);
      return { dns: pdns.dns, target: targetOf(pdns), stop: () => pdns.stop() };
    },
    cutOff: makes,
  },
  {
    name: 'BIND, by RFC 2136',
    start: async (zone, ports) => {
      const also = ports.map((port) => `127.0.0.1 port ${port};`).join(' ');
      const statements = `allow-update { key "${key.name}"; }; notify explicit; also-notify { ${also} };`;
      const bind = await startBind({ keys: [key], zones: [{ name: zone, text: textOf(zone), statements }] });
      return { dns: bind.dns, target: rfc2136(bind.dns), stop: () => bind.stop() };
    },
    cutOff: ['BIND'],
  },
  {
    name: 'Knot, by RFC 2136',
    start: async (zone, ports) => {
      const knot = await startKnot({
        keys: [key],
        openTransfers: true,
        zones: [{ name: zone, text: textOf(zone) }],
        notify: ports.map((port) => ({ address: '127.0.0.1', port })),
      });
      return { dns: knot.dns, target: rfc2136(knot.dns), stop: () => knot.stop() };
    },
    cutOff: ['NSD'],
  },
  {
    name: 'PowerDNS, by RFC 2136',
    start: async (zone, ports) => {
      // Once a key may transfer, its NOTIFY is signed by that, which the secondaries do not know: they look each second.
      const pdns = await startPdns(zone, ports, 1);
      await pdns.api('POST', '/tsigkeys', { name: 'k.test', algorithm: key.algorithm, key: key.secret });
      await pdns.api('PUT', `/zones/${zone}`, { master_tsig_key_ids: [key.name] });
      await pdns.api('POST', `/zones/${zone}/metadata`, { kind: 'TSIG-ALLOW-DNSUPDATE', metadata: ['k.test'] });
      return { dns: pdns.dns, target: rfc2136(pdns.dns), stop: () => pdns.stop() };
    },
    cutOff: ['PowerDNS'],
  },
];
