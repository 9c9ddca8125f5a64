import { describe, expect, it } from 'vitest';
import type { PassEnd } from '../../../src/daemon/engine/messages.ts';
import { type HookedServers, hookedServers } from '../../../src/daemon/hooked-servers.ts';
import type { InventoryHook } from '../../../src/daemon/inventory-hook.ts';
import { server } from '../../compose/compose-input.ts';
import { endedPass } from '../ended-pass.ts';

const failed: PassEnd = { status: 'failed', code: 'STATE_UNAVAILABLE', message: 'the state is locked' };
const hook = (at: number, ...names: readonly string[]): Extract<InventoryHook, { kind: 'servers' }> => ({
  ...{ kind: 'servers', at, distrusted: [], invalid: [] },
  servers: names.map((name) => server(name, [])),
});
const open = (): { hooks: HookedServers; told: number[] } => {
  const told: number[] = [];
  const hooks = hookedServers({ known: new Map(), keep: () => undefined, onWaiting: (count) => told.push(count) });
  return { hooks, told };
};

describe('servers of hooks', () => {
  it('wait again after a pass that failed, which whoever waited hears of, until one has ended', async () => {
    const { hooks, told } = open();
    const answer = hooks.accept('lab', hook(1, 'web1'), 60_000);
    hooks.ended(hooks.take(), failed);
    await expect(answer).resolves.toMatchObject({ servers: [{ status: 'failed', message: 'the state is locked' }] });
    expect(told).toEqual([1]);
    expect(hooks.take()).toMatchObject([{ name: 'web1' }]);
  });

  it('wait again at once after a pass that was given up, and nobody hears of it', async () => {
    const { hooks, told } = open();
    const answer = hooks.accept('lab', hook(1, 'web1'), 60_000);
    hooks.ended(hooks.take(), { status: 'given up' });
    expect(told).toEqual([1, 1]);
    hooks.ended(hooks.take(), failed);
    await expect(answer).resolves.toMatchObject({ servers: [{ status: 'failed' }] });
  });

  it('wait once more after a pass that asked their inventory in place of them, and had no answer', async () => {
    const { hooks, told } = open();
    const answer = hooks.accept('lab', hook(1, 'web1'), 60_000);
    hooks.ended(hooks.take(), endedPass());
    expect(told).toEqual([1, 1]);
    hooks.ended(hooks.take(), endedPass({ scope: 'names' }));
    await expect(answer).resolves.toMatchObject({ servers: [{ status: 'verified' }] });
    expect([told, hooks.take()]).toEqual([[1, 1], []]);
  });

  it('wait for the first commit that comes into force', async () => {
    const { hooks } = open();
    const answer = hooks.accept('lab', hook(1, 'web1'), 60_000);
    hooks.ended(hooks.take(), null);
    await expect(answer).resolves.toMatchObject({ servers: [{ message: expect.stringMatching('no commit') }] });
    expect(hooks.take()).toHaveLength(1);
  });

  it('are what the newest hook says, also of one that came while an older was under way', async () => {
    const { hooks } = open();
    await hooks.accept('lab', hook(1, 'web1', 'web2'), null);
    const older = hooks.take();
    await hooks.accept('lab', hook(2, 'web1'), null);
    hooks.ended(older, failed);
    expect(hooks.take().map(({ name }) => name)).toEqual(['web1', 'web2']);
    expect(hooks.at('lab', 'web1')).toBe('1970-01-01T00:00:00.002Z');
  });

  it('are forgotten where no hook has named them for 90 days, as the state forgets them', () => {
    const known = new Map([90, 89].map((days) => [`lab/${days}-days`, Date.now() - days * 24 * 3_600_000 - 1_000]));
    const hooks = hookedServers({ known, keep: () => undefined, onWaiting: () => undefined });
    hooks.ended([], endedPass({ scope: 'names' }));
    expect(hooks.at('lab', '90-days')).not.toBe(null);
    hooks.ended([], endedPass());
    expect(hooks.at('lab', '90-days')).toBe(null);
    expect(hooks.at('lab', '89-days')).not.toBe(null);
  });

  it('count once for all hooks that name them', async () => {
    const { hooks } = open();
    const names = Array.from({ length: 10_000 }, (_, i) => `web${i}`);
    await hooks.accept('lab', hook(1, ...names), null);
    await expect(hooks.accept('lab', hook(2, ...names), null)).resolves.toMatchObject({ accepted: 10_000 });
    await expect(hooks.accept('lab', hook(2, 'more'), null)).resolves.toMatchObject({ kind: 'full' });
  });

  it('are told at once that the daemon stops', async () => {
    const { hooks } = open();
    const answer = hooks.accept('lab', hook(1, 'web1'), 60_000);
    hooks.close();
    await expect(answer).resolves.toMatchObject({ servers: [{ message: 'the daemon was told to stop' }] });
  });
});
