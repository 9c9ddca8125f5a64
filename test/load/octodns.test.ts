import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadFolder, problemsOf, rrsetsOf } from './load-repository.ts';

describe('octoDNS files', async () => {
  const found = await loadFolder(join(import.meta.dirname, 'fixtures/octodns'));
  const rrsets = new Map(found.zones.map((zone) => [zone.id.name, rrsetsOf(zone)]));

  it('load unchanged, with a warning for each key of octoDNS that is not used', () => {
    const file = 'zones/unit.example.yaml';
    const rest = 'not supported; the plain values are used';
    expect(problemsOf(found)).toEqual([
      `${file}:4:5 warning octodns-unsupported: octoDNS's "geo" is ${rest}`,
      `${file}:87:3 warning octodns-unsupported: octoDNS's "dynamic" is ${rest}`,
      `${file}:115:5 warning octodns-unsupported: octodns: "healthcheck" and "cloudflare" are ${rest}`,
    ]);
    expect(found.zones.every(({ complete, quarantined }) => complete && quarantined.length === 0)).toBe(true);
  });

  it('have every name that is written, whatever YAML 1.1 would make of it', () => {
    const numbers = rrsets.get('numbers.example.') ?? [];
    // 200 + 96 + 14 + 60 names with one RRset, 40 with two.
    expect(numbers).toHaveLength(450);
    expect(numbers).toContain('010.numbers.example. 300 A 198.51.100.10');
    expect(numbers).toContain('1:30.numbers.example. 60 TXT "at 1:30"');
    for (const name of ['no', 'yes', 'on', 'true', 'null', '~', '1e3', '0x1f', '1_000', '2020-01-01', '-1']) {
      expect(numbers.filter((line) => line.startsWith(`${name}.numbers.example. `))).toHaveLength(1);
    }
    expect(numbers).toContain('_7._tcp.svc.numbers.example. 67 SRV 7 5 443 svc-7.numbers.example.');
    expect(numbers).toContain('_7._tcp.svc.numbers.example. 67 TXT "port=7; proto=tcp"');
  });

  it('have every form of a value', () => {
    expect(rrsets.get('unit.example.')).toEqual(
      expect.arrayContaining([
        'unit.example. 300 A 1.2.3.4 | 1.2.3.5',
        'unit.example. 300 CAA 0 issue "ca.unit.example"',
        'unit.example. 300 MX 10 smtp-4.unit.example. | 20 smtp-2.unit.example. | 30 smtp-3.unit.example.',
        '*.sub.unit.example. 300 A 192.0.2.40',
        '_imap._tcp.unit.example. 600 SRV 0 0 0 .',
        'txt.unit.example. 600 TXT "Bah bah black sheep" | "have you any wool." | "v=DKIM1;k=rsa;s=email;h=sha256;p=A/kinda+of/long/string+with+numb3rs"',
      ]),
    );
    const options = found.zones
      .flatMap((zone) => zone.rrsets)
      .flatMap(({ name, options: given }) => (given === undefined ? [] : [[name, given]]));
    expect(options).toEqual([
      ['excluded.unit.example.', { excluded: ['test'] }],
      ['ignored.unit.example.', { ignored: true }],
      ['included.unit.example.', { included: ['pdns'] }],
      ['lenient.unit.example.', { lenient: true }],
    ]);
  });

  it('may be a folder, a file, or both', () => {
    expect(found.zones.find(({ id }) => id.name === 'split.example.')?.files).toEqual([
      'zones/split.example.yaml',
      'zones/split.example./$split.example.yaml',
      'zones/split.example./mail.yaml',
      'zones/split.example./www.yaml',
    ]);
    expect(rrsets.get('split.example.')).toEqual([
      'ftp.split.example. 300 A 192.0.2.21',
      'split.example. 300 NS ns1.unit.example. | ns2.unit.example.',
      '*.split.example. 300 A 192.0.2.1',
      'mail.split.example. 300 A 192.0.2.25',
      'www.split.example. 300 A 192.0.2.10 | 192.0.2.11',
      'shop.split.example. 300 A 192.0.2.10 | 192.0.2.11',
    ]);
  });
});
