import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Provider } from '../../../src/provider.ts';
import { type Proxy as FaultyProxy, startProxy } from '../../servers/index.ts';
import { listen, written } from '../../servers/listen.ts';
import { type Route53Fake, startRoute53Fake } from '../../servers/route53-fake/index.ts';
import { errorOf } from '../powerdns/harness.ts';
import { change, creation, openAt, planned, readAll, write, zone } from './fake.ts';

// Something that answers in AWS's place: an answer of 200 is no list yet, and a list is not all of it.

const quick = {
  ...{ rate: { perSecond: 1_000, burst: 1_000 }, operations: {} },
  ...{ pending: 30, inSyncWhenAsked: true, processing: 5 },
};
const fast = { requests_per_second: 1_000, burst: 1_000, timeout: '5s' };
const sets = /\/rrset/;
const byName = /hostedzonesbyname/;

let fake: Route53Fake;
let proxy: FaultyProxy;
let provider: Provider;

beforeAll(async () => {
  fake = await startRoute53Fake(quick);
  proxy = await startProxy(fake.url);
});
afterAll(async () => {
  await proxy.stop();
  await fake.stop();
});
beforeEach(async () => {
  proxy.handle(null);
  fake.account.zones.clear();
  provider = await openAt(proxy, fast);
  await provider.createZone(zone, creation);
  const names = Array.from({ length: 320 }, (_, i) => `n${String(i).padStart(3, '0')}.example.com.`);
  await write(provider, ...names.map((name) => change(name, 'A', null, planned(60, ['192.0.2.1']))));
});
afterEach(async () => {
  proxy.handle(null);
  await provider.close?.();
});

/** What AWS answers to such a GET, made into something else. */
const lie = (path: RegExp, alter: (text: string, asked: URL) => string | Promise<string>): void =>
  proxy.handle(async (request) => {
    if (request.method !== 'GET' || !path.test(request.path)) return undefined;
    const reply = await fetch(`${fake.url}${request.path}`);
    const body = await alter(await reply.text(), new URL(request.path, fake.url));
    return { kind: 'answer', status: 200, body, type: 'text/xml' };
  });

const asked = async (query: string): Promise<string> => {
  const [{ id = '' } = {}] = fake.account.zones.values();
  return (await fetch(`${fake.url}/2013-04-01/hostedzone/${id}/rrset${query}`)).text();
};

const answers: readonly (readonly [string, (text: string) => string])[] = [
  ['HTML', () => '<!DOCTYPE html><html><body>Welcome</body></html>'],
  ['nothing', () => ''],
  ['spaces', () => '   \n'],
  ['JSON', () => '{"ResourceRecordSets":[]}'],
  ['another root', (text) => text.replaceAll('ListResourceRecordSetsResponse', 'Lists')],
  [
    'the answer to another question',
    (text) => text.replaceAll('ListResourceRecordSetsResponse', 'ListHostedZonesResponse'),
  ],
  ['half of it', (text) => text.slice(0, text.length / 2)],
  ['its root and nothing else', () => '<ListResourceRecordSetsResponse></ListResourceRecordSetsResponse>'],
  ['its root alone', () => '<ListResourceRecordSetsResponse/>'],
  ['no word of whether it is all', (text) => text.replace(/<IsTruncated>.*<\/IsTruncated>/, '')],
  ['a record set without a name', (text) => text.replace(/<Name>n001[^<]*<\/Name>/, '')],
  [
    'a record set that is empty',
    (text) => text.replace('<ResourceRecordSets>', '<ResourceRecordSets><ResourceRecordSet/>'),
  ],
];

