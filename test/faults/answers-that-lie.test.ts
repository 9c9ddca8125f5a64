import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Problem } from '../../src/model/problem.ts';
import type { ZoneResult } from '../../src/model/result.ts';
import { type Proxy as ApiProxy, type PowerDns, startPowerDns, startProxy } from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { type ApiRRset, apexYaml, contentOf, expectPlain, makeZone, rrset } from './zone.ts';

// What a target says is believed only where it adds up: nothing is planned from the rest, and everything else goes on.

const [lied, honest] = ['lied.test.', 'honest.test.'] as const;
const off: ApiRRset = { ...rrset(`off.${lied}`, 'A'), records: [{ content: '192.0.2.8', disabled: true }] };
let pdns: PowerDns;
let proxy: ApiProxy;
let repository: Repository;

beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite' });
  proxy = await startProxy(pdns.url);
});
afterAll(async () => {
  await proxy.stop();
  await pdns.stop();
});
beforeEach(async () => {
  proxy.handle(null);
  for (const zone of [lied, honest]) {
    await pdns.api('DELETE', `/zones/${zone}`);
    await makeZone(pdns, zone, [rrset(`www.${zone}`, 'A', '192.0.2.1'), ...(zone === lied ? [off] : [])]);
  }
  const wanted = `${apexYaml}www: {type: A, ttl: 300, value: 192.0.2.2}\noff: {type: A, ttl: 300, value: 192.0.2.8}\n`;
  repository = makeRepository({
    targets: {
      pdns: targetOf({ ...pdns, url: proxy.url }),
      try: { provider: 'embedded', listen: '127.0.0.1:0', file: 'zones.sqlite' },
    },
    zones: { [lied]: { create: true }, [honest]: { create: true } },
    files: { 'lied.test': wanted, 'honest.test': wanted },
  });
});

interface Report {
  readonly problems: readonly Problem[];
  readonly results: readonly ZoneResult[];
}

const apply = async (...args: readonly string[]) => {
  const ended = await repository.run('apply', '--yes', '--format', 'json', ...args);
  expectPlain(pdns, ended);
  const report: Report = JSON.parse(ended.stdout);
  const errors = report.problems.filter(({ severity }) => severity === 'error');
  const applied = report.results
    .filter(({ status }) => status === 'applied')
    .map(({ target, zone }) => `${zone} ${target}`);
  return { ...ended, ...report, errors, applied: applied.toSorted() };
};

const before = ['off A 300 (192.0.2.8)', 'www A 300 192.0.2.1'];
const everywhereElse = ['honest.test. pdns', 'honest.test. try', 'lied.test. try'];

const zoneBody = async (zone: string): Promise<{ readonly rrsets: readonly ApiRRset[] }> => {
  const { body } = await pdns.api('GET', `/zones/${zone}`);
  return body as { readonly rrsets: readonly ApiRRset[] };
};

describe('a zone that is answered', () => {
  it.each<readonly [string, string, () => Promise<unknown>]>([
    ['without its SOA and all else', 'no SOA at the apex', async () => ({ ...(await zoneBody(lied)), rrsets: [] })],
    ['as another zone', 'is the zone "honest.test."', () => zoneBody(honest)],
    [
      "with another zone's RRset",
      'k8s.honest.test. A is not in the zone',
      async () => {
        const body = await zoneBody(lied);
        const records = [{ content: '203.0.113.9', disabled: false }];
        return { ...body, rrsets: [...body.rrsets, { ...rrset(`k8s.${honest}`, 'A'), records }] };
      },
    ],
    ['as [null]', 'its answer is no zone', async () => [null]],
  ])('%s: nothing of it is written or planned, the other zone and the other target are', async (_case, says, body) => {
    const answer = JSON.stringify(await body());
    proxy.handle(({ method, path }) =>
      method === 'GET' && path.endsWith(`/zones/${lied}`) ? { kind: 'answer', status: 200, body: answer } : undefined,
    );
    const { applied, code, errors, results } = await apply();
    expect(code).toBe(1);
    expect(errors).toMatchObject([{ rule: 'zone-unreadable', target: 'pdns', zone: lied }]);
    expect(errors[0]?.message).toContain(says);
    expect(errors[0]?.message).toContain('nothing of that is planned');
    expect(applied).toEqual(everywhereElse);
    expect(results.some(({ target, zone }) => target === 'pdns' && zone === lied)).toBe(false);
    expect(await contentOf(pdns, lied)).toEqual(before);
  });
});

