import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hostmaster, start } from '../command.ts';
import { type DnsAddress, dig, tempFolder } from '../servers/index.ts';
import { jsonOf, sample, zoneFile } from './sample-repository.ts';

// What runs until it is stopped: serve and demo.

const valuesOf = async (server: DnsAddress, name: string, type: string): Promise<readonly string[]> =>
  (await dig(server, name, type)).answers.map(({ rdata }) => rdata).toSorted();

describe('serve', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'answers with what another process writes, at once, until %s',
    async (signal) => {
      const repository = await sample();
      const server = { address: '127.0.0.1', port: repository.port };
      const serve = repository.start('serve');
      await serve.says(`local answers at 127.0.0.1 port ${repository.port} (UDP and TCP); Ctrl-C stops it\n`);
      expect((await dig(server, 'www.example.com', 'A')).rcode).toBe('REFUSED');
      expect(await repository.run('apply', '--yes')).toMatchObject({ code: 0 });
      expect(await valuesOf(server, 'www.example.com', 'A')).toEqual(['192.0.2.10', '192.0.2.11']);
      repository.replace(zoneFile, '192.0.2.11]', '192.0.2.12]');
      expect(await repository.run('apply', '--yes')).toMatchObject({ code: 0 });
      expect(await valuesOf(server, 'www.example.com', 'A')).toEqual(['192.0.2.10', '192.0.2.12']);
      const { code, stderr } = await serve.end(signal);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect((await dig(server, 'www.example.com', 'A', { args: ['+time=1'] })).rcode).toBe('TIMEOUT');
    },
  );

  it('says where it listens as JSON, also on a free port of its own choice', async () => {
    const repository = await sample();
    repository.replace('hostmaster.yaml', `127.0.0.1:${repository.port}`, '127.0.0.1:0');
    const serve = repository.start('serve', '--format', 'json');
    await serve.says('}\n');
    const { serving } = JSON.parse(serve.stdout());
    expect(serving).toEqual([{ target: 'local', address: '127.0.0.1', port: expect.any(Number) }]);
    expect((await dig(serving[0], 'example.com', 'SOA')).rcode).toBe('REFUSED');
    expect((await repository.run('verify')).code).toBe(4);
    expect((await serve.end('SIGINT')).code).toBe(0);
  });

  it('is one line where its address is taken, and where there is nothing to serve', async () => {
    const repository = await sample();
    const first = repository.start('serve');
    await first.says('Ctrl-C');
    const second = await repository.run('serve');
    expect(second).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^hostmaster: .*in use.*\n$/) });
    await first.end('SIGINT');
    repository.write('hostmaster.yaml', 'targets: {}\nzones: {}\n');
    expect(await repository.run('serve')).toMatchObject({
      code: 1,
      stderr: 'hostmaster: hostmaster.yaml has no target with "provider: embedded": there is nothing to serve\n',
    });
  });
});

