import { describe, expect, it } from 'vitest';
import { ascending } from '../../src/model/ascending.ts';
import { dependentsOf, type WithheldRRset } from '../../src/model/dependents.ts';
import type { Change } from '../../src/model/plan.ts';
import { growsFaster } from '../bounds/growth.ts';
import { randomFrom } from './random.ts';

const zone = 'example.com.';

const change = (action: Change['action'], name: string, type: string, ...values: readonly string[]): Change => {
  const side = { ttl: 60, values: values.map((rdata) => ({ rdata, origins: [] })), health_check: null };
  return { action, name, type, before: action === 'create' ? null : side, after: action === 'delete' ? null : side };
};

const nothing = (): boolean => false;
const dependentNames = (changes: readonly Change[], withheld: readonly WithheldRRset[], exists = nothing) =>
  [...dependentsOf({ zone, changes, withheld, exists })].map(([{ name }, cause]) => `${name} ${cause}`);

describe('changes that wait for others', () => {
  it('wait for the same name as those that they depend on, however far and in whatever order', () => {
    const chain = [0, 1, 2, 3].map((i) => change('create', `c${i}.${zone}`, 'CNAME', `c${i + 1}.${zone}`));
    const withheld = [{ name: `c4.${zone}`, type: 'A', values: [] }];
    const all = [0, 1, 2, 3].map((i) => `c${i}.${zone} c4.${zone}`);
    expect(dependentNames(chain, withheld).sort()).toEqual(all);
    expect(dependentNames(chain.toReversed(), withheld).sort()).toEqual(all);
    expect(dependentNames(chain, withheld, () => true)).toEqual([]);
  });

  it('wait below a zone cut, beside a wildcard, as glue and as what is pointed at', () => {
    const changes = [
      change('create', `www.sub.${zone}`, 'A', '192.0.2.1'),
      change('delete', `old.w.${zone}`, 'A', '192.0.2.1'),
      change('create', `new.w.${zone}`, 'A', '192.0.2.1'),
      change('replace', `ns.${zone}`, 'A', '192.0.2.1'),
      change('delete', `mx.${zone}`, 'A', '192.0.2.1'),
      change('replace', `free.${zone}`, 'A', '192.0.2.1'),
    ];
    const withheld = [
      { name: `sub.${zone}`, type: 'NS', values: [{ rdata: `ns.${zone}` }] },
      { name: `*.w.${zone}`, type: 'A', values: [{ rdata: '192.0.2.1' }] },
      { name: `m.${zone}`, type: 'MX', values: [{ rdata: `10 mx.${zone}` }] },
    ];
    expect(dependentNames(changes, withheld, () => true)).toEqual([
      `www.sub.${zone} sub.${zone}`,
      `old.w.${zone} *.w.${zone}`,
      `ns.${zone} sub.${zone}`,
      `mx.${zone} m.${zone}`,
    ]);
  });

  it('wait for what mail goes to first, and what a delegation needs later', () => {
    const changes = [
      change('replace', `ns.${zone}`, 'A', '192.0.2.1'),
      change('create', `sub.${zone}`, 'NS', `ns.${zone}`),
      change('create', `m.${zone}`, 'MX', `10 ns.${zone}`),
    ];
    const withheld = [`m.${zone}`, `sub.${zone}`].map((name) => ({ name, type: 'TXT', values: [] }));
    expect(dependentNames(changes, withheld, () => true).sort()).toEqual([
      `m.${zone} m.${zone}`,
      `ns.${zone} sub.${zone}`,
      `sub.${zone} sub.${zone}`,
    ]);
  });

  it.each<readonly [string, (i: number, size: number) => Change]>([
    ['a chain', (i) => change('create', `c${i}.${zone}`, 'CNAME', `c${i + 1}.${zone}`)],
    [
      'a chain from its end',
      (i, size) => change('create', `c${size - i}.${zone}`, 'CNAME', `c${size - i + 1}.${zone}`),
    ],
    ['types of one name', (i, size) => change('create', `c${size}.${zone}`, `TYPE${i}`, '\\# 0')],
    ['mail to one name', (i, size) => change('create', `m${i}.${zone}`, 'MX', `10 c${size}.${zone}`)],
    [
      'delegations below each other',
      (i, size) => change('create', `d${i % 50}.c${size}.${zone}`, 'NS', `ns.c${size}.${zone}`),
    ],
  ])('are found in a time that grows with their number: %s', async (_what, make) => {
    const work = (size: number) => {
      const changes = Array.from({ length: size }, (_, i) => make(i, size));
      return dependentsOf({
        zone,
        changes,
        withheld: [{ name: `c${size}.${zone}`, type: null, values: [] }],
        exists: nothing,
      });
    };
    expect(work(1_000).size).toBeGreaterThan(900);
    expect(await growsFaster(work, [3_000, 12_000])).toBeNull();
  });
});

it('numbers are taken in ascending order, each once, while others come', () => {
  const random = randomFrom(7);
  const numbers = ascending();
  const left = new Set<number>();
  for (let i = 0; i < 5_000; i += 1) {
    const number = random(1_000);
    numbers.add(number);
    left.add(number);
    if (random(3) > 0) continue;
    const least = left.size === 0 ? null : Math.min(...left);
    expect(numbers.take()).toBe(least);
    if (least !== null) left.delete(least);
  }
});
