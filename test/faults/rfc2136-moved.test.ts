import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DnsProxy, opcodeOfUpdate, startDnsProxy } from '../servers/index.ts';
import {
  add,
  behind,
  drop,
  type NameServer,
  repositoryOf,
  serialAt,
  served,
  servers,
  yamlOf,
} from './rfc2136-scene.ts';
import type { Repository } from './target-repository.ts';

// Invariants 4 and 5 on BIND and Knot: what somebody else has changed since the plan is not overwritten.

const moves = [
  ['another value', [drop('www'), add('www', '192.0.2.77')], ['300 192.0.2.77']],
  ['one more value', [add('www', '192.0.2.77')], ['300 192.0.2.1', '300 192.0.2.77']],
  ['another TTL alone', [drop('www'), add('www', '192.0.2.1', 301)], ['301 192.0.2.1']],
] as const;

describe.each(['BIND', 'Knot'] as const)('%s', (what) => {
  let server: NameServer;
  let proxy: DnsProxy;
  let repository: Repository;

  beforeEach(async () => {
    server = await servers[what]();
    proxy = await startDnsProxy(server.dns);
    repository = repositoryOf(server, proxy.dns, yamlOf('192.0.2.2', 'new: {type: A, ttl: 300, value: 192.0.2.4}\n'));
  });
  afterEach(async () => {
    await proxy.stop();
    await server.stop();
  });

  it.each(moves)('a reviewed plan is refused where somebody else has written %s', async (_, theirs, stands) => {
    const plan = join(repository.folder, 'plan.json');
    expect(await repository.run('plan', '--out', plan)).toMatchObject({ code: 0 });
    await behind(server, ...theirs);
    const serial = await serialAt(server);
    const { code, stderr } = await repository.run('apply', '--yes', '--plan', plan);
    expect(stderr).toContain('moved.test. at ns: www.moved.test. A');
    expect(code).toBe(3);
    expect(await served(server, 'www')).toEqual(stands);
    expect(await serialAt(server)).toBe(serial);
  });

  it.each(moves)(
    'an update is refused that comes just after somebody else has written %s',
    async (_, theirs, stands) => {
      let updates = 0;
      proxy.handle(async ({ opcode }) => {
        updates += opcode === opcodeOfUpdate ? 1 : 0;
        if (updates === 1 && opcode === opcodeOfUpdate) await behind(server, ...theirs);
        return undefined;
      });
      const { code, stdout } = await repository.run('apply', '--yes');
      expect(stdout).toMatch(
        /^moved\.test\. at ns: .*www\.moved\.test\. A.*nothing .* (?:applied|written to it): plan again$/m,
      );
      expect(code).toBe(3);
      expect(updates).toBe(1);
      expect(await served(server, 'www')).toEqual(stands);
      expect(await served(server, 'gone')).toEqual(['300 192.0.2.3']);
      expect(await served(server, 'new')).toEqual([]);
    },
  );

  it('what somebody else writes beside it just before is kept, and the update sent again', async () => {
    let updates = 0;
    proxy.handle(async ({ opcode }) => {
      updates += opcode === opcodeOfUpdate ? 1 : 0;
      if (updates === 1 && opcode === opcodeOfUpdate) await behind(server, add('beside', '192.0.2.9'));
      return undefined;
    });
    expect(await repository.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(updates).toBe(2);
    expect(await served(server, 'www')).toEqual(['300 192.0.2.2']);
    expect(await served(server, 'beside')).toEqual(['300 192.0.2.9']);
  });

  it('an update whose answer is lost is read back, and not sent again', async () => {
    let updates = 0;
    proxy.handle(({ opcode }) => {
      updates += opcode === opcodeOfUpdate ? 1 : 0;
      return opcode === opcodeOfUpdate ? { kind: 'drop_answer' } : undefined;
    });
    expect(await repository.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(updates).toBe(1);
    expect(await served(server, 'www')).toEqual(['300 192.0.2.2']);
    expect(await served(server, 'gone')).toEqual([]);
  });

  it('a plan of what is as our last write left it asks for its SOA alone', async () => {
    expect(await repository.run('apply', '--yes')).toMatchObject({ code: 0 });
    proxy.clear();
    expect(await repository.run('plan', '--exit-code')).toMatchObject({ code: 0 });
    expect(proxy.questions).toMatchObject([{ opcode: 0, name: 'moved.test.', type: 6 }]);
    await behind(server, add('beside', '192.0.2.9'));
    expect(await repository.run('plan', '--exit-code')).toMatchObject({ code: 2 });
  });
});
