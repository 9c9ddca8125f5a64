import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hostmaster } from '../command.ts';
import { startPowerDns, tempFolder } from '../servers/index.ts';
import { jsonOf } from './sample-repository.ts';

// A zone file without apex NS, at a target without verify_at: the name servers are those that the target knows.

const rr = (name: string, type: string, content: string) => ({ name, type, ttl: 300, records: [{ content }] });

it('asks the name servers that the zone has at its target', async () => {
  const server = await startPowerDns({ backend: 'sqlite', settings: { 'enable-lua-records': 'yes' } });
  try {
    const rrsets = [rr('one.example.', 'NS', 'ns1.one.example.'), rr('ns1.one.example.', 'A', '127.9.9.9')];
    await server.api('POST', '/zones', { name: 'one.example.', kind: 'Native', rrsets });
    const folder = tempFolder('apex-ns');
    const target = { provider: 'powerdns', url: server.url, api_key: { env: 'KEY' }, verify_wait: '100ms' };
    writeFileSync(
      join(folder, 'hostmaster.yaml'),
      JSON.stringify({
        targets: { pdns: target },
        zones: { 'one.example': { targets: ['pdns'], static: 'one.yaml', allow_lua: true } },
      }),
    );
    writeFileSync(
      join(folder, 'one.yaml'),
      'ns1: { type: A, ttl: 300, value: 127.9.9.9 }\nlua: { type: LUA, value: A "\'192.0.2.1\'" }\n',
    );
    const run = (...args: readonly string[]) =>
      hostmaster([...args, '--format', 'json'], { cwd: folder, env: { KEY: server.apiKey } });
    const nameserver = 'ns1.one.example. (127.9.9.9)';
    const verified = await run('verify');
    expect(verified.code).toBe(1);
    expect(jsonOf(verified).differences).toEqual([expect.objectContaining({ nameserver, kind: 'no_answer' })]);
    expect(jsonOf(await run('explain', 'ns1.one.example', 'A')).answered).toEqual([
      expect.objectContaining({ nameserver }),
    ]);
    const planned = await run('plan');
    expect(jsonOf(planned)).toMatchObject({
      changesets: [{ changes: [] }],
      problems: expect.arrayContaining([expect.objectContaining({ rule: 'unanswerable-type' })]),
    });
  } finally {
    await server.stop();
  }
});
