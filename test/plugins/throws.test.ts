import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../../src/model/problem.ts';
import type { ZoneResult } from '../../src/model/result.ts';
import { type Ended, hostmaster } from '../command.ts';
import { placeOf, repositoryOf } from './provider-repository.ts';

// One provider of somebody else that fails in every way that JavaScript has, a target for each: each fails alone, with its name,
// and the healthy target beside them is written.

const module = `
const supports = {
  types: ['A', 'NS', 'SOA', 'TXT'], refuses: {}, unknown_types: true, escaped_names: true, synthesised: [], own_types: [],
  min_ttl: 0, max_ttl: 86400, atomic: true, max_changes: 99, max_bytes: 99999, bytes_per_change: 1, bytes_per_value: 1,
  max_rrset_bytes: 65000, parallel_zones: 1, cas: 'native', verify: 'none', health_checks: false, creates_zones: true,
};
const toss = (what) => { throw what; };
const unspeakable = () => new Proxy(new Error('x'), { get: () => toss(new TypeError('no')), getPrototypeOf: () => toss(7) });
const ways = {
  'a TypeError': () => null.x,
  'a text': () => toss('on fire'),
  'undefined': () => toss(undefined),
  'null': () => toss(null),
  'a symbol': () => toss(Symbol('s')),
  'a number': () => toss(7),
  'a rejected promise': () => Promise.reject({ status: 500 }),
  'an error whose message throws': () => toss(Object.defineProperty(new Error(), 'message', { get: () => toss('again') })),
  'what nobody can look at': () => toss(unspeakable()),
};
const snapshotWays = {
  'a getter that throws': (good) => ({ ...good, get rrsets() { return toss('a getter'); } }),
  'a getter that throws the third time': (good) => {
    let times = 0;
    return { ...good, get unreadable() { times += 1; return times > 2 ? toss('late') : []; } };
  },
  'an RRset of null': (good) => ({ ...good, rrsets: [null] }),
  'values of null': (good) => ({ ...good, rrsets: [{ name: good.zone.name, type: 'A', ttl: 1, values: [null] }] }),
  'another zone': (good) => ({ ...good, zone: { name: 'example.net.', view: null } }),
  'a TTL that is none': (good) => ({ ...good, rrsets: [{ name: good.zone.name, type: 'TXT', ttl: -1, values: [{ rdata: '"a"', origins: [] }] }] }),
  'a number': () => 7,
  'nothing': () => undefined,
};
const openAt = (at) => async ({ config: { how } }) => {
  const [method, way] = how.split(': ');
  if (method === 'open') return (ways[way] ?? (() => ({ get supports() { return toss('a getter'); } })))();
  const zones = new Map();
  const own = {
    supports,
    listZones: async () => [],
    expect: async () => undefined,
    read: async (zone) => {
      const rrsets = zones.get(zone.name) ?? [];
      return { status: 'read', zone, fingerprint: null, rrsets, unreadable: [] };
    },
    apply: async ({ zone, changes }) => {
      zones.set(zone.name, changes.map(({ after, name, type }) => ({ name, type, ttl: after.ttl, values: after.values.map(({ rdata }) => ({ rdata, origins: [] })) })));
      return { status: 'applied', fingerprint: null, raced: false };
    },
    finish: async () => undefined,
    createZone: async () => undefined,
    deleteZone: async () => undefined,
    close: async () => undefined,
  };
  if (method === 'late') return { ...own, apply: async (write) => { await own.apply(write); return ways[way](); } };
  if (method === 'snapshot') {
    const good = own.read;
    return { ...own, read: async (zone) => snapshotWays[way](await good(zone)) };
  }
  return { ...own, [method]: ways[way] };
};
export const factory = {
  apiVersion: 1, name: 'bad', secrets: [], open: openAt(),
  schema: { type: 'object', properties: { how: { type: 'string' } } },
};
`;
const withoutServerId = module;
const withServerId = module.replace("name: 'bad',", "name: 'bad', serverId: () => toss(undefined),");

