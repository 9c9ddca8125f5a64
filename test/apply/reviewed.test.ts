import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { OpenTarget } from '../../src/target.ts';
import { overwrite, rrset } from '../faults/zone.ts';
import type { Fault, ProxyRequest } from '../servers/index.ts';
import { change, changeset } from './changes.ts';
import type { Lab } from './lab.ts';
import { contentOf, everything, forward, labPass, sideOf, startLab, there } from './lab.ts';
import { applyAt, targetsOf } from './pass.ts';

// Invariant 6: a reviewed zone goes through whole or not at all, however many writes it takes.

let lab: Lab;
let target: OpenTarget;
beforeAll(async () => {
  lab = await startLab();
  const { provider } = lab.target;
  // Two changes a write.
  target = { ...lab.target, provider: { ...provider, supports: { ...provider.supports, max_changes: 2 } } };
});
afterAll(() => lab?.stop());
beforeEach(() => lab.reset());

const many = changeset(forward, [
  change(`a.${forward} A`, '', '300 192.0.2.11'),
  change(`b.${forward} A`, '', '300 192.0.2.12'),
  change(`web1.${forward} A`, '300 192.0.2.1', '300 192.0.2.13'),
  change(`web3.${forward} A`, '300 192.0.2.3', ''),
]);
const refusing =
  (name: string, before: () => Promise<void> = async () => undefined) =>
  async ({ method, body }: ProxyRequest): Promise<Fault | undefined> => {
    if (method !== 'PATCH' || !(await body()).includes(`"${name}"`)) return undefined;
    await before();
    return { kind: 'answer', status: 422, body: JSON.stringify({ error: `RRset ${name} IN A: not today` }) };
  };
const apply = () => applyAt({ changesets: [many] }, targetsOf(target), { store: lab.store, reviewed: true });

it('goes through in several writes', async () => {
  expect(await apply()).toMatchObject([{ status: 'applied', error: null }]);
  expect(lab.patches()).toHaveLength(2);
});

it('is taken back where a later write is refused', async () => {
  lab.proxy.handle(refusing(`web3.${forward}`));
  const results = await apply();
  expect(results).toMatchObject([
    { status: 'rolled_back', code: 'WRITE_REFUSED', error: expect.stringContaining('was rolled back') },
  ]);
  expect(results[0]?.changes.some(({ status }) => status === 'applied')).toBe(false);
  expect(await everything(lab.pdns)).toEqual(sideOf('before'));
});

it('says so where somebody else changed it before that, and takes nothing back', async () => {
  const moved = () => overwrite(lab.pdns, forward, rrset(`a.${forward}`, 'A', '203.0.113.1'));
  lab.proxy.handle(refusing(`web3.${forward}`, moved));
  expect(await apply()).toMatchObject([
    { status: 'failed', error: expect.stringContaining(`a.${forward} A at pdns is 203.0.113.1 (TTL 300) now`) },
  ]);
  expect(await contentOf(lab.pdns, forward)).toContain(`b.${forward} A 192.0.2.12`);
});

it('takes its atomic sets with it, and leaves the other zones', async () => {
  const { changesets, sets } = labPass();
  const broken = changesets.map((each) =>
    each.zone === forward
      ? { ...each, changes: [...each.changes, change(`x.${forward} A`, '300 192.0.2.19', '300 192.0.2.20')] }
      : each,
  );
  await overwrite(lab.pdns, forward, rrset(`x.${forward}`, 'A', '192.0.2.19'));
  lab.proxy.handle(refusing(`x.${forward}`));
  const results = await applyAt({ changesets: broken, sets }, targetsOf(target), { store: lab.store, reviewed: true });
  expect(await everything(lab.pdns)).toEqual([...sideOf('before'), `x.${forward} A 192.0.2.19`].sort());
  expect(Object.fromEntries(results.map(({ zone, status }) => [zone, status]))).toMatchObject({
    [forward]: 'rolled_back',
    [there]: 'rolled_back',
    'shared.test.': 'skipped',
  });
  expect(await lab.store.journalled()).toEqual([]);
});
