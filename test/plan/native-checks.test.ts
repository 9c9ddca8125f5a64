import { describe, expect, it } from 'vitest';
import { differing } from '../../src/apply/zone/compare.ts';
import type { HealthCheck } from '../../src/model/health.ts';
import { answerOf } from '../../src/model/health.ts';
import type { RRset } from '../../src/model/rrset.ts';
import { assemblePlan } from '../../src/plan/index.ts';
import type { NativeChecks } from '../../src/provider.ts';
import { SyntaxProblem } from '../../src/provider.ts';
import { preparePlanned, render } from '../../src/report/index.ts';
import { apex, check, evidence, plan, rrset } from './plan-input.ts';

// A provider that checks an A or AAAA itself: each check each 30 s, and 1 a month.

const nativeChecks: NativeChecks = {
  fitted: (wanted) => {
    const { healthCheck = check } = wanted;
    if (healthCheck.port === 1) throw new SyntaxProblem('port 1 is not checked', 'health-check');
    if (wanted.values.some(({ rdata }) => rdata.startsWith('10.'))) return '10.0.0.0/8 cannot be reached';
    const warnings = healthCheck.interval === 30_000 ? [] : ['it checks each 30 s'];
    return { rrset: { ...wanted, healthCheck: { ...healthCheck, interval: 30_000 } }, warnings };
  },
  costOf: (changes) => {
    const count = (side: 'before' | 'after') =>
      changes.reduce((sum, change) => sum + (change[side]?.health_check ? change[side].values.length : 0), 0);
    const more = count('after') - count('before');
    return more === 0 ? null : `checks cost ${more} more`;
  },
};

const target = { nativeChecks };
const each30 = { ...check, interval: 30_000 };
const checked = (line: string, healthCheck: HealthCheck = each30): RRset => ({ ...rrset(line), healthCheck });
const two = 'www A 60 192.0.2.1 | 192.0.2.2';

describe('checks of the provider itself', () => {
  it('an A stays an A, with the check as the provider makes it', () => {
    const planned = plan({ desired: [checked(two, check)], existing: apex, target });
    expect(planned.changes).toEqual(['create www A']);
    expect(planned.changeset.changes[0]?.after?.health_check).toEqual(each30);
    expect(planned.said).toMatchObject([{ rule: 'health-check-limited', severity: 'warning' }]);
  });

  it('nothing changes where the check is there, and nobody asks for it again', () => {
    const planned = plan({ desired: [checked(two)], existing: [...apex, checked(two)], target });
    expect(planned.changes).toEqual([]);
    expect(planned.changeset.cost).toBeUndefined();
  });

  it.each([
    ['comes', checked(two), rrset(two)],
    ['goes', rrset(two), checked(two)],
    ['is another', checked(two, { ...each30, port: 80 }), checked(two)],
    ['asks another URL', checked(two, urls('/b')), checked(two, urls('/a'))],
  ])('a check that %s is a replace', (_, desired, existing) => {
    const planned = plan({ desired: [desired], existing: [...apex, existing], target });
    expect(planned.changes).toEqual(['replace www A']);
    expect(planned.changeset.changes[0]?.before?.health_check).toEqual(existing.healthCheck ?? null);
  });

  it('what the checks cost is said beside the changes, and is no part of the digest', () => {
    const { changeset, problems } = plan({ desired: [checked(two)], existing: [...apex, rrset(two)], target });
    expect(changeset.cost).toBe('checks cost 2 more');
    expect(problems).toEqual([]);
    const parts = { commit: null, targets: [], problems: [] };
    const whole = assemblePlan({ ...parts, changesets: [changeset] });
    const { cost: _, ...without } = changeset;
    expect(assemblePlan({ ...parts, changesets: [without] }).digest).toBe(whole.digest);
    const text = render('text', preparePlanned(whole));
    expect(text).toContain('    checks cost 2 more\n');
    expect(text).toContain('now checked tcp/25, each 30 s: 2 stay\n');
    const markdown = render('markdown', preparePlanned(whole));
    expect(markdown).toContain('checks cost 2 more');
    expect(markdown.match(/now checked tcp\/25, each 30 s/g)).toHaveLength(1);
    const made = plan({ desired: [checked(two)], existing: apex, target }).changeset;
    const created = render('text', preparePlanned(assemblePlan({ ...parts, changesets: [made] })));
    expect(created).toContain('checked tcp/25, each 30 s: 192.0.2.1, 192.0.2.2\n');
  });

  it('where it can reach no address, all are plain, and an error says so', () => {
    const planned = plan({ desired: [checked('www A 60 10.0.0.1')], existing: apex, target });
    expect(planned.changeset.changes[0]?.after?.health_check).toBeNull();
    expect(planned.said).toMatchObject([{ rule: 'health-check-unavailable', severity: 'error' }]);
  });

  it('where it refuses the check, what exists stays', () => {
    const existing = [...apex, 'www A 60 192.0.2.9'];
    const planned = plan({ desired: [checked(two, { ...check, port: 1 })], existing, target });
    expect(planned.changes).toEqual([]);
    expect(planned.problems).toEqual(['health-check-refused']);
  });

  it('what waits for proof of absence keeps its check', () => {
    const zone = { scope: { all: false, ptr: false, grants: [{ names: ['www.example.com'], types: ['A'] }] } };
    const planned = plan({ desired: [], existing: [...apex, checked(two)], target, zone, evidence });
    expect(planned.changes).toEqual([]);
    expect(planned.withheld).toEqual(['absence: delete www A']);
    const less = { desired: [checked('www A 60 192.0.2.1')], existing: [...apex, checked(two)] };
    const lesser = plan({ ...less, target, zone, evidence });
    expect(lesser.changes).toEqual([]);
    expect(lesser.withheld).toEqual(['absence: replace www A']);
  });
});

function urls(path: string): HealthCheck {
  const both = ['192.0.2.1', '192.0.2.2'].map((address) => [address, `http://${address}${path}`] as const);
  return { ...each30, port: null, urls: Object.fromEntries(both) };
}

describe('what was checked', () => {
  const change = plan({ desired: [checked(two)], existing: apex, target }).changeset.changes;
  const snapshot = (found: RRset) => ({
    status: 'read' as const,
    zone: { name: 'example.com.', view: null },
    fingerprint: null,
    rrsets: [found],
    unreadable: [],
  });

  it('is another RRset with another check', () => {
    expect(differing(change, snapshot(checked(two)), 'after')).toEqual([]);
    expect(differing(change, snapshot(checked(two, { ...each30, port: 80 })), 'after')).toEqual(change);
    expect(differing(change, snapshot(rrset(two)), 'after')).toEqual(change);
  });

  it('may be answered with some of its addresses', () => {
    const all = ['192.0.2.1', '192.0.2.2'];
    expect(answerOf(checked(two))).toEqual({ type: 'A', addresses: all, whenAllDown: all });
    expect(answerOf(checked(two, { ...each30, when_all_down: 'closed' }))?.whenAllDown).toEqual([]);
    expect(answerOf(rrset(two))).toBeNull();
  });
});
