import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cleanEnvironment, type Ended, hostmaster } from '../command.ts';
import {
  type Bind,
  type Proxy as FaultyProxy,
  type PowerDns,
  startBind,
  startPowerDns,
  startProxy,
} from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { contentOf, expectPlain, makeZone, overwrite, rrset } from './zone.ts';

// What may go wrong while a zone is deleted: it stays as it is, or its dump says what it was.

const zone = 'gone.test.';

let pdns: PowerDns;
let proxy: FaultyProxy;
let repository: Repository;

beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite' });
  proxy = await startProxy(pdns.url);
});
afterAll(async () => {
  await proxy?.stop();
  await pdns?.stop();
});
beforeEach(async () => {
  proxy.handle(null);
  proxy.clear();
  await pdns.api('DELETE', `/zones/${zone}`);
  await makeZone(pdns, zone, [rrset(`www.${zone}`, 'A', '192.0.2.1')]);
  repository = repositoryOf({});
});

const repositoryOf = (target: Readonly<Record<string, unknown>>): Repository =>
  makeRepository({ targets: { pdns: targetOf({ ...pdns, url: proxy.url }, { timeout: '2s', ...target }) }, zones: {} });
const dumps = (): string => join(repository.folder, 'dumps');
const filesThere = () => (existsSync(dumps()) ? readdirSync(dumps()) : []);
const argsOf = () => ['zone', 'delete', zone, '--target', 'pdns', '--confirm', zone, '--out', dumps()];
const run = async (...more: readonly string[]): Promise<Ended> => {
  const ended = await repository.run(...argsOf(), ...more);
  expectPlain(pdns, ended);
  return ended;
};
const isZone = (path: string): boolean => path.includes(`/zones/${zone}`);

describe('somebody else who writes', () => {
  /** Does it just before the zone is read for the second time. */
  const meanwhile = (work: () => Promise<unknown>): void => {
    let reads = 0;
    proxy.handle(async ({ method, path }) => {
      if (method !== 'GET' || !isZone(path) || path.includes('rrset_name')) return undefined;
      reads += 1;
      if (reads === 2) await work();
      return undefined;
    });
  };

  it('between the dump and the deletion keeps the zone, exit 3, and the dump of before goes', async () => {
    meanwhile(() => overwrite(pdns, zone, rrset(`new.${zone}`, 'A', '192.0.2.9')));
    expect(await run()).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining(
        'nothing was deleted: somebody else wrote to gone.test. at pdns meanwhile (new.gone.test. A)',
      ),
    });
    expect(proxy.count('DELETE')).toBe(0);
    expect(filesThere()).toEqual([]);
    expect(await contentOf(pdns, zone)).toEqual(['new A 300 192.0.2.9', 'www A 300 192.0.2.1']);
    proxy.handle(null);
    expect(await run()).toMatchObject({ code: 0 });
    expect(readFileSync(join(dumps(), 'gone.test.zone'), 'utf8')).toContain('new\t300\tIN\tA\t192.0.2.9\n');
  });

  it('by SQL, which moves no serial, does so too', async () => {
    meanwhile(() => pdns.sql(`UPDATE records SET content = '192.0.2.77' WHERE name = 'www.gone.test'`));
    expect(await run()).toMatchObject({ code: 3, stderr: expect.stringContaining('(www.gone.test. A)') });
    expect(await contentOf(pdns, zone)).toEqual(['www A 300 192.0.2.77']);
  });

  it('another client that deletes the zone first leaves nothing to delete', async () => {
    meanwhile(() => pdns.api('DELETE', `/zones/${zone}`));
    expect(await run()).toMatchObject({ code: 3, stderr: expect.stringContaining('(all of it)') });
    expect(proxy.count('DELETE')).toBe(0);
  });

  it('with the lease is waited for', async () => {
    await repository.run('zone', 'delete', 'no.test', '--target', 'pdns', '--confirm', 'no.test');
    const state = new DatabaseSync(join(repository.folder, 'state.sqlite'), { timeout: 5000 });
    const lease = state.prepare(
      'INSERT INTO leases (zone, view, target, token, host, pid, until) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    lease.run(zone, '', 'pdns', 'theirs', 'elsewhere', 1, Date.now() + 60_000);
    const onError = (text: string): void => {
      if (text.includes('waiting')) state.exec('DELETE FROM leases');
    };
    const { code, stderr } = await hostmaster([...argsOf(), '--config', repository.config], { onError });
    state.close();
    expect(stderr).toContain('another Hostmaster (pid 1 on elsewhere) is writing gone.test. at pdns; waiting for it');
    expect(code).toBe(0);
  });
});

describe('a server by two addresses', () => {
  const zones = (target: string) => ({ [zone]: { targets: [target] } });
  const files = { 'gone.test': 'www: {type: A, ttl: 300, value: 192.0.2.7}\n' };
  const targetsOf = () => ({ pdns: targetOf({ ...pdns, url: proxy.url }), direct: targetOf(pdns) });

  it('keeps a zone that hostmaster.yaml has at the other, exit 3', async () => {
    repository = makeRepository({ targets: targetsOf(), zones: zones('direct'), files });
    expect(await repository.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await run()).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining(
        'has the zone gone.test. at direct, which is the same server as pdns; take it out',
      ),
    });
    expect(proxy.count('DELETE')).toBe(0);
    // A zone that was made anew is another one.
    await pdns.api('DELETE', `/zones/${zone}`);
    await makeZone(pdns, zone, [rrset(`www.${zone}`, 'A', '192.0.2.1')]);
    expect(await run()).toMatchObject({ code: 0 });
  });
});