const ways = [
  ...['a TypeError', 'a text', 'undefined', 'null', 'a symbol', 'a number', 'a rejected promise'],
  ...['an error whose message throws', 'what nobody can look at'],
];
const snapshots = [
  ...['a getter that throws', 'an RRset of null', 'values of null'],
  ...['another zone', 'a TTL that is none', 'a number', 'nothing'],
];
const reading = [
  ...ways.map((way) => `read: ${way}`),
  ...snapshots.map((way) => `snapshot: ${way}`),
  ...['open: a TypeError', 'open: undefined', 'open: a rejected promise', 'open: a getter'],
];
const writing = [...ways.map((way) => `apply: ${way}`), 'finish: undefined', 'finish: a text', 'finish: a TypeError'];
const written = ways.map((way) => `late: ${way}`);
const harmless = [
  'snapshot: a getter that throws the third time',
  'expect: undefined',
  'expect: a TypeError',
  'close: undefined',
  'close: a text',
];
const all = [...reading, ...writing, ...written, ...harmless];

interface Report {
  readonly problems: readonly Problem[];
  readonly results: readonly ZoneResult[];
}

let ended: Ended;
let report: Report;
beforeAll(async () => {
  const entries = [
    ...all.map((how) => `provider: ./bad.js, how: '${how}'`),
    'provider: ./server-id.js',
    "provider: embedded, listen: '127.0.0.1:0', file: zones.sqlite",
  ];
  const files = { 'bad.js': withoutServerId, 'server-id.js': withServerId };
  const folder = repositoryOf(entries, files);
  const config = join(folder, 'hostmaster.yaml');
  ended = await hostmaster(['apply', '--yes', '--format', 'json', '--config', config, '--targets-from', config]);
  report = JSON.parse(ended.stdout);
});

const errorsAt = (how: string): readonly Problem[] =>
  report.problems.filter(({ severity, target }) => severity === 'error' && target === placeOf(all.indexOf(how)).target);
const resultAt = (i: number): ZoneResult | undefined =>
  report.results.find(({ target }) => target === placeOf(i).target);

describe('a provider that throws', () => {
  it.each(reading)('is the failure of its target alone: %s', (how) => {
    expect(errorsAt(how)).toHaveLength(1);
    const [{ message, rule } = { message: '', rule: '' }] = errorsAt(how);
    expect(message).toMatch(/^(?:the provider bad has a bug in|the provider bad returns)/);
    expect(message).not.toMatch(/\n| at .*:\d+:\d+\)/);
    expect(rule).toMatch(/^(?:target-unreachable|zone-unreadable|config)$/);
  });

  it.each(writing)('in a write is the error of its zone alone: %s', (how) => {
    const result = resultAt(all.indexOf(how));
    expect(result?.status).toBe('failed');
    expect(result?.error).toMatch(/bad has a bug in/);
    if (how.startsWith('finish')) {
      expect(result?.error).toContain('was applied');
      expect(result?.changes.map(({ status }) => status)).toEqual(['applied']);
    }
  });

  it.each(written)('once it has written is found out by reading back: %s', (how) => {
    expect(resultAt(all.indexOf(how))).toMatchObject({ status: 'applied', error: null });
  });

  it.each(harmless)('where nothing depends on it does no harm: %s', (how) => {
    expect(resultAt(all.indexOf(how))).toMatchObject({ status: 'applied' });
  });

  it('leaves the healthy target alone, and the command ends as it should', () => {
    expect(resultAt(all.length + 1)).toMatchObject({ status: 'applied', error: null });
    const serverId = report.problems.find(({ target }) => target === placeOf(all.length).target);
    expect(serverId?.message).toContain('the provider bad has a bug in serverId: undefined');
    expect(ended.code).toBe(1);
    expect(`${ended.stdout}${ended.stderr}`).not.toMatch(/internal error|^\s+at /m);
  });
});
