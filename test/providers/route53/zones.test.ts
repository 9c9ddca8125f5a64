import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand } from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Provider } from '../../../src/provider.ts';
import { type Route53Fake, startRoute53Fake } from '../../servers/route53-fake/index.ts';
import { errorOf } from '../powerdns/harness.ts';
import { change, creation, openAt, planned, write, zone } from './fake.ts';
import { create, type Outsider, outsiderAt, plain } from './outside.ts';

const quick = {
  rate: { perSecond: 1_000, burst: 1_000 },
  operations: {},
  pending: 30,
  inSyncWhenAsked: true,
  processing: 5,
};
const fast = { requests_per_second: 1_000, burst: 1_000 };

let fake: Route53Fake;
let provider: Provider;
let outsider: Outsider;
let references = 0;

/** Somebody else makes a zone. */
const makeZone = async (Name: string, isPrivate = false): Promise<string> => {
  references += 1;
  const { HostedZone } = await outsider.client.send(
    new CreateHostedZoneCommand({
      Name,
      CallerReference: `outside ${references}`,
      HostedZoneConfig: { PrivateZone: isPrivate },
      ...(isPrivate ? { VPC: { VPCId: 'vpc-1', VPCRegion: 'eu-west-1' } } : {}),
    }),
  );
  return HostedZone?.Id?.replace('/hostedzone/', '') ?? '';
};

beforeAll(async () => {
  fake = await startRoute53Fake(quick);
  outsider = outsiderAt(fake.url);
});
afterAll(() => fake.stop());
beforeEach(async () => {
  fake.account.zones.clear();
  fake.clear();
  provider = await openAt(fake, fast);
});

describe('a zone by its name', () => {
  it('is missing, is found, is listed', async () => {
    expect(await provider.read(zone)).toEqual({ status: 'missing' });
    await makeZone('example.com');
    await makeZone('0/25.2.0.192.in-addr.arpa');
    expect(await provider.read(zone)).toMatchObject({ status: 'read', fingerprint: null, unreadable: [] });
    expect(await provider.read({ name: '0/25.2.0.192.in-addr.arpa.', view: null })).toMatchObject({ status: 'read' });
    expect((await provider.listZones()).map(({ name }) => name).toSorted()).toEqual([
      '0/25.2.0.192.in-addr.arpa.',
      'example.com.',
    ]);
  });

  it('is another one of the same name once it was made anew', async () => {
    const id = await makeZone('example.com');
    await provider.read(zone);
    fake.account.zones.delete(id);
    expect(await provider.read(zone)).toEqual({ status: 'missing' });
    await makeZone('example.com');
    expect(await provider.read(zone)).toMatchObject({ status: 'read' });
  });

  it('that is public and private is told by its id, and both are named where the configuration has none', async () => {
    const open = await makeZone('example.com');
    const hidden = await makeZone('example.com', true);
    await outsider.client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: hidden,
        ChangeBatch: { Changes: [create(plain('inside.example.com', 'A', 60, '10.0.0.1'))] },
      }),
    );
    const error = await errorOf(provider.read(zone));
    expect(error.code).toBe('ZONE_UNREADABLE');
    expect(error.message).toContain(`${open} (public)`);
    expect(error.message).toContain(`${hidden} (private)`);
    expect(error.message).toContain('zone_ids');
    for (const [id, count] of [
      [open, 2],
      [`/hostedzone/${hidden}`, 3],
    ] as const) {
      const known = await openAt(fake, { ...fast, zone_ids: { 'Example.com': id } });
      const read = await known.read(zone);
      expect(read.status === 'read' ? read.rrsets.length : read.status).toBe(count);
      expect(await known.delegation?.(zone)).toEqual(id === open ? expect.arrayContaining([expect.any(String)]) : null);
    }
  });

  it('is no zone where its id is of another, or of none', async () => {
    const id = await makeZone('other.com');
    const wrong = await errorOf((await openAt(fake, { ...fast, zone_ids: { 'example.com': id } })).read(zone));
    expect(wrong).toMatchObject({ code: 'ZONE_UNREADABLE' });
    expect(wrong.message).toContain(`zone_ids says ${id} for example.com., and that is the zone of other.com.`);
    const none = await errorOf((await openAt(fake, { ...fast, zone_ids: { 'example.com': 'ZNONE' } })).read(zone));
    expect(none.message).toContain('the account has no such hosted zone');
  });

  it('costs one request for many of them', async () => {
    const zones = Array.from({ length: 12 }, (_, i) => ({ name: `z${i}.test.`, view: null }));
    for (const { name } of zones) await makeZone(name);
    fake.clear();
    await provider.expect?.(zones);
    for (const each of zones) await provider.read(each);
    const count = (operation: string) => fake.requests.filter((request) => request.operation === operation).length;
    expect([count('ListHostedZones'), count('ListHostedZonesByName'), count('ListResourceRecordSets')]).toEqual([
      1, 0, 12,
    ]);
  });
});

