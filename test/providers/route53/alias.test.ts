import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { batchOf, contentOf } from '../../../providers/route53/convert.ts';
import { supportsOf } from '../../../providers/route53/supports.ts';
import { aliasSetType, type PlannedRRset, rdataFromYaml, rdataToYaml } from '../../../src/provider.ts';
import { change, planned } from './fake.ts';

const alias = (Name: string, Type: 'A' | 'AAAA', DNSName: string, HostedZoneId: string, health = false) => ({
  Name,
  Type,
  AliasTarget: { HostedZoneId, DNSName, EvaluateTargetHealth: health },
});

const yaml = (value: object): string => rdataFromYaml(aliasSetType, value, { origin: 'test.' });

const batch = (before: PlannedRRset | null, after: PlannedRRset | null, stored: readonly ResourceRecordSet[] = []) =>
  batchOf(
    'test.',
    [change('a.test.', aliasSetType, before, after)],
    contentOf(stored, undefined, 'Z1').stored,
    undefined,
    'Z1',
  );

describe("octoDNS's form", () => {
  it.each([
    [{ type: 'A', name: 'www' }, 'A www.test. false'],
    [{ type: 'A', name: '' }, 'A test. false'],
    [{ type: 'AAAA' }, 'AAAA test. false'],
    [
      { type: 'A', name: 'D1.cloudfront.net.', 'hosted-zone-id': 'Z2FDTNDATAQYW2', 'evaluate-target-health': true },
      'A d1.cloudfront.net. true Z2FDTNDATAQYW2',
    ],
    [{ type: 'A', name: 'www', evaluate_target_health: true, hosted_zone_id: null }, 'A www.test. true'],
  ])('%j is %s', (value, rdata) => {
    expect(yaml(value)).toBe(rdata);
    expect(yaml(rdataToYaml(aliasSetType, rdata) as object)).toBe(rdata);
  });

  it.each([
    [{ name: 'www' }, 'type: it is missing'],
    [{ type: 'A', name: 'www', 'evaluate-target-health': 'maybe' }, 'neither true nor false'],
    [{ type: 'A', name: 'www', 'hosted-zone-id': 'not one' }, 'is not the id of a hosted zone'],
    [{ type: 'A', name: 'www', weight: 1 }, 'unknown key "weight"'],
  ])('%j is none', (value, message) => {
    expect(() => yaml(value)).toThrow(message);
  });
});

describe('alias record sets', () => {
  it('of one name are one RRset without a TTL, whose target in the same zone has no id', () => {
    const sets = [
      alias('a.test.', 'A', 'www.test.', 'Z1'),
      alias('a.test.', 'AAAA', 'dualstack.lb.example', 'Z2', true),
      { Name: 'a.test.', Type: 'TXT' as const, TTL: 60, ResourceRecords: [{ Value: '"beside"' }] },
    ];
    const { rrsets, stored, unreadable } = contentOf(sets, undefined, 'Z1');
    expect(unreadable).toEqual([]);
    expect(rrsets.map(({ ttl, type, values }) => [type, ttl, ...values.map(({ rdata }) => rdata)])).toEqual([
      [aliasSetType, 0, 'A www.test. false', 'AAAA dualstack.lb.example. true Z2'],
      ['TXT', 60, '"beside"'],
    ]);
    expect(stored.get(`a.test. ${aliasSetType}`)).toEqual(sets.slice(0, 2));
  });

  it('of a routing policy, or with a health check, are left alone by their own type', () => {
    const plain = alias('w.test.', 'A', 'lb.test.', 'Z2');
    const { rrsets, unreadable } = contentOf([
      { ...plain, SetIdentifier: 'x', Weight: 0 },
      { ...plain, Name: 'h.test.', HealthCheckId: 'h' },
      { ...plain, Name: 't.test.', TrafficPolicyInstanceId: 't' },
    ]);
    expect(rrsets).toEqual([]);
    expect(unreadable.map(({ name, type }) => [name, type])).toEqual([
      ['w.test.', 'A'],
      ['h.test.', 'A'],
      ['t.test.', 'A'],
    ]);
  });

  it('are made one by one, and deleted exactly as they are there', () => {
    const both = planned(0, ['A www.test. false', 'AAAA lb.example. true Z2']);
    expect(batch(null, both).map(({ Action, ResourceRecordSet }) => [Action, ResourceRecordSet])).toEqual([
      ['CREATE', alias('a.test.', 'A', 'www.test.', 'Z1')],
      ['CREATE', alias('a.test.', 'AAAA', 'lb.example.', 'Z2', true)],
    ]);
    const there = [alias('a.test.', 'A', 'www.test', 'Z1'), alias('a.test.', 'AAAA', 'lb.example', 'Z2', true)];
    expect(
      batch(both, null, there)
        .map(({ ResourceRecordSet }) => ResourceRecordSet)
        .toReversed(),
    ).toEqual(there);
    expect(batch(both, null)).toHaveLength(2);
  });

  it('come after what they lead to, and go before it', () => {
    const to = (name: string) => planned(0, [`A ${name}.test. false`]);
    const address = planned(60, ['192.0.2.1']);
    const names = (made: boolean) =>
      batchOf(
        'test.',
        [
          change('a.test.', aliasSetType, made ? null : to('b'), made ? to('b') : null),
          change('b.test.', aliasSetType, made ? null : to('c'), made ? to('c') : null),
          change('c.test.', 'A', made ? null : address, made ? address : null),
        ],
        new Map(),
        undefined,
        'Z1',
      ).map(({ ResourceRecordSet }) => ResourceRecordSet?.Name);
    expect(names(true)).toEqual(['c.test.', 'b.test.', 'a.test.']);
    expect(names(false)).toEqual(['a.test.', 'b.test.', 'c.test.']);
  });

  it('are what Route 53 takes, and its own where no file has them', () => {
    const supports = supportsOf({ parallel: 1, verify: 'api' });
    expect(supports.types).toContain(aliasSetType);
    expect(supports.own_types).toContain(aliasSetType);
  });
});
