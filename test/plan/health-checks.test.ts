import { describe, expect, it } from 'vitest';
import type { HealthCheck } from '../../src/model/health.ts';
import { SyntaxProblem } from '../../src/provider.ts';
import type { Scene } from './plan-input.ts';
import { apex, check, contributed, evidence, healthChecks, plan, rrset, supports } from './plan-input.ts';

const luaTypes = { types: [...supports.types, 'LUA'], refuses: {}, health_checks: true };
const checked = (line: string, more: Partial<HealthCheck> = {}) => ({
  ...rrset(line),
  healthCheck: { ...check, ...more },
});
const www = checked('www A 60 192.0.2.1 | 192.0.2.2');
const lua = 'www LUA 60 A "up: 192.0.2.1 192.0.2.2"';
const scene = (more: Partial<Scene>): Scene => ({
  desired: [www],
  existing: apex,
  supports: luaTypes,
  target: { healthChecks },
  ...more,
});

describe('health checks', () => {
  it('A and AAAA of a name become one RRset, with the check and the smaller TTL', () => {
    const urls = { '192.0.2.1': 'http://192.0.2.1/', '192.0.2.2': 'http://192.0.2.2/' };
    const a = checked('www A 60 192.0.2.1 | 192.0.2.2', { port: null, urls });
    const aaaa = checked('www AAAA 30 2001:db8::1', { port: null, urls: { '2001:db8::1': 'http://[2001:db8::1]/' } });
    const planned = plan(scene({ desired: [aaaa, a] }));
    expect(planned.changes).toEqual(['create www LUA']);
    expect(planned.changeset.changes[0]?.after).toMatchObject({
      ttl: 30,
      health_check: { port: null, urls: { ...urls, '2001:db8::1': 'http://[2001:db8::1]/' } },
    });
    const existing = [...apex, 'www LUA 30 A "up: 192.0.2.1 192.0.2.2" | AAAA "up: 2001:db8::1"'];
    expect(plan(scene({ desired: [aaaa, a], existing })).changes).toEqual([]);
  });

  it('A and AAAA that are checked differently have both checks in the plan', () => {
    const a = checked('www A 60 192.0.2.1', { when_all_down: { backup: ['192.0.2.9'] } });
    const aaaa = checked('www AAAA 60 2001:db8::1', { when_all_down: { backup: ['2001:db8::9'] } });
    for (const desired of [
      [a, aaaa],
      [aaaa, a],
    ]) {
      const { changeset } = plan(scene({ desired }));
      expect(changeset.changes[0]?.after?.health_check).toEqual({ ...a.healthCheck, aaaa: aaaa.healthCheck });
    }
  });

  it('what is not checked at the name stays as it is', () => {
    const planned = plan(scene({ desired: [www, 'www AAAA 60 2001:db8::1', 'www TXT 60 "x"'] }));
    expect(planned.changes).toEqual(['create www AAAA', 'create www LUA', 'create www TXT']);
    expect(planned.changeset.changes[0]?.after?.health_check).toBeNull();
  });

  it('a LUA of the zone file at the name is united with it', () => {
    const planned = plan(scene({ desired: ['www LUA 30 TXT "x"', www] }));
    expect(planned.changes).toEqual(['create www LUA']);
    expect(planned.changeset.changes[0]?.after?.values).toHaveLength(2);
    expect(planned.changeset.changes[0]?.after?.ttl).toBe(30);
  });

  it('between plain and checked is one swap, that never_empty lets through', () => {
    const zone = { protected: [{ name: 'www.example.com.', types: ['A'], reason: 'a claim' }] };
    const there = plan(scene({ existing: [...apex, 'www A 60 192.0.2.1'], zone }));
    expect(there.changes).toEqual(['delete www A', 'create www LUA']);
    const back = plan(scene({ desired: ['www A 60 192.0.2.1'], existing: [...apex, lua], zone }));
    expect(back.changes).toEqual(['create www A', 'delete www LUA']);
    expect(back.withheld).toEqual([]);
  });

  it.each([
    [
      'the target refuses the type',
      { supports: { types: supports.types, refuses: { LUA: 'lua records are off' } } },
      'lua records are off',
    ],
    [
      'a name server cannot answer it',
      { target: { healthChecks, unanswerable: new Map([['LUA', 'ns2 is BIND']]) } },
      'ns2 is BIND',
    ],
    ['it cannot be that long', { supports: { ...luaTypes, max_rrset_bytes: 20 } }, 'can serve 20 bytes'],
  ])('where %s, the addresses are plain, and an error says so', (_, more, why) => {
    const desired = [checked('www A 60 192.0.2.1'), checked('mail A 60 192.0.2.1')];
    const planned = plan(scene({ desired, ...more }));
    expect(planned.changes).toEqual(['create mail A', 'create www A']);
    expect(planned.withheld).toEqual([]);
    expect(planned.said).toMatchObject([{ rule: 'health-check-unavailable', severity: 'error', target: 't' }]);
    expect(planned.said[0]?.message).toContain(why);
    expect(planned.said[0]?.message).toMatch(/^www\.example\.com\., mail\.example\.com\.: /);
    expect(planned.changeset.changes[0]?.after?.health_check).toBeNull();
  });

  it('where a type is no longer served, the LUA that exists is swapped for the plain one', () => {
    const unanswerable = new Map([['LUA', 'ns2 is BIND']]);
    const planned = plan(scene({ existing: [...apex, lua], target: { healthChecks, unanswerable } }));
    expect(planned.changes).toEqual(['create www A', 'delete www LUA']);
  });

  it('a provider without checks gets plain addresses, and one warning for the zone', () => {
    const desired = ['a', 'b', 'c', 'd', 'e'].map((name) => checked(`${name} A 60 192.0.2.1`));
    const planned = plan({ desired, existing: apex });
    expect(planned.changes).toHaveLength(5);
    expect(planned.said).toMatchObject([{ rule: 'health-check-unsupported', severity: 'warning' }]);
    expect(planned.said[0]?.message).toMatch(/^a\.example\.com\., b\.example\.com\., c\.example\.com\. and 2 more: /);
  });

  it('what a provider cannot do as asked is one warning for the zone', () => {
    const desired = [checked('a A 60 192.0.2.1', { interval: 7 }), checked('b A 60 192.0.2.1', { interval: 8 })];
    const planned = plan(scene({ desired }));
    expect(planned.said).toMatchObject([
      {
        rule: 'health-check-limited',
        severity: 'warning',
        message: 'a.example.com., b.example.com.: there is one interval for all',
      },
    ]);
  });

  it('a check that the provider refuses is bad input: what exists stays', () => {
    const compile = () => {
      throw new SyntaxProblem('the URL has a quote', 'health-check');
    };
    const target = { healthChecks: { ...healthChecks, compile } };
    const planned = plan(scene({ existing: [...apex, 'www A 60 192.0.2.9'], target }));
    expect(planned.changes).toEqual([]);
    expect(planned.withheld).toEqual(['quarantine: delete www A']);
    expect(planned.problems).toEqual(['health-check-refused']);
  });

  it('left alone at the target, it is not compiled', () => {
    const planned = plan(
      scene({ desired: [{ ...www, options: { excluded: ['t'] } }], existing: [...apex, 'www A 1 192.0.2.9'] }),
    );
    expect(planned.changes).toEqual([]);
    expect(planned.said).toEqual([]);
  });
});

