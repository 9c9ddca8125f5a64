import { createServer } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type CheckedRecord,
  type HealthChecks,
  type Provider,
  parseRdata,
  printCheckedLua,
  readCheckedLua,
  SyntaxProblem,
} from '../../../src/provider.ts';
import { askByDns, verifyZones } from '../../../src/verify/index.ts';
import { run } from '../../servers/child.ts';
import { digAll, type PowerDns, startPowerDns } from '../../servers/index.ts';
import { anyChecked } from './arbitrary.ts';
import { creating, creation, deleting, openProvider, readAll, zone } from './harness.ts';
import { checked, openScene, type Scene } from './health-scene.ts';

// Real listeners on loopback addresses, and what PowerDNS answers as they come and go.

let pdns: PowerDns;
let provider: Provider;
let checks: HealthChecks;

beforeAll(async () => {
  pdns = await startPowerDns({
    backend: 'sqlite',
    // Dozens of names of these tests ask their witness each second by TCP: PowerDNS takes 20 connections at once, if not told.
    settings: {
      'enable-lua-records': 'yes',
      'lua-health-checks-interval': '1',
      'max-tcp-connections': '500',
      loglevel: '5',
    },
  });
  provider = await openProvider(pdns);
  if (provider.healthChecks === undefined) throw new Error('it has no health checks');
  checks = provider.healthChecks;
  await provider.createZone(zone, creation);
});
afterAll(async () => {
  await provider.close?.();
  await pdns.stop();
});

const within = async (play: (scene: Scene) => Promise<void>): Promise<void> => {
  const scene = await openScene(pdns, provider, checks);
  try {
    await play(scene);
  } finally {
    await scene.close();
  }
};

const pair = ['127.0.0.2', '127.0.0.3'] as const;
const first = 'NOERROR 60 127.0.0.2';
const second = 'NOERROR 60 127.0.0.3';
const both = 'NOERROR 60 127.0.0.2 60 127.0.0.3';
const modes = [
  ['open', 'open', both],
  ['closed', 'closed', 'NOERROR'],
  ['backup', { backup: ['127.0.0.9', '2001:db8::9'] }, 'NOERROR 60 127.0.0.9'],
] as const;
const kinds = [
  ['a port', (port: number) => ({ port })],
  ['a URL each', (port: number) => ({ urls: Object.fromEntries(pair.map((ip) => [ip, `http://${ip}:${port}/up`])) })],
  ['one URL', (port: number) => ({ urls: Object.fromEntries(pair.map((ip) => [ip, `http://any.test:${port}/up`])) })],
] as const;
const cases = modes.flatMap(([mode, whenAllDown, whileDown]) =>
  kinds.map(([kind, probe]) => [mode, kind, whenAllDown, whileDown, probe] as const),
);

/** The LUA rdata of a name, as a secondary gets it. */
const transferred = async (owner: string): Promise<readonly string[]> => {
  const { address, port } = pdns.dns;
  const command = [
    'dig',
    '-r',
    `@${address}`,
    '-p',
    `${port}`,
    zone.name,
    'AXFR',
    '+unknownformat',
    '+noall',
    '+answer',
  ];
  const lines = (await run(command)).split('\n').filter((line) => line.startsWith(`${owner}\t`));
  return lines.map((line) => parseRdata('LUA', line.slice(line.indexOf('\\#'))));
};

const recordOf = (rdata: string): CheckedRecord => {
  const record = readCheckedLua(rdata);
  if (record === null) throw new Error(`it was not printed here: ${rdata}`);
  return record;
};

