import type { Content, Git, RRset, Zones } from './lab.ts';

// What the zone file of a history may have at each of its places, in its own words and as a name server prints them.

interface Slot {
  readonly name: string;
  readonly type: string;
  /** As the zone file has it. */
  readonly says: readonly string[];
  /** As name servers have it, sorted; where that is not what the file says. */
  readonly means?: readonly string[];
}

interface Option {
  readonly rrsets: readonly Slot[];
  /** An error by the rules: what exists at these names stays. */
  readonly bad?: boolean;
}

const at = (name: string, type: string, ...says: readonly string[]): Slot => ({ name, type, says });
const text = (name: string, said: string): Slot => ({ name, type: 'TXT', says: [said], means: [`"${said}"`] });
const rrsets = (...each: readonly Slot[]): Option => ({ rrsets: each });

const ds = (tag: number): string => `${tag} 13 2 ${'12'.repeat(32)}`;

/** `$` at the end of a value stands for the zone. */
export const slots: Readonly<Record<string, readonly Option[]>> = {
  static: [
    rrsets(at('static', 'A', '192.0.2.1')),
    rrsets(at('static', 'A', '192.0.2.1', '192.0.2.2')),
    rrsets(at('static', 'A', '192.0.2.3'), at('static', 'AAAA', '2001:db8::1'), text('static', 'v=spf1 -all')),
    rrsets(at('static', 'CNAME', 'anchor.$')),
    { rrsets: [at('static', 'CNAME', 'anchor.$'), at('static', 'A', '192.0.2.4')], bad: true },
  ],
  apex: [
    rrsets(text('', 'v=spf1 a -all')),
    rrsets(at('', 'MX', '10 mail.example.net.', '20 mail2.example.net.'), text('', 'v=spf1 mx -all')),
    rrsets(at('', 'CAA', '0 issue "ca.example.net"'), at('', 'A', '192.0.2.10')),
  ],
  wild: [
    rrsets(at('*.wild', 'A', '192.0.2.20')),
    rrsets(text('*.wild', 'any')),
    rrsets(at('*.wild', 'A', '192.0.2.21'), at('wild', 'MX', '5 mail.example.net.')),
  ],
  deep: [rrsets(at('deep.under', 'A', '192.0.2.30')), rrsets(at('under', 'A', '192.0.2.31'))],
  sub: [
    rrsets(at('sub', 'NS', 'ns1.sub.$'), at('ns1.sub', 'A', '127.0.0.9')),
    rrsets(at('sub', 'NS', 'ns1.sub.$'), at('ns1.sub', 'A', '127.0.0.9'), at('sub', 'DS', ds(1))),
    rrsets(at('sub', 'NS', 'ns1.sub.$'), at('ns1.sub', 'A', '127.0.0.9'), at('sub', 'DS', ds(2))),
  ],
  app: [rrsets(at('app', 'A', '192.0.2.40')), rrsets(at('app', 'A', '192.0.2.41', '192.0.2.42'))],
  srv: [rrsets(at('_sip._tcp', 'SRV', '10 5 5060 sip.example.net.')), rrsets(at('_sip._tcp', 'SRV', '0 0 0 .'))],
  long: [
    {
      rrsets: [
        { name: 'long', type: 'TXT', says: ['x'.repeat(300)], means: [`"${'x'.repeat(255)}" "${'x'.repeat(45)}"`] },
      ],
    },
    rrsets(text('long', 'short')),
  ],
};

/** What every zone file has. */
const anchor = text('anchor', 'stays');

export const absolute = (name: string, zone: string): string => (name === '' ? zone : `${name}.${zone}`);

const optionsIn = (file: Git['file']): readonly Option[] =>
  [...file].flatMap(([slot, option]) => {
    const choices = slots[slot] ?? [];
    const chosen = choices[option % choices.length];
    return chosen === undefined ? [] : [chosen];
  });

const filled = (value: string, zone: string): string => (value.endsWith('.$') ? `${value.slice(0, -1)}${zone}` : value);

/** The zone files of a history by zone. */
export const zoneFiles = (
  { forward, shared, reverse, six }: Zones,
  { broken, file }: Git,
): ReadonlyMap<string, string> => {
  const alone = yamlOf([anchor], '');
  return new Map([
    ...[forward, reverse[1], reverse[2], six].map((zone) => [zone, alone] as const),
    [
      shared,
      broken ? `static: [{\n${alone}` : yamlOf([anchor, ...optionsIn(file).flatMap((option) => option.rrsets)], shared),
    ],
  ]);
};

const yamlOf = (all: readonly Slot[], zone: string): string => {
  const byName = Map.groupBy(all, ({ name }) => name);
  const names = [...byName].map(([name, here]) => [
    name,
    here.map(({ type, says }) => ({ type, ttl: 300, values: says.map((value) => filled(value, zone)) })),
  ]);
  return JSON.stringify(Object.fromEntries(names), null, 1);
};

const contentOf = (all: readonly Slot[], zone: string): Content =>
  new Map(
    all.map(({ means, name, says, type }): [string, RRset] => [
      `${absolute(name, zone)} ${type}`,
      { ttl: 300, values: (means ?? says).map((value) => filled(value, zone)).toSorted() },
    ]),
  );

/** What the zone files want, and the names at which they have an error. */
export const wantedByGit = (
  zones: Zones,
  { file }: Git,
): { readonly wanted: Content; readonly bad: ReadonlySet<string> } => {
  const options = optionsIn(file);
  const good = options.flatMap((option) => (option.bad === true ? [] : option.rrsets));
  const bad = options.flatMap((option) => (option.bad === true ? option.rrsets : []));
  const anchors = [zones.forward, zones.reverse[1], zones.reverse[2], zones.six].flatMap((zone) => [
    ...contentOf([anchor], zone),
  ]);
  return {
    wanted: new Map([...anchors, ...contentOf([anchor, ...good], zones.shared)]),
    bad: new Set(bad.map(({ name }) => absolute(name, zones.shared))),
  };
};

/** A delegation that is in the zone before Hostmaster is. */
export const delegated = ({ shared }: Zones): Content => contentOf(slots.sub?.[0]?.rrsets ?? [], shared);
