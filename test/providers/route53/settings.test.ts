import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../../providers/route53/settings.ts';

const read = (config: object, environment: Readonly<Record<string, string>> = {}) =>
  settingsOf({ config: { ...config }, secrets: {}, folder: '.' }, environment);

describe('the settings of a target', () => {
  it('have their defaults', () => {
    expect(read({})).toMatchObject({
      profile: null,
      region: 'us-east-1',
      endpoint: null,
      vpc: null,
      rate: { perSecond: 10, burst: 40 },
      timeout: 30_000,
      syncWait: 180_000,
      verify: 'dns',
      parallel: 64,
    });
  });

  it('take a region of the environment, and rather their own', () => {
    expect(read({}, { AWS_REGION: 'cn-north-1' }).region).toBe('cn-north-1');
    expect(read({ region: 'us-gov-west-1' }, { AWS_REGION: 'cn-north-1' }).region).toBe('us-gov-west-1');
  });

  it('know an id by a name with and without the final dot, in any case', () => {
    const { zoneIds } = read({ zone_ids: { 'Example.COM': '/hostedzone/Z1', 'example.net.': 'Z2' } });
    expect([...zoneIds]).toEqual([
      ['example.com.', 'Z1'],
      ['example.net.', 'Z2'],
    ]);
  });

  it.each([
    [{ endpoint: 'http://' }, 'endpoint is no URL'],
    [{ endpoint: 'https://user:secret@host' }, 'endpoint holds a user name or a password'],
    [{ zone_ids: { 'a..b': 'Z1' } }, 'zone_ids: '],
    [{ sync_wait: '3 minutes' }, 'sync_wait: 3 minutes is no time span'],
  ])('%j cannot be used', (config, words) => {
    expect(() => read(config)).toThrow(words);
    expect(() => read(config)).not.toThrow('secret');
  });
});