describe.concurrent('health checks', () => {
  it('take an address out while its port is closed, within the interval, and back in', () =>
    within(async ({ answer, becomes, down, port, up, write }) => {
      let checksOfOther = 0;
      const other = createServer((socket) => {
        checksOfOther += 1;
        socket.end();
      });
      await up('127.0.0.2', other);
      await up('127.0.0.3');
      await write(checked(pair, { port }));
      expect(await becomes(both)).toEqual([]);
      await down('127.0.0.3');
      // Counted in rounds of checks, since a machine may be slow: one that had begun, and the next one.
      const closed = checksOfOther;
      let late = closed;
      for (;;) {
        const asked = checksOfOther;
        const answered = await answer();
        if (answered === first) break;
        expect(answered).toBe(both);
        late = asked;
      }
      expect(late - closed).toBeLessThanOrEqual(3);
      await up('127.0.0.3');
      expect(await becomes(both)).toEqual([first]);
    }));

  it.each(cases)(
    'when_all_down %s, checked by %s: gives its answer while all are down, and never else',
    (_mode, _kind, when_all_down, whileDown, probe) =>
      within(async ({ answersFor, becomes, down, port, web, write }) => {
        await web('127.0.0.2');
        await write(checked(pair, { ...probe(port), when_all_down }));
        // Nothing is known yet, and all may be up.
        expect((await becomes(first)).filter((each) => each !== both)).toEqual([]);
        await down('127.0.0.2');
        // A witness that misses a check of its own leaves open what is up, and then all are answered.
        expect((await becomes(whileDown)).filter((each) => each !== first && each !== both)).toEqual([]);
        expect(await answersFor(1_200)).toEqual([whileDown]);
        await web('127.0.0.3');
        expect((await becomes(second)).filter((each) => each !== whileDown)).toEqual([]);
        await web('127.0.0.2');
        await becomes(both);
        expect(await answersFor(1_200)).toEqual([both]);
      }),
  );

  it.each(modes)(
    'when_all_down %s: new addresses alone never give the answer of all being down',
    (_mode, when_all_down) =>
      within(async ({ answersFor, becomes, port, up, write }) => {
        await up('127.0.0.2');
        await up('127.0.0.4');
        await write(checked(['127.0.0.2'], { port, when_all_down }));
        expect(await becomes(first)).toEqual([]);
        await answersFor(1_200);
        await write(checked(['127.0.0.4'], { port, when_all_down }));
        expect(await answersFor(2_500)).toEqual(['NOERROR 60 127.0.0.4']);
      }),
  );

  it('check IPv4 and IPv6 of one name, each for itself, with the smaller TTL', () =>
    within(async ({ answer, becomes, down, port, up, write }) => {
      const check = { port, when_all_down: { backup: ['127.0.0.9'] } };
      await up('127.0.0.2');
      await up('::1');
      const rrset = await write(checked(['127.0.0.2'], check), checked(['::1', '::2'], check, 30));
      expect(rrset).toMatchObject({ type: 'LUA', ttl: 30 });
      await becomes('NOERROR 30 ::1', 'AAAA');
      await becomes('NOERROR 30 127.0.0.2');
      await down('127.0.0.2');
      await becomes('NOERROR 30 127.0.0.9');
      expect(await answer('AAAA')).toBe('NOERROR 30 ::1');
      await down('::1');
      await becomes('NOERROR', 'AAAA');
    }));

  it('ask each server its own URL, with its own Host', () =>
    within(async ({ becomes, down, port, web, write }) => {
      const asked = [await web('127.0.0.2'), await web('127.0.0.3'), await web('127.0.0.4', 'other'), await web('::1')];
      const urls = {
        '127.0.0.2': `http://web2.example:${port}/healthz?of=2`,
        '127.0.0.3': `http://127.0.0.3:${port}/healthz`,
        '127.0.0.4': `http://web4.example:${port}/healthz`,
        '::1': `http://[::1]:${port}/healthz`,
      };
      const check = { urls, when_all_down: 'closed', string_match: 'fine' } as const;
      await write(checked(['127.0.0.2', '127.0.0.3', '127.0.0.4'], check), checked(['::1'], check));
      await becomes(both);
      await becomes('NOERROR 60 ::1', 'AAAA', () => asked.every(({ size }) => size > 0));
      expect(asked.map((each) => [...each])).toEqual([
        [`web2.example:${port} /healthz?of=2`],
        [`127.0.0.3:${port} /healthz`],
        [`web4.example:${port} /healthz`],
        [`[::1]:${port} /healthz`],
      ]);
      await down('::1');
      await becomes('NOERROR', 'AAAA');
      await down('127.0.0.3');
      await becomes(first);
      await web('::1');
      await becomes('NOERROR 60 ::1', 'AAAA');
    }));

  it('find any text in an answer that string_match asks for', () =>
    within(async ({ becomes, port, web, write }) => {
      const text = `{"status": 'ok', "für": "a\\b"}]]`;
      await web('127.0.0.2', `<<${text}>>`);
      await web('127.0.0.3', 'fine');
      const urls = Object.fromEntries(pair.map((address) => [address, `http://a.example:${port}/`]));
      await write(checked(pair, { urls, string_match: text }));
      await becomes(first);
    }));

  it('give up on a server that says nothing, after the timeout', () =>
    within(async ({ answersFor, becomes, port, up, web, write }) => {
      const silent = createServer(() => undefined);
      await up('127.0.0.2', silent);
      await web('127.0.0.3');
      const urls = Object.fromEntries(pair.map((address) => [address, `http://a.example:${port}/`]));
      await write(checked(pair, { urls, timeout: 1_000, when_all_down: 'closed' }));
      expect((await becomes(second)).filter((each) => each !== both)).toEqual([]);
      expect(await answersFor(1_200)).toEqual([second]);
    }));

  it('take 20 addresses with long URLs, which are transferred in strings of 255 octets', () =>
    within(async ({ becomes, down, owner, port, web, write }) => {
      const addresses = Array.from({ length: 20 }, (_, i) => `127.0.1.${i + 1}`).toSorted();
      for (const address of addresses) await web(address);
      const path = `healthz/${'x'.repeat(300)}`;
      const urls = Object.fromEntries(addresses.map((address) => [address, `http://${address}:${port}/${path}`]));
      const rrset = await write(checked(addresses, { urls, when_all_down: 'closed' }));
      const wanted = (some: readonly string[]) => ['NOERROR', ...some.map((each) => `60 ${each}`).sort()].join(' ');
      const others = addresses.filter((address) => address !== '127.0.1.7');
      await becomes(wanted(addresses));
      await down('127.0.1.7');
      await becomes(wanted(others));
      const rdata = rrset.values.map((value) => value.rdata);
      const read = (await readAll(provider, [owner])).rrsets.find(({ name, type }) => name === owner && type === 'LUA');
      expect(read?.values.map((value) => value.rdata)).toEqual(rdata);
      expect(await transferred(owner)).toEqual(rdata);
    }));

  it('are begun by verify, for IPv4 and for IPv6, and it takes what they say', () =>
    within(async ({ becomes, owner, port, web, write }) => {
      const asked = [await web('127.0.0.2'), await web('::1')];
      const urlOf = (host: string) => ({ urls: { [host.replace(/[[\]]/g, '')]: `http://${host}:${port}/` } });
      const check = { when_all_down: 'closed' } as const;
      const v4 = checked(['127.0.0.2'], { ...check, ...urlOf('127.0.0.2') });
      const rrset = await write(v4, checked(['::1'], { ...check, ...urlOf('[::1]') }));
      const verify = async (other: (rdata: string) => string) => {
        const values = rrset.values.map(({ rdata }) => ({ rdata: other(rdata) }));
        const answers = checks.answersOf(values.map(({ rdata }) => rdata));
        const nameservers = [{ label: 'pdns', ...pdns.dns }];
        const work = { zone, target: 'pdns', nameservers, rrsets: [{ ...rrset, values, checked: answers }], wait: 0 };
        const options = { ask: askByDns(), now: () => performance.now(), sleep: async () => undefined };
        return (await verifyZones([work], options)).differences;
      };
      expect(await verify((rdata) => rdata)).toEqual([]);
      await vi.waitFor(() => expect(asked.map(({ size }) => size)).toEqual([1, 1]), { timeout: 60_000, interval: 20 });
      const elsewhere = await verify((rdata) =>
        printCheckedLua({ ...recordOf(rdata), probe: { port, addresses: ['127.0.0.7'] } }),
      );
      expect(elsewhere).toMatchObject([{ name: owner, type: 'LUA', kind: 'differs', answered: ['60 127.0.0.2'] }]);
      await becomes(first);
    }));

  it('are gone with their RRset', () =>
    within(async ({ answer, owner, port, write }) => {
      const rrset = await write(checked(pair, { port }));
      expect(await answer()).toBe(both);
      const { fingerprint } = await readAll(provider);
      const gone = deleting(
        owner,
        'LUA',
        rrset.values.map(({ rdata }) => rdata),
      );
      await provider.apply({ zone, changes: [gone], expect: fingerprint });
      expect(await answer()).toBe('NXDOMAIN');
    }));
});

