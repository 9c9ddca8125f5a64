import { expect, it } from 'vitest';
import type { EndedPass, PassEnd } from '../../src/daemon/engine/messages.ts';
import { hookedServers } from '../../src/daemon/hooked-servers.ts';
import { newKnowledge } from '../../src/daemon/knowledge.ts';
import { measurePass, measureStanding } from '../../src/daemon/measure.ts';
import { openMetrics } from '../../src/daemon/metrics.ts';
import type { Suspensions } from '../../src/daemon/suspensions.ts';
import type { Changeset, Withheld } from '../../src/model/plan.ts';
import { change, changeset } from '../apply/changes.ts';
import { server } from '../compose/compose-input.ts';

const time = Date.UTC(2026, 10, 30);
const seconds = time / 1_000;
const www = change('www.a.test. A', '300 192.0.2.1', '300 192.0.2.2');

const passOf = (changesets: readonly Changeset[], more: Partial<EndedPass> = {}): EndedPass => ({
  ...{ status: 'ended', scope: 'all', started: time, ended: time, zoneTargets: changesets, results: [], problems: [] },
  ...{ verify: { checked: 0, differences: [] }, takenAt: { lab: time }, filesRead: [], inventoryInterval: null },
  plan: {
    ...{ version: 2, digest: 'sha256:0', config_commit: null, dirty: false, changesets, atomic_sets: [], problems: [] },
    inventory: { lab: { servers: 3, complete: true, message: null, allow: null } },
    targets: [{ name: 'pdns', status: 'ok', code: null, message: null }],
    summary: { create: 0, replace: 0, delete: 0, withheld: 0 },
  },
  ...more,
});
const withheldBy = (guard: Withheld['guard'], kind: Withheld['kind'] = 'refused'): Withheld => ({
  ...{ ...www, guard, kind, reason: 'it is so', allow: null },
});

const git = { in_force: 'a', seen: 'b', held_because: 'it has an error', error: null, problems: [] };
const source = { status: () => git, fetched: () => time };

const scene = () => {
  const knowledge = newKnowledge(() => time);
  const metrics = openMetrics('0.1.0');
  let suspended: Suspensions = [];
  measureStanding({ knowledge, source, suspensions: { now: () => suspended } }, metrics);
  return {
    suspend: (all: Suspensions): void => {
      suspended = all;
    },
    pass: (end: PassEnd, cause: 'git' | 'interval' = 'interval'): void => {
      const all = { by: null, allow: [], zones: null, full: false };
      const ended = knowledge.ended({ id: 'p1', since: time, cause, ...all }, end);
      if (ended !== null) measurePass(ended, knowledge, metrics);
    },
    linesOf: async (name: string): Promise<readonly string[]> =>
      (await metrics.text()).body
        .split('\n')
        .filter((line) => line.startsWith(`hostmaster_${name}`))
        .map((line) => line.slice('hostmaster_'.length)),
  };
};

it('a pass counts with its cause and outcome, and each change that was applied', async () => {
  const { linesOf, pass } = scene();
  const changes = [www, change('old.a.test. A', '300 192.0.2.3', ''), change('no.a.test. A', '', '300 192.0.2.4')];
  const written = changeset('a.test.', changes);
  const became = changes.map(({ action, name, type }, i) => ({
    ...{ action, name, type, message: null },
    status: i < 2 ? ('applied' as const) : ('refused' as const),
  }));
  const at = { zone: 'a.test.', view: null, target: 'pdns' };
  const result = { ...at, status: 'failed' as const, error: 'refused', code: 'WRITE_REFUSED', fingerprint: null };
  pass(passOf([written], { results: [{ ...result, changes: became }] }), 'git');
  pass({ status: 'stopped' });
  pass({ status: 'given up' });
  expect(await linesOf('passes_total')).toEqual([
    'passes_total{cause="git",outcome="failed"} 1',
    'passes_total{cause="interval",outcome="stopped"} 1',
  ]);
  expect(await linesOf('changes_total')).toEqual([
    'changes_total{target="pdns",action="replace",cause="git"} 1',
    'changes_total{target="pdns",action="delete",cause="git"} 1',
  ]);
  expect(await linesOf('last_pass')).toEqual([`last_pass_timestamp_seconds ${seconds}`]);
  expect(await linesOf('last_converged')).toEqual(['last_converged_timestamp_seconds 0']);
});

