import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { VerifyReport } from '../../src/model/result.ts';
import { type Bind, type PowerDns, startBind, startPowerDns } from '../servers/index.ts';
import { makeRepository, targetOf } from './target-repository.ts';
import { apexYaml, contentOf, expectPlain, makeZone, rrset } from './zone.ts';

describe('invariant 8: every applied change is verified at every authoritative server, over DNS', () => {
  const zone = 'proof.test.';
  const file = `${apexYaml}changed: {type: A, ttl: 300, value: 192.0.2.9}
ttl: {type: A, ttl: 60, value: 192.0.2.2}
swap: {type: CNAME, ttl: 300, value: www.example.net.}
made: {type: TXT, ttl: 300, value: new}
stays: {type: A, ttl: 300, value: 192.0.2.5}
`;
  /** What the name server answers that never hears of the change. */
  const oldText = `$TTL 300
@ SOA ns hostmaster 4000000000 60 60 60 60
@ NS ns1.example.net.
@ NS ns2.example.net.
changed A 192.0.2.1
ttl A 192.0.2.2
swap A 192.0.2.3
gone A 192.0.2.4
stays A 192.0.2.5
`;
  let pdns: PowerDns;
  let old: Bind;

  beforeAll(async () => {
    pdns = await startPowerDns({ backend: 'sqlite' });
    old = await startBind({ zones: [{ name: zone, text: oldText }] });
  });
  afterAll(async () => {
    await old.stop();
    await pdns.stop();
  });
  beforeEach(async () => {
    await pdns.api('DELETE', `/zones/${zone}`);
    const names = ['changed', 'ttl', 'swap', 'gone', 'stays'];
    await makeZone(
      pdns,
      zone,
      names.map((name, i) => rrset(`${name}.${zone}`, 'A', `192.0.2.${i + 1}`)),
    );
  });

  const label = ({ dns }: Pick<Bind, 'dns'>): string => `${dns.address}:${dns.port}`;
  const apply = async (at: readonly Pick<Bind, 'dns'>[], ...more: readonly string[]) => {
    const repository = makeRepository({
      targets: { pdns: targetOf(pdns, { verify_at: at.map(label), verify_wait: '1s' }) },
      zones: { [zone]: {} },
      files: { 'proof.test': file },
      guards: { max_replace_percent: 100 },
    });
    const ended = await repository.run('apply', '--yes', '--format', 'json', ...more);
    expectPlain(pdns, ended);
    const verify: VerifyReport = JSON.parse(ended.stdout).verify;
    return { code: ended.code, verify };
  };
  const written = [
    'changed A 300 192.0.2.9',
    'made TXT 300 "new"',
    'stays A 300 192.0.2.5',
    'swap CNAME 300 www.example.net.',
    'ttl A 60 192.0.2.2',
  ];

  it('each of six changes at each of two name servers, and nothing that was not changed', async () => {
    const { code, verify } = await apply([pdns, pdns]);
    expect({ code, verify }).toEqual({ code: 0, verify: { checked: 12, differences: [] } });
    expect(await contentOf(pdns, zone)).toEqual(written);
  });

  it('a name server that has not one of them shows as a difference for each, exit 4; the write stands', async () => {
    const { code, verify } = await apply([pdns, old]);
    expect(code).toBe(4);
    expect(verify.checked).toBe(12);
    expect(
      verify.differences.map(({ nameserver, name, type, kind }) => `${nameserver} ${name} ${type} ${kind}`),
    ).toEqual(
      [
        'changed.proof.test. A differs',
        'gone.proof.test. A unexpected',
        'made.proof.test. TXT missing',
        'swap.proof.test. A unexpected',
        'swap.proof.test. CNAME missing',
        'ttl.proof.test. A differs',
      ].map((line) => `${label(old)} ${line}`),
    );
    expect(await contentOf(pdns, zone)).toEqual(written);
  });

  it('one that gives no answer is said, exit 1', async () => {
    old.pause();
    const { code, verify } = await apply([pdns, old]);
    old.resume();
    expect(code).toBe(1);
    expect(verify.differences).toMatchObject([{ nameserver: label(old), name: zone, kind: 'no_answer' }]);
    expect(await contentOf(pdns, zone)).toEqual(written);
  });
});