describe('an answer of 200 with', () => {
  it.each(answers)('%s is no zone, and no empty one', async (_case, alter) => {
    lie(sets, alter);
    const error = await errorOf(provider.read(zone));
    expect(error.code).toBe('ZONE_UNREADABLE');
    expect(error.message).toMatch(/^ListResourceRecordSets at Route 53 at .*: its .*, 4 times$/);
  });

  it.each(['<!DOCTYPE html><html></html>', '', '<ListHostedZonesByNameResponse/>'])(
    '%s is no list of zones, so that none is made',
    async (body) => {
      lie(byName, () => body);
      const fresh = await openAt(proxy, fast);
      for (const work of [() => fresh.read(zone), () => fresh.createZone(zone, creation)]) {
        expect(await errorOf(work())).toMatchObject({ code: 'TARGET_UNREACHABLE' });
      }
      await fresh.close?.();
      expect(fake.account.zones.size).toBe(1);
    },
  );

  it('something else leaves open whether a write was done', async () => {
    proxy.handle(({ method }) =>
      method === 'POST' ? { kind: 'answer', status: 200, body: '<html></html>' } : undefined,
    );
    const changes = [change('x.example.com.', 'A', null, planned(60, ['192.0.2.1']))];
    expect(await errorOf(provider.apply({ zone, changes, expect: null }))).toMatchObject({ code: 'WRITE_UNKNOWN' });
  });
});

describe('a list', () => {
  it('that ends too early is not all, as AWS counts more', async () => {
    lie(sets, (text) => text.replace('<IsTruncated>true<', '<IsTruncated>false<'));
    proxy.clear();
    const error = await errorOf(provider.read(zone));
    expect(error).toMatchObject({ code: 'ZONE_UNREADABLE' });
    expect(error.message).toContain('lists 300 of its 322 record sets (example.com., hosted zone ');
    expect(proxy.count('GET', sets)).toBe(2);
  });

  it('that ends too early once is read anew', async () => {
    let first = true;
    lie(sets, (text) => {
      const cut = first ? text.replace('<IsTruncated>true<', '<IsTruncated>false<') : text;
      first = false;
      return cut;
    });
    expect((await readAll(provider)).rrsets).toHaveLength(322);
  });

  it('that is shorter as somebody deletes meanwhile is all', async () => {
    const direct = await openAt(fake, fast);
    proxy.handle(async ({ path }) => {
      if (!sets.test(path)) return undefined;
      proxy.handle(null);
      await direct.read(zone);
      await write(direct, change('n000.example.com.', 'A', planned(60, ['192.0.2.1']), null));
      return undefined;
    });
    expect((await readAll(provider)).rrsets).toHaveLength(321);
    await direct.close?.();
  });

  it.each<readonly [string, (text: string, at: URL) => string | Promise<string>]>([
    ['a page twice', async (text, at) => (at.searchParams.has('name') ? asked('?maxitems=300') : text)],
    [
      'a marker that leads back',
      (text) => text.replace(/<NextRecordName>[^<]*</, '<NextRecordName>n100.example.com.<'),
    ],
    ['a marker that is missing', (text) => text.replace(/<NextRecordName>[^<]*<\/NextRecordName>/, '')],
    ['an empty page before the end', async (text, at) => (at.searchParams.has('name') ? emptied(text) : text)],
    ['a record set twice', (text) => text.replace(/(<ResourceRecordSet>.*?<\/ResourceRecordSet>)/s, '$1$1')],
  ])('with %s is not believed', async (_case, alter) => {
    lie(sets, alter);
    const error = await errorOf(provider.read(zone));
    expect(error).toMatchObject({ code: 'ZONE_UNREADABLE' });
    expect(error.message).toMatch(/Route 53 at .* (?:lists|says)/);
  });

  it.each<readonly [string, (text: string) => string]>([
    ['a zone twice', (text) => text.replace(/(<HostedZone>.*?<\/HostedZone>)/s, '$1$1')],
    ['a zone without an id', (text) => text.replace(/<Id>[^<]*<\/Id>/, '')],
    ['no end', (text) => text.replace('<IsTruncated>false<', '<IsTruncated>true<')],
  ])('of zones with %s is not believed', async (_case, alter) => {
    lie(/\/hostedzone(?:\?|$)/, alter);
    expect(await errorOf(provider.listZones())).toMatchObject({ code: 'TARGET_UNREACHABLE' });
  });
});

const emptied = (text: string): string =>
  text
    .replace(/<ResourceRecordSets>.*<\/ResourceRecordSets>/s, '<ResourceRecordSets></ResourceRecordSets>')
    .replace('<IsTruncated>false<', '<IsTruncated>true<');

