import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { repositoryOf } from '../../src/daemon/repository-of.ts';
import { loadDaemon } from '../../src/load/index.ts';
import { tempFolder } from '../servers/child.ts';
import { gitSettings, makeUpstream } from './git/upstream.ts';

afterEach(() => void vi.restoreAllMocks());

const hour = 3_600_000;

it('a window whose answer comes while the watch is closed leaves no timer behind', async () => {
  const upstream = makeUpstream();
  upstream.push({ 'hostmaster.yaml': 'one' });
  const file = join(tempFolder('window'), 'ops.yaml');
  writeFileSync(file, 'targets: {}');
  const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
  const isInForce = Promise.withResolvers<void>();
  const answers = {
    validate: () => '[]',
    window: () => {
      asked.resolve();
      return answer.promise;
    },
  };
  const watched = await repositoryOf(
    await loadDaemon({ config: 'hostmaster.yaml', targetsFrom: file }),
    gitSettings(upstream.bare, { interval: 20 }),
    {
      thread: {
        ask: async ({ kind }) =>
          JSON.parse(await (kind === 'validate' || kind === 'window' ? answers[kind]() : 'null')),
      },
      log: () => undefined,
      inUse: () => [],
      onChange: () => isInForce.resolve(),
      onView: () => undefined,
    },
  );
  await isInForce.promise;
  upstream.push({ 'hostmaster.yaml': 'two' });
  watched.look();
  await asked.promise;
  const [set, clear] = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'clearTimeout')];
  const closed = watched.close();
  answer.resolve(JSON.stringify({ because: 'no window is open', until: Date.now() + 5 * hour }));
  await closed;
  const late = set.mock.calls.findIndex(([, delay]) => (delay ?? 0) > hour);
  expect(late).toBeGreaterThanOrEqual(0);
  expect(clear.mock.calls.map(([timer]) => timer)).toContain(set.mock.results[late]?.value);
}, 60_000);
