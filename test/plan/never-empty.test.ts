import { describe, expect, it } from 'vitest';
import { apex, healthChecks, plan, supports } from './plan-input.ts';

const zone = { protected: [{ name: 'mail.example.com.', types: ['A', 'AAAA'], reason: 'a claim of mailserver' }] };
const kept = ['x A 1 192.0.2.7'];
const existing = [...apex, ...kept, 'mail A 1 192.0.2.1'];
const allow = ['never_empty:example.com./t:mail.example.com.'];
const types = [...supports.types, 'LUA', 'ALIAS'];

describe('never_empty: a protected name', () => {
  it('keeps its last answer, until allowed by name', () => {
    const planned = plan({ desired: kept, existing, zone });
    expect(planned.changes).toEqual([]);
    expect(planned.withheld).toEqual(['never_empty: delete mail A']);
    expect(planned.allows).toEqual(allow);
    expect(planned.changeset.withheld[0]?.reason).toContain('a claim of mailserver');
    expect(plan({ desired: kept, existing, zone, allow }).changes).toEqual(['delete mail A']);
    expect(plan({ desired: kept, existing }).changes).toEqual(['delete mail A']);
  });

  it('may change, may lose one type of two, and may be new', () => {
    expect(plan({ desired: [...kept, 'mail A 1 192.0.2.2'], existing, zone }).changes).toEqual(['replace mail A']);
    const both = [...existing, 'mail AAAA 1 2001:db8::1'];
    expect(plan({ desired: [...kept, 'mail AAAA 1 2001:db8::1'], existing: both, zone }).changes).toEqual([
      'delete mail A',
    ]);
    expect(plan({ desired: [...kept, 'mail AAAA 1 2001:db8::1'], existing, zone }).changes).toHaveLength(2);
    expect(plan({ desired: [...kept, 'mail TXT 1 "x"'], existing: [...apex, ...kept], zone }).changes).toHaveLength(1);
  });

  it.each(['mail CNAME 1 x.example.com.', 'mail ALIAS 1 x.example.com.', 'mail TXT 1 "x"', 'mail LUA 1 TXT "x"'])(
    'is not swapped for %s, which may answer nothing',
    (line) => {
      const scene = { desired: [...kept, line], existing, zone, supports: { types }, target: { healthChecks } };
      const planned = plan(scene);
      expect(planned.changes).toEqual([]);
      expect(planned.allows).toEqual(allow);
      expect(plan({ ...scene, allow }).changes).toHaveLength(2);
    },
  );

  it('what is compiled of its addresses is an answer, as far as it has them', () => {
    const scene = {
      existing: [...apex, ...kept, 'mail LUA 1 A "up: 192.0.2.1"'],
      zone,
      supports: { types },
      target: { healthChecks },
    };
    expect(plan({ ...scene, desired: kept }).withheld).toEqual(['never_empty: delete mail LUA']);
    const swap = ['mail LUA 1 AAAA "up: 2001:db8::1"', ...kept];
    expect(plan({ ...scene, desired: swap }).changes).toEqual(['replace mail LUA']);
    const onlyA = { protected: [{ name: 'mail.example.com.', types: ['A'], reason: 'a claim' }] };
    expect(plan({ ...scene, zone: onlyA, desired: swap }).withheld).toEqual(['never_empty: replace mail LUA']);
  });

  it('a disabled RRset is no answer that could be lost', () => {
    const disabled = { name: 'mail.example.com.', type: 'A', ttl: 1, values: [], disabled: ['192.0.2.1'] };
    const planned = plan({
      desired: [...kept, 'mail CNAME 1 x.example.com.'],
      existing: [...apex, ...kept, disabled],
      zone,
    });
    expect(planned.changes).toEqual(['create mail CNAME']);
  });
});

describe('guards on what another guard holds back', () => {
  const hosts = Array.from({ length: 12 }, (_, i) => `h${i} A 300 192.0.2.1`);

  it('emptying a zone says at once all that has to be allowed', () => {
    const scene = { desired: [], existing: [...apex, ...hosts] };
    const planned = plan(scene);
    expect(planned.changes).toEqual([]);
    expect(planned.allows.toSorted()).toEqual(['max_delete_percent:example.com./t', 'never_empty:example.com./t']);
    expect(planned.changeset.withheld).toHaveLength(24);
    const allow = planned.allows.flatMap((each) => each ?? []);
    expect(plan({ ...scene, allow }).changes).toHaveLength(12);
  });

  it('it holds back nothing that would go without', () => {
    const gone = hosts.slice(0, 4);
    const scene = {
      desired: hosts.slice(4),
      existing: [...apex, ...hosts],
      zone: { protected: [{ name: 'h0.example.com.', types: ['A'], reason: 'a claim' }] },
    };
    const planned = plan(scene);
    expect(gone).toHaveLength(4);
    expect(planned.changes).toHaveLength(3);
    expect(planned.withheld).toEqual(['never_empty: delete h0 A', 'max_delete_percent: delete h0 A']);
  });
});
