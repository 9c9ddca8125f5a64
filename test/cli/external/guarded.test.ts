import { describe, expect, it } from 'vitest';
import { guarded } from '../../../src/cli/external/guarded.ts';
import { HostmasterError, SyntaxProblem } from '../../../src/model/errors.ts';
import type { Provider, RRset, WriteResult, ZoneSnapshot } from '../../../src/provider.ts';

// A provider of somebody else, with faults of all kinds: each is told as its own, and none is compared with anything.

const zone = { name: 'example.com.', view: null };
const www: RRset = { name: 'www.example.com.', type: 'A', ttl: 300, values: [{ rdata: '192.0.2.1', origins: [] }] };
const good: ZoneSnapshot = { status: 'read', zone, fingerprint: '1', rrsets: [www], unreadable: [] };
const values = (...texts: readonly string[]) => texts.map((rdata) => ({ rdata, origins: [] }));

const provider: Provider = {
  supports: {
    ...{ types: ['A'], refuses: {}, unknown_types: true, escaped_names: true, synthesised: [], own_types: [] },
    ...{ min_ttl: 0, max_ttl: 86_400, atomic: true, max_changes: 9, max_bytes: 999, bytes_per_change: 1 },
    ...{ bytes_per_value: 1, max_rrset_bytes: 999, parallel_zones: 1, cas: 'native', verify: 'none' },
    ...{ health_checks: false, creates_zones: false },
  },
  listZones: async () => [],
  read: async () => good,
  apply: async () => ({ status: 'applied', fingerprint: null, raced: false }),
  createZone: async () => undefined,
  deleteZone: async () => undefined,
};

const context = { config: {}, secrets: {}, folder: '/nowhere' };
const withIts = (members: object, more: object = {}): Provider =>
  guarded({ ...provider, ...members }, 'try', { ...context, ...more });

const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe('what it reads', () => {
  it.each<readonly [string, unknown]>([
    ['it gave no snapshot', undefined],
    ['it gave neither "read", "unchanged" nor "missing"', { ...good, status: 'ok' }],
    ['its snapshot lacks the list of rrsets or of unreadable', { ...good, unreadable: undefined }],
    ['its fingerprint is neither text nor null', { ...good, fingerprint: 7 }],
    ['an RRset is not {name, type, ttl, values}', { ...good, rrsets: [{ ...www, ttl: '300' }] }],
    ['an RRset is not {name, type, ttl, values}', { ...good, rrsets: [{ ...www, values: ['192.0.2.1'] }] }],
    ['it gave www.example.com. A twice', { ...good, rrsets: [www, www] }],
    ['the name of WWW.example.com. A is not canonical', { ...good, rrsets: [{ ...www, name: 'WWW.example.com.' }] }],
    ['the name of www A is not canonical', { ...good, rrsets: [{ ...www, name: 'www' }] }],
    ['the name of a..b. A is not canonical', { ...good, rrsets: [{ ...www, name: 'a..b.' }] }],
    ['www.example.net. A is not in the zone', { ...good, rrsets: [{ ...www, name: 'www.example.net.' }] }],
    ['the type of www.example.com. a is not canonical', { ...good, rrsets: [{ ...www, type: 'a' }] }],
    ['www.example.com. A has no values', { ...good, rrsets: [{ ...www, values: [] }] }],
    [
      'the value 2001:DB8::1 of www.example.com. AAAA is not canonical',
      { ...good, rrsets: [{ ...www, type: 'AAAA', values: values('2001:DB8::1') }] },
    ],
    [
      'the values of www.example.com. A are not sorted, or one is there twice: makeRRset makes them so',
      { ...good, rrsets: [{ ...www, values: values('192.0.2.2', '192.0.2.1') }] },
    ],
    [
      'the values of www.example.com. A are not sorted, or one is there twice: makeRRset makes them so',
      { ...good, rrsets: [{ ...www, values: values('192.0.2.1', '192.0.2.1') }] },
    ],
  ])('is refused where it cannot be compared: %s', async (says, result) => {
    const error = await thrownBy(withIts({ read: async () => result }).read(zone));
    expect(error).toBeInstanceOf(HostmasterError);
    expect(error).toMatchObject({ code: 'TARGET_UNREACHABLE', kind: 'wait' });
    expect(String(error)).toContain(`the provider try has a bug, in read: ${says}; tell whoever wrote it`);
  });

  it.each<readonly [string, unknown]>([
    ['an RRset', good],
    ['what is stored and not served', { ...good, rrsets: [{ ...www, values: [], disabled: ['192.0.2.1'] }] }],
    [
      'what it cannot read',
      { ...good, rrsets: [], unreadable: [{ name: 'X', type: 'A', why: 'it is not canonical' }] },
    ],
    ['a type by its number', { ...good, rrsets: [{ ...www, type: 'TYPE65280', values: values('\\# 1 00') }] }],
    ['no zone', { status: 'missing' }],
    ['nothing new', { status: 'unchanged' }],
  ])('is taken as it is: %s', async (_, result) => {
    expect(await withIts({ read: async () => result }).read(zone)).toBe(result);
  });
});

