import { describe, expect, it } from 'vitest';
import * as exits from '../../src/cli/exit.ts';
import type { Definitions } from '../../src/model/definitions.ts';
import type { GuardName, Plan, Withheld } from '../../src/model/plan.ts';
import { problemAt } from '../../src/model/problem.ts';
import { noRoles } from '../../src/model/roles.ts';
import { parseAllows, refuseUnknownShrinks } from '../../src/pass/allows.ts';
import { assemblePlan, parseAllow, shrinkAllows } from '../../src/plan/index.ts';

describe('--allow shrink:INVENTORY', () => {
  const texts = ['shrink:lab', 'never_empty:example.com'];

  it('is of an inventory, and lets no change through', () => {
    expect(parseAllow('shrink:lab')).toEqual({ guard: 'shrink', inventory: 'lab' });
    expect([...shrinkAllows(texts)]).toEqual(['lab']);
    expect(parseAllows(texts).map(({ text }) => text)).toEqual(['never_empty:example.com']);
  });

  it('of an inventory that is not there is refused', () => {
    const at = { file: 'hostmaster.yaml', line: 1, column: 1 };
    const lab = { name: 'lab', type: 'file', config: {}, secrets: {}, interval: 1, at } as const;
    const definitions = { roles: { ...noRoles, inventories: [lab] } } as unknown as Definitions;
    expect(() => refuseUnknownShrinks(texts, definitions)).not.toThrow();
    expect(() => refuseUnknownShrinks(['shrink:lba'], definitions)).toThrow(
      '--allow shrink:lba: not configured in hostmaster.yaml (inventories: lab)',
    );
  });

  it.each([
    'shrink:',
    'shrink',
    'max_shrink:lab',
    'quarantine:example.com',
    'incomplete:example.com',
    'x:example.com',
    'absent:lab',
    'absent:/web1',
  ])('%s is not understood, and the message says what is', (text) =>
    expect(() => parseAllow(text)).toThrow(
      /it takes GUARD:ZONE.*absence, filter, drift, absent:INVENTORY\/SERVER, or shrink:INVENTORY/,
    ),
  );
});

describe('the exit of a plan', () => {
  const planOf = (guards: readonly GuardName[], rules: readonly ['error' | 'warning', string][] = []): Plan => {
    const withheld = guards.map(
      (guard): Withheld => ({
        action: 'delete',
        name: 'a.test.',
        type: 'A',
        before: null,
        after: null,
        guard,
        kind: 'refused',
        reason: '',
        allow: null,
      }),
    );
    const zone = {
      zone: 'test.',
      view: null,
      target: 't',
      based_on: null,
      create_zone: false,
      changes: [],
      unmanaged: [],
    };
    const problems = rules.map(([severity, rule]) => problemAt(rule, severity, '', null));
    return assemblePlan({ commit: null, targets: [], changesets: [{ ...zone, withheld }], problems });
  };

  it.each([
    [planOf([]), 0],
    [planOf(['absence', 'absence']), 0],
    [planOf(['absence', 'never_empty']), 3],
    [planOf(['filter']), 3],
    [planOf([], [['warning', 'inventory-shrunk']]), 0],
    [planOf([], [['error', 'inventory-shrunk']]), 3],
    [
      planOf(
        ['absence'],
        [
          ['error', 'inventory-shrunk'],
          ['error', 'x'],
        ],
      ),
      1,
    ],
  ])('%#', (plan, code) => expect(exits.ofPlan(plan)).toBe(code));
});
