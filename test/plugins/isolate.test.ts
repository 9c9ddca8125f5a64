import { describe, expect, it } from 'vitest';
import { HostmasterError, SyntaxProblem } from '../../src/model/errors.ts';
import { isolated } from '../../src/plugins/isolate.ts';
import type { Change, Provider, RRset, WriteResult, ZoneSnapshot } from '../../src/provider.ts';

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
  isolated({ ...provider, ...members }, 'try', { ...context, ...more });

const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe('what it reads', () => {
  it.each<readonly [string, unknown]>([
    ['it returned no snapshot', undefined],
    ['it returned "unchanged" without being given "since"', { status: 'unchanged' }],
    ['it returned neither "read", "unchanged" nor "missing"', { ...good, status: 'ok' }],
    ['its snapshot lacks the list of rrsets or of unreadable', { ...good, unreadable: undefined }],
    ['its fingerprint is neither a string nor null', { ...good, fingerprint: 7 }],
    ['its snapshot is not of the zone that was asked for', { ...good, zone: undefined }],
    ['its snapshot is not of the zone that was asked for', { ...good, zone: { name: 'example.net.', view: null } }],
    ['what is unreadable is not {name, type, why}', { ...good, unreadable: [www] }],
    ['an RRset is not {name, type, ttl, values}', { ...good, rrsets: [{ ...www, disabled: true }] }],
    ['an RRset is not {name, type, ttl, values}', { ...good, rrsets: [{ ...www, ttl: '300' }] }],
    ['an RRset is not {name, type, ttl, values}', { ...good, rrsets: [{ ...www, values: ['192.0.2.1'] }] }],
    ['it returned www.example.com. A twice', { ...good, rrsets: [www, www] }],
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
    expect(error).toMatchObject({ code: 'ZONE_UNREADABLE', kind: 'wait' });
    expect(String(error)).toContain(`the provider try has a bug in read: ${says}; report it to its author`);
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
  ])('is taken as it is: %s', async (_, result) => {
    expect(await withIts({ read: async () => result }).read(zone)).toEqual(result);
  });
});

const change: Change = {
  ...{ action: 'create', name: www.name, type: 'A', before: null },
  after: { ttl: 300, values: values('192.0.2.1', '192.0.2.2'), health_check: null },
};
const write = { zone, changes: [change], expect: null };

it('may say that nothing has changed where it is asked since when', async () => {
  const unchanged = { status: 'unchanged' };
  const options = { since: { fingerprint: '1', mark: 'm' } };
  expect(await withIts({ read: async () => unchanged }).read(zone, options)).toEqual(unchanged);
});

describe('what it gives', () => {
  const call = async (method: string, result: () => unknown): Promise<unknown> => {
    const member: unknown = Reflect.get(withIts({ [method]: result }), method);
    const args = method === 'apply' ? [write] : [zone, [change]];
    return typeof member === 'function' ? Reflect.apply(member, null, args) : null;
  };
  const refusedOf = (name: string) => ({ status: 'refused', refused: [{ name, type: 'A', message: 'no' }] });

  it.each<readonly [string, string, unknown]>([
    ['listZones', 'it returned no list', {}],
    ['listZones', 'a zone is not {name, fingerprint}', ['example.com.']],
    ['listZones', 'the name example.com is not canonical', [{ name: 'example.com', fingerprint: null }]],
    ['delegation', 'the name NS1.example.net. is not canonical', ['NS1.example.net.']],
    ['nameServers', 'a name server is not {address, port}', [{ address: 'ns1.example.net', port: 53 }]],
    ['mark', 'it returned no string', undefined],
    ['apply', 'its fingerprint is neither a string nor null', { status: 'applied', fingerprint: 7, raced: null }],
    // Else the same write would be sent for ever.
    ['apply', 'what it refused is not {name, type, message} of a change', refusedOf('www')],
    ['cut', 'it returned no list of lists', [change]],
    ['cut', 'what it returned is not the changes that it was given, each once', [[]]],
    ['cut', 'what it returned is not the changes that it was given, each once', [[change], [change]]],
  ])('is refused where it cannot be used: %s, %s', async (method, says, result) => {
    const error = await thrownBy(call(method, () => result));
    expect(error).toBeInstanceOf(HostmasterError);
    expect(String(error)).toContain(`the provider try has a bug in ${method}: ${says}`);
  });

  it.each<readonly [string, unknown]>([
    ['listZones', [{ name: 'example.com.', fingerprint: null }]],
    ['delegation', null],
    ['delegation', ['ns1.example.net.']],
    ['nameServers', [{ address: '::1', port: 53 }]],
    ['apply', refusedOf('www.example.com.')],
    ['apply', { status: 'refused', refused: [] }],
    ['cut', [[change]]],
  ])('is taken as it is: %s', async (method, result) => {
    expect(await call(method, () => result)).toEqual(result);
  });

  it('is looked at where it is no promise, too, and waited for where it is one of another kind', async () => {
    const bad = { ...good, rrsets: [www, www] };
    // biome-ignore lint/suspicious/noThenProperty: as the promises of older libraries are made
    const thenable = { then: (done: (result: unknown) => void) => done(bad) };
    for (const result of [bad, thenable]) {
      const read = withIts({ read: () => result }).read(zone);
      expect(String(await thrownBy(read))).toContain('it returned www.example.com. A twice');
    }
  });

  it('never changes what it is handed', async () => {
    const apply = async (given: { changes: { after: { values: unknown[] } }[] }) => {
      given.changes[0]?.after.values.reverse();
      given.changes.pop();
      return { status: 'applied', fingerprint: null, raced: false };
    };
    const before = structuredClone(write);
    await withIts({ apply }).apply(write, new AbortController().signal);
    expect(write).toEqual(before);
    const { signal } = new AbortController();
    const read = async (_: unknown, options: { readonly names: string[]; readonly signal: AbortSignal }) => {
      options.names.pop();
      expect(options.signal).toBe(signal);
      return good;
    };
    const options = { names: ['www.example.com.'], signal };
    await withIts({ read }).read(zone, options);
    expect(options.names).toEqual(['www.example.com.']);
  });
});

