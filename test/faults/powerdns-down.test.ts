import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Ended } from '../command.ts';
import { type Proxy as FaultyProxy, type PowerDns, startPowerDns, startProxy } from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, contentOf, expectPlain, makeZone, rrset } from './zone.ts';

// PowerDNS is not there, goes away in the middle, or says nothing for longer than the default time-out.

const zone = 'down.test.';
const fileOf = (address: string): string => `${apexYaml}www: {type: A, ttl: 300, values: [${address}]}\n`;

let pdns: PowerDns;
let proxy: FaultyProxy;
let repository: Repository;

/** The lines of stdout that say what is wrong. */
const wrong = ({ stdout }: Ended): readonly string[] =>
  stdout.split('\n').filter((line) => line.includes('error [') || / at pdns: /.test(line));

const run = async (...args: readonly string[]): Promise<Ended> => {
  const ended = await repository.run(...args);
  expectPlain(pdns, ended);
  expect(ended.stderr.replace(waiting, '')).toBe('');
  return ended;
};

/** What the next apply says where a write of the one before had no answer. */
const waiting =
  /^hostmaster: an apply that was ended may still have writes on their way to down\.test\. at pdns; waiting for them\n/;

beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite' });
  proxy = await startProxy(pdns.url);
  await makeZone(pdns, zone, [rrset(`www.${zone}`, 'A', '192.0.2.1')]);
});
beforeEach(() => {
  proxy.handle(null);
});
afterAll(async () => {
  await proxy.stop();
  await pdns.stop();
});

describe('PowerDNS down', () => {
  beforeAll(() => {
    repository = makeRepository({
      targets: { pdns: targetOf(pdns) },
      zones: { [zone]: {} },
      files: { 'down.test': fileOf('192.0.2.2') },
    });
  });

  it('plan and apply say so in one line, exit 1, and nothing is lost', async () => {
    await pdns.kill();
    for (const args of [['plan'], ['apply', '--yes'], ['apply', '--yes', '--format', 'json']]) {
      const ended = await run(...args);
      expect(ended.code).toBe(1);
      if (args.includes('json')) {
        const { problems, targets } = JSON.parse(ended.stdout);
        const code = 'TARGET_UNREACHABLE';
        expect(problems).toMatchObject([{ rule: 'target-unreachable', severity: 'error', target: 'pdns', code }]);
        expect(targets).toMatchObject([{ name: 'pdns', status: 'unreachable', code }]);
      } else {
        expect(wrong(ended)).toEqual([
          `target pdns: error [target-unreachable] GET ${pdns.url}/api/v1/servers/localhost/config: nothing listens there; start PowerDNS with its API there, or correct url`,
        ]);
      }
    }
    await pdns.restart();
    expect(await contentOf(pdns, zone)).toEqual(['www A 300 192.0.2.1']);
  });
});

describe('PowerDNS that goes down in the middle', () => {
  beforeAll(() => {
    repository = makeRepository({
      targets: { pdns: targetOf({ ...pdns, url: proxy.url }) },
      zones: { [zone]: {} },
      files: { 'down.test': fileOf('192.0.2.2') },
    });
  });

  it('between config and read is one line that says what was not read', async () => {
    proxy.handle(async ({ path }) => {
      if (!path.includes('/zones/')) return undefined;
      await pdns.kill();
      return { kind: 'refuse' };
    });
    const ended = await run('apply', '--yes');
    await pdns.restart();
    expect(ended.code).toBe(1);
    const [line, ...more] = wrong(ended);
    expect(line).toContain(`GET ${proxy.url}/api/v1/servers/localhost/zones/${zone}: `);
    expect(line).toContain(`${zone} was not read, and nothing of that is planned`);
    expect(more).toEqual([]);
    expect(await contentOf(pdns, zone)).toEqual(['www A 300 192.0.2.1']);
  });

  it('at the write says that nobody knows whether it was applied; the next apply finds out', async () => {
    proxy.handle(async ({ method }) => {
      if (method !== 'PATCH') return undefined;
      await pdns.kill();
      return { kind: 'refuse' };
    });
    const ended = await run('apply', '--yes');
    await pdns.restart();
    proxy.handle(null);
    expect(ended.code).toBe(1);
    const [line, ...more] = wrong(ended);
    expect(line).toContain(`PATCH ${proxy.url}/api/v1/servers/localhost/zones/${zone}: the connection was cut`);
    expect(line).toContain('it may or may not have been applied, as reading back failed too');
    expect(line).toContain('plan again to find out');
    expect(more).toEqual([]);
    expect(await contentOf(pdns, zone)).toEqual(['www A 300 192.0.2.1']);
    expect(await run('apply', '--yes')).toMatchObject({ code: 0, stderr: expect.stringMatching(waiting) });
    expect(await contentOf(pdns, zone)).toEqual(['www A 300 192.0.2.2']);
  });
});