it('health checks are Lua that PowerDNS runs, whatever is asked for', async () => {
  const compiled = fc.sample(anyChecked, 600).flatMap((rrset, i) => {
    try {
      return [{ ...checks.compile([rrset]).rrset, name: `x${i}.${zone.name}`, asked: rrset.type }];
    } catch (error) {
      if (error instanceof SyntaxProblem) return [];
      throw error;
    }
  });
  expect(compiled.length).toBeGreaterThan(60);
  const some = compiled.slice(0, 60);
  const changes = some.map(({ name, ttl, values }) =>
    creating(
      name,
      'LUA',
      values.map(({ rdata }) => rdata),
      ttl,
    ),
  );
  const { fingerprint } = await readAll(provider);
  expect(await provider.apply({ zone, changes, expect: fingerprint })).toMatchObject({ status: 'applied' });
  const answers = await digAll(
    pdns.dns,
    some.map(({ asked, name }) => ({ name, type: asked })),
  );
  for (const [i, { asked, values }] of some.entries()) {
    const own = checks.addressesOf(values.map(({ rdata }) => rdata))?.toSorted();
    expect(answers[i]?.rcode).toBe('NOERROR');
    expect(answers[i]?.answers.map(({ rdata }) => parseRdata(asked, rdata)).sort()).toEqual(own);
  }
  const after = await readAll(provider);
  const gone = changes.map(({ name, type, after: was }) =>
    deleting(
      name,
      type,
      was?.values.map(({ rdata }) => rdata),
    ),
  );
  await provider.apply({ zone, changes: gone, expect: after.fingerprint });
});

it('health checks answer rightly just after PowerDNS restarted, all down or all up', async () => {
  const plays = await Promise.all(
    modes.map(async ([, when_all_down, whileDown]) => {
      const scene = await openScene(pdns, provider, checks);
      await scene.write(checked(pair, { port: scene.port, when_all_down }));
      return { scene, whileDown };
    }),
  );
  const each = (play: (scene: Scene, whileDown: string) => Promise<void>) =>
    Promise.all(plays.map(({ scene, whileDown }) => play(scene, whileDown)));
  await each(async ({ becomes }, whileDown) => void (await becomes(whileDown)));
  await pdns.restart();
  await each(async ({ becomes }, whileDown) => {
    expect((await becomes(whileDown)).filter((answer) => answer !== both)).toEqual([]);
  });
  await each(async ({ becomes, up }) => {
    for (const address of pair) await up(address);
    await becomes(both);
  });
  await pdns.restart();
  await each(async ({ answer, answersFor }) => {
    const allowed = [both, first, second];
    expect((await answersFor(3_000)).filter((seen) => !allowed.includes(seen))).toEqual([]);
    expect(await answer()).toBe(both);
  });
  await each(({ close }) => close());
});