describe('what it throws', () => {
  const write = { zone, changes: [], expect: null };
  const fails = async () => {
    throw new TypeError('no way\nat all');
  };

  it.each(['listZones', 'expect', 'finish', 'mark', 'createZone', 'deleteZone', 'delegation'] as const)(
    'is told as its own: %s',
    async (method) => {
      const call: unknown = withIts({ [method]: fails })[method];
      const error = await thrownBy(typeof call === 'function' ? call(zone) : Promise.resolve());
      expect(error).toMatchObject({ code: 'TARGET_UNREACHABLE', kind: 'wait' });
      expect(String(error)).toContain(`the provider try has a bug, in ${method}: no way; tell whoever wrote it`);
    },
  );

  it.each<readonly [string, () => Promise<unknown>]>([
    ['no way', fails],
    ['it gave neither "applied" nor "refused"', async () => undefined],
    ['it gave neither "applied" nor "refused"', async () => ({ status: 'refused' })],
  ])('in a write leaves open what was written: %s', async (says, apply) => {
    const error = await thrownBy(withIts({ apply }).apply(write));
    expect(error).toMatchObject({ code: 'WRITE_UNKNOWN' });
    expect(String(error)).toContain(`the provider try has a bug, in apply: ${says}; tell whoever wrote it`);
  });

  it('is told where it has no promise yet', () => {
    const cut = () => {
      throw new SyntaxProblem('no name');
    };
    expect(() => withIts({ cut }).cut?.(zone, [])).toThrow('the provider try has a bug, in cut: no name');
  });

  it('stays as it is where it is an error of ours, also of another copy, or where the command is stopped', async () => {
    const ours = new HostmasterError('ZONE_MISSING', 'stop', 'gone');
    const theirs = Object.assign(new Error('gone'), { name: 'HostmasterError', code: 'ZONE_MISSING', kind: 'stop' });
    for (const error of [ours, theirs]) {
      expect(await thrownBy(withIts({ apply: () => Promise.reject(error) }).apply(write))).toBe(error);
    }
    const stopped = new DOMException('stopped', 'AbortError');
    const aborted = withIts({ read: () => Promise.reject(stopped) }, { signal: AbortSignal.abort() });
    expect(await thrownBy(aborted.read(zone))).toBe(stopped);
  });
});

describe('what it has', () => {
  it('stays its own, of a class, frozen, or missing', async () => {
    class Own {
      #calls = 0;
      supports = provider.supports;
      listZones = provider.listZones;
      createZone = provider.createZone;
      deleteZone = provider.deleteZone;
      read() {
        return Promise.resolve(good);
      }
      async apply(): Promise<WriteResult> {
        this.#calls += 1;
        return { status: 'applied', fingerprint: String(this.#calls), raced: false };
      }
      nameServers() {
        return [{ address: '127.0.0.1', port: this.#calls }];
      }
    }
    const own: Provider = guarded(Object.freeze(new Own()), 'own', context);
    expect(await own.apply({ zone, changes: [], expect: null })).toMatchObject({ fingerprint: '1' });
    expect([own.nameServers?.(), own.finish, own.supports]).toEqual([
      [{ address: '127.0.0.1', port: 1 }],
      undefined,
      provider.supports,
    ]);
  });
});
