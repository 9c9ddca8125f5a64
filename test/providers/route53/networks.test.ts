import { CreateHostedZoneCommand } from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Route53Fake, startRoute53Fake } from '../../servers/route53-fake/index.ts';
import { errorOf } from '../powerdns/harness.ts';
import { creation, openAt, zone } from './fake.ts';
import { type Outsider, outsiderAt } from './outside.ts';

const fast = { requests_per_second: 1_000, burst: 1_000 };
const office = { ...fast, vpc: { id: 'vpc-1', region: 'eu-west-1' } };

let fake: Route53Fake;
let outsider: Outsider;
let references = 0;

beforeAll(async () => {
  fake = await startRoute53Fake({
    rate: { perSecond: 1_000, burst: 1_000 },
    operations: {},
    pending: 0,
    processing: 0,
  });
  outsider = outsiderAt(fake.url);
});
afterAll(() => fake.stop());
beforeEach(() => fake.account.zones.clear());

/** Somebody else makes example.com: public, or of a VPC. */
const makeZone = async (vpc: string | null): Promise<string> => {
  references += 1;
  const { HostedZone } = await outsider.client.send(
    new CreateHostedZoneCommand({
      Name: zone.name,
      CallerReference: `network ${references}`,
      ...(vpc === null ? {} : { VPC: { VPCId: vpc, VPCRegion: 'eu-west-1' } }),
    }),
  );
  return HostedZone?.Id?.replace('/hostedzone/', '') ?? '';
};

describe('a target with a VPC', () => {
  it.each([
    ['the public zone', null],
    ['a private zone of another VPC', 'vpc-2'],
  ])('does not take %s of the name for its own, and makes one beside it', async (_, vpc) => {
    const theirs = await makeZone(vpc);
    const provider = await openAt(fake, office);
    const many = Array.from({ length: 9 }, (_, i) => ({ name: `z${i}.example.`, view: null }));
    await provider.expect?.([zone, ...many]);
    expect(await provider.read(zone)).toEqual({ status: 'missing' });
    await provider.createZone(zone, creation);
    expect(fake.account.zones.size).toBe(2);
    await provider.deleteZone(zone);
    expect([...fake.account.zones.keys()]).toEqual([theirs]);
  });

  it('finds that of its VPC among all of the name', async () => {
    await makeZone(null);
    await makeZone('vpc-2');
    const own = await makeZone('vpc-1');
    const provider = await openAt(fake, office);
    expect(await provider.read(zone)).toMatchObject({ status: 'read' });
    await provider.deleteZone(zone);
    expect(fake.account.zones.has(own)).toBe(false);
    expect(fake.account.zones.size).toBe(2);
  });
});

it('an id of a zone that the account may not look at concerns this zone alone', async () => {
  fake.bend((operation) =>
    operation === 'GetHostedZone'
      ? { status: 403, code: 'AccessDenied', message: 'User: u is not authorized to access this resource', limit: null }
      : undefined,
  );
  const provider = await openAt(fake, { ...fast, zone_ids: { 'example.com': 'Z1OFANOTHER' } });
  const error = await errorOf(provider.read(zone));
  fake.bend(null);
  expect(error).toMatchObject({ code: 'ZONE_UNREADABLE' });
  expect(error.message).toContain('the hosted zone is Z1OFANOTHER');
});
