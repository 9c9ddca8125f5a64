import { expect, it } from 'vitest';
import { apex, plan, supports } from './plan-input.ts';

it('a name that the target cannot hold is a problem, and what exists there stays', () => {
  const planned = plan({
    desired: ['a+b A 1 192.0.2.1', 'b A 1 192.0.2.1'],
    existing: [...apex, 'a+b AAAA 1 2001:db8::1'],
    supports: { ...supports, name_pattern: '^[a-z.]*$' },
  });
  expect(planned.problems).toEqual(['unsupported-name']);
  expect(planned.changes).toEqual(['create b A']);
  expect(planned.withheld).toEqual(['quarantine: delete a+b AAAA']);
});

it('an RRset of more values than the target takes is a problem, and what exists there stays', () => {
  const planned = plan({
    desired: ['a A 1 192.0.2.1 | 192.0.2.2', 'b A 1 192.0.2.1'],
    existing: [...apex, 'a A 1 192.0.2.1'],
    supports: { ...supports, max_values: 1 },
  });
  expect(planned.problems).toEqual(['unsupported-size']);
  expect(planned.changes).toEqual(['create b A']);
});
