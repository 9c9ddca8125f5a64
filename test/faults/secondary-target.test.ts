import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { key } from '../providers/rfc2136/harness.ts';
import {
  type DnsAddress,
  dig,
  type PowerDns,
  startBind,
  startKnot,
  startPowerDns,
  uncached,
} from '../servers/index.ts';
import { startInventory } from '../servers/inventory.ts';
import { secretOf } from '../servers/secret.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, makeZone } from './zone.ts';

// A target that has the zone from a primary elsewhere: what were written there, the next transfer would undo.

const zone = 'second.test.';
const reverse = '2.0.192.in-addr.arpa.';
const textOf = (name: string): string =>
  `$ORIGIN ${name}\n$TTL 300\n@ SOA ns1.example.net. hostmaster.example.net. 1 3600 3600 604800 60\n@ NS ns1.example.net.\n@ NS ns2.example.net.\nold A 192.0.2.1\n`;
const file = `${apexYaml}www: {type: A, ttl: 300, value: 192.0.2.2}\nweb: {type: A, ttl: 300, value: 192.0.2.3}\n`;

let primary: Awaited<ReturnType<typeof startBind>>;
const running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  primary = await startBind({ keys: [key], zones: [zone, reverse].map((name) => ({ name, text: textOf(name) })) });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});
afterAll(() => primary.stop());

const kept = async <T extends { stop(): Promise<void> }>(server: Promise<T>): Promise<T> => {
  const started = await server;
  running.push(started);
  return started;
};

const isTransferred = (dns: DnsAddress) =>
  expect.poll(async () => (await dig(dns, `old.${zone}`, 'A')).answers.length, { timeout: 30_000 }).toBe(1);

describe('PowerDNS', () => {
  const secondary = async (names: readonly string[], kind: string): Promise<PowerDns> => {
    const pdns = await kept(startPowerDns({ backend: 'sqlite', settings: { secondary: 'yes', ...uncached } }));
    const masters = [`${primary.dns.address}:${primary.dns.port}`];
    for (const name of names) {
      expect(await pdns.api('POST', '/zones', { name, kind, masters })).toMatchObject({ status: 201 });
      expect(await pdns.api('PUT', `/zones/${name}/axfr-retrieve`)).toMatchObject({ status: 200 });
    }
    return pdns;
  };
  const repositoryOf = (pdns: PowerDns): Repository =>
    makeRepository({
      targets: { pdns: targetOf(pdns) },
      zones: { [zone]: {}, 'own.test': { create: { ns: ['ns1.example.net.'] } } },
      files: { 'second.test': file, 'own.test': 'www: {type: A, ttl: 300, value: 192.0.2.2}\n' },
    });

  it.each(['Slave', 'Consumer'])(
    'a zone of kind %s is one problem, nothing is planned for it, and others go on',
    async (kind) => {
      const pdns = await secondary([zone], kind);
      if (kind === 'Slave') await isTransferred(pdns.dns);
      const repository = repositoryOf(pdns);
      const { code, stdout } = await repository.run('apply', '--yes', '--format', 'json');
      const { changesets, problems, results } = JSON.parse(stdout);
      expect(problems.filter(({ severity }: { readonly severity: string }) => severity === 'error')).toMatchObject([
        { rule: 'zone-read-only', zone: 'second.test.', target: 'pdns' },
      ]);
      const said = `pdns cannot write the zone ${zone}, and nothing is planned for it there: it is of kind ${kind} on`;
      expect(JSON.stringify(problems)).toContain(said);
      expect(changesets.map((each: { readonly zone: string }) => each.zone)).toEqual(['own.test.']);
      expect(results).toMatchObject([{ zone: 'own.test.', status: 'applied' }]);
      expect(code).toBe(1);
      expect((await dig(pdns.dns, `www.${zone}`, 'A')).answers).toEqual([]);
    },
  );

  it('a zone that becomes one after it was written to is found, and its plan is refused', async () => {
    const pdns = await kept(startPowerDns({ backend: 'sqlite', settings: uncached }));
    const repository = repositoryOf(pdns);
    await makeZone(pdns, zone, []);
    expect(await repository.run('apply', '--yes')).toMatchObject({ code: 0 });
    repository.write('zones/second.test.yaml', `${file}more: {type: A, ttl: 300, value: 192.0.2.4}\n`);
    const plan = `${repository.folder}/plan.json`;
    expect(await repository.run('plan', '--out', plan)).toMatchObject({ code: 0 });
    repository.write('zones/second.test.yaml', file);
    expect(await pdns.api('PUT', `/zones/${zone}`, { kind: 'Slave', masters: ['127.0.0.1:1'] })).toMatchObject({
      status: 204,
    });
    expect((await repository.run('plan')).stdout).toContain('[zone-read-only]');
    const refused = await repository.run('apply', '--plan', plan, '--yes');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('it is of kind Slave on') });
    expect((await dig(pdns.dns, `more.${zone}`, 'A')).answers).toEqual([]);
  });

  it('a server whose PTR would be there gets no A either', async () => {
    const pdns = await secondary([reverse], 'Slave');
    const inventory = await kept(startInventory([{ name: 'web1', ips: ['192.0.2.9'] }]));
    const repository = makeRepository({
      targets: { pdns: targetOf(pdns) },
      zones: { 'own.test': { static: 'none', create: { ns: ['ns1.example.net.'] } }, [reverse]: { static: 'none' } },
      more: { inventory: { lab: { type: 'http', url: inventory.url } }, registration: { zone: 'own.test' } },
    });
    const { code, stdout } = await repository.run('apply', '--yes');
    expect(stdout).toContain('[zone-read-only]');
    expect(code).toBe(1);
    expect((await dig(pdns.dns, 'web1.own.test.', 'A')).answers).toEqual([]);
  });
});

describe('RFC 2136', () => {
  const from = { name: zone, primary: { address: '127.0.0.1', port: 0 } };
  const starts: Readonly<
    Record<string, (at: DnsAddress) => Promise<{ readonly dns: DnsAddress; stop(): Promise<void> }>>
  > = {
    BIND: (at: DnsAddress) => startBind({ keys: [key], secondaries: [{ ...from, primary: at }] }),
    Knot: (at: DnsAddress) => startKnot({ keys: [key], secondaries: [{ ...from, primary: at }] }),
  };

  it.each(Object.entries(starts))(
    '%s that is a secondary, whose primary takes nothing: nothing reads as applied',
    async (make, start) => {
      const server = await kept(start(primary.dns));
      await isTransferred(server.dns);
      const repository = makeRepository({
        targets: {
          ns: {
            provider: 'rfc2136',
            host: server.dns.address,
            port: server.dns.port,
            tsig: { name: key.name, algorithm: key.algorithm, secret: secretOf(key.secret) },
            verify_at: [`${server.dns.address}:${server.dns.port}`],
          },
        },
        zones: { [zone]: {} },
        files: { 'second.test': file },
        guards: { max_delete_percent: 100, max_replace_percent: 100 },
      });
      const { code, stdout } = await repository.run('apply', '--yes');
      // Knot passes it on to the primary, whose answer it does not give back as it was.
      if (make === 'BIND')
        expect(stdout).toContain(
          'answers REFUSED (the key may not write it; or the server has the zone as a secondary',
        );
      expect(stdout).toContain('Applied: 0 changes');
      expect(code).toBe(1);
    },
  );
});
