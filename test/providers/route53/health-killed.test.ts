import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { change, planned, write, zone } from './fake.ts';
import { type CheckedScene, mail, ofThree, openChecked, three } from './health-scene.ts';

// What is left of health checks where a write was cut, and what becomes of that.

let scene: CheckedScene;

beforeEach(async () => {
  scene = await openChecked();
});

afterEach(() => scene.close());

describe('a process that is killed', () => {
  const dieAt = (die: () => void, operation: string, when: 'before' | 'after', count = 1): void => {
    let left = count;
    scene.fake.bend((asked, at) => {
      if (asked !== operation || at !== when) return undefined;
      left -= 1;
      if (left > 0) return undefined;
      die();
      return 'cut';
    });
  };

  /** The write comes to a point, and the process with it; then everything is as before, and nothing answers it. */
  const interrupted = async (operation: string, when: 'before' | 'after', count = 1): Promise<void> => {
    const stop = new AbortController();
    dieAt(() => stop.abort(), operation, when, count);
    const job = scene.provider.apply({ zone, changes: [change(mail, 'A', null, ofThree)], expect: null }, stop.signal);
    const ended = job.then(
      () => 'applied',
      () => 'failed',
    );
    expect(await ended).toBe('failed');
    scene.fake.bend(null);
    await scene.another();
  };

  it.each([
    ['CreateHealthCheck', 'before', 2],
    ['CreateHealthCheck', 'after', 2],
    ['ChangeTagsForResource', 'before', 2],
    ['ChangeTagsForResource', 'after', 3],
    ['ChangeResourceRecordSets', 'before', 1],
  ] as const)('at %s (%s it, the %i.) leaves checks that the next write takes up', async (operation, when, count) => {
    await interrupted(operation, when, count);
    const made = [...scene.fake.account.checks.keys()];
    await scene.read();
    await write(scene.provider, change(mail, 'A', null, ofThree));
    expect(scene.checkedAddresses()).toEqual(three);
    for (const id of made) expect(scene.fake.account.checks.has(id)).toBe(true);
    for (const id of scene.fake.account.checks.keys()) {
      expect(scene.fake.account.tags.get(`healthcheck/${id}`)?.get('hostmaster:zone')).toBe('example.com.');
    }
    expect(scene.fake.broken).toEqual([]);
  });

  it('leaves none for good where nobody wants them any more', async () => {
    await interrupted('ChangeResourceRecordSets', 'before');
    expect(scene.checkedAddresses()).toEqual(three);
    await scene.read();
    const since = Date.now();
    await scene.provider.finish?.(zone, []);
    expect(Date.now() - since).toBeGreaterThan(90);
    expect(scene.checkedAddresses()).toEqual([]);
    expect(scene.fake.broken).toEqual([]);
  });

  it('after the record sets of others went leaves no check either', async () => {
    await write(scene.provider, change(mail, 'A', null, ofThree));
    await scene.read();
    await scene.provider.apply({ zone, changes: [change(mail, 'A', ofThree, null)], expect: null });
    await scene.another({ health_check_grace: '1s' });
    await scene.read();
    await scene.provider.finish?.(zone, []);
    expect(scene.checkedAddresses()).toEqual([]);
    expect(scene.fake.broken).toEqual([]);
  });
});

describe('a zone', () => {
  it('is deleted with its checks', async () => {
    await write(scene.provider, change(mail, 'A', null, ofThree));
    await scene.provider.deleteZone(zone);
    expect([...scene.fake.account.zones.keys(), ...scene.checkedAddresses()]).toEqual([]);
    expect(scene.fake.broken).toEqual([]);
  });

  it('without checks costs one request more, and none where that is not allowed', async () => {
    scene.fake.bend((operation, when) =>
      operation === 'ListHealthChecks' && when === 'before'
        ? { status: 403, code: 'AccessDenied', message: 'not allowed', limit: null }
        : undefined,
    );
    const plain = planned(60, three);
    await write(scene.provider, change('www.example.com.', 'A', null, plain));
    await scene.provider.finish?.(zone, []);
    expect((await scene.read()).rrsets.some(({ name }) => name === 'www.example.com.')).toBe(true);
  });
});
