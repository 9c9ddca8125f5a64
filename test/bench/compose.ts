// How much CPU it takes to compose 10,000 servers with 5 labels each (100,000 RRsets), and to compose the names of one
// server whose address changed. Run it with `node test/bench/compose.ts`.
import { affected, type ComposeInput, composedOf, composition } from '../../src/compose/index.ts';
import type { RosterServer } from '../../src/model/server.ts';
import { claim, grant, inputOf, label, present, record, server, zone } from '../compose/make.ts';

const servers = 10_000;
const perRack = 250;
const labels = ['web', 'mail', 'cache', 'queue', 'store'];

const serverAt = (i: number): RosterServer => {
  const [high, low] = [Math.floor(i / perRack), (i % perRack) + 1];
  const ips = [`10.1.${high}.${low}`, `2001:db8:${(high + 1).toString(16)}::${low.toString(16)}`];
  return present(server(`srv${i}`, ips, { labels: [...labels].sort(), attributes: { rack: `r${high}` } }));
};

const input = (): ComposeInput => {
  const roles = labels.map((name, i) =>
    label(name, {
      records: [
        record(i * 10, `{{server.name}}.${name}.example.com`),
        ...(i === 0 ? [record(5, '{{server.name}}.rack.example.com', 'TXT', { value: 'rack {{server.rack}}' })] : []),
      ],
      claims: i === 0 ? [claim(7, 'www.example.com')] : [],
    }),
  );
  const grants = labels.map((name) =>
    grant('label', name, [`*.${name}.example.com`, '*.rack.example.com', 'www.example.com'], { types: ['A', 'TXT'] }),
  );
  const zones = [
    zone('lab.internal.'),
    zone('example.com.'),
    zone('10.in-addr.arpa.'),
    zone('8.b.d.0.1.0.0.2.ip6.arpa.'),
  ];
  return inputOf(
    Array.from({ length: servers }, (_, i) => serverAt(i)),
    { labels: roles, grants },
    zones,
  );
};

const cpuOf = <T>(work: () => T): { readonly ms: number; readonly result: T } => {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / 1000, result };
};

const given = input();
const first = cpuOf(() => composedOf(composition(given)));
const again = cpuOf(() => composedOf(composition(given)));
const kept = composition(given);
const moved = present(
  server('srv4711', ['10.1.200.1', '2001:db8:ffff::1'], { labels: [...labels].sort(), attributes: { rack: 'r18' } }),
);
const one = cpuOf(() => affected(kept, serverAt(4711).server, moved));
const rrsets = again.result.zones.reduce((sum, each) => sum + each.rrsets.length, 0);

console.log(
  `compose, ${servers} servers, ${rrsets} RRsets: ${first.ms.toFixed(0)} ms of CPU at first, ${again.ms.toFixed(0)} ms again`,
);
console.log(`one server's new addresses: ${one.ms.toFixed(1)} ms of CPU, ${one.result.names.length} names`);
console.log(`problems: ${again.result.problems.length}`);
