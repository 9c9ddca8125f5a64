import { describe, expect, it } from 'vitest';
import type { RRset } from '../../src/model/rrset.ts';
import { apex, contributed, plan, rrset, supports } from './plan-input.ts';

// Alias record sets of Route 53: a zone file states them, or they stay.

const type = 'Route53Provider/ALIAS';
const route53 = { supports: { types: [...supports.types, type], own_types: [type] } };
const alias = `www ${type} 0 A lb.example.net. false Z2`;
const both = `${alias} | AAAA lb.example.net. false Z2`;

const inFile = (line: string): RRset => {
  const made = rrset(line);
  const origins = [{ kind: 'zone_file' as const, file: 'zone.yaml', line: 1, column: 1 }];
  return { ...made, values: made.values.map(({ rdata }) => ({ rdata, origins })) };
};

const planOf = (desired: readonly (string | RRset)[], ...existing: readonly string[]) =>
  plan({ desired, existing: [...apex, ...existing], ...route53 });

describe('an alias', () => {
  it('that nobody states stays, beside another type too', () => {
    const planned = planOf(['www TXT 1 "x"'], alias);
    expect(planned.changes).toEqual(['create www TXT']);
    expect(planned.problems).toEqual([]);
  });

  it('that is stated is made, changed, and no change where it is there', () => {
    expect(planOf([alias]).changes).toEqual([`create www ${type}`]);
    expect(planOf([alias], both).changes).toEqual([`replace www ${type}`]);
    expect(planOf([alias], alias).changes).toEqual([]);
  });

  it('takes the place of a plain RRset', () => {
    expect(planOf([alias], 'www A 1 192.0.2.1').changes.toSorted()).toEqual([`create www ${type}`, 'delete www A']);
  });

  it('gives its place to what the zone file has, and to nothing of an inventory', () => {
    const planned = planOf([inFile('www A 1 192.0.2.1')], alias);
    expect(planned.changes.toSorted()).toEqual(['create www A', `delete www ${type}`]);
    const claim = planOf([contributed('www A 1 192.0.2.1', 'claim', { '192.0.2.1': 'web1' })], alias);
    expect(claim.changes).toEqual([]);
    expect(claim.problems).toEqual(['unmanaged-conflict']);
  });

  it('an ALIAS is not deleted for half of what replaces it', () => {
    const planned = planOf([inFile('www A 1 192.0.2.1')], both);
    expect(planned.changes).toEqual([]);
    expect(planned.problems).toEqual(['unmanaged-conflict']);
  });

  it('does not come to a target that has none', () => {
    const planned = plan({ desired: [alias], existing: apex });
    expect(planned.changes).toEqual([]);
    expect(planned.problems).toEqual(['unsupported-type']);
  });
});