describe('a zone that was made and is not listed', () => {
  const made = { name: 'new.test.', view: null };
  const withoutIt = (): void =>
    lie(byName, (text) => text.replace(/<HostedZone>(?:(?!<\/HostedZone>).)*new\.test\..*?<\/HostedZone>/gs, ''));
  const zonesOfIt = () => [...fake.account.zones.values()].filter(({ name }) => name === made.name);

  it('is taken back, however often it is tried', async () => {
    withoutIt();
    for (let run = 1; run <= 3; run += 1) {
      const error = await errorOf(provider.createZone(made, creation));
      expect(error.code).toBe('ZONE_UNREADABLE');
      expect(error.message).toMatch(
        /made a hosted zone for new\.test\. \(id Z\w+\) and does not list it; the new, empty zone was deleted/,
      );
      expect(zonesOfIt()).toEqual([]);
    }
  });

  it('is named where it cannot be taken back', async () => {
    withoutIt();
    fake.bend((operation, when) =>
      operation === 'DeleteHostedZone' && when === 'before'
        ? { status: 403, code: 'AccessDenied', message: 'no', limit: null }
        : undefined,
    );
    const error = await errorOf(provider.createZone(made, creation));
    fake.bend(null);
    const [{ id = '' } = {}] = zonesOfIt();
    expect(error.message).toContain(`(id ${id}) and does not list it; it could not be deleted again`);
    expect(error.message).toContain('delete it by hand');
  });

  it('is waited for a little', async () => {
    let times = 0;
    lie(byName, (text) => {
      times += 1;
      return times < 3 ? text.replace(/<HostedZone>.*<\/HostedZone>/s, '') : text;
    });
    await provider.createZone(made, creation);
    expect(zonesOfIt()).toHaveLength(1);
  });

  it('is one where no answer came, and the list has it', async () => {
    fake.bend((operation, when) => (operation === 'CreateHostedZone' && when === 'after' ? 'cut' : undefined));
    await provider.createZone(made, creation).catch(() => undefined);
    fake.bend(null);
    expect(zonesOfIt()).toHaveLength(1);
    expect(await errorOf(provider.createZone(made, creation))).toMatchObject({ code: 'STALE_PLAN' });
    expect(zonesOfIt()).toHaveLength(1);
  });
});

describe('an answer without an end', () => {
  const each = async (answer: (response: ServerResponse) => unknown, config: Readonly<Record<string, unknown>>) => {
    const server = createServer((request, response) => {
      response.on('error', () => undefined);
      request.resume();
      response.writeHead(200, { 'content-type': 'text/xml' });
      answer(response);
    });
    const { port, close } = await listen(server);
    const alone = await openAt({ url: `http://127.0.0.1:${port}` }, { ...fast, ...config });
    try {
      return await errorOf(alone.listZones());
    } finally {
      await alone.close?.();
      await close();
    }
  };

  it('octet by octet ends after the timeout', async () => {
    const since = Date.now();
    const drip = async (response: ServerResponse): Promise<void> => {
      while (!response.destroyed) {
        response.write(' ');
        await sleep(50);
      }
    };
    const error = await each(drip, { timeout: '200ms' });
    expect(error.message).toContain('no answer in time (timeout 0.2 s), 4 times');
    expect(Date.now() - since).toBeLessThan(15_000);
  });

  it('of tags is not taken whole, nor parsed', async () => {
    let sent = 0;
    const piece = '<a>'.repeat(20_000);
    const pour = async (response: ServerResponse): Promise<void> => {
      response.write('<ListHostedZonesResponse>');
      while (!response.destroyed) {
        sent += piece.length;
        if (!response.write(piece)) await written(response);
      }
    };
    const error = await each(pour, { timeout: '30s' });
    expect(error.message).toContain('its answer has more than 33554432 octets');
    expect(sent).toBeLessThan(4 * 50_000_000);
    const whole = `<ListHostedZonesResponse>${'<a/>'.repeat(1_100_000)}</ListHostedZonesResponse>`;
    expect((await each((response) => response.end(whole), { timeout: '30s' })).message).toContain(
      'more than 1000000 tags',
    );
  });
});
