import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nativeChecks } from '../../../providers/route53/health.ts';
import { checkOf, configOf, probeOf, readConfig } from '../../../providers/route53/health-probe.ts';
import { knownCheck, markOf, newReference } from '../../../providers/route53/health-sets.ts';
import type { HealthCheck, RRset } from '../../../src/provider.ts';
import { change, planned } from './fake.ts';

const port25: HealthCheck = {
  port: 25,
  urls: null,
  interval: null,
  timeout: null,
  string_match: null,
  when_all_down: 'open',
};
const made: HealthCheck = { ...port25, interval: 30_000 };

const rrset = (healthCheck: HealthCheck, ...addresses: readonly string[]): RRset => ({
  name: 'www.example.com.',
  type: addresses[0]?.includes(':') === true ? 'AAAA' : 'A',
  ttl: 60,
  values: addresses.map((rdata) => ({ rdata, origins: [] })),
  healthCheck,
});

const byUrl = (url: (address: string) => string, ...addresses: readonly string[]): RRset =>
  rrset(
    { ...port25, port: null, urls: Object.fromEntries(addresses.map((address) => [address, url(address)])) },
    ...addresses,
  );

const fitted = (wanted: RRset) => {
  const found = nativeChecks.fitted(wanted);
  if (typeof found === 'string') throw new Error(found);
  return { check: found.rrset.healthCheck, warnings: found.warnings };
};

describe('a check as Route 53 makes it', () => {
  it.each([
    ['a port', rrset(port25, '192.0.2.1', '192.0.2.2'), made],
    [
      'a URL of the address',
      byUrl((address) => `http://${address}:80/up?deep=1`, '192.0.2.1'),
      { ...made, port: null, urls: { '192.0.2.1': 'http://192.0.2.1/up?deep=1' } },
    ],
    [
      'a URL of an IPv6 address',
      byUrl((address) => `https://[${address}]:8443/`, '2001:db8::1'),
      { ...made, port: null, urls: { '2001:db8::1': 'https://[2001:db8::1]:8443/' } },
    ],
    [
      'a URL of a name',
      byUrl(() => 'https://WWW.example.com', '192.0.2.1'),
      { ...made, port: null, urls: { '192.0.2.1': 'https://www.example.com/' } },
    ],
  ])('is the same for %s when it is read back, and when it is fitted again', (_, wanted, expected) => {
    const { check, warnings } = fitted(wanted);
    expect(check).toEqual(expected);
    expect(warnings).toEqual([]);
    expect(fitted({ ...wanted, healthCheck: expected }).check).toEqual(expected);
    const type = wanted.type === 'AAAA' ? 'AAAA' : 'A';
    const probes = wanted.values.map(({ rdata }) => readConfig(configOf(probeOf(type, rdata, expected))));
    expect(checkOf(probes.filter((probe) => probe !== null))).toEqual(expected);
  });

  it('comes back from any URL and string that it takes', () => {
    const anyPath = fc.string({ unit: fc.constantFrom(...'/ab?=&%é [', '%2F') });
    const anyHost = fc.constantFrom('192.0.2.1', '192.0.2.1:8080', 'WWW.example.com', 'münchen.example:443');
    const anyUrl = fc.tuple(
      fc
        .tuple(fc.constantFrom('http', 'https'), anyHost, anyPath)
        .map(([scheme, host, path]) => `${scheme}://${host}/${path}`),
      fc.constantFrom(null, 'up', 'état "1"'),
    );
    fc.assert(
      fc.property(anyUrl, fc.constantFrom(10_000, 30_000), ([url, match], interval) => {
        const check: HealthCheck = { ...made, port: null, urls: { '192.0.2.1': url }, string_match: match, interval };
        const first = checkOf([probeOf('A', '192.0.2.1', check)]);
        const read = readConfig(configOf(probeOf('A', '192.0.2.1', check)));
        expect(read).not.toBeNull();
        expect(read && checkOf([read])).toEqual(first);
        expect(first && checkOf([probeOf('A', '192.0.2.1', first)])).toEqual(first);
      }),
    );
  });

  it.each([
    ['interval', { interval: 5_000 }, 10_000, /each 10 s, not each 5 s/],
    ['interval between', { interval: 20_000 }, 10_000, /each 10 s, not each 20 s/],
    ['long interval', { interval: 60_000 }, 30_000, /each 30 s, not each 60 s/],
    ['timeout', { timeout: 3_000 }, 30_000, /10 s for a TCP connection, not 3 s/],
    ['string at a port', { string_match: 'ok' }, 30_000, /no string_match at a TCP port/],
    ['closed', { when_all_down: 'closed' as const }, 30_000, /as if all were, and not with none/],
    ['backup', { when_all_down: { backup: ['192.0.2.9'] } }, 30_000, /as if all were, and not with the backup/],
  ])('that asks for what it cannot do (%s) is made as near as can be, with a warning', (_, more, interval, warning) => {
    const { check, warnings } = fitted(rrset({ ...port25, ...more }, '192.0.2.1'));
    expect(check).toEqual({ ...made, interval });
    expect(warnings).toEqual([expect.stringMatching(warning)]);
  });

  it('says that eight addresses are answered of more', () => {
    const nine = Array.from({ length: 9 }, (_, i) => `192.0.2.${i + 1}`);
    expect(fitted(rrset(port25, ...nine)).warnings).toEqual([
      expect.stringContaining('8 addresses that are up, of the 9'),
    ]);
  });

  it.each(['10.0.0.1', '192.168.1.1', '127.0.0.1', 'fd00::1', 'fe80::1'])(
    'cannot be made for %s, which nobody reaches from the internet',
    (address) => {
      expect(nativeChecks.fitted(rrset(port25, address))).toContain(`${address} of www.example.com. cannot be reached`);
    },
  );

  it.each([
    ['another address', byUrl(() => 'http://192.0.2.9/', '192.0.2.1'), /leads to another address/],
    ['a password', byUrl(() => 'http://a:b@www.example.com/', '192.0.2.1'), /user name or a password/],
    ['another scheme', byUrl(() => 'ftp://192.0.2.1/', '192.0.2.1'), /neither http nor https/],
    ['a path too long', byUrl((address) => `http://${address}/${'x'.repeat(255)}`, '192.0.2.1'), /more than 255/],
    ['no URL', rrset({ ...port25, port: null, urls: {} }, '192.0.2.1'), /no URL for 192\.0\.2\.1/],
  ])('is refused with %s', (_, wanted, message) => {
    expect(() => nativeChecks.fitted(wanted)).toThrow(message);
  });

  it.each([
    ['inverted', { Inverted: true }],
    ['disabled', { Disabled: true }],
    ['of some regions', { Regions: ['us-east-1' as const] }],
    ['of another threshold', { FailureThreshold: 1 }],
    ['of other checks', { Type: 'CALCULATED' as const }],
  ])('that somebody made %s is none of ours', (_, more) => {
    expect(readConfig({ ...configOf(probeOf('A', '192.0.2.1', made)), ...more })).toBeNull();
  });
});

