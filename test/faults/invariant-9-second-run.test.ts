import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cases } from '../model/cases.ts';
import { type Proxy as FaultyProxy, freePort, type PowerDns, startPowerDns, startProxy } from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { expectPlain } from './zone.ts';

// The conformance suite proves this after each of its steps; here it is for one zone with every type at once, at every
// provider, by the command.

const zone = 'every.test.';
const apexTypes = ['CDNSKEY', 'CDS', 'CSYNC', 'DNSKEY'];
const types =
  'A AAAA ALIAS CAA CNAME DHCID DNAME DS HTTPS LOC LUA MX NAPTR NS OPENPGPKEY PTR RP SMIMEA SPF SRV SSHFP SVCB TLSA TXT URI TYPE65400'.split(
    ' ',
  );
const hash = 'ab'.repeat(32);
const values: Readonly<Record<string, string>> = {
  ALIAS: `t-a.${zone}`,
  HTTPS: '1 . alpn=h2,h3 ipv4hint=192.0.2.1',
  SVCB: '1 svc.example.net. port=53',
  SMIMEA: `3 1 1 ${hash}`,
  TLSA: `3 1 1 ${hash}`,
  SPF: '"v=spf1 -all"',
  TXT: '"one" "two; \\195\\169"',
  TYPE65400: '\\# 2 abcd',
};
const recordOf = (type: string) => ({
  type,
  ttl: 300,
  value: values[type] ?? cases.find((each) => each.type === type)?.texts[0],
  // The embedded server has neither of the two.
  ...(type === 'ALIAS' || type === 'LUA' ? { octodns: { included: ['pdns'] } } : {}),
});
const file = JSON.stringify({
  '': [
    { type: 'NS', ttl: 300, values: ['ns1.example.net.', 'ns2.example.net.'] },
    { type: 'SOA', ttl: 300, value: 'ns1.example.net. hostmaster.example.net. 1 7200 3600 1209600 300' },
    ...apexTypes.map(recordOf),
  ],
  // A DS stands beside an NS.
  ...Object.fromEntries(
    types.filter((type) => type !== 'DS').map((type) => [`t-${type.toLowerCase()}`, [recordOf(type)]]),
  ),
  't-ns': [recordOf('NS'), recordOf('DS')],
});

describe('invariant 9: a second run is empty', () => {
  let pdns: PowerDns;
  let proxy: FaultyProxy;
  let repository: Repository;

  beforeAll(async () => {
    const port = await freePort();
    pdns = await startPowerDns({
      backend: 'sqlite',
      settings: {
        'local-port': String(port),
        'enable-lua-records': 'yes',
        'expand-alias': 'yes',
        'dname-processing': 'yes',
        resolver: `127.0.0.1:${port}`,
      },
    });
    proxy = await startProxy(pdns.url);
    const dns = { address: '127.0.0.1', port };
    repository = makeRepository({
      targets: {
        pdns: targetOf({ ...pdns, url: proxy.url, dns }),
        try: { provider: 'embedded', listen: `127.0.0.1:${await freePort()}`, file: 'embedded.sqlite' },
      },
      zones: { [zone]: { create: true, allow_lua: true } },
      files: { 'every.test': file },
    });
  });
  afterAll(async () => {
    await proxy.stop();
    await pdns.stop();
  });

  const run = async (...args: readonly string[]) => {
    const ended = await repository.run(...args);
    expectPlain(pdns, ended);
    return ended;
  };

  it('with every type, at PowerDNS and at the embedded server', async () => {
    const first = await run('apply', '--yes');
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toContain('Plan: 2 new zones and 62 creates');
    for (const args of [['--full'], []]) {
      const { code, stdout } = await run('plan', '--exit-code', ...args);
      expect({ code, stdout }).toMatchObject({ code: 0 });
    }
  });

  it('a second apply writes nothing', async () => {
    proxy.clear();
    const { code } = await run('apply', '--yes', '--full');
    expect(code).toBe(0);
    expect(proxy.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});
