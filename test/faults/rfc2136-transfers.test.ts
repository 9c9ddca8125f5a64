import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { key, statements } from '../providers/rfc2136/harness.ts';
import { type DnsFault, type DnsProxy, dig, startDnsProxy, types } from '../servers/index.ts';
import { behind, drop, type NameServer, repositoryOf, served, servers, yamlOf, zone } from './rfc2136-scene.ts';
import type { Repository } from './target-repository.ts';

// What is no whole and proven zone plans nothing; what a server signs itself is no change.

const many = 5_000;
const hosts = Array.from({ length: many }, (_, i) => [`h${i}`, `10.0.${i >> 8}.${i & 255}`] as const);
const extra = hosts.map(([name, address]) => `${name} A ${address}\n`).join('');
const file = yamlOf(
  '192.0.2.1',
  `gone: {type: A, ttl: 300, value: 192.0.2.3}\n${hosts
    .map(([name, address]) => `${name}: {type: A, ttl: 300, value: ${address}}\n`)
    .join('')}`,
);

/** The last octet of its signature: error, length of what follows, and the original id come after it (RFC 8945). */
const forged = (message: Buffer): Buffer => {
  const copy = Buffer.from(message);
  const at = copy.length - 7;
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

/** Without its signature: the last record, which begins with the key's name in full. */
const unsigned = (message: Buffer): Buffer => {
  const name = Buffer.concat(
    key.name.split('.').map((part) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part)])),
  );
  const copy = Buffer.from(message.subarray(0, message.lastIndexOf(name)));
  copy.writeUInt16BE(copy.readUInt16BE(10) - 1, 10);
  return copy;
};

const faults: readonly (readonly [string, DnsFault, RegExp])[] = [
  ['is cut before its first message', { kind: 'cut', after: 0 }, /closed|cut|ended/],
  ['is cut in its middle', { kind: 'cut', after: 2 }, /closed|cut|ended/],
  ['has another signature on its last message', { kind: 'alter_last', alter: forged }, /signature/],
  ['has no signature on its last message', { kind: 'alter_last', alter: unsigned }, /signature/],
];

describe.each(['BIND', 'Knot'] as const)('a transfer of %s', (what) => {
  let server: NameServer;
  let proxy: DnsProxy;
  let repository: Repository;
  beforeAll(async () => {
    server = await servers[what]({ extra });
    proxy = await startDnsProxy(server.dns);
    repository = repositoryOf(server, proxy.dns, file);
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  it.each(faults)('that %s plans nothing', async (_, fault, why) => {
    proxy.handle(({ type }) => (type === types.AXFR ? fault : undefined));
    const { code, stdout } = await repository.run('plan', '--format', 'json');
    const { changesets, problems } = JSON.parse(stdout);
    expect(changesets).toEqual([]);
    const [{ message }] = problems.filter(({ severity }: { readonly severity: string }) => severity === 'error');
    expect(message).toMatch(why);
    expect(message).toContain('moved.test. was not read, and nothing of that is planned');
    expect(code).toBe(1);
    expect(await repository.run('apply', '--yes')).toMatchObject({ code: 1 });
    expect(proxy.questions.filter(({ opcode }) => opcode !== 0)).toEqual([]);
  });

  it('that is whole plans nothing either, where all is as it should be', async () => {
    proxy.handle(null);
    expect(await repository.run('plan', '--exit-code')).toMatchObject({ code: 0 });
  });
});

describe('a transfer that BIND refuses', () => {
  it('plans nothing, and says what to allow', async () => {
    const server = await servers.BIND({
      bind: `allow-update { key "${key.name}"; }; allow-transfer { none; };`,
    });
    try {
      const { code, stdout } = await repositoryOf(server, server.dns, yamlOf('192.0.2.2')).run('plan');
      expect(stdout).toContain('allow the key to transfer it (BIND: allow-transfer, Knot: an acl)');
      expect(stdout).not.toMatch(/^ +[-+~] /m);
      expect(code).toBe(1);
    } finally {
      await server.stop();
    }
  });
});

describe('a zone that is not there', () => {
  it('is not made, and the message says how a person makes it, and nothing of the key', async () => {
    const server = await servers.Knot();
    try {
      const repository = repositoryOf(server, server.dns, yamlOf('192.0.2.1'));
      const settings = JSON.parse(repository.read('hostmaster.yaml'));
      const zones = { 'missing.test': { ...settings.zones[zone], create: true } };
      repository.write('hostmaster.yaml', JSON.stringify({ ...settings, zones }));
      repository.write('zones/missing.test.yaml', yamlOf('192.0.2.1'));
      const { code, stderr, stdout } = await repository.run('apply', '--yes');
      expect(stdout).toContain('ns does not have the zone missing.test.: RFC 2136 has no way to make a zone');
      expect(stdout).toMatch(/in BIND give it a "zone" block with allow-update .* in Knot a "domain"/);
      expect(`${stdout}${stderr}`).not.toContain(key.secret);
      expect(code).toBe(1);
    } finally {
      await server.stop();
    }
  });
});

const signing = {
  BIND: { bind: `${statements} dnssec-policy default; inline-signing no;` },
  Knot: { knot: ['dnssec-signing: on', 'zonefile-load: difference'] },
};

describe.each(['BIND', 'Knot'] as const)('a zone that %s signs', (what) => {
  it('has nothing to change beside what we change, before and after', async () => {
    const server = await servers[what](signing[what]);
    try {
      const signatures = async () => (await dig(server.dns, zone, 'RRSIG')).answers.length;
      await expect.poll(signatures).toBeGreaterThan(0);
      const repository = repositoryOf(server, server.dns, yamlOf('192.0.2.1'));
      expect(await repository.run('plan', '--exit-code', '--full')).toMatchObject({ code: 0 });
      repository.write('zones/moved.test.yaml', yamlOf('192.0.2.2', ''));
      const { code, stdout } = await repository.run('apply', '--yes');
      expect(stdout).toContain('Applied: 2 changes in 1 zone');
      expect(code).toBe(0);
      expect(await repository.run('plan', '--exit-code', '--full')).toMatchObject({ code: 0 });
      expect(await served(server, 'www')).toEqual(['300 192.0.2.2']);
      const signed = (await dig(server.dns, `www.${zone}`, 'RRSIG')).answers.map(({ rdata }) => rdata);
      expect(signed).toContainEqual(expect.stringMatching(/^A /));
      await behind(server, drop('www'));
      expect(await repository.run('plan', '--exit-code')).toMatchObject({ code: 2 });
    } finally {
      await server.stop();
    }
  });
});
