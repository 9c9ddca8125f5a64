import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { PassSummary } from '../../src/daemon/answers.ts';
import type { Listed } from '../../src/daemon/list.ts';
import { hostmaster } from '../command.ts';
import { daemonFolder, type RunningDaemon, startDaemon, zoneWith } from '../daemon/running.ts';

// What a daemon has done is known after a restart, and all that it wrote is in its audit file.

let daemon: RunningDaemon | undefined;
afterEach(async () => {
  await daemon?.end('SIGKILL');
  daemon = undefined;
});

const isThrough = ({ last_pass: last }: { readonly last_pass: PassSummary | null }): boolean => last !== null;
const passesOf = async (of: RunningDaemon): Promise<readonly PassSummary[]> =>
  ((await of.get('/api/v1/passes')) as Listed<PassSummary>).items;
const auditOf = (folder: string): readonly Readonly<Record<string, unknown>>[] =>
  readFileSync(join(folder, '.hostmaster/audit.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('after a restart', () => {
  it('older passes are there, with what they did; those without changes count on', async () => {
    const { folder, write } = await daemonFolder();
    write('zones/example.com.yaml', zoneWith('192.0.2.1'));
    daemon = await startDaemon(folder, []);
    await daemon.until(isThrough, 'through');
    const [first] = await passesOf(daemon);
    if (first === undefined) throw new Error('no pass');
    const whole = await daemon.get(`/api/v1/passes/${first.id}`);
    expect(whole).toMatchObject({
      cause: 'start',
      counts: { applied: 2 },
      plan: { changesets: [{ zone: 'example.com.' }] },
    });
    for (const count of [0, 1]) {
      await daemon.end();
      daemon = await startDaemon(folder, []);
      await daemon.until(
        ({ last_pass: last }) => last?.counts.applied === 0 && last.repeated === count,
        'through again',
      );
    }
    const passes = await passesOf(daemon);
    expect(passes.map(({ counts, repeated }) => [counts.applied, repeated])).toEqual([
      [0, 1],
      [2, 0],
    ]);
    expect(await daemon.get(`/api/v1/passes/${first.id}`)).toEqual(whole);
    expect(await daemon.get(`/api/v1/passes?limit=1&after=${passes[0]?.id}`)).toMatchObject({
      items: [{ id: first.id }],
      next: null,
    });
  });

  it('what was suspended is, and who did it is noted', async () => {
    const { folder, write } = await daemonFolder();
    write('zones/example.com.yaml', zoneWith('192.0.2.1'));
    daemon = await startDaemon(folder, []);
    await daemon.until(isThrough, 'through');
    const request = { zones: ['example.com'], reason: 'a move' };
    const { body, status } = await daemon.post('/api/v1/suspend', request);
    expect(status).toBe(200);
    expect(body).toMatchObject({ zones: ['example.com.'], targets: null, reason: 'a move', until: null });
    expect(await daemon.post('/api/v1/suspend', { targets: ['none'], reason: 'r' })).toMatchObject({ status: 400 });
    await daemon.end();
    daemon = await startDaemon(folder, []);
    expect(await daemon.status()).toMatchObject({
      state: 'suspended',
      suspended: { suspensions: [{ reason: 'a move' }] },
    });
    await daemon.post('/api/v1/resume', {});
    await daemon.until(({ suspended }) => suspended === null, 'resumed');
    await daemon.end();
    const actions = auditOf(folder).filter(({ kind }) => kind === 'suspend' || kind === 'resume');
    expect(actions).toMatchObject([{ kind: 'suspend', request: { reason: 'a move' } }, { kind: 'resume' }]);
  });
});

