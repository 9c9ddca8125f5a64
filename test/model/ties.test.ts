import { describe, expect, it } from 'vitest';
import { joined, tiesOf } from '../../src/model/ties.ts';
import { change } from '../apply/changes.ts';

describe('joined', () => {
  it('groups what shares a key, by any number of steps', () => {
    const keys = ['ab', 'c', 'bd', 'e', 'de', 'f'];
    expect(joined(keys, (each) => each)).toEqual([['ab', 'bd', 'e', 'de'], ['c'], ['f']]);
  });

  it('takes a chain of ten thousand', () => {
    const chain = Array.from({ length: 10_000 }, (_, i) => [`${i}`, `${i + 1}`]);
    expect(joined(chain, (each) => each)).toHaveLength(1);
    expect(joined([...chain].reverse(), (each) => each)).toHaveLength(1);
  });
});

describe('tiesOf', () => {
  const here = '2.0.192.in-addr.arpa.';

  it('ties who takes a PTR over to the addresses of whose it was', () => {
    expect(tiesOf(change(`1.${here} PTR`, '300 web1.lab.test.', '300 web2.lab.test.'))).toEqual(['web1.lab.test.']);
    expect(tiesOf(change('web1.lab.test. A', '300 192.0.2.1', '300 192.0.2.2'))).toEqual(['web1.lab.test.']);
  });

  it('leaves a PTR that comes or goes to its own set', () => {
    expect(tiesOf(change(`1.${here} PTR`, '', '300 web2.lab.test.'))).toEqual([]);
    expect(tiesOf(change(`1.${here} PTR`, '300 web2.lab.test.', ''))).toEqual([]);
  });
});
