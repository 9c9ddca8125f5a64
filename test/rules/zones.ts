import { parseName } from '../../src/model/name.ts';
import { parseRdata } from '../../src/model/rdata.ts';
import { makeRRset, type RRset, type RRsetOptions } from '../../src/model/rrset.ts';
import type { DesiredZone, ZoneSettings } from '../../src/model/zone.ts';

export const apex = 'example.com.';
export const apexNs: readonly string[] = ['@ NS ns1.example.net.', '@ NS ns2.example.net.'];

/** What hostmaster.yaml leaves as it is by default, but for the TTL. */
export const settings: ZoneSettings = {
  targets: ['pdns'],
  ttl: 300,
  owns: 'all',
  ignore: [],
  create: null,
  public: false,
  allow_lua: false,
  covers: null,
  exempt: [],
  guards: {
    max_delete_percent: 30,
    max_replace_percent: 30,
    min_existing: 10,
    window: 600_000,
    never_empty: true,
    delegation: true,
    absence: { snapshots: 3, grace: 600_000 },
  },
  drift: 'correct',
};

export interface ZoneOptions {
  readonly name?: string;
  readonly settings?: Partial<ZoneSettings>;
  readonly options?: Readonly<Record<string, RRsetOptions>>;
  readonly quarantined?: DesiredZone['quarantined'];
  readonly complete?: boolean;
  readonly files?: readonly string[];
}

/** A zone of master file lines, `name [ttl] type rdata`; the origin of each value is its line, from 1. */
export const zoneOf = (lines: readonly string[], options: ZoneOptions = {}): DesiredZone => {
  const name = options.name ?? apex;
  const file = `zones/${name.slice(0, -1)}.yaml`;
  const groups = new Map<string, { name: string; type: string; ttl: number; values: RRset['values'] }>();
  lines.forEach((line, i) => {
    const [, relative = '', ttl = '300', type = '', text = ''] = /^(\S+) (?:(\d+) )?(\S+) (.*)$/.exec(line) ?? [];
    const owner = relative === '@' ? name : parseName(relative, name);
    const rdata = parseRdata(type, text, { origin: name });
    const value = { rdata, origins: [{ kind: 'zone_file' as const, file, line: i + 1, column: 1 }] };
    const key = `${relative} ${type}`;
    const known = groups.get(key) ?? { name: owner, type, ttl: Number(ttl), values: [] };
    groups.set(key, { ...known, values: [...known.values, value] });
  });
  return {
    id: { name, view: null },
    settings: { ...settings, ...options.settings },
    rrsets: [...groups].map(([key, { name: owner, type, ttl, values }]) =>
      makeRRset(owner, type, ttl, values, options.options?.[key]),
    ),
    quarantined: options.quarantined ?? [],
    complete: options.complete ?? true,
    files: options.files ?? [file],
  };
};
