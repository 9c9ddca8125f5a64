import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affectedBy, bringIn } from '../../src/compose/affected.ts';
import { type Composition, compose, composition } from '../../src/compose/index.ts';
import { compileGlob } from '../../src/model/glob.ts';
import { parseName } from '../../src/model/name.ts';
import { parseRdata } from '../../src/model/rdata.ts';
import type { RRset } from '../../src/model/rrset.ts';
import { type RosterServer, serverKey } from '../../src/model/server.ts';
import type { DesiredZone } from '../../src/model/zone.ts';
import * as make from './compose-input.ts';
import { anyEntry, anyRoster, hostile, hostileRoles, hostileTexts, hostileZones } from './hostile.ts';

const inputOf = (servers: readonly RosterServer[]) => make.inputOf(servers, hostileRoles, hostileZones);
const isInventorys = (rrset: RRset): boolean =>
  rrset.values.some(({ origins }) => origins.some(({ kind }) => kind !== 'zone_file'));
const inventorysOf = (zones: readonly DesiredZone[]): readonly RRset[] =>
  zones.flatMap(({ rrsets }) => rrsets.filter(isInventorys));

const granted = [
  { types: ['A', 'AAAA', 'TXT'], names: ['*.svc.example.com', 'mail.example.com', '*.lab.internal'] },
  { types: ['A', 'AAAA'], names: ['*.pool.example.com', 'www.example.com'] },
].map(({ types, names }) => ({ types, globs: names.map(compileGlob) }));

const isAllowed = ({ name, type, values }: RRset): boolean => {
  const isRegistration = values.some(({ origins }) => origins.some(({ kind }) => kind === 'registration'));
  if (isRegistration) return /^[a-z0-9.-]+\.lab\.internal\.$|\.arpa\.$/.test(name) && /^(A|AAAA|PTR)$/.test(type);
  return granted.some(({ types, globs }) => types.includes(type) && globs.some((glob) => glob(name.slice(0, -1))));
};

