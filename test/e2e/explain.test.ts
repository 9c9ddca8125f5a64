import { beforeAll, describe, expect, it } from 'vitest';
import { type Sample, sample, zoneFile } from './sample-repository.ts';

// What `explain` says of names that are not plain, on the applied sample.

describe('explain', () => {
  let repository: Sample;
  let zone: string;
  const explain = async (...args: readonly string[]): Promise<readonly string[]> => {
    const { code, stdout, stderr } = await repository.run('explain', ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout
      .replaceAll(/ {3}zones\/\S+:\d+$/gm, ' (line)')
      .trimEnd()
      .split('\n');
  };
  const at = () => `answered by 127.0.0.1:${repository.port} for local:`;

  beforeAll(async () => {
    repository = await sample();
    repository.replace(zoneFile, 'shop:', 'sub: { type: NS, values: [ns1.example.net., ns2.example.net.] }\nshop:');
    zone = repository.read(zoneFile);
    expect(await repository.run('apply', '--yes')).toMatchObject({ code: 0 });
  });

  it('names the wildcard that answers', async () => {
    expect(await explain('any.dev.example.com')).toEqual([
      'any.dev.example.com. in zone example.com.',
      'desired',
      '  *.dev.example.com. A 3600 192.0.2.50 (line)',
      'existing at local',
      '  *.dev.example.com. A 3600 192.0.2.50',
      `${at()} A NOERROR`,
      '  any.dev.example.com. A 3600 192.0.2.50',
    ]);
  });

  it('names the CNAME that answers for other types', async () => {
    const lines = await explain('shop.example.com', 'AAAA');
    expect(lines.slice(0, 3)).toEqual([
      'shop.example.com. AAAA in zone example.com.',
      'desired',
      '  CNAME 3600 www.example.com. (line)',
    ]);
    expect(lines).toContain('  shop.example.com. CNAME 3600 www.example.com.');
    expect(lines).toContain('  www.example.com. AAAA 300 2001:db8::10');
  });

  it('names the delegation above, and shows the referral', async () => {
    const ns = ['  sub.example.com. NS 3600 ns1.example.net.', '  sub.example.com. NS 3600 ns2.example.net.'];
    expect(await explain('host.sub.example.com', 'A')).toEqual([
      'host.sub.example.com. A in zone example.com.',
      'desired',
      ...ns.map((line) => `${line} (line)`),
      'existing at local',
      ...ns,
      `${at()} A NOERROR, not authoritative`,
      ...ns,
    ]);
  });

  it('says what a plan would do, and what would hold it back', async () => {
    repository.replace(zoneFile, '192.0.2.11]', '192.0.2.12]');
    repository.replace(zoneFile, 'ns1.example.net., ns2', 'ns1.example.net., ns3');
    repository.replace(zoneFile, 'value: 192.0.2.2 }', 'value: 192.0.2.256 }');
    expect(await explain('www.example.com', 'A')).toContain('  planned: replace A');
    expect(await explain('sub.example.com')).toContain(
      '  withheld by delegation: replace NS (changes a delegation; allow it by name when the new name servers are ready)',
    );
    const [, , nothing, quarantined] = await explain('ns2.example.com');
    expect([nothing, quarantined]).toEqual([
      '  nothing',
      expect.stringMatching(/^ {2}quarantined: .*"192\.0\.2\.256" is not an IPv4 address \(line\)$/),
    ]);
    repository.write(zoneFile, zone);
  });

  it('does not take a zone that is left alone for its parent', async () => {
    const config = repository.read('hostmaster.yaml');
    repository.replace('hostmaster.yaml', 'zones:\n', 'zones:\n  lost.example.com: { targets: [local] }\n');
    expect(await repository.run('explain', 'www.lost.example.com')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'hostmaster: lost.example.com. is left alone: "hostmaster validate" says why\n',
    });
    repository.write('hostmaster.yaml', config);
  });
});