describe('a zone', () => {
  it('is made once, where the answer is lost too', async () => {
    let lost = 0;
    fake.bend((operation, when) => {
      if (operation !== 'CreateHostedZone' || when !== 'after' || lost > 0) return undefined;
      lost += 1;
      return 'cut';
    });
    await provider.createZone(zone, creation);
    fake.bend(null);
    expect(lost).toBe(1);
    expect(fake.account.zones.size).toBe(1);
    await write(provider, change('www.example.com.', 'A', null, planned(60, ['192.0.2.1'])));
  });

  it('is not made beside one that somebody else made meanwhile', async () => {
    await makeZone('example.com');
    expect(await errorOf(provider.createZone(zone, creation))).toMatchObject({ code: 'STALE_PLAN' });
    fake.account.zones.clear();
    let theirs = '';
    fake.bend((operation, when) => {
      if (operation !== 'CreateHostedZone' || when !== 'before' || theirs !== '') return undefined;
      theirs = 'pending';
      void makeZone('example.com').then((id) => {
        theirs = id;
      });
      return { status: 400, code: 'Throttling', message: 'Rate exceeded', limit: null };
    });
    expect(await errorOf(provider.createZone(zone, creation))).toMatchObject({ code: 'STALE_PLAN' });
    fake.bend(null);
    expect([...fake.account.zones.keys()]).toEqual([theirs]);
  });

  it('is private where the target has a VPC, and is then read back', async () => {
    const inside = await openAt(fake, { ...fast, vpc: { id: 'vpc-1', region: 'eu-west-1' }, verify: 'dns' });
    await inside.createZone(zone, creation);
    expect([...fake.account.zones.values()].map(({ isPrivate }) => isPrivate)).toEqual([true]);
    expect(await inside.delegation?.(zone)).toBeNull();
    await write(inside, change('www.example.com.', 'A', null, planned(60, ['10.0.0.1'])));
    await inside.deleteZone(zone);
    expect(fake.account.zones.size).toBe(0);
  });

  it('is deleted with all its RRsets, and being gone is as good', async () => {
    await provider.createZone(zone, creation);
    const names = Array.from({ length: 1_500 }, (_, i) => `w${i}.example.com.`);
    const creates = names.map((name) => change(name, 'TXT', null, planned(60, ['"one two"'])));
    for (const changes of provider.cut?.(zone, creates) ?? []) await provider.apply({ zone, changes, expect: null });
    await provider.deleteZone(zone);
    expect(fake.account.zones.size).toBe(0);
    await provider.deleteZone(zone);
    expect(fake.broken).toEqual([]);
  });

  it('is deleted with what no zone file can hold', async () => {
    await provider.createZone(zone, creation);
    await write(provider, change('www.example.com.', 'A', null, planned(60, ['192.0.2.1'])));
    const alias = { HostedZoneId: 'Z2', DNSName: 'lb.example.net.', EvaluateTargetHealth: false };
    const weighted = Array.from({ length: 100 }, (_, i) => ({
      ...plain('w.example.com.', 'TXT', 60, `"${'x'.repeat(250)}"`, `"${'y'.repeat(250)}"`),
      SetIdentifier: `set ${i}`,
      Weight: i,
    }));
    await outsider.change('example.com.', create({ Name: 'lb.example.com.', Type: 'A', AliasTarget: alias }));
    await outsider.change('example.com.', ...weighted.slice(0, 50).map(create));
    await outsider.change('example.com.', ...weighted.slice(50).map(create));
    await provider.deleteZone(zone);
    expect(fake.account.zones.size).toBe(0);
    expect(fake.broken).toEqual([]);
  });
});
