import { describe, expect, it } from 'vitest';
import type { Scene } from './plan-input.ts';
import { absolute, apex, check, evidence, healthChecks, plan, rrset, supports } from './plan-input.ts';

const written = (name: string, type: string, rdata: string, ...sources: readonly string[]) => {
  return { name: absolute(name), type, rdata, sources: sources.length === 0 ? ['git'] : sources };
};
const listed = (more: Partial<Scene>): Scene => ({
  desired: ['x A 1 192.0.2.7'],
  existing: [...apex, 'x A 1 192.0.2.7', 'a A 1 192.0.2.1 | 192.0.2.2', 'b A 1 192.0.2.3'],
  settings: { owns: 'listed' },
  ...more,
});

describe('owns: listed', () => {
  it('deletes what we wrote, and nothing else', () => {
    const known = [written('a', 'A', '192.0.2.1'), written('a', 'A', '192.0.2.2')];
    const planned = plan(listed({ written: known }));
    expect(planned.changes).toEqual(['delete a A']);
    expect(planned.unmanaged).toContain('b.example.com. A: owns: listed, and not known as written by Hostmaster');
    expect(plan(listed({ evidence: { ...evidence, written: known } })).changes).toEqual(['delete a A']);
    expect(plan(listed({})).changes).toEqual([]);
  });

  it("others' values at the name stay", () => {
    const planned = plan(listed({ written: [written('a', 'A', '192.0.2.1')] }));
    expect(planned.changes).toEqual(['replace a A']);
    expect(planned.changeset.changes[0]?.after?.values).toEqual([{ rdata: '192.0.2.2', origins: [] }]);
  });

  it('what is ignored or foreign is not taken for wanted', () => {
    const ignore = [{ name: 'a', types: ['A'] }];
    const planned = plan(listed({ written: [written('a', 'A', '192.0.2.1')], settings: { owns: 'listed', ignore } }));
    expect(planned.changes).toEqual([]);
    expect(planned.problems).toEqual([]);
  });

  it('a CNAME cannot come beside what others wrote', () => {
    const desired = ['x A 1 192.0.2.7', 'a CNAME 1 x.example.com.'];
    const planned = plan(listed({ desired, written: [written('a', 'A', '192.0.2.1')] }));
    expect(planned.changes).toEqual([]);
    expect(planned.problems).toEqual(['unmanaged-conflict']);
  });

  it('what the inventory wrote is deleted when the evidence for its server is conclusive', () => {
    const scope = { all: false, ptr: false, grants: [{ names: ['a.example.com'], types: ['A'] }] };
    const known = { ...evidence, written: [written('a', 'A', '192.0.2.1', 'lab/web1')] };
    const unproven = plan(listed({ evidence: known, zone: { scope } }));
    expect(unproven.changes).toEqual([]);
    expect(unproven.withheld).toEqual(['absence: replace a A']);
    const servers = new Map([['lab/web1', 'conclusive' as const]]);
    expect(plan(listed({ evidence: { ...known, servers }, zone: { scope } })).changes).toEqual(['replace a A']);
  });

  it('what is compiled is ours where its addresses are, or where they are wanted', () => {
    const supported = { supports: { types: [...supports.types, 'LUA'] }, target: { healthChecks } };
    const existing = [...apex, 'x A 1 192.0.2.7', 'a LUA 1 A "up: 192.0.2.1"'];
    expect(plan(listed({ existing, ...supported })).changes).toEqual([]);
    expect(plan(listed({ existing, ...supported, written: [written('a', 'A', '192.0.2.1')] })).changes).toEqual([
      'delete a LUA',
    ]);
    const plain = ['x A 1 192.0.2.7', 'a A 1 192.0.2.1'];
    expect(plan(listed({ existing, ...supported, desired: plain })).changes).toEqual(['create a A', 'delete a LUA']);
    const checked = ['x A 1 192.0.2.7', { ...rrset('a A 1 192.0.2.1'), healthCheck: check }];
    const swap = plan(listed({ existing: [...apex, ...plain], ...supported, desired: checked }));
    expect(swap.changes).toEqual(['delete a A', 'create a LUA']);
  });
});
