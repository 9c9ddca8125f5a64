import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../../src/state/index.ts';
import { runHere } from '../../cli/here.ts';

const zone = { name: 'a.test.', view: null };
const target = '{provider: embedded, listen: "127.0.0.1:0", file: one.sqlite}';
const made = `targets: {one: ${target}}\nstate: state.sqlite\nzones:`;

it('a deletion that is stopped while it waits for an earlier write gives its lease back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hostmaster-delete-'));
  const config = join(folder, 'hostmaster.yaml');
  const settings = '{targets: [one], create: true}';
  const file = "'': {type: NS, values: [ns1.b.test., ns2.b.test.]}\n";
  mkdirSync(join(folder, 'zones'));
  for (const name of ['a.test', 'other.test']) writeFileSync(join(folder, `zones/${name}.yaml`), file);
  writeFileSync(config, `${made} {a.test: ${settings}, other.test: ${settings}}\n`);
  expect(await runHere(['apply', '--yes', '--config', config])).toMatchObject({ code: 0 });
  writeFileSync(config, `${made} {other.test: ${settings}}\n`);
  const store = await openStore(join(folder, 'state.sqlite'));
  try {
    const earlier = await store.lease(zone, 'one');
    if ('heldBy' in earlier) throw new Error('somebody has the lease');
    await store.release(earlier, Date.now() + 60_000);
    const stopping = new AbortController();
    const where = ['--target', 'one', '--confirm', zone.name, '--out', folder, '--config', config];
    const ended = runHere(['zone', 'delete', zone.name, ...where], Date.now, stopping.signal);
    const holders = async () => (await store.leasesInUse()).map(({ holder }) => holder);
    await Promise.race([
      expect.poll(holders).toEqual([expect.anything()]),
      ended.then(({ stderr }) => expect.fail(stderr)),
    ]);
    stopping.abort();
    expect(await ended).toMatchObject({ code: 130 });
    expect(await holders(), 'what may still arrive stays noted').toEqual([null]);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
