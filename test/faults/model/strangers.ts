import { address, type Content, type RRset, reverseName, type Zones } from './lab.ts';

/** What somebody else writes: RRsets by their keys, null for one that goes. */
export type Writing = ReadonlyMap<string, RRset | null>;

const rrset = (...values: readonly string[]): RRset => ({ ttl: 120, values: values.toSorted() });

const heritage = '"heritage=external-dns,external-dns/owner=k8s,external-dns/resource=x"';

/** All that strangers do. */
const deeds = (zones: Zones): readonly Writing[] => {
  const { forward, shared } = zones;
  const one = (key: string, value: RRset | null): Writing => new Map([[key, value]]);
  const ptr = (net: 1 | 2, last: number, value: RRset | null) =>
    one(`${reverseName(zones, address(zones, net, last))} PTR`, value);
  return [
    one(`static.${shared} A`, rrset('192.0.2.99')),
    one(`static.${shared} A`, null),
    one(`static.${shared} TXT`, rrset('"strange"')),
    one(`extra.${shared} A`, rrset('192.0.2.98')),
    one(`anchor.${shared} TXT`, rrset('"moved"')),
    one(`www.${shared} A`, rrset(address(zones, 1, 99))),
    one(`www.${shared} A`, null),
    one(`www.${shared} A`, rrset(address(zones, 1, 1), address(zones, 2, 99))),
    one(`app.${shared} A`, rrset(address(zones, 1, 98))),
    one(`app.${shared} A`, null),
    one(`web1.srv.${shared} TXT`, rrset('"strange"')),
    one(`sub.${shared} NS`, rrset('ns.example.net.')),
    one(`ignored.${shared} TXT`, rrset('"left alone"')),
    one(`ignored.${shared} TXT`, null),
    new Map([
      [`k8s.${shared} A`, rrset('203.0.113.1')],
      [`a-k8s.${shared} TXT`, rrset(heritage)],
    ]),
    new Map([
      [`static.${shared} A`, rrset('203.0.113.2')],
      [`a-static.${shared} TXT`, rrset(heritage)],
    ]),
    new Map([
      [`shop.${shared} A`, rrset('203.0.113.3')],
      [`shop.${shared} TXT`, rrset(heritage)],
    ]),
    one(`a-static.${shared} TXT`, null),
    one(`web1.${forward} A`, rrset(address(zones, 1, 97))),
    one(`web1.${forward} A`, null),
    one(`web2.${forward} A`, rrset(address(zones, 1, 2), address(zones, 1, 96))),
    one(`web2.${forward} AAAA`, null),
    one(`ghost.${forward} A`, rrset(address(zones, 1, 95))),
    ptr(1, 1, rrset('strange.example.net.')),
    ptr(1, 1, null),
    ptr(1, 2, rrset(`web1.${forward}`)),
    ptr(2, 6, null),
    ptr(1, 94, rrset(`ghost.${forward}`)),
  ];
};

/** What the stranger's deed of this number does to a zone that is so; nothing where the name server would not take it. */
export const writingOf = (zones: Zones, what: number, content: Content): Writing => {
  const all = deeds(zones);
  const writing = all[what % all.length] ?? new Map();
  const isTaken = [...writing].every(([key, rrsetThen]) => {
    const name = key.split(' ')[0] ?? '';
    return rrsetThen === null ? content.has(key) : !content.has(`${name} CNAME`);
  });
  return isTaken ? writing : new Map();
};

export const isHeritage = (value: string): boolean => value.startsWith('"heritage=external-dns');

/** Is it another writer's: by its registry, or by `ignore`? */
export const isForeign = (key: string, content: Content, zones: Zones): boolean => {
  const [name = '', type = ''] = key.split(' ');
  const marks = (at: string): boolean => (content.get(`${at} TXT`)?.values ?? []).some(isHeritage);
  return name === `ignored.${zones.shared}` || marks(name) || marks(`${type.toLowerCase()}-${name}`);
};
