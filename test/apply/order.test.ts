import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { order } from '../../src/apply/order.ts';
import type { Change } from '../../src/model/plan.ts';
import { supports } from '../plan/plan-input.ts';

const side = (rdata: string) => ({ ttl: 300, values: [{ rdata, origins: [] }], health_check: null });
const create = (name: string, type = 'A', rdata = '192.0.2.1'): Change => ({
  action: 'create',
  name,
  type,
  before: null,
  after: side(rdata),
});
const remove = (name: string, type = 'A'): Change => ({
  action: 'delete',
  name,
  type,
  before: side('192.0.2.1'),
  after: null,
});
const words = (writes: readonly (readonly Change[])[]) =>
  writes.map((write) => write.map(({ action, name, type }) => `${action} ${name} ${type}`));

describe('order', () => {
  it('what fits goes out in one write; adds before swaps before deletes', () => {
    const changes = [remove('a.'), create('b.'), remove('c.', 'A'), create('c.', 'CNAME', 'b.')];
    expect(words(order(changes, supports))).toEqual([['create b. A', 'delete c. A', 'create c. CNAME', 'delete a. A']]);
  });

  it('what is pointed at comes before what points, and goes after it', () => {
    const changes = [remove('t.'), create('p.', 'CNAME', 'q.'), create('q.'), remove('o.', 'CNAME')];
    expect(words(order(changes, supports))).toEqual([
      ['create q. A', 'create p. CNAME', 'delete o. CNAME', 'delete t. A'],
    ]);
  });

  it('a split keeps the limits, the changes and every type swap whole', () => {
    const names = fc.array(fc.tuple(fc.nat(40), fc.boolean(), fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(names, fc.integer({ min: 300, max: 3000 }), (drawn, max_bytes) => {
        const changes = [...new Map(drawn.map((each) => [each[0], each]))].flatMap(([number, [, swap, gone]]) => {
          const name = `n${number}.`;
          return swap ? [create(name, 'CNAME', 'x.'), remove(name)] : [gone ? remove(name) : create(name)];
        });
        const writes = order(changes, { ...supports, max_bytes, max_changes: 7 });
        expect(writes.flat()).toHaveLength(changes.length);
        expect(new Set(writes.flat())).toEqual(new Set(changes));
        for (const write of writes) {
          expect(write.length).toBeLessThanOrEqual(7);
          for (const change of write) {
            const elsewhere = writes.filter((other) => other !== write).flat();
            expect(elsewhere.some(({ name }) => name === change.name)).toBe(false);
          }
        }
      }),
    );
  });
});