it('a list of [null] is the failure of its target, and the healthy one is written', async () => {
  proxy.handle(({ path }) => (path.endsWith('/config') ? { kind: 'answer', status: 200, body: '[null]' } : undefined));
  const { applied, code, errors } = await apply();
  expect(code).toBe(1);
  expect(errors).toMatchObject([{ rule: 'target-unreachable', target: 'pdns' }]);
  expect(applied).toEqual(['honest.test. try', 'lied.test. try']);
});

it('what is disabled is served where the file wants it, and that is said', async () => {
  const { code, problems } = await apply();
  expect(code).toBe(0);
  expect(problems.filter(({ rule }) => rule === 'serves-disabled')).toMatchObject([
    { severity: 'warning', target: 'pdns', zone: lied, file: 'zones/lied.test.yaml', line: 3 },
  ]);
  expect(await contentOf(pdns, lied)).toEqual(['off A 300 192.0.2.8', 'www A 300 192.0.2.2']);
});

describe('a write that was taken is applied', () => {
  const changesAt = (results: readonly ZoneResult[]) =>
    results.find(({ target, zone }) => target === 'pdns' && zone === honest);
  /** From the first write to the zone on. */
  const afterWrite = (fault: (path: string) => ReturnType<Exclude<Parameters<ApiProxy['handle']>[0], null>>): void => {
    let written = false;
    proxy.handle(({ method, path }) => {
      written ||= method === 'PATCH' && path.endsWith(`/zones/${honest}`);
      return written && method !== 'PATCH' ? fault(path) : undefined;
    });
  };

  it('though every request for metadata after it fails', async () => {
    afterWrite((path) =>
      path.includes('/metadata') ? { kind: 'answer', status: 500, body: '{"error":"no"}' } : undefined,
    );
    const { results, stderr } = await apply();
    expect(changesAt(results)).toMatchObject({ status: 'applied', error: null });
    expect(stderr).toContain('could not save the state of honest.test. at pdns; the next run reads it in full');
    expect(await contentOf(pdns, honest)).toEqual(['off A 300 192.0.2.8', 'www A 300 192.0.2.2']);
  });

  it('though soa_edit_api is null in every answer', async () => {
    proxy.handle(async ({ method, path }) => {
      if (method !== 'GET' || !path.includes(`/zones/${honest}`) || path.includes('metadata')) return undefined;
      const reply = await fetch(`${pdns.url}${path}`, { headers: { 'x-api-key': pdns.apiKey } });
      const body = (await reply.text()).replace(/"soa_edit_api": ?"[^"]*"/, '"soa_edit_api":null');
      return { kind: 'answer', status: reply.status, body };
    });
    const { code, results } = await apply();
    expect([code, changesAt(results)?.status]).toEqual([0, 'applied']);
  });

  it('though it cannot be read back, and that is the error', async () => {
    // Where no serial moves with a write, only what is read back tells whether somebody else wrote too.
    await pdns.api('PUT', `/zones/${honest}`, { soa_edit_api: 'EPOCH' });
    afterWrite((path) =>
      path.includes(`/zones/${honest}`) ? { kind: 'answer', status: 500, body: '{"error":"no"}' } : undefined,
    );
    const { code, results } = await apply();
    const result = changesAt(results);
    expect(code).toBe(1);
    expect(result?.status).toBe('failed');
    expect(result?.error).toMatch(/was applied, and could not be read back/);
    expect(result?.changes.map(({ status }) => status)).toEqual(['applied', 'applied']);
    expect(await contentOf(pdns, honest)).toEqual(['off A 300 192.0.2.8', 'www A 300 192.0.2.2']);
  });
});