describe('whatever servers say', () => {
  it('names are granted ones, and names, values and URLs are canonical', () => {
    const seen = { texts: 0, urls: 0 };
    fc.assert(
      fc.property(anyRoster, (servers) => {
        for (const rrset of inventorysOf(compose(inputOf(servers)).zones)) {
          expect(isAllowed(rrset), rrset.name).toBe(true);
          expect(rrset.name).toMatch(/^[a-z0-9/.-]+$/);
          expect(parseName(rrset.name)).toBe(rrset.name);
          for (const { rdata } of rrset.values) {
            expect(parseRdata(rrset.type, rdata)).toBe(rdata);
            if (rrset.type === 'TXT') {
              seen.texts += 1;
              expect(rdata).toMatch(
                /^"(?:[ !#-[\]-~]|\\["\\]|\\[0-9]{3})*"(?: "(?:[ !#-[\]-~]|\\["\\]|\\[0-9]{3})*")*$/,
              );
            }
          }
          for (const [ip, url] of Object.entries(rrset.healthCheck?.urls ?? {})) {
            seen.urls += 1;
            expect(url).toMatch(/^https:\/\/(?:[0-9.]+|\[[0-9a-f:]+\])\/[A-Za-z0-9._~-]+$/);
            expect(rrset.values.map(({ rdata }) => rdata)).toContain(ip);
          }
        }
      }),
      { numRuns: 1_000 },
    );
    expect(Math.min(seen.texts, seen.urls)).toBeGreaterThan(50);
  });

  it('the order of the roster makes no difference', () => {
    fc.assert(
      fc.property(anyRoster, (servers) => {
        expect(compose(inputOf(servers.toReversed()))).toEqual(compose(inputOf(servers)));
      }),
      { numRuns: 500 },
    );
  });

  it('what zone files have is as it was, or its name is quarantined', () => {
    fc.assert(
      fc.property(anyRoster, (servers) => {
        const { zones } = compose(inputOf(servers));
        zones.forEach((zone, i) => {
          const before = hostileZones[i]?.rrsets ?? [];
          const whole = new Set(zone.quarantined.filter(({ type }) => type === null).map(({ name }) => name));
          expect(zone.rrsets.filter((rrset) => !isInventorys(rrset))).toEqual(
            before.filter(({ name }) => !whole.has(name)),
          );
          const quarantined = new Set(zone.quarantined.map(({ name, type }) => `${name} ${type}`));
          for (const { name, type } of zone.rrsets)
            expect(quarantined.has(`${name} ${type}`) || whole.has(name)).toBe(false);
          expect(new Set(zone.rrsets.map(({ name, type }) => `${name} ${type}`)).size).toBe(zone.rrsets.length);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('problems do not grow with the servers', () => {
    const many = Array.from(
      { length: 2_000 },
      (_, i): RosterServer =>
        make.newcomer(
          make.server(`s${i}`, [`192.0.2.${i % 250}`, '169.254.1.1', `2001:db8:1::${i.toString(16)}`], {
            labels: ['mail', 'pool', 'web'],
            attributes: { x: hostileTexts[i % hostileTexts.length] ?? '', environment: 'a' },
          }),
        ),
    );
    const unlike = many.map(
      (entry, i): RosterServer => ({ ...entry, server: { ...entry.server, ips: [`198.18.${i >> 8}.${i & 255}`] } }),
    );
    expect(compose(inputOf(unlike)).problems.length).toBeLessThan(30);
  });

  it('a server beside it that shares nothing is served the same', () => {
    const honest = make.present(
      make.server('honest', ['192.0.2.100'], { labels: ['mail'], attributes: { x: 'good', y: 'day' } }),
    );
    const own = (zones: readonly DesiredZone[]): readonly string[] =>
      make.linesOf(zones).filter((line) => /honest|good|192\.0\.2\.100/.test(line));
    const alone = own(compose(inputOf([honest])).zones);
    expect(alone).toHaveLength(8);
    const bad = fc.record({ x: hostile, y: hostile }).filter(({ x, y }) => !`${x}${y}`.includes('good'));
    fc.assert(
      fc.property(fc.array(bad, { minLength: 1, maxLength: 5 }), (attributes) => {
        const others = attributes.map((each, i) =>
          make.newcomer(make.server(`bad${i}`, [`192.0.2.${i + 1}`], { labels: ['mail'], attributes: each })),
        );
        expect(own(compose(inputOf([honest, ...others])).zones)).toEqual(alone);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the change of one server', () => {
  it('names the same rivals of an address as composing everything does', () => {
    const at = (name: string, ip: string) => make.newcomer(make.server(name, [ip]));
    const others = [at('a', '192.0.2.1'), at('c', '192.0.2.1')];
    const next = at('b', '192.0.2.1');
    const before = composition(inputOf([...others, at('b', '192.0.2.2')]));
    const wanted = compose(inputOf([...others, next])).zones.flatMap(({ quarantined }) => quarantined);
    const { merged } = affectedBy(before, new Map([['lab/b', next]]));
    expect(merged.flatMap(({ quarantined }) => quarantined).toSorted(byKey)).toEqual(wanted.toSorted(byKey));
    expect(wanted).not.toEqual([]);
  });

  it('composes its names as composing everything does', () => {
    fc.assert(
      fc.property(
        anyRoster,
        anyEntry,
        fc.integer({ min: 0, max: 20 }),
        fc.boolean(),
        (servers, other, pick, isRemoved) => {
          const old = servers[pick] ?? null;
          const next: RosterServer | null = isRemoved
            ? null
            : {
                ...other,
                server: {
                  ...other.server,
                  ...(old === null ? {} : { name: old.server.name, inventory: old.server.inventory }),
                },
              };
          const key = next ?? old;
          const rest = servers.filter(
            ({ server }) => server.name !== key?.server.name || server.inventory !== key.server.inventory,
          );
          const before = composition(inputOf(servers));
          const after = compose(inputOf(next === null ? rest : [...rest, next]));
          const changed = new Map(key === null ? [] : [[serverKey(key.server), next]]);
          const affected = affectedBy(before, changed);
          const { names, merged } = affected;
          const touched = new Set(names);
          const at = (zones: readonly DesiredZone[], isIn: boolean) =>
            zones.map((zone) => ({
              rrsets: inventorysOf([zone])
                .filter(({ name }) => touched.has(name) === isIn)
                .toSorted(byKey),
              quarantined: zone.quarantined.filter(({ name }) => touched.has(name) === isIn).toSorted(byKey),
              protected: (zone.protected ?? []).filter(({ name }) => touched.has(name) === isIn).toSorted(byKey),
            }));
          expect(at(compose(inputOf(servers)).zones, false)).toEqual(at(after.zones, false));
          const anew = hostileZones.map(({ id }) => {
            const here = merged.filter(({ entry }) => entry.name === id.name);
            return {
              rrsets: here.flatMap(({ rrsets }) => rrsets).toSorted(byKey),
              quarantined: here.flatMap(({ quarantined }) => quarantined).toSorted(byKey),
              protected: here.flatMap((each) => each.protected).toSorted(byKey),
            };
          });
          expect(anew).toEqual(at(after.zones, true));
          bringIn(before, affected, changed);
          const whole = composition(inputOf(next === null ? rest : [...rest, next]));
          expect(contentOf(before)).toEqual(contentOf(whole));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

/** All that a later change of a server is composed from. */
const contentOf = ({ byName, byServer, entries, index }: Composition) => {
  const others = [...entries.values()].flatMap(({ server, known }) => [
    server,
    ...(known === null ? [] : [known.server]),
  ]);
  const lists = [
    ...others.map(({ name }) => index.withName(name)),
    ...others.flatMap(({ ips }) => ips.flatMap((ip) => [index.withAddress(ip), index.formerlyWith(ip)])),
  ];
  return {
    names: [...byName].map(([name, there]) => [name, 'kind' in there ? [there] : there]).toSorted(byKey),
    servers: [...byServer]
      .map(([key, { allocation, contributions }]) => ({ key, allocation, contributions }))
      .sort(byKey),
    entries: [...entries].sort(byKey),
    lists: lists.map((list) => list.map(({ server }) => serverKey(server))).sort(byKey),
  };
};

const byKey = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