describe('PowerDNS that goes down with many zones to write', () => {
  it('is given up after three zones, and the end says what was not applied', async () => {
    const zones = Array.from({ length: 12 }, (_, i) => `many${String(i).padStart(2, '0')}.test.`);
    for (const each of zones) await makeZone(pdns, each, [rrset(`www.${each}`, 'A', '192.0.2.1')]);
    repository = makeRepository({
      targets: { pdns: targetOf({ ...pdns, url: proxy.url }) },
      zones: Object.fromEntries(zones.map((each) => [each, {}])),
      files: Object.fromEntries(zones.map((each) => [each.slice(0, -1), fileOf('192.0.2.2')])),
    });
    proxy.handle(async ({ method, path }) => {
      if (method !== 'PATCH' || !path.includes('many02')) return undefined;
      await pdns.kill();
      return { kind: 'refuse' };
    });
    const ended = await run('apply', '--yes');
    await pdns.restart();
    expect(ended.code).toBe(1);
    const lines = wrong(ended).filter((line) => line.includes(': '));
    expect(lines.slice(0, 3).map((line) => line.split(' ')[0])).toEqual(zones.slice(2, 5));
    expect(lines.slice(3)).toEqual(['7 zones at pdns: not tried: pdns gave no answer for 3 zones in a row']);
    expect(ended.stdout).toContain('Applied: 2 changes in 2 zones; not applied: 10 changes in 10 zones.');
    for (const [i, each] of zones.entries()) {
      expect(await contentOf(pdns, each)).toEqual([`www A 300 192.0.2.${i < 2 ? 2 : 1}`]);
    }
  });
});

describe('PowerDNS that is silent', () => {
  it('for 10 s and more: the default time-out ends it in one line, and it goes on once it answers again', async () => {
    const { timeout: _unset, ...target } = targetOf(pdns);
    repository = makeRepository({
      targets: { pdns: target },
      zones: { [zone]: {} },
      files: { 'down.test': fileOf('192.0.2.3') },
    });
    pdns.pause();
    const since = Date.now();
    const ended = await run('apply', '--yes');
    const lasted = Date.now() - since;
    pdns.resume();
    expect(ended.code).toBe(1);
    expect(wrong(ended)).toEqual([
      `target pdns: error [target-unreachable] GET ${pdns.url}/api/v1/servers/localhost/config: no answer in time (timeout 10 s); see whether it is well`,
    ]);
    const again = Date.now();
    expect(await run('apply', '--yes')).toMatchObject({ code: 0 });
    const usual = Date.now() - again;
    expect(lasted).toBeGreaterThan(10_000);
    // It was asked once: twice would be 20 s, beside what a command takes here and now.
    expect(lasted).toBeLessThan(20_000 + 5 * usual);
    expect(await contentOf(pdns, zone)).toEqual(['www A 300 192.0.2.3']);
  });
});