describe('what is compiled and must not go', () => {
  const zone = { scope: { all: false, ptr: false, grants: [{ names: ['www.example.com'], types: ['A', 'AAAA'] }] } };
  const more = { zone, evidence };

  it('an address in it stays among the others', () => {
    const desired = [checked('www A 60 192.0.2.1 | 192.0.2.3')];
    const planned = plan(scene({ desired, existing: [...apex, lua], ...more }));
    expect(planned.changes).toEqual(['replace www LUA']);
    expect(planned.changeset.changes[0]?.after?.values[0]?.rdata).toBe('A "up: 192.0.2.1 192.0.2.2 192.0.2.3"');
    expect(planned.withheld).toEqual(['absence: replace www LUA']);
    expect(planned.changeset.withheld[0]?.after?.values[0]?.rdata).toBe('A "up: 192.0.2.1 192.0.2.3"');
    expect(planned.orphans).toEqual(['www A 192.0.2.2']);
  });

  it('its URL is made after that of another address', () => {
    const urls = { '192.0.2.1': 'http://192.0.2.1:8080/x' };
    const desired = [checked('www A 60 192.0.2.1', { port: null, urls })];
    const existing = [...apex, 'www LUA 60 A "up: 192.0.2.1" | AAAA "up: 2001:db8::5"'];
    const planned = plan(scene({ desired, existing, ...more }));
    expect(planned.changes).toEqual([]);
    expect(planned.withheld).toEqual(['absence: replace www LUA']);
    const replaced = plan(scene({ desired: [{ ...desired[0], ttl: 30 } as typeof www], existing, ...more }));
    expect(replaced.changeset.changes[0]?.after?.health_check?.urls).toEqual({
      ...urls,
      '2001:db8::5': 'http://[2001:db8::5]:8080/x',
    });
  });

  it('where nothing of it is wanted, it stays as it is: its check is not known any more', () => {
    const planned = plan(scene({ desired: ['x A 1 192.0.2.7'], existing: [...apex, lua], ...more }));
    expect(planned.changes).toEqual(['create x A']);
    expect(planned.withheld).toEqual(['absence: delete www LUA']);
    const allow = ['absence:example.com./t:www.example.com.'];
    expect(plan(scene({ desired: ['x A 1 192.0.2.7'], existing: [...apex, lua], allow, ...more })).changes).toEqual([
      'delete www LUA',
      'create x A',
    ]);
  });

  it('without its check it stays as a plain address', () => {
    const planned = plan(scene({ desired: ['www A 60 192.0.2.1'], existing: [...apex, lua], ...more }));
    expect(planned.changes).toEqual(['create www A', 'delete www LUA']);
    expect(planned.changeset.changes[0]?.after?.values).toHaveLength(2);
    expect(planned.withheld).toEqual(['absence: create www A']);
  });

  it('a value that the inventory holds is seen in it', () => {
    const retained = {
      ...contributed('www A 60 192.0.2.1 | 192.0.2.2', 'claim', { '192.0.2.2': 'web2' }, ['web2']),
      healthCheck: check,
    };
    const planned = plan(scene({ desired: [retained], existing: [...apex, lua], ...more }));
    expect(planned.changes).toEqual([]);
    expect(planned.withheld).toEqual(['absence: replace www LUA']);
  });

  it('a LUA that was not compiled is no value of the inventory', () => {
    const existing = [...apex, 'www LUA 60 A "anything"', 'x A 1 192.0.2.7'];
    expect(plan(scene({ desired: ['x A 1 192.0.2.7'], existing, ...more })).changes).toEqual(['delete www LUA']);
  });
});
