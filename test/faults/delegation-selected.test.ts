import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registry } from '../../src/cli/registry.ts';
import { servePass } from '../../src/pass.ts';
import { runHere } from '../cli/here.ts';
import { freePort } from '../servers/index.ts';

// New name servers are found in zones, and at targets, that a run was not asked for.

const zone = 'parent.test.';
const child = `child.${zone}`;
const sub = `sub.${zone}`;
const apex = "'': {type: NS, values: [ns1.nowhere.invalid., ns2.nowhere.invalid.]}\n";

let folder: string;
let config: string;
let plan: string;
const run = (...args: readonly string[]) => runHere([...args, '--config', config]);
const allow = ['--allow', `delegation:${zone}:${child}`, `delegation:${zone}:${sub}`];
const noAnswer = /withheld by delegation: the new name server 127\.0\.0\.1:\d+ gave no answer/;

/** With what `verify_at` names running for as long as `job` takes. */
const whileServing = async (job: () => Promise<void>): Promise<void> => {
  const options = { config: join(folder, 'serve.yaml'), allow: [], full: false, serve: false };
  const serving = await servePass(options, { registry });
  await job().finally(() => Promise.all(serving.map(({ server }) => server.stop())));
};

const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hostmaster-delegation-'));
  config = join(folder, 'hostmaster.yaml');
  plan = join(folder, 'plan.json');
  mkdirSync(join(folder, 'zones'));
  const port = await freePort();
  const at = `127.0.0.1:${port}`;
  write(
    'hostmaster.yaml',
    `targets:
  one: {provider: embedded, listen: "127.0.0.1:0", file: one.sqlite}
  two: {provider: embedded, listen: "127.0.0.1:0", file: two.sqlite, verify_at: ["${at}"]}
state: state.sqlite
zones:
  parent.test: {targets: [one], create: true}
  child.parent.test: {targets: [two], create: true}
  other.test: {targets: [two], create: true}
`,
  );
  write('zones/parent.test.yaml', apex);
  write('zones/child.parent.test.yaml', apex);
  write('zones/other.test.yaml', `${apex}ns1: {type: A, value: 127.0.0.99}\n`);
  write('serve.yaml', `targets: {two: {provider: embedded, listen: "${at}", file: two.sqlite}}\nzones: {}\n`);
  await whileServing(async () => expect(await run('apply', '--yes')).toMatchObject({ code: 0 }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a delegation to a zone of another target', () => {
  beforeAll(async () => {
    write('zones/parent.test.yaml', `${apex}child: {type: NS, values: [ns1.nowhere.invalid., ns2.nowhere.invalid.]}\n`);
    await whileServing(async () => {
      const { code, stdout } = await run('plan', ...allow, '--out', plan);
      expect(stdout).toContain('Plan: 1 create');
      expect(code).toBe(0);
    });
  });

  it.each([[[]], [['--zone', zone]], [['--target', 'one']]])(
    'is refused where its name server gives no answer: plan %j',
    async (only) => {
      const { code, stdout } = await run('plan', ...allow, ...only);
      expect(stdout).toMatch(noAnswer);
      expect(stdout).not.toContain('delegation-unasked');
      expect(code).toBe(3);
    },
  );

  it('is refused where a reviewed plan is applied, too', async () => {
    const { code, stderr } = await run('apply', '--plan', plan, '--yes', ...allow);
    expect(stderr).toMatch(/the plan is refused, and nothing was written: .* gave no answer/);
    expect(code).toBe(3);
  });
});

describe('a delegation to a name server with an address in another zone', () => {
  beforeAll(() => write('zones/parent.test.yaml', `${apex}sub: {type: NS, values: [ns1.other.test.]}\n`));

  it.each([[[]], [['--zone', zone]]])('is refused where it does not answer there: plan %j', async (only) => {
    const { code, stdout } = await run('plan', ...allow, ...only);
    expect(stdout).toContain('withheld by delegation: the new name server ns1.other.test. (127.0.0.99)');
    expect(code).toBe(3);
  });
});