describe('the audit file', () => {
  it('has each write before its result, what was verified, and what a sync let through', async () => {
    const { folder, write } = await daemonFolder();
    write('zones/example.com.yaml', zoneWith('192.0.2.1'));
    daemon = await startDaemon(folder, []);
    await daemon.until(isThrough, 'through');
    write('zones/example.com.yaml', zoneWith('192.0.2.2'));
    await daemon.until(({ last_pass: last }) => last?.cause === 'git' && last.counts.applied === 1, 'changed');
    const [changed] = await passesOf(daemon);
    await daemon.post('/api/v1/sync', { allow: ['never_empty:example.com'] });
    await daemon.until(({ last_pass: last }) => last?.cause === 'manual', 'synchronised');
    const lines = auditOf(folder);
    expect(lines.map(({ kind }) => kind)).toEqual([
      ...['begins', 'write', 'result', 'write', 'result', 'verified', 'write', 'result', 'verified', 'sync'],
    ]);
    expect(lines[6]).toMatchObject({
      ...{ pass: changed?.id, cause: 'git', by: null, zone: 'example.com.', target: 'local' },
      changes: [
        {
          ...{ action: 'replace', name: 'www.example.com.', type: 'A' },
          ...{ before: { ttl: 60, values: ['192.0.2.1'] }, after: { ttl: 60, values: ['192.0.2.2'] } },
        },
      ],
    });
    expect(lines[7]).toMatchObject({ write: lines[6]?.number, status: 'applied', code: null });
    expect(lines[9]).toMatchObject({ by: expect.any(String), request: { allow: ['never_empty:example.com'] } });
    expect(await daemon.get('/api/v1/audit?limit=2')).toMatchObject({
      items: [{ kind: 'sync' }, { kind: 'verified' }],
      next: String(lines[8]?.number),
    });
    const path = join(folder, '.hostmaster/audit.jsonl');
    expect(await hostmaster(['audit', 'verify', path])).toMatchObject({ code: 0 });
    await daemon.end();
    writeFileSync(path, readFileSync(path, 'utf8').replace('192.0.2.2', '192.0.2.3'));
    expect(await hostmaster(['audit', 'verify', path])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('audit-altered'),
    });
  });

  it('and the log, the state and all answers have no secret', async () => {
    const secrets = ['key-of-the-target-4711', 'token-of-ops-4712', 'hook-of-git-4713', 'hook-of-lab-4714'] as const;
    const [key, token, hook, labHook] = secrets;
    const env = { PDNS_KEY: key, OPS_TOKEN: token, GIT_HOOK: hook, LAB_HOOK: labHook };
    const { folder, write } = await daemonFolder({
      inventory: { lab: { file: 'lab.json' } },
      targets: {
        pdns: { provider: 'powerdns', url: 'http://127.0.0.1:1', api_key: { env: 'PDNS_KEY' }, timeout: '1s' },
      },
      zones: { 'example.com': { targets: ['pdns'] } },
      daemon: {
        listen: '127.0.0.1:0',
        hooks: { git: { secret: { env: 'GIT_HOOK' } }, inventory: { lab: { secret: { env: 'LAB_HOOK' } } } },
      },
    });
    write('zones/example.com.yaml', zoneWith('192.0.2.1'));
    write('lab.json', '{"version": 1, "complete": true, "servers": []}');
    daemon = await startDaemon(folder, ['--log-level', 'debug'], { env });
    await daemon.until(isThrough, 'through');
    await fetch(`${daemon.url}/api/v1/status`, { headers: { authorization: `Bearer ${token}` } });
    await fetch(`${daemon.url}/hooks/git?secret=${hook}`, { method: 'POST', body: hook });
    await daemon.post('/api/v1/suspend', { reason: 'r' });
    const [pass] = await passesOf(daemon);
    const paths = ['status', 'zones', 'zones/example.com', 'passes', `passes/${pass?.id}`, 'servers', 'audit'];
    const answers: string[] = [];
    for (const path of paths) answers.push(JSON.stringify(await daemon.get(`/api/v1/${path}`)));
    answers.push(await (await fetch(`${daemon.url}/metrics`)).text());
    await daemon.end();
    const kept = readdirSync(join(folder, '.hostmaster'))
      .filter((name) => !name.endsWith('.token'))
      .map((name) => readFileSync(join(folder, '.hostmaster', name), 'latin1'));
    const own = readFileSync(join(folder, '.hostmaster/state.sqlite.token'), 'utf8').trim();
    for (const secret of [...secrets, own]) {
      for (const text of [daemon.log(), ...answers, ...kept]) expect(text.includes(secret), text).toBe(false);
    }
    expect(kept.length).toBeGreaterThan(2);
  });
});
