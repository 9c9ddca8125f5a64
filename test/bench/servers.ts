import type { ComposeInput } from '../../src/compose/index.ts';
import type { RosterServer } from '../../src/model/server.ts';
import { claim, grant, inputOf, label, present, record, server, zone } from '../compose/compose-input.ts';
import { creatable } from '../pass/pass-scene.ts';

// 10,000 servers in 40 racks, each with an IPv4 and an IPv6 address and five labels: 100,000 RRsets of their own, and a
// name for each rack that its servers share.

export const serverCount = 10_000;
const perRack = 250;
const labels = ['cache', 'mail', 'queue', 'store', 'web'];

export const serverAt = (i: number, ips = addressesAt(i)): RosterServer => {
  const as = (addresses: readonly string[]) =>
    server(`srv${i}`, addresses, { labels, attributes: { rack: `r${Math.floor(i / perRack)}` } });
  return present(as(ips), as(addressesAt(i)));
};

const addressesAt = (i: number): readonly string[] => {
  const [high, low] = [Math.floor(i / perRack), (i % perRack) + 1];
  return [`10.1.${high}.${low}`, `2001:db8:${(high + 1).toString(16)}::${low.toString(16)}`];
};

/** The same server with an IPv4 and an IPv6 address that nobody has. */
export const movedAt = (i: number): RosterServer =>
  serverAt(i, [`10.2.${Math.floor(i / perRack)}.${(i % perRack) + 1}`, `2001:db8:ffff::${i.toString(16)}`]);

export const zoneNames = ['lab.internal.', 'example.com.', '10.in-addr.arpa.', '8.b.d.0.1.0.0.2.ip6.arpa.'];

export const serversInput = (): ComposeInput => {
  const roles = labels.map((name, i) =>
    label(name, {
      records: [
        record(i * 10 + 1, `{{server.name}}.${name}.example.com`),
        ...(i === 0 ? [record(5, '{{server.name}}.rack.example.com', 'TXT', { value: 'rack {{server.rack}}' })] : []),
      ],
      claims: i === 0 ? [claim(7, 'pool-{{server.rack}}.example.com')] : [],
    }),
  );
  const grants = labels.map((name) =>
    grant('label', name, [`*.${name}.example.com`, '*.rack.example.com', 'pool-*.example.com'], {
      types: ['A', 'TXT'],
    }),
  );
  return inputOf(
    Array.from({ length: serverCount }, (_, i) => serverAt(i)),
    { labels: roles, grants },
    zoneNames.map((name) => creatable(zone(name, ['@ NS ns1.dns.example.', '@ NS ns2.dns.example.']))),
  );
};
