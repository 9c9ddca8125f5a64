import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// What both tools read: octoDNS's own YAML, in the layout that octoDNS itself dumps, the same for the same seed.

/** One set of zones: so many zones of so many RRsets (the apex NS comes on top). */
export interface Shape {
  readonly label: string;
  readonly zones: number;
  readonly rrsets: number;
}

/** `base` is what is applied first; `changed` differs from it by ten RRsets, in one zone or in ten. */
export type Variant = 'base' | 'changed';

export const changeCount = 10;

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly values: readonly string[];
}

const shares = { AAAA: 0.1, CNAME: 0.1, TXT: 0.05, MX: 0.025, SRV: 0.025 } as const;

export const zoneNames = (shape: Shape): readonly string[] =>
  Array.from({ length: shape.zones }, (_, i) => (shape.zones === 1 ? 'bench.test.' : `bench-${i}.test.`));

/** Writes `<folder>/<zone>yaml` for every zone of the shape. */
export const writeZones = (folder: string, shape: Shape, variant: Variant, seed: number): void => {
  mkdirSync(folder, { recursive: true });
  const perZone = shape.zones === 1 ? changeCount : 1;
  zoneNames(shape).forEach((zone, i) => {
    const base = zoneEntries(zone, shape.rrsets, i, seed);
    const changing = variant === 'changed' && i < changeCount;
    const entries = changing ? changeEntries(base, perZone, i) : base;
    writeFileSync(join(folder, `${zone}yaml`), toYaml(entries));
  });
};

const zoneEntries = (zone: string, count: number, index: number, seed: number): Entry[] => {
  const random = mulberry32(seed + index * 7919);
  const whole = (n: number): number => Math.floor(random() * n);
  // The halves of 20 RRsets go to MX and SRV in turn.
  const share = (of: keyof typeof shares): number =>
    Math.floor(count * shares[of] + (of === 'MX' ? (index % 2) / 2 : 0));
  const aaaa = share('AAAA');
  const cname = share('CNAME');
  const txt = share('TXT');
  const mx = share('MX');
  const srv = Math.round(count * (shares.MX + shares.SRV)) - mx;
  const a = count - aaaa - cname - txt - mx - srv;
  const ttl = (): number => [300, 600, 1800][whole(3)] ?? 300;
  const hosts = Array.from({ length: a }, (_, i) => (i % 2 === 0 ? `host-${i}` : `host-${i}.dc${i % 20}`));
  const host = (): string => `${hosts[whole(hosts.length)]}.${zone}`;
  const make = (n: number, entry: (i: number) => Entry): Entry[] => Array.from({ length: n }, (_, i) => entry(i));
  return [
    { name: '', type: 'NS', ttl: 3600, values: ['ns1.dns.example.', 'ns2.dns.example.'] },
    ...hosts.map((name) => ({
      name,
      type: 'A',
      ttl: ttl(),
      values: [`198.${18 + whole(2)}.${whole(256)}.${whole(256)}`],
    })),
    ...make(aaaa, (i) => ({
      name: hosts[i] ?? '',
      type: 'AAAA',
      ttl: ttl(),
      values: [`2001:db8:${(i + 1).toString(16)}::${(whole(65535) + 1).toString(16)}`],
    })),
    ...make(cname, (i) => ({ name: `alias-${i}`, type: 'CNAME', ttl: ttl(), values: [host()] })),
    ...make(txt, (i) => ({ name: `text-${i}`, type: 'TXT', ttl: ttl(), values: [text(i, whole)] })),
    ...make(mx, (i) => ({
      name: `mail-${i}`,
      type: 'MX',
      ttl: ttl(),
      values: [`exchange: ${host()}\n    preference: 10`, `exchange: ${host()}\n    preference: 20`],
    })),
    ...make(srv, (i) => ({
      name: `_svc${i}._tcp`,
      type: 'SRV',
      ttl: ttl(),
      values: [`port: ${1024 + whole(60000)}\n    priority: 10\n    target: ${host()}\n    weight: ${whole(100)}`],
    })),
  ];
};

const text = (i: number, whole: (n: number) => number): string =>
  i % 2 === 0 ? `site-verification=${whole(1e9).toString(36)}` : `v=DKIM1\\; k=rsa\\; p=${whole(1e9).toString(36)}`;

/** Of ten: six addresses replaced, two RRsets deleted, two created. Of one: by the zone's number. */
const changeEntries = (entries: readonly Entry[], count: number, index: number): Entry[] => {
  const numbers = count === 1 ? [index] : Array.from({ length: count }, (_, i) => i);
  const addresses = entries.flatMap((entry, at) => (entry.type === 'A' ? [at] : []));
  const texts = entries.flatMap((entry, at) => (entry.type === 'TXT' ? [at] : []));
  const result: (Entry | null)[] = [...entries];
  for (const n of numbers) {
    if (n < 6) {
      const at = addresses[Math.floor((addresses.length * n) / 6)] ?? 0;
      const entry = entries[at];
      if (entry !== undefined) result[at] = { ...entry, values: [`203.0.113.${n + 1}`] };
    } else if (n < 8) {
      result[texts[n % texts.length] ?? 0] = null;
    } else {
      result.push({ name: `new-${n}`, type: 'A', ttl: 300, values: [`203.0.113.${n + 1}`] });
    }
  }
  return result.filter((entry) => entry !== null);
};

const toYaml = (entries: readonly Entry[]): string => {
  const byName = new Map<string, Entry[]>();
  for (const entry of entries) byName.set(entry.name, [...(byName.get(entry.name) ?? []), entry]);
  const parts = ['---\n'];
  for (const [name, list] of byName) {
    const key = name === '' ? "''" : name;
    parts.push(`${key}:\n`);
    for (const entry of list) parts.push(list.length === 1 ? mapping(entry, '  ') : listed(entry));
  }
  return parts.join('');
};

const listed = (entry: Entry): string => `  - ${mapping(entry, '    ').slice(4)}`;

const mapping = (entry: Entry, indent: string): string => {
  const { ttl, type, values } = entry;
  const nested = type === 'MX' || type === 'SRV';
  const body =
    values.length === 1 && !nested
      ? `${indent}value: ${values[0]}\n`
      : values.length === 1
        ? `${indent}value:\n    ${values[0]}\n`
        : `${indent}values:\n${values.map((value) => `${indent}- ${value}\n`).join('')}`;
  return `${indent}ttl: ${ttl}\n${indent}type: ${type}\n${body}`;
};

const mulberry32 = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};
