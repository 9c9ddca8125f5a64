import { describe, expect, it } from 'vitest';
import type { HealthCheck, WhenAllDown } from '../../src/model/health.ts';
import type { RRset } from '../../src/model/rrset.ts';
import { assemblePlan } from '../../src/plan/index.ts';
import { preparePlanned, render } from '../../src/report/index.ts';
import { apex, check, evidence, healthChecks, plan, rrset } from './plan-input.ts';

// Claims at a target whose provider checks nothing: what the daemon's health checker found down is left out there.

const since = Date.UTC(2026, 10, 30, 10);
const two = 'www A 60 192.0.2.1 | 192.0.2.2';

/** A watched RRset of which these addresses are down. */
const checked = (line: string, down: readonly string[], healthCheck: HealthCheck = check): RRset => {
  const made = rrset(line);
  const values = made.values.map((value) => (down.includes(value.rdata) ? { ...value, downSince: since } : value));
  return { ...made, values, healthCheck, isWatched: true };
};
const all = ['192.0.2.1', '192.0.2.2'];
const whenAllDown = (when_all_down: WhenAllDown): HealthCheck => ({ ...check, when_all_down });
const backup = whenAllDown({ backup: ['192.0.2.99', '2001:db8::99'] });
const valuesOf = ({ changeset }: ReturnType<typeof plan>) =>
  changeset.changes.map(({ after }) => after?.values.map(({ rdata }) => rdata) ?? null);

describe('where the provider checks nothing', () => {
  it('an address that is down leaves the RRset, and the plan says since when', () => {
    const planned = plan({ desired: [checked(two, ['192.0.2.2'])], existing: [...apex, rrset(two)] });
    expect(planned.changes).toEqual(['replace www A']);
    expect(planned.problems).toEqual([]);
    expect(planned.changeset.changes[0]?.after).toEqual({
      ttl: 60,
      values: [{ rdata: '192.0.2.1', origins: [] }],
      health_check: null,
    });
    expect(planned.changeset.down).toEqual([
      { name: 'www.example.com.', type: 'A', rdata: '192.0.2.2', since: '2026-11-30T10:00:00.000Z' },
    ]);
    const whole = assemblePlan({ commit: null, targets: [], problems: [], changesets: [planned.changeset] });
    const words = 'www.example.com. A 192.0.2.2 is down since 2026-11-30T10:00:00.000Z, and not answered';
    expect(render('text', preparePlanned(whole))).toContain(words);
    expect(render('markdown', preparePlanned(whole))).toContain('is down since');
  });

  it('it is not put back while it is down, and comes back when it is up', () => {
    const one = 'www A 60 192.0.2.1';
    expect(plan({ desired: [checked(two, ['192.0.2.2'])], existing: [...apex, one] }).changes).toEqual([]);
    expect(plan({ desired: [checked(two, [])], existing: [...apex, one] }).changes).toEqual(['replace www A']);
  });

  it('while all are down, all, none or the backup of its type are answered, as the check says', () => {
    const existing = [...apex, rrset(two)];
    expect(plan({ desired: [checked(two, all)], existing }).changes).toEqual([]);
    const other = rrset('x A 1 192.0.2.7');
    const nothing = checked(two, all, whenAllDown('closed'));
    const closed = plan({ desired: [nothing, other], existing: [...existing, other] });
    expect(closed.changes).toEqual(['delete www A']);
    expect(closed.withheld).toEqual([]);
    const instead = plan({ desired: [checked(two, all, backup)], existing });
    expect(valuesOf(instead)).toEqual([['192.0.2.99']]);
  });

  it('closed leaves no zone without content', () => {
    const planned = plan({ desired: [checked(two, all, whenAllDown('closed'))], existing: [...apex, rrset(two)] });
    expect(planned.changes).toEqual([]);
    expect(planned.withheld).toEqual(['never_empty: delete www A']);
  });

  it('no percentage counts what goes and comes by its health, and all else is counted', () => {
    const names = Array.from({ length: 20 }, (_, i) => `n${i} A 60 192.0.2.1 | 192.0.2.2`);
    const existing = [...apex, ...names];
    const down = names.map((line) => checked(line, ['192.0.2.2']));
    expect(plan({ desired: down, existing }).withheld).toEqual([]);
    expect(plan({ desired: down, existing }).changes).toHaveLength(20);
    const others = down.map((each) => ({ ...each, ttl: 30 }));
    expect(plan({ desired: others, existing }).changes).toEqual([]);
  });

  it('the backup goes when an address is up again, without a proof that a server is gone', () => {
    const zone = { scope: { all: false, ptr: false, grants: [{ names: ['www.example.com'], types: ['A'] }] } };
    const existing = [...apex, 'www A 60 192.0.2.99'];
    const planned = plan({ desired: [checked(two, ['192.0.2.2'], backup)], existing, zone, evidence });
    expect(valuesOf(planned)).toEqual([['192.0.2.1']]);
    expect(planned.withheld).toEqual([]);
  });

  it('nothing is said where a checker looks, and a warning where none does', () => {
    const { isWatched: _, ...unwatched } = checked(two, []);
    expect(plan({ desired: [checked(two, [])], existing: apex }).problems).toEqual([]);
    expect(plan({ desired: [unwatched], existing: apex }).problems).toEqual(['health-check-unsupported']);
  });
});

describe('where the provider checks by itself', () => {
  it('what the daemon found down stays in what is compiled', () => {
    const target = { healthChecks };
    const planned = plan({ desired: [checked(two, all)], existing: apex, target, supports: { types: ['LUA', 'A'] } });
    expect(valuesOf(planned)).toEqual([['A "up: 192.0.2.1 192.0.2.2"']]);
    expect(planned.changeset.down).toBeUndefined();
  });

  it('what it cannot reach is left to the daemon, and no error while that looks', () => {
    const nativeChecks = { fitted: () => '10.0.0.0/8 cannot be reached' };
    const line = 'www A 60 10.0.0.1 | 10.0.0.2';
    const planned = plan({ desired: [checked(line, ['10.0.0.2'])], existing: apex, target: { nativeChecks } });
    expect(valuesOf(planned)).toEqual([['10.0.0.1']]);
    expect(planned.problems).toEqual([]);
  });
});
