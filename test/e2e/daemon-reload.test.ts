import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { bearer } from '../daemon/http/interface.ts';
import { daemonFolder, type RunningDaemon, startDaemon, zoneWith } from '../daemon/running.ts';

// SIGHUP to the real daemon.

let daemon: RunningDaemon | null = null;
afterEach(async () => {
  await daemon?.end();
  daemon = null;
});

const logged = async (running: RunningDaemon, text: string): Promise<void> => {
  for (let waited = 0; !running.log().includes(text); waited += 20) {
    if (waited > 60_000) throw new Error(`never said "${text}":\n${running.log()}`);
    await pause(20);
  }
};

it('takes new tokens when it is told to read its file again, and keeps the old ones where the file cannot be used', async () => {
  const { folder, write } = await daemonFolder();
  write('zones/example.com.yaml', zoneWith('192.0.2.1'));
  const running = await startDaemon(folder, []);
  daemon = running;
  await running.until(({ state }) => state === 'converged', 'converged');
  const config = JSON.parse(readFileSync(join(folder, 'hostmaster.yaml'), 'utf8'));
  const reloadWith = (settings: unknown): void => {
    writeFileSync(
      join(folder, 'hostmaster.yaml'),
      JSON.stringify({ ...config, daemon: { listen: '127.0.0.1:0', ...Object(settings) } }),
    );
    running.started.child.kill('SIGHUP');
  };
  const statusFor = async (token: string): Promise<number> =>
    (await fetch(`${running.url}/api/v1/status`, { headers: bearer(token) })).status;
  writeFileSync(join(folder, 'ops'), 'a-token-of-the-operators');
  reloadWith({ tokens: [{ name: 'ops', token: { file: 'ops' }, scope: 'write' }] });
  await logged(running, 'was read again');
  expect(await statusFor('a-token-of-the-operators')).toBe(200);
  reloadWith({ tokens: [{ name: 'ops', token: { file: 'no-such-file' }, scope: 'write' }] });
  await logged(running, 'the daemon goes on as before');
  expect(await statusFor('a-token-of-the-operators')).toBe(200);
  expect(running.log()).toContain('token ops: there is no file');
});

it('passes go by the operator’s file as it was read last, whatever is written to it since', async () => {
  const { folder, write } = await daemonFolder();
  const { zones, ...operators } = JSON.parse(readFileSync(join(folder, 'hostmaster.yaml'), 'utf8'));
  write('hostmaster.yaml', JSON.stringify({ zones }));
  write('operator.yaml', JSON.stringify(operators));
  write('zones/example.com.yaml', zoneWith('192.0.2.1'));
  const running = await startDaemon(folder, ['--targets-from', 'operator.yaml']);
  daemon = running;
  await running.until(({ state }) => state === 'converged', 'converged');
  const passWith = async (address: string): Promise<unknown> => {
    const begun = Date.now();
    write('zones/example.com.yaml', zoneWith(address));
    const { last_pass: pass } = await running.until(
      ({ last_pass: last }) => last?.cause === 'git' && Date.parse(last.started) > begun,
      `a pass with ${address}`,
    );
    return [pass?.outcome, pass?.counts?.applied];
  };
  write('operator.yaml', '[');
  expect(await passWith('192.0.2.2')).toEqual(['done', 1]);
  running.started.child.kill('SIGHUP');
  await logged(running, 'the daemon goes on as before');
  expect(await passWith('192.0.2.3')).toEqual(['done', 1]);
  write('operator.yaml', JSON.stringify({ ...operators, targets: {} }));
  running.started.child.kill('SIGHUP');
  await logged(running, 'operator.yaml was read again');
  await running.until(({ state }) => state === 'failed', 'without its target');
});
