import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runHere } from '../cli/here.ts';

let folder: string;
let config: string;
const run = (args: readonly string[], signal?: AbortSignal) => runHere([...args, '--config', config], Date.now, signal);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hostmaster-stopped-'));
  config = join(folder, 'hostmaster.yaml');
  mkdirSync(join(folder, 'zones'));
  const target = '{provider: embedded, listen: "127.0.0.1:0", file: one.sqlite}';
  const zones = 'a.test: {targets: [one], create: true}';
  writeFileSync(config, `targets: {one: ${target}}\nstate: state.sqlite\nzones: {${zones}}\n`);
  writeFileSync(join(folder, 'zones/a.test.yaml'), "'': {type: NS, values: [ns1.b.test., ns2.b.test.]}\n");
  expect(await run(['plan', '--out', join(folder, 'plan.json')])).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  [['apply', '--yes']],
  [['apply', '--yes', '--plan', 'plan.json']],
  [['dump', '--target', 'one']],
  [['zone', 'delete', 'b.test', '--target', 'one', '--confirm', 'b.test']],
  [['verify']],
])('%j that is stopped while targets are opened blames none of them', async (args) => {
  const there = args.map((each) => (each === 'plan.json' ? join(folder, each) : each));
  expect(await run(there, AbortSignal.abort())).toEqual({
    code: 130,
    stdout: expect.not.stringContaining('one:'),
    stderr: 'hostmaster: interrupted: nothing was applied; run it again\n',
  });
});