it('what the last pass found is said of zones, guards, targets and inventories, and goes with it', async () => {
  const { linesOf, pass } = scene();
  const withheld = [withheldBy('never_empty'), withheldBy('drift', 'contested')];
  pass(passOf([{ ...changeset('a.test.', []), withheld }, changeset('b.test.', [])]));
  expect(await linesOf('withheld')).toEqual([
    'withheld{zone="a.test.",guard="never_empty"} 1',
    'withheld{zone="a.test.",guard="drift"} 1',
  ]);
  expect(await linesOf('drift')).toEqual(['drift{zone="a.test.",target="pdns"} 1']);
  expect(await linesOf('contested')).toEqual(['contested 1']);
  expect(await linesOf('zones{')).toContain('zones{state="refused"} 1');
  expect(await linesOf('target_up')).toEqual(['target_up{target="pdns"} 1']);
  expect(await linesOf('inventory_complete')).toEqual(['inventory_complete{inventory="lab"} 1']);
  pass(passOf([changeset('b.test.', [])]));
  expect(await linesOf('withheld')).toEqual([]);
  expect(await linesOf('drift')).toEqual([]);
  expect(await linesOf('contested')).toEqual(['contested 0']);
  expect(await linesOf('zones{')).toContain('zones{state="refused"} 0');
});

it('all is in order as of the zone that was looked at first, and no longer where one is not', async () => {
  const { linesOf, pass } = scene();
  pass(passOf([changeset('a.test.', []), changeset('b.test.', [])]));
  const later = { ended: time + 60_000, scope: 'zones' as const };
  pass(passOf([changeset('b.test.', [])], later));
  expect(await linesOf('last_converged')).toEqual([`last_converged_timestamp_seconds ${seconds}`]);
  pass(passOf([changeset('a.test.', [])], later));
  expect(await linesOf('last_converged')).toEqual([`last_converged_timestamp_seconds ${seconds + 60}`]);
  const refused = { ...changeset('a.test.', []), withheld: [withheldBy('never_empty')] };
  pass(passOf([refused], { ...later, ended: time + 120_000 }));
  expect(await linesOf('last_converged')).toEqual([`last_converged_timestamp_seconds ${seconds + 60}`]);
});

it('ages go on between passes, and what waits in Git is told', async () => {
  const { linesOf, pass, suspend } = scene();
  const hourAgo = Date.now() - 3_600_000;
  const at = new Date(hourAgo).toISOString();
  suspend([{ zones: null, targets: null, reason: 'racks', until: null, by: 'ops', at }]);
  expect(await linesOf('inventory_age')).toEqual([]);
  pass(passOf([], { takenAt: { lab: hourAgo } }));
  const [age = ''] = await linesOf('inventory_age');
  expect(age).toMatch(/^inventory_age_seconds\{inventory="lab"\} 36\d\d/);
  expect(await linesOf('git_commit_held')).toEqual(['git_commit_held 1']);
  expect(await linesOf('git_last_fetch')).toEqual([`git_last_fetch_timestamp_seconds ${seconds}`]);
  expect((await linesOf('suspended_seconds'))[0]).toMatch(/^suspended_seconds 36\d\d/);
  suspend([]);
  expect(await linesOf('suspended_seconds')).toEqual(['suspended_seconds 0']);
});

it('a hook is timed once the name servers answer as it says, and not where its pass came to no end', async () => {
  const timed: number[] = [];
  const hooks = hookedServers({
    ...{ known: new Map(), keep: () => undefined, onWaiting: () => undefined },
    onVerified: (took) => timed.push(took),
  });
  const tell = (at: number) => {
    const servers = [server('web1', ['192.0.2.1'])];
    return hooks.accept('lab', { kind: 'servers', at, servers, distrusted: [], invalid: [] }, null);
  };
  await tell(time);
  hooks.ended(hooks.take(), { status: 'failed', code: 'INTERNAL', message: 'it broke' });
  expect(timed).toEqual([]);
  await tell(time + 1);
  hooks.ended(hooks.take(), passOf([]));
  expect(timed).toEqual([expect.any(Number)]);
});
