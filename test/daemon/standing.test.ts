import { describe, expect, it } from 'vitest';
import { newKnowledge } from '../../src/daemon/knowledge.ts';
import type { WaitingPass } from '../../src/daemon/loop/loop.ts';
import { nothingKnown, type Standing, standingAfter } from '../../src/daemon/standing.ts';
import { daemonStatus } from '../../src/daemon/status.ts';
import { problemAt } from '../../src/model/problem.ts';
import { endedPass } from './ended-pass.ts';

const at = { zone: 'example.com.', view: null, target: 'pdns' };
const broken = problemAt('rdata-syntax', 'error', 'no address', { file: 'zones/example.com.yaml', line: 2 });
const pass: WaitingPass = {
  ...{ id: 'p1', cause: 'interval', by: null, allow: [], zones: null, full: false },
  since: 0,
};
const stateOf = (standing: Standing, failing: readonly string[] = []): string =>
  daemonStatus({
    ...{ version: '1', started: 0, now: 10_000, git: null, standing, isWorking: false, hooksWaiting: 0 },
    backOff: new Map(failing.map((key) => [key, { kind: 'stop' as const, tries: 1, nextTry: null }])),
    ...{ lastPass: { ...newKnowledge(() => 0).began(pass, null), outcome: 'done' as const }, suspended: null },
  }).state;

describe('what is known after a pass of a few names', () => {
  it('has the ages of inventories, and the errors in files, that the pass over everything had', () => {
    const all = standingAfter(nothingKnown, endedPass({ takenAt: { lab: 500 }, problems: [broken] }));
    expect(standingAfter(all, endedPass({ scope: 'names' }))).toMatchObject({ takenAt: { lab: 500 }, errors: 1 });
  });

  it('is not that a zone is better than it was', () => {
    const all = standingAfter(nothingKnown, endedPass({ zoneTargets: [at] }));
    const was = [...all.zoneTargets.values()];
    expect(was).toMatchObject([{ state: 'failed', code: 'ZONE_UNREADABLE' }]);
    const changeset = { ...at, based_on: null, create_zone: false, changes: [], withheld: [], unmanaged: [] };
    const { plan } = endedPass();
    const fast = endedPass({ scope: 'names', zoneTargets: [at], plan: { ...plan, changesets: [changeset] } });
    expect([...standingAfter(all, fast).zoneTargets.values()]).toEqual(was);
  });
});

describe('the state', () => {
  it('is failed where the files have errors that a pass went on without, and so is the pass', () => {
    const end = endedPass({ problems: [broken] });
    expect(stateOf(standingAfter(nothingKnown, end))).toBe('failed');
    expect(newKnowledge(() => 0).ended(pass, end)).toMatchObject({ outcome: 'failed' });
  });

  it('is failed for as long as a pass over everything cannot be done, whatever hooks do in between', () => {
    const standing = standingAfter(nothingKnown, endedPass());
    expect([stateOf(standing), stateOf(standing, ['pass'])]).toEqual(['converged', 'failed']);
  });
});