describe('demo', () => {
  it('--exit shows everything, and ends with 0', async () => {
    const folder = tempFolder('demo');
    const { code, stdout, stderr } = await hostmaster(['demo', '--exit'], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.match(/^\d+\. .*$/gm)).toHaveLength(10);
    expect(stdout).toContain('anything.dev.example.com. A? 127.0.0.1 port');
    expect(stdout).toContain('! withheld by max_delete_percent');
    expect(stdout).toContain('! withheld by never_empty');
    expect(stdout).toMatch(/The tour is over, and everything was as it should be\.\n$/);
    expect(readdirSync(folder)).toEqual([]);
    const [, copy = ''] = /is in (\S+):/.exec(stdout) ?? [];
    expect([copy.includes('hostmaster-demo-'), existsSync(copy)]).toEqual([true, false]);
  });

  it('takes a server from its arrival to its end, and asks what each step does over DNS', async () => {
    const { stdout } = await hostmaster(['demo', '--exit'], { cwd: tempFolder('demo') });
    const answers = [...stdout.matchAll(/^10\. .*$|^[6-9]\. .*$|^ {2}(\S+ (?:A|PTR)) +(.* → .*|.*, as before)$/gm)];
    expect(
      answers.map(([line, question, answer]) => (question === undefined ? line.slice(0, 2) : [question, answer])),
    ).toEqual(journey);
    expect(stdout).toContain('server lab/web3 is missing from 1 of 3 complete snapshots');
    expect(stdout).toContain('  A 60 192.0.2.24   web3 (lab), label mailserver, labels.yaml:8\n');
  });

  it('--stop-server is noticed', async () => {
    const { code, stdout } = await hostmaster(['demo', '--exit', '--stop-server'], { cwd: tempFolder('demo') });
    expect(code).toBe(1);
    expect(stdout).toMatch(/ gave no answer for the zone example\.com\.: .*\n/);
    expect(stdout).toContain('The tour ends here: apply ended with exit code 1, not 0.');
  });

  it('stays until Ctrl-C, answers meanwhile, and leaves nothing behind', async () => {
    const temp = tempFolder('demo');
    const demo = start(['demo'], { cwd: temp, env: { TMPDIR: temp } });
    await demo.says('Ctrl-C ends it');
    const [, port = ''] = /The name server stays up at 127\.0\.0\.1 port (\d+)/.exec(demo.stdout()) ?? [];
    const [, config = ''] = /hostmaster apply --config (\S+)/.exec(demo.stdout()) ?? [];
    expect(await valuesOf({ address: '127.0.0.1', port: Number(port) }, 'www.example.com', 'A')).toEqual([
      '192.0.2.10',
      '192.0.2.12',
    ]);
    const plan = jsonOf(
      await hostmaster(['plan', '--config', config, '--format', 'json'], { cwd: tempFolder('demo') }),
    );
    expect(plan.summary).toEqual({ create: 0, replace: 0, delete: 0, withheld: 0 });
    expect(await demo.end('SIGINT')).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(temp)).toEqual([]);
  });

  it('can be stopped in the middle of the tour', async () => {
    const temp = tempFolder('demo');
    const demo = start(['demo', '--exit'], { cwd: temp, env: { TMPDIR: temp } });
    await demo.says('hostmaster plan');
    const { stderr } = await demo.end('SIGINT');
    expect(stderr).not.toMatch(/internal error|^\s+at /m);
    expect(readdirSync(temp)).toEqual([]);
  });
});

const journey = [
  '6.',
  ['web3.lab.internal. A', 'NXDOMAIN → 192.0.2.23'],
  ['23.2.0.192.in-addr.arpa. PTR', 'NXDOMAIN → web3.lab.internal.'],
  ['app.example.com. A', '192.0.2.21, 192.0.2.22 → 192.0.2.21, 192.0.2.22, 192.0.2.23'],
  '7.',
  ['web3.lab.internal. A', '192.0.2.23 → 192.0.2.24'],
  ['23.2.0.192.in-addr.arpa. PTR', 'web3.lab.internal. → NXDOMAIN'],
  ['24.2.0.192.in-addr.arpa. PTR', 'NXDOMAIN → web3.lab.internal.'],
  ['app.example.com. A', '192.0.2.21, 192.0.2.22, 192.0.2.23 → 192.0.2.21, 192.0.2.22, 192.0.2.24'],
  '8.',
  ['mail.example.com. A', '192.0.2.25 → 192.0.2.24, 192.0.2.25'],
  '9.',
  ['web3.lab.internal. A', '192.0.2.24, as before'],
  ['24.2.0.192.in-addr.arpa. PTR', 'web3.lab.internal., as before'],
  ['app.example.com. A', '192.0.2.21, 192.0.2.22, 192.0.2.24, as before'],
  ['mail.example.com. A', '192.0.2.24, 192.0.2.25, as before'],
  '10',
  ['web3.lab.internal. A', '192.0.2.24 → NXDOMAIN'],
  ['24.2.0.192.in-addr.arpa. PTR', 'web3.lab.internal. → NXDOMAIN'],
  ['app.example.com. A', '192.0.2.21, 192.0.2.22, 192.0.2.24 → 192.0.2.21, 192.0.2.22'],
  ['mail.example.com. A', '192.0.2.24, 192.0.2.25 → 192.0.2.25'],
];

describe('a command that is stopped', () => {
  it('does not wait to its end for a name server that says nothing', async () => {
    const repository = await sample();
    const silent = createSocket('udp4').bind(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const at = `127.0.0.1:${silent.address().port}`;
    // Longer than any test may take.
    repository.replace('hostmaster.yaml', 'verify_wait: 1s', `verify_wait: 1h\n    verify_at: [${at}]`);
    const verify = repository.start('verify');
    await once(silent, 'message');
    const { code, stderr } = await verify.end('SIGINT');
    expect(code).not.toBe(0);
    expect(stderr).not.toMatch(/internal error/);
  });
});
