import { beforeEach, describe, expect, it, vi } from 'vitest';
import { proxiedPowerDns } from './proxied.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, contentOf, expectPlain, overwrite, rrset, serialOf } from './zone.ts';

// Invariant 4: what is replaced is what was read; a lost race is found, said and mended.

const zone = 'race.test.';
const fileOf = (address: string): string => `${apexYaml}
www: {type: A, ttl: 300, value: ${address}}
mail: {type: A, ttl: 300, value: ${address}}
`;
const contentWith = (address: string): readonly string[] => [`mail A 300 ${address}`, `www A 300 ${address}`];

describe('invariant 4: somebody else who writes to the zone', () => {
  const scene = proxiedPowerDns([zone], () =>
    ['www', 'mail'].map((name) => rrset(`${name}.${zone}`, 'A', '192.0.2.1')),
  );
  let repository: Repository;

  beforeEach(() => {
    repository = wanting('192.0.2.2');
  });

  const wanting = (address: string): Repository =>
    makeRepository({
      targets: { pdns: targetOf({ ...scene.pdns, url: scene.proxy.url }, { verify_wait: '1s' }) },
      zones: { [zone]: {} },
      files: { 'race.test': fileOf(address) },
      guards: { max_replace_percent: 100 },
    });
  const apply = async (from = repository) => {
    const ended = await from.run('apply', '--yes');
    expectPlain(scene.pdns, ended);
    return ended;
  };
  /** Writes behind our back just before the nth of our requests with this method that touches the zone's RRsets. */
  const before = (method: string, nth: number, write: () => Promise<void>): void => {
    let seen = 0;
    scene.proxy.handle(async (request) => {
      if (request.method !== method || !/\/zones\/race\.test\.($|\?rrset_name)/.test(request.path)) return undefined;
      seen += 1;
      if (seen === nth) await write();
      return undefined;
    });
  };
  const theirs = () => overwrite(scene.pdns, zone, rrset(`www.${zone}`, 'A', '192.0.2.77'));

  it('between our read and our write is found, named, and mended by the next apply', async () => {
    before('PATCH', 1, theirs);
    const { code, stdout } = await apply();
    expect(stdout).toContain(`somebody else wrote to ${zone} at pdns between our read and our write`);
    expect(stdout).toMatch(/what they wrote to .*www\.race\.test\. A is overwritten/);
    expect(stdout).toContain('2 of 2 changes applied');
    expect(stdout).toContain('Verified: 2 answers, all as they should be.');
    expect(code).toBe(1);
    scene.proxy.handle(null);
    expect(await apply()).toMatchObject({ code: 0 });
    expect(await contentOf(scene.pdns, zone)).toEqual(contentWith('192.0.2.2'));
  });

  it('between our plan and our write makes it stale, exit 3, and keeps what is theirs', async () => {
    before('GET', 2, theirs);
    const { code, stdout } = await apply();
    expect(stdout).toContain(`${zone} at pdns has changed since the plan: www.race.test. A; nothing was written`);
    expect(code).toBe(3);
    expect(await contentOf(scene.pdns, zone)).toEqual(['mail A 300 192.0.2.1', 'www A 300 192.0.2.77']);
  });

  it('before our read is seen in the plan', async () => {
    before('GET', 1, theirs);
    const { code, stdout } = await apply();
    expect(stdout).toContain('192.0.2.77');
    expect(code).toBe(0);
    expect(await contentOf(scene.pdns, zone)).toEqual(contentWith('192.0.2.2'));
  });

  it('right after a write of ours that got no answer is found, and their values stay', async () => {
    let patched = 0;
    scene.proxy.handle(({ method }) => {
      if (method !== 'PATCH' || ++patched > 1) return undefined;
      return { kind: 'drop_answer', reached: theirs };
    });
    const { code, stdout } = await apply();
    expect(stdout).toContain('their values stay at www.race.test. A');
    expect(stdout).toContain('1 of 2 changes applied');
    expect(code).toBe(1);
    expect(patched).toBe(1);
    expect(await contentOf(scene.pdns, zone)).toEqual(['mail A 300 192.0.2.2', 'www A 300 192.0.2.77']);
  });

  it('beside it, while a write of ours got lost, does not stop it', async () => {
    let patched = 0;
    scene.proxy.handle(async ({ method }) => {
      if (method !== 'PATCH' || ++patched > 1) return undefined;
      await overwrite(scene.pdns, zone, rrset(`beside.${zone}`, 'TXT', '"theirs"'));
      return { kind: 'refuse' };
    });
    const { code, stdout } = await apply();
    expect(stdout).toContain('Verified: 2 answers, all as they should be.');
    expect(code).toBe(0);
    expect(await contentOf(scene.pdns, zone)).toEqual(['beside TXT 300 "theirs"', ...contentWith('192.0.2.2')]);
  });

  it('may be another apply: one of two at once says that it lost, and no mixture stays', async () => {
    const other = wanting('192.0.2.3');
    // Both have read before either writes.
    let waiting: (() => void) | null = null;
    let writes = 0;
    const isAnswered = () => scene.proxy.requests.some(({ method, status }) => method === 'PATCH' && status > 0);
    const answered = () => vi.waitUntil(isAnswered, { timeout: 60_000 });
    scene.proxy.handle(async ({ method }) => {
      if (method !== 'PATCH') return undefined;
      writes += 1;
      if (writes > 2) return undefined;
      if (waiting === null) await new Promise<void>((resolve) => (waiting = resolve));
      else void answered().then(waiting);
      return undefined;
    });
    const ended = await Promise.all([apply(repository), apply(other)]);
    const lost = ended.filter(({ stdout }) => stdout.includes('somebody else wrote to'));
    expect(lost).toHaveLength(1);
    expect(lost[0]?.code).toBe(1);
    expect(writes).toBe(2);
    const now = await contentOf(scene.pdns, zone);
    expect([contentWith('192.0.2.2'), contentWith('192.0.2.3')]).toContainEqual(now);
    scene.proxy.handle(null);
    expect(await apply()).toMatchObject({ code: 0 });
    expect(await contentOf(scene.pdns, zone)).toEqual(contentWith('192.0.2.2'));
    const serial = await serialOf(scene.pdns, zone);
    expect(await apply()).toMatchObject({ code: 0 });
    expect(await serialOf(scene.pdns, zone)).toBe(serial);
  });

  it('may be five applies of one repository at once: all want the same, and nothing breaks', async () => {
    const ended = await Promise.all(Array.from({ length: 5 }, () => apply()));
    for (const { code, stdout, stderr } of ended) {
      expect(stderr).toBe('');
      expect([0, 1, 3]).toContain(code);
      if (code !== 0) expect(stdout).toMatch(/somebody else wrote|has changed since the plan|answered 500/);
    }
    expect(ended.some(({ code }) => code === 0)).toBe(true);
    expect(await apply()).toMatchObject({ code: 0 });
    expect(await contentOf(scene.pdns, zone)).toEqual(contentWith('192.0.2.2'));
  });
});