describe('what it throws', () => {
  const fails = async () => {
    throw new TypeError('no way\nat all');
  };

  it.each(['listZones', 'expect', 'finish', 'mark', 'createZone', 'deleteZone', 'delegation'] as const)(
    'is told as its own: %s',
    async (method) => {
      const call: unknown = withIts({ [method]: fails })[method];
      const error = await thrownBy(typeof call === 'function' ? call(zone) : Promise.resolve());
      expect(error).toMatchObject({ code: 'TARGET_UNREACHABLE', kind: 'wait' });
      expect(String(error)).toContain(`the provider try has a bug in ${method}: no way; report it to its author`);
    },
  );

  it.each<readonly [string, () => Promise<unknown>]>([
    ['no way', fails],
    ['it returned neither "applied" nor "refused"', async () => undefined],
    ['it returned neither "applied" nor "refused"', async () => ({ status: 'refused' })],
  ])('in a write leaves open what was written: %s', async (says, apply) => {
    const error = await thrownBy(withIts({ apply }).apply(write));
    expect(error).toMatchObject({ code: 'WRITE_UNKNOWN' });
    expect(String(error)).toContain(`the provider try has a bug in apply: ${says}; report it to its author`);
  });

  it('is told where it has no promise yet', () => {
    const cut = () => {
      throw new SyntaxProblem('no name');
    };
    expect(() => withIts({ cut }).cut?.(zone, [])).toThrow('the provider try has a bug in cut: no name');
  });

  it('is told where it makes health checks, but for what is wrong with one', () => {
    const fails = (error: Error) => () => {
      throw error;
    };
    const { healthChecks } = withIts({ healthChecks: { type: 'LUA', compile: fails(new TypeError('no way')) } });
    expect(healthChecks?.type).toBe('LUA');
    expect(() => healthChecks?.compile([www])).toThrow('the provider try has a bug in healthChecks.compile: no way');
    const fitted = fails(new SyntaxProblem('no path'));
    const costOf = fails(new SyntaxProblem('no price'));
    const { nativeChecks } = withIts({ nativeChecks: { fitted, costOf } });
    expect(() => nativeChecks?.fitted(www)).toThrow(/^no path$/);
    expect(() => nativeChecks?.costOf?.([])).toThrow('the provider try has a bug in nativeChecks.costOf: no price');
  });

  it.each<readonly [string, unknown]>([
    ["{ status: 500, reason: 'down' }", { status: 500, reason: 'down' }],
    ['no way', { message: 'no way', status: 500 }],
    ['undefined', undefined],
    ['[Object: null prototype] {}', Object.create(null)],
    ['who knows', Object.assign(new Error('who knows'), { name: 'HostmasterError' })],
  ])('is told where it is no error of anybody: %s', async (says, thrown) => {
    const error = await thrownBy(withIts({ read: () => Promise.reject(thrown) }).read(zone));
    expect(error).toMatchObject({ code: 'TARGET_UNREACHABLE' });
    expect(String(error)).toContain(`the provider try has a bug in read: ${says}; report it to its author`);
  });

  it('never shows a secret', async () => {
    const more = { secrets: { token: 's3cr3t' } };
    const wrong = async () => {
      throw new TypeError('GET https://api.example/?key=s3cr3t: no');
    };
    const refused = async () => {
      throw new HostmasterError('TARGET_REFUSED', 'stop', 'the key s3cr3t is wrong');
    };
    const error = await thrownBy(withIts({ read: wrong }, more).read(zone));
    expect(String(error)).toContain('GET https://api.example/?key=(secret): no');
    expect(await thrownBy(withIts({ read: refused }, more).read(zone))).toMatchObject({
      code: 'TARGET_REFUSED',
      kind: 'stop',
      message: 'the key (secret) is wrong',
    });
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
    const own: Provider = isolated(Object.freeze(new Own()), 'own', context);
    expect(await own.apply({ zone, changes: [], expect: null })).toMatchObject({ fingerprint: '1' });
    expect([own.nameServers?.(), own.finish, own.supports]).toEqual([
      [{ address: '127.0.0.1', port: 1 }],
      undefined,
      provider.supports,
    ]);
  });
});