describe('a target that is not well', () => {
  it.each([
    ['answers 500 for the zone', { kind: 'answer', status: 500, body: '{"error":"no"}' } as const, /500/],
    ['is cut in the middle of the zone', { kind: 'half_answer' } as const, /cut|no JSON/],
    ['never answers', { kind: 'silent' } as const, /no answer in time/],
  ])('that %s keeps the zone, exit 1', async (_, fault, words) => {
    proxy.handle(({ method, path }) => (method === 'GET' && isZone(path) ? fault : undefined));
    const { code, stdout, stderr } = await run();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(words);
    expect(proxy.count('DELETE')).toBe(0);
    expect(filesThere()).toEqual([]);
    expect(await contentOf(pdns, zone)).toEqual(['www A 300 192.0.2.1']);
  });

  it('that refuses the deletion keeps the zone, exit 1, and the dump stays', async () => {
    proxy.handle(({ method }) => (method === 'DELETE' ? { kind: 'answer', status: 403 } : undefined));
    const { code, stdout, stderr } = await run();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`pdns still has gone.test., and its dump is ${join(dumps(), 'gone.test.zone')}`);
    expect(await contentOf(pdns, zone)).toEqual(['www A 300 192.0.2.1']);
  });

  it('whose answer to the deletion is lost has done it', async () => {
    proxy.handle(({ method }) => (method === 'DELETE' ? { kind: 'drop_answer' } : undefined));
    expect(await run()).toMatchObject({ code: 0, stdout: expect.stringContaining('pdns has it no more') });
  });

  it('that is gone after the deletion is said not to be proven, with the dump, exit 1', async () => {
    let isDeleted = false;
    proxy.handle(({ method }) => {
      if (isDeleted) return { kind: 'refuse' };
      isDeleted = method === 'DELETE';
      return undefined;
    });
    const { code, stdout } = await run();
    expect(stdout).toContain(`${join(dumps(), 'gone.test.zone')}: `);
    expect(stdout).toContain('Deleted gone.test. at pdns.');
    expect(stdout).toContain('[zone-not-gone] it was deleted, and whether it is gone cannot be read');
    expect(stdout).toContain('Verified: 1 name server does not serve it.');
    expect(code).toBe(1);
  });

  it('that is gone by then leaves it open, and says where the dump is', async () => {
    let gone = false;
    proxy.handle(({ method }) => {
      gone ||= method === 'DELETE';
      return gone ? { kind: 'refuse' } : undefined;
    });
    expect(await run()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /whether gone\.test\. is still at pdns is not known, and its dump is .*gone\.test\.zone/,
      ),
    });
    expect(filesThere()).toEqual(['gone.test.zone']);
  });
});

describe('a dump that cannot be written to its end', () => {
  it('keeps the zone, exit 1, and goes', async () => {
    const text = Array.from({ length: 4 }, () => `"${'x'.repeat(250)}"`).join(' ');
    const long = Array.from({ length: 400 }, (_, i) => rrset(`t${i}.${zone}`, 'TXT', text));
    await overwrite(pdns, zone, ...long);
    const bin = join(import.meta.dirname, '../../bin/hostmaster.ts');
    const args = [process.execPath, bin, ...argsOf(), '--config', repository.config];
    // 300 KiB are enough for the state, and too little for the dump.
    const limited = ['-c', 'ulimit -f 300; exec "$@"', 'bash', ...args];
    const limitedRun = promisify(execFile)('bash', limited, { env: cleanEnvironment() });
    await expect(limitedRun).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/nothing was deleted: the dump .* cannot be written \(EFBIG/),
    });
    expect(filesThere()).toEqual([]);
    expect(await contentOf(pdns, zone)).toHaveLength(401);
  });
});

describe('what a dump cannot hold', () => {
  it('keeps the zone, exit 3, but for --allow unreadable', async () => {
    // PowerDNS takes a KEY (RFC 2535), whose text we have no fields for.
    await overwrite(pdns, zone, rrset(`odd.${zone}`, 'KEY', '256 3 5 AAAA'));
    const { code, stderr } = await run();
    expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining('odd.gone.test. KEY') });
    expect(await run('--allow', 'unreadable')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('not in it: odd.gone.test. KEY'),
    });
    expect(readFileSync(join(dumps(), 'gone.test.zone'), 'utf8')).toContain('; not in this file: odd.gone.test.');
  });
});

describe('a secondary that keeps the zone', () => {
  let bind: Bind | undefined;
  afterEach(() => bind?.stop());

  it('is named, exit 4, and the others are proven', async () => {
    const started = await startBind({ secondaries: [{ name: zone, primary: pdns.dns }] });
    bind = started;
    await expect.poll(() => started.log()).toMatch(/transfer of 'gone\.test\/IN'.*success/);
    const label = `127.0.0.1:${started.dns.port}`;
    repository = repositoryOf({ verify_at: [`127.0.0.1:${pdns.dns.port}`, label], verify_wait: '1s' });
    const { code, stdout } = await run();
    expect(stdout).toContain(
      `${label} still serves the zone gone.test.; where it is a secondary, take the zone out of its own configuration`,
    );
    expect(stdout).toContain('Verified: pdns has it no more, 1 name server does not serve it; 1 difference.');
    expect(code).toBe(4);
  });
});