describe('the mark of a check', () => {
  const mark = markOf('Z1', 'www.example.com.', probeOf('A', '192.0.2.1', made));

  it('stands in its CallerReference, which is another each time', () => {
    const [one, two] = [newReference(mark), newReference(mark)];
    expect(one).not.toBe(two);
    expect(one.length).toBeLessThanOrEqual(64);
    expect(knownCheck({ Id: 'id', CallerReference: one }).mark).toEqual(mark);
    expect(knownCheck({ Id: 'id', CallerReference: 'terraform-2026' }).mark).toBeNull();
  });

  it('is another for another zone, name or check', () => {
    const probe = probeOf('A', '192.0.2.1', made);
    expect(markOf('Z2', 'www.example.com.', probe).zone).not.toBe(mark.zone);
    expect(markOf('Z1', 'mail.example.com.', probe).content).not.toBe(mark.content);
    expect(markOf('Z1', 'www.example.com.', { ...probe, interval: 10 }).content).not.toBe(mark.content);
  });
});

describe('what checks cost', () => {
  const costOf = (before: HealthCheck | null, after: HealthCheck | null, ...addresses: readonly string[]) =>
    nativeChecks.costOf?.([
      change('www.example.com.', 'A', planned(60, addresses, before), planned(60, addresses, after)),
    ]) ?? null;
  const https = byUrl((address) => `https://${address}/`, '192.0.2.1', '192.0.2.2').healthCheck ?? null;

  it('is said in USD a month', () => {
    expect(costOf(null, made, '192.0.2.1', '192.0.2.2')).toMatch(
      /^2 health checks more: about 1\.50 USD a month more \(an estimate, by AWS's prices of /,
    );
    expect(costOf(made, null, '192.0.2.1')).toMatch(/^1 health check less: about 0\.75 USD a month less/);
    const dear = https && { ...https, string_match: 'ok', interval: 10_000 };
    expect(costOf(null, dear, '192.0.2.1')).toMatch(/about 6\.75 USD a month more/);
    expect(costOf(made, https, '192.0.2.1', '192.0.2.2')).toMatch(/^other health checks: about 4\.00 USD a month more/);
  });

  it('is nothing where it stays', () => {
    expect(costOf(null, null, '192.0.2.1')).toBeNull();
    expect(costOf(made, made, '192.0.2.1')).toBeNull();
  });
});
