import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hostmaster } from '../command.ts';
import { makeRepository } from '../faults/target-repository.ts';
import { dig, startBind } from '../servers/index.ts';
import { motoCredentials, startMoto } from '../servers/moto.ts';
import { secretOf } from '../servers/secret.ts';

// Deleting a zone where that is no single request, or not possible at all.

const zone = 'gone.test.';

describe('zone delete', () => {
  it('at BIND says how it is done there, exit 1, and does nothing', async () => {
    const key = { name: 'k.test.', algorithm: 'hmac-sha256', secret: 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0' };
    const text = '$TTL 60\n@ SOA ns1.example.net. h 1 60 60 600 60\n@ NS ns1.example.net.\n';
    const statements = `allow-update { key "${key.name}"; };`;
    const bind = await startBind({ keys: [key], zones: [{ name: zone, text, statements }] });
    try {
      const tsig = { name: key.name, algorithm: key.algorithm, secret: secretOf(key.secret) };
      const target = { provider: 'rfc2136', host: '127.0.0.1', port: bind.dns.port, tsig };
      const { folder, run } = makeRepository({ targets: { bind: target }, zones: {} });
      const out = join(folder, 'dumps');
      const ended = await run('zone', 'delete', zone, '--target', 'bind', '--confirm', zone, '--out', out);
      expect(ended).toMatchObject({ code: 1, stdout: '' });
      expect(ended.stderr).toContain('nothing was deleted: bind cannot delete gone.test.: RFC 2136 has no way');
      expect(ended.stderr).toContain('rndc delzone');
      expect(existsSync(out)).toBe(false);
      expect((await dig(bind.dns, zone, 'SOA')).flags).toContain('aa');
    } finally {
      await bind.stop();
    }
  });

  it('at Route 53 deletes what is in the zone first', async () => {
    const moto = await startMoto();
    try {
      const targets = { aws: { provider: 'route53', endpoint: moto.url, region: 'us-east-1' } };
      const files = {
        'gone.test': 'www: {type: A, ttl: 300, value: 192.0.2.1}\nmx: {type: MX, ttl: 60, value: 10 a.test.}\n',
      };
      const repository = makeRepository({ targets, zones: { [zone]: { create: true } }, files });
      const run = (...args: readonly string[]) =>
        hostmaster([...args, '--config', repository.config], { env: motoCredentials });
      const applied = await run('apply', '--yes');
      expect(applied.stdout).toContain('Applied: 2 changes in 1 zone.');
      const confirmed = ['zone', 'delete', zone, '--target', 'aws', '--confirm', zone, '--out', repository.folder];
      expect(await run(...confirmed)).toMatchObject({ code: 3 });
      repository.write('hostmaster.yaml', JSON.stringify({ state: 'state.sqlite', targets, zones: {} }));
      const { code, stdout, stderr } = await run(...confirmed);
      expect(stderr).toBe('');
      expect(stdout).toContain('Deleted gone.test. at aws.');
      expect(stdout).toContain('Verified: aws has it no more; 4 differences.');
      // moto has no name servers: those that it names have no addresses.
      expect(stdout.match(/cannot be asked for gone\.test\.: no address/g)).toHaveLength(4);
      expect(code).toBe(1);
      expect(readFileSync(join(repository.folder, 'gone.test.zone'), 'utf8')).toContain('www\t300\tIN\tA\t192.0.2.1\n');
      expect(await run(...confirmed, '--out', join(repository.folder, 'more'))).toMatchObject({
        stderr: 'hostmaster: aws does not have the zone gone.test.: nothing was deleted\n',
      });
    } finally {
      await moto.stop();
    }
  });
});
