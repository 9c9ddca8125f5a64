import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { bin, type Started, startOnTerminal } from '../command.ts';
import { holdWrites, proxiedPowerDns } from './proxied.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, contentOf } from './zone.ts';

// Invariant 14 where a person sits: Ctrl-C in a real terminal, with and without npm, which passes the signal on a second time.

const zones = ['one.test.', 'two.test.', 'three.test.'] as const;
const fileOf = (address: string): string => `${apexYaml}www: {type: A, ttl: 300, value: ${address}}\n`;
const root = join(import.meta.dirname, '../..');
const ctrlC = '\u0003';

/** What is on the screen of words that are ours, without what only a screen has. */
const linesOf = (screen: string): readonly string[] =>
  stripVTControlCharacters(screen)
    .split(/[\r\n]+/)
    .filter((line) => line.includes('hostmaster:'))
    .map((line) => line.slice(line.indexOf('hostmaster:')));

describe('invariant 14: Ctrl-C in a terminal', () => {
  const scene = proxiedPowerDns(zones);
  let repository: Repository;

  beforeEach(() => {
    repository = makeRepository({
      targets: { pdns: targetOf({ ...scene.pdns, url: scene.proxy.url }, { verify_wait: '60s', parallel: 1 }) },
      zones: Object.fromEntries(zones.map((zone) => [zone, {}])),
      files: Object.fromEntries(zones.map((zone) => [zone.slice(0, -1), fileOf('192.0.2.2')])),
    });
  });

  const commands = {
    'the command itself': () => [process.execPath, bin],
    'npm run': () => ['npm', 'run', '--silent', 'hostmaster', '--'],
  } as const;
  const started = (how: keyof typeof commands, ...args: readonly string[]): Started =>
    startOnTerminal([...commands[how](), ...args, '--config', repository.config], { cwd: root });

  it.each(['the command itself', 'npm run'] as const)('%s: the write that was sent is waited for', async (how) => {
    const held = holdWrites(scene);
    const apply = started(how, 'apply', '--yes');
    await held.reached;
    apply.child.stdin?.write(ctrlC);
    await apply.says('^C');
    setTimeout(held.letGo, 1_500);
    const { code, stdout } = await apply.ended;
    expect(linesOf(stdout)).toEqual([
      'hostmaster: interrupted: 1 of 3 changes written, and not verified; run it again to go on',
    ]);
    expect(code).toBe(130);
    expect(stdout).not.toMatch(/stopped before|no answer/);
    const contents = await Promise.all(zones.map((zone) => contentOf(scene.pdns, zone)));
    expect(contents.flat().sort()).toEqual(['www A 300 192.0.2.1', 'www A 300 192.0.2.1', 'www A 300 192.0.2.2']);
    scene.proxy.handle(null);
    expect(await repository.run('apply', '--yes')).toMatchObject({ code: 0, stderr: '' });
  });

  it.each(['the command itself', 'npm run'] as const)('%s: at the question, nothing is applied', async (how) => {
    const apply = started(how, 'apply');
    await apply.says('[yes/no]');
    apply.child.stdin?.write(ctrlC);
    const { code, stdout } = await apply.ended;
    expect(linesOf(stdout)).toEqual(['hostmaster: interrupted: nothing was applied']);
    expect(code).toBe(130);
    expect(scene.proxy.count('PATCH')).toBe(0);
  });
});
