import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isProven } from '../../src/model/server.ts';
import { type Bend, bends, type InventoryServer, startInventory } from '../servers/inventory.ts';
import { defined, messagesOf, minute, type Passes, passes, rulesOf, standings, token } from './take.ts';

const three = ['web1', 'web2', 'web3'].map((name, i) => ({ name, ips: [`192.0.2.${i + 1}`] }));
const twelve = Array.from({ length: 12 }, (_, i) => ({ name: `web${i + 10}`, ips: [`192.0.2.${i + 1}`] }));
const all = (standing: string, servers: readonly { readonly name: string }[] = three) =>
  Object.fromEntries(servers.map(({ name }) => [name, standing]));

let inventory: InventoryServer;
let other: InventoryServer;
let lab: Passes;

const restart = (config: Readonly<Record<string, unknown>> = {}): void => {
  lab = passes(defined('http', { url: inventory.url, timeout: 60_000, ...config }));
};

/** No longer than it takes to see that nothing comes. */
const patienceWith = (bend: Bend) => (bend === bends.silent || bend === bends.stalled ? { timeout: 200 } : {});

beforeAll(async () => {
  inventory = await startInventory();
  other = await startInventory();
});

afterAll(async () => {
  await inventory.stop();
  await other.stop();
});

beforeEach(() => {
  inventory.bend(null);
  inventory.paged(null);
  inventory.set(three);
  inventory.protect(token);
  inventory.clear();
  other.clear();
  restart();
});

describe('a server that is missing', () => {
  it('one answer without it takes nothing away', async () => {
    await lab.after(0);
    inventory.bend(bends.without('web2'));
    const taken = await lab.after(minute);
    expect(standings(taken)).toEqual({ web1: 'present', web2: 'missing from 1', web3: 'present' });
    expect(taken.roster.problems).toEqual([]);
    inventory.bend(null);
    expect(standings(await lab.after(minute))).toEqual(all('present'));
    expect(lab.known()?.servers.every(({ missing }) => missing === null)).toBe(true);
  });

  it('goes after three complete answers and the grace, whichever is later', async () => {
    await lab.after(0);
    inventory.bend(bends.without('web2'));
    const limits = { snapshots: 3, grace: 10 * minute };
    const proven: boolean[] = [];
    for (const wait of [1, 1, 1, 7, 1].map((minutes) => minutes * minute)) {
      const { roster } = await lab.after(wait);
      const web2 = roster.servers.find(({ server }) => server.name === 'web2');
      proven.push(web2?.standing === 'missing' && isProven(web2.missing, limits, roster.now));
    }
    expect(proven).toEqual([false, false, false, false, true]);
  });

  it('is counted at most once an interval', async () => {
    await lab.after(0);
    inventory.bend(bends.without('web2'));
    await lab.after(minute);
    expect(standings(await lab.after(1_000))).toMatchObject({ web2: 'missing from 1' });
    expect(standings(await lab.after(minute))).toMatchObject({ web2: 'missing from 2' });
  });

  it('is not counted by answers that are not complete, and gains no time by them', async () => {
    await lab.after(0);
    inventory.bend(bends.without('web2'));
    await lab.after(minute);
    inventory.bend(bends.status(500));
    const { roster } = await lab.after(60 * minute);
    const web2 = roster.servers.find(({ server }) => server.name === 'web2');
    expect(web2).toMatchObject({ standing: 'missing', missing: { snapshots: 1 } });
    expect(web2?.standing === 'missing' ? roster.now - web2.missing.since : -1).toBe(0);
    expect(lab.known()?.servers.find(({ server }) => server.name === 'web2')?.missing?.snapshots).toBe(1);
  });

  it('stays known for thirty days once it is gone, also while the inventory is down', async () => {
    await lab.after(0);
    inventory.bend(bends.without('web2'));
    for (let i = 0; i < 4; i += 1) await lab.after(10 * minute);
    inventory.bend(bends.status(500));
    const taken = await lab.after(minute);
    expect(standings(taken)).toEqual({ web1: 'remembered', web2: 'missing from 4', web3: 'remembered' });
    inventory.bend(bends.without('web2'));
    expect(standings(await lab.after(29 * 24 * 60 * minute))).toHaveProperty('web2');
    expect(standings(await lab.after(2 * 24 * 60 * minute))).not.toHaveProperty('web2');
    expect(lab.known()?.servers).toHaveLength(2);
  });

  it('that comes back after it was gone is a new one', async () => {
    await lab.after(0);
    const first = lab.known()?.servers[1]?.since;
    inventory.bend(bends.without('web2'));
    for (let i = 0; i < 4; i += 1) await lab.after(10 * minute);
    inventory.bend(null);
    await lab.after(minute);
    expect(lab.known()?.servers.map(({ since }) => since === first)).toEqual([true, false, true]);
  });

  it('one of three is missing like any other', async () => {
    await lab.after(0);
    inventory.set(three.slice(0, 2));
    expect(standings(await lab.after(minute))).toMatchObject({ web3: 'missing from 1' });
  });
});

describe('an answer that is not one', () => {
  const cases: readonly (readonly [string, Bend, RegExp])[] = [
    ['500', bends.status(500), /answered 500/],
    ['a truncated body', bends.truncated, /not JSON, or only a part of it/],
    ['a connection cut in the middle', bends.cut, /the connection was cut before the answer was whole/],
    ['an empty 200', bends.emptyBody, /answered 200 with an empty body/],
    ['silence', bends.silent, /no whole answer within 0.2 s/],
    ['a body that stops', bends.stalled, /no whole answer within 0.2 s/],
    ['HTML', bends.status(200, '<!DOCTYPE html><h1>Log in'), /begins with "<!DOCTYPE html>/],
    ['a list', bends.status(200, '[]'), /is a list, not a mapping/],
    ['no servers', bends.status(200, '{"data": []}'), /has no `servers`/],
    ['servers in a mapping', bends.status(200, '{"servers": {}}'), /`servers` are a mapping, not a list/],
    ['bytes that are no text', bends.status(200, '"\ud800"'), /is "\\ufffd", not a mapping/],
    ['a total that is none', bends.status(200, '{"servers": [], "total": "many"}'), /`total` is "many"/],
    ['a redirect to nowhere', bends.status(302), /302 without a place to go to/],
    ['304 unasked', bends.notModified('"other"'), /answered 304 with another ETag/],
  ];

  it.each(cases)('%s: every server counts as it was last known', async (_name, bend, message) => {
    await lab.after(0);
    inventory.bend(bend);
    const taken = await lab.after(minute, {}, patienceWith(bend));
    expect(standings(taken)).toEqual(all('remembered'));
    expect(rulesOf(taken)).toEqual(['inventory-unreachable']);
    expect(messagesOf(taken)).toMatch(message);
    expect(messagesOf(taken)).toContain('none of their records are deleted');
    expect(taken.roster.problems[0]).toMatchObject({ severity: 'error', file: 'hostmaster.yaml', line: 12, column: 3 });
    expect(taken.roster.inventories.lab).toMatchObject({ servers: 3, complete: false, allow: null });
    inventory.bend(null);
    expect(standings(await lab.after(minute))).toEqual(all('present'));
  });

  it.each(cases.slice(0, 5))('%s: an inventory that was never read has no servers', async (_name, bend) => {
    inventory.bend(bend);
    const taken = await lab.after(0, {}, patienceWith(bend));
    expect(standings(taken)).toEqual({});
    expect(rulesOf(taken)).toEqual(['inventory-unreachable']);
    expect(taken.next).toEqual({});
  });

  it('a port that nobody listens at is no answer', async () => {
    const gone = await startInventory();
    await gone.stop();
    const taken = await passes(defined('http', { url: gone.url })).after(0);
    expect(messagesOf(taken)).toContain('nothing listens there');
  });

  it('a body without end stops at max_bytes', async () => {
    restart({ max_bytes: 100_000, timeout: 5_000 });
    inventory.bend(bends.endless);
    expect(messagesOf(await lab.after(0))).toContain('more bytes than `max_bytes` allows');
  });

  it('a caller who gives up gets the reason', async () => {
    restart({ timeout: 60_000 });
    const giveUp = new AbortController();
    inventory.bend((request) => {
      if (request.page === 1) giveUp.abort(new Error('enough'));
      return { kind: 'silent' };
    });
    await expect(lab.after(0, { signal: giveUp.signal })).rejects.toThrow('enough');
  });
});

describe('an answer that is not complete', () => {
  const cases: readonly (readonly [string, Bend, RegExp])[] = [
    ['a page that is skipped', bends.pageSkipped, /2 servers, but says that there are 3/],
    ['a next that goes round', bends.onPage(2, bends.nextTo('/api/v1/servers?page=2')), /leads back to a page/],
    ['a total that moves', bends.countMoving, /total moved between pages: 3, 4, 5/],
    ['a page that fails', bends.onPage(3, bends.status(500)), /page 3: .*answered 500/],
    ['a page that is cut', bends.onPage(3, bends.truncated), /page 3: .*not JSON/],
    ['a next to itself', bends.onPage(1, bends.nextTo('?')), /leads back to a page/],
    ['a next that is no address', bends.onPage(1, bends.nextTo('http://[')), /"http:\/\/\[", is not an address/],
    ['a next over another scheme', bends.onPage(1, bends.nextTo('file:///etc/passwd')), /leads to another origin/],
  ];

  it.each(cases)('%s: what it leaves out counts as it was', async (_name, bend, message) => {
    inventory.paged(1);
    await lab.after(0);
    inventory.set([...three.map((server) => ({ ...server, ips: ['192.0.2.99'] }))]);
    inventory.bend(bend);
    const taken = await lab.after(minute);
    expect(new Set(Object.values(standings(taken)))).toContain('present in part');
    expect(
      Object.values(standings(taken)).filter((each) => each !== 'present in part' && each !== 'remembered'),
    ).toEqual([]);
    expect(Object.keys(standings(taken))).toEqual(['web1', 'web2', 'web3']);
    expect(rulesOf(taken)).toEqual(['inventory-incomplete']);
    expect(messagesOf(taken)).toMatch(message);
    expect(taken.roster.inventories.lab?.complete).toBe(false);
    expect(taken.roster.servers[0]?.server.ips).toEqual(['192.0.2.99']);
  });

  it('a server twice in place of another is noticed, though the total is right', async () => {
    await lab.after(0);
    inventory.bend(bends.duplicate);
    const taken = await lab.after(minute);
    expect(standings(taken)).toEqual({ web1: 'present in part', web2: 'present in part', web3: 'remembered' });
    expect(messagesOf(taken)).toContain('server "web1" is in it twice (item 1; item 3)');
  });

  it('of a server that is described twice, and differently, neither is believed', async () => {
    await lab.after(0);
    inventory.set([...three, { name: 'WEB2', ips: ['192.0.2.66'] }]);
    const taken = await lab.after(minute);
    expect(standings(taken)).toMatchObject({ web1: 'present in part', web2: 'remembered' });
  });

  it('a server left out while the total counts it loses nothing', async () => {
    await lab.after(0);
    inventory.bend(bends.lost('web2'));
    expect(standings(await lab.after(minute))).toMatchObject({ web2: 'remembered' });
  });

  it('pages without a total prove nothing', async () => {
    inventory.paged(2);
    inventory.bend((_request, page) => ({ kind: 'page', page: { servers: page.servers, next: page.next } }));
    expect(messagesOf(await lab.after(0))).toContain('several pages but no `total`');
  });

  it('pages without end are given up', async () => {
    restart({ timeout: 50 });
    inventory.bend((request) => ({ kind: 'page', page: { servers: [], next: `?page=${request.page + 1}` } }));
    expect(messagesOf(await lab.after(0))).toMatch(
      /the whole answer takes longer than 1.5 s|more than 10000 pages|within 0.05 s/,
    );
  });

  it('an answer with more servers than max_servers is not complete', async () => {
    restart({ max_servers: 2 });
    expect(messagesOf(await lab.after(0))).toContain('more than 2 servers, which is the most (`max_servers`)');
  });

  it('its new servers are there, and a decommissioned mark in it is not believed', async () => {
    await lab.after(0);
    inventory.paged(3);
    inventory.set([...three.slice(0, 2), { ...three[2], state: 'decommissioned' }, { name: 'web4', ip: '192.0.2.4' }]);
    inventory.bend(bends.onPage(1, bends.nextTo(null)));
    const taken = await lab.after(minute);
    expect(standings(taken)).toMatchObject({ web1: 'present in part', web3: 'remembered' });
    expect(taken.roster.servers.find(({ server }) => server.name === 'web3')?.server.state).toBe('active');
    inventory.bend(null);
    const next = await lab.after(minute);
    expect(standings(next)).toMatchObject({ web3: 'present', web4: 'present' });
    expect(next.roster.servers.find(({ server }) => server.name === 'web3')?.server.state).toBe('decommissioned');
  });
});

describe('an inventory that shrinks', () => {
  const half = twelve.slice(0, 6);

  it('by half is not believed, and says what would take it', async () => {
    inventory.set(twelve);
    await lab.after(0);
    inventory.set([...half.slice(1), { name: 'new1', ip: '192.0.2.99' }]);
    const taken = await lab.after(minute);
    expect(standings(taken)).toMatchObject({ new1: 'present in part', web11: 'present in part', web21: 'remembered' });
    expect(taken.roster.problems).toMatchObject([{ rule: 'inventory-shrunk', severity: 'warning' }]);
    expect(messagesOf(taken)).toContain('lost 7 of 12 servers that the last one had, more than the 30 %');
    expect(taken.roster.inventories.lab).toMatchObject({ servers: 13, complete: false, allow: 'shrink:lab' });
    expect(taken.refused).toEqual([]);
  });

  it('is refused when it stays small, until a person takes it', async () => {
    inventory.set(twelve);
    await lab.after(0);
    inventory.set(half);
    for (let i = 0; i < 3; i += 1) await lab.after(5 * minute);
    const refused = await lab.after(5 * minute);
    expect(refused.refused).toEqual(['lab']);
    expect(refused.roster.problems).toMatchObject([{ rule: 'inventory-shrunk', severity: 'error' }]);
    expect(messagesOf(refused)).toContain('if the answer is right, run with --allow shrink:lab');
    expect(standings(refused)).toMatchObject({ web21: 'remembered' });
    const allowed = await lab.after(minute, { allowShrink: new Set(['lab']) });
    expect(standings(allowed)).toEqual({ ...all('present', half), ...all('missing from 5', twelve.slice(6)) });
    expect(allowed.roster.problems).toEqual([]);
    const after = await lab.after(minute);
    expect(standings(after)).toEqual({ ...all('present', half), ...all('missing from 6', twelve.slice(6)) });
    expect(after.refused).toEqual([]);
  });

  it('once taken lets those go that it lacked all along, and no others', async () => {
    inventory.set(twelve);
    await lab.after(0);
    inventory.set(half);
    for (let i = 0; i < 4; i += 1) await lab.after(5 * minute);
    inventory.bend(bends.status(503));
    await lab.after(minute);
    inventory.bend(null);
    inventory.set(twelve.slice(1, 8));
    const taken = await lab.after(minute, { allowShrink: new Set(['lab']) });
    expect(standings(taken)).toMatchObject({
      web10: 'missing from 1',
      web16: 'present',
      web18: 'missing from 5',
      web21: 'missing from 5',
    });
    expect(lab.known()?.servers.some(({ lacking }) => lacking !== undefined)).toBe(false);
  });

  it('with one that was there in between counts that one anew', async () => {
    inventory.set(twelve);
    await lab.after(0);
    inventory.set(half);
    for (let i = 0; i < 4; i += 1) await lab.after(5 * minute);
    inventory.set(twelve.slice(0, 7));
    await lab.after(5 * minute);
    inventory.set(half);
    const taken = await lab.after(minute, { allowShrink: new Set(['lab']) });
    expect(standings(taken)).toMatchObject({ web16: 'missing from 1', web17: 'missing from 6' });
  });

  it('taken early counts like any absence', async () => {
    inventory.set(twelve);
    await lab.after(0);
    inventory.set(half);
    expect(standings(await lab.after(minute, { allowShrink: new Set(['lab']) }))).toMatchObject({
      web21: 'missing from 1',
    });
    expect(standings(await lab.after(minute))).toMatchObject({ web10: 'present', web21: 'missing from 2' });
  });

  it('to nothing is not believed, of whatever number', async () => {
    await lab.after(0);
    inventory.bend(bends.noServers);
    const taken = await lab.after(minute);
    expect(standings(taken)).toEqual(all('remembered'));
    expect(messagesOf(taken)).toContain('lost all 3 servers');
  });

  it('an inventory that grows again after a shrink is as before', async () => {
    inventory.set(twelve);
    await lab.after(0);
    inventory.set(half);
    await lab.after(minute);
    inventory.set(twelve);
    const taken = await lab.after(minute);
    expect(standings(taken)).toEqual(all('present', twelve));
    expect(lab.known()?.shrunk).toBeNull();
  });

  it('by what it marks decommissioned has lost nothing', async () => {
    inventory.set(twelve);
    await lab.after(0);
    inventory.set(twelve.map((server) => ({ ...server, state: 'decommissioned' })));
    expect(standings(await lab.after(minute))).toEqual(all('present', twelve));
    inventory.set([]);
    expect((await lab.after(minute)).roster.inventories.lab).toMatchObject({ complete: true, allow: null });
  });
});

describe('ETags', () => {
  it('a 304 is the last complete answer', async () => {
    await lab.after(0);
    inventory.bend(bends.without('web2'));
    await lab.after(minute);
    const taken = await lab.after(minute);
    expect(inventory.requests.map(({ status }) => status)).toEqual([200, 200, 304]);
    expect(standings(taken)).toEqual({ web1: 'present', web2: 'missing from 2', web3: 'present' });
    expect(taken.roster.inventories.lab).toMatchObject({ servers: 2, complete: true, message: null });
  });

  it('a 304 that nobody asked for is no answer', async () => {
    inventory.bend(bends.notModified());
    expect(messagesOf(await lab.after(0))).toContain('answered 304, though it was not asked');
  });

  it('a body that changed under the same ETag is taken', async () => {
    inventory.bend((_request, page) => ({ kind: 'page', page, etag: '"same"' }));
    await lab.after(0);
    inventory.bend((_request, page) => ({
      kind: 'raw',
      status: 200,
      body: JSON.stringify({ ...page, servers: page.servers.slice(1), total: 2 }),
      headers: { etag: '"same"' },
    }));
    expect(standings(await lab.after(minute))).toMatchObject({ web1: 'missing from 1' });
  });

  it('a server that confirms a stale ETag for ever is asked without it after an hour', async () => {
    inventory.bend((_request, page) => ({ kind: 'page', page, etag: '"same"' }));
    await lab.after(0);
    inventory.set([...three, { name: 'web4', ip: '192.0.2.4' }]);
    expect(Object.keys(standings(await lab.after(30 * minute)))).not.toContain('web4');
    expect(Object.keys(standings(await lab.after(31 * minute)))).toContain('web4');
  });

  describe('of another definition', () => {
    const same: Bend = (_request, page) => ({ kind: 'page', page, etag: '"same"' });
    const asked = () => other.requests.map(({ headers }) => headers['if-none-match']);

    beforeEach(() => {
      inventory.bend(same);
      other.bend(same);
      other.set(three.slice(1));
    });

    it('are not asked with: its url', async () => {
      await lab.after(0);
      const moved = passes(defined('http', { url: other.url, timeout: 60_000 }), { known: lab.known });
      expect(standings(await moved.after(minute))).toMatchObject({ web1: 'missing from 1' });
      expect(asked()).toEqual([undefined]);
    });

    it('are not asked with after a pass without an answer either', async () => {
      await lab.after(0);
      other.bend(bends.status(500));
      const failing = passes(defined('http', { url: other.url, timeout: 60_000 }), { known: lab.known });
      await failing.after(minute);
      expect(failing.known()).toEqual(lab.known());
      other.bend(same);
      const moved = passes(defined('http', { url: other.url, timeout: 60_000 }), { known: failing.known });
      expect(standings(await moved.after(2 * minute))).toMatchObject({ web1: 'missing from 1' });
      expect(asked()).toEqual([undefined, undefined]);
    });

    it('are not asked with: the name of its token', async () => {
      await lab.after(0);
      const definition = {
        ...defined('http', { url: inventory.url, timeout: 60_000 }),
        secrets: { token: { env: 'B' } },
      };
      await passes(definition, { known: lab.known }).after(minute);
      expect(inventory.requests.map(({ status }) => status)).toEqual([200, 200]);
    });

    it('are those of the same one in another order, and one that nobody knows is none', async () => {
      await lab.after(0);
      await passes(defined('http', { timeout: 60_000, url: inventory.url }), { known: lab.known }).after(minute);
      const known = lab.known();
      expect(JSON.stringify(known)).not.toContain(token);
      const { source: _source, ...rest } = known ?? { source: '' };
      const before = known === null || !('etag' in rest) ? null : rest;
      await passes(defined('http', { url: inventory.url, timeout: 60_000 }), { known: () => before }).after(minute);
      expect(inventory.requests.map(({ status }) => status)).toEqual([200, 304, 200]);
    });
  });

  it('one from a clock that was years ahead is not asked with', async () => {
    inventory.bend((_request, page) => ({ kind: 'page', page, etag: '"same"' }));
    await lab.after(50_000_000 * minute);
    inventory.set([...three, { name: 'web4', ip: '192.0.2.4' }]);
    expect(Object.keys(standings(await lab.after(-50_000_000 * minute)))).toContain('web4');
  });

  it('none is kept of several pages, of an answer that is not complete, or with entries that cannot be used', async () => {
    inventory.paged(2);
    await lab.after(0);
    expect(lab.known()?.etag).toBeNull();
    inventory.paged(null);
    await lab.after(minute);
    expect(lab.known()?.etag).not.toBeNull();
    inventory.set([...three.slice(1), { name: 'web1', ips: ['nowhere'] }]);
    await lab.after(minute);
    expect(lab.known()?.etag).toBeNull();
  });
});

describe('the token', () => {
  const seen = (): readonly (string | undefined)[] => other.requests.map(({ headers }) => headers.authorization);

  it('is sent, and is in no message', async () => {
    expect(standings(await lab.after(0))).toEqual(all('present'));
    inventory.bend(bends.status(403, JSON.stringify({ detail: `bad token ${token}` })));
    const taken = await lab.after(minute);
    expect(JSON.stringify(taken)).not.toContain(token);
    expect(messagesOf(taken)).toContain('answered 403 ("bad token (secret)"); check its token');
  });

  it.each([
    ['where a text is cut', bends.status(401, JSON.stringify({ detail: `${'x'.repeat(65)}${token}` }))],
    ['where a text begins with it', bends.status(200, `Hello ${token} ${token}`)],
    ['where a text ends in a part of it', bends.status(200, `{"token": "${token.slice(0, -2)}`)],
    ['in capitals', bends.status(401, JSON.stringify({ detail: token.toUpperCase() }))],
    ['in a name', bends.status(200, JSON.stringify({ servers: [{ name: `${'x'.repeat(60)} ${token}` }] }))],
    ['in a total', bends.status(200, JSON.stringify({ servers: [], total: `${'x'.repeat(60)}${token}` }))],
  ])('is in no message of what a server sends back, %s', async (_where, bend) => {
    inventory.bend(bend);
    const shown = JSON.stringify(await lab.after(0)).toLowerCase();
    for (let at = 0; at + 8 <= token.length; at += 1) expect(shown).not.toContain(token.slice(at, at + 8));
    expect(shown).toContain('(secret)');
  });

  it('is not sent to another origin, by a redirect or by a next', async () => {
    other.set(three);
    inventory.bend(bends.redirect(other.url));
    expect(messagesOf(await lab.after(0))).toContain('redirects to another origin');
    inventory.bend(bends.nextTo(`${other.url}?page=2`));
    expect(messagesOf(await lab.after(minute))).toContain('its next leads to another origin');
    expect(seen()).toEqual([]);
  });

  it('follows a redirect on its own origin, though not in a circle', async () => {
    inventory.bend((request) =>
      request.path.endsWith('/v2')
        ? { kind: 'page', page: { servers: three } }
        : bends.redirect('/api/v2')(request, { servers: [] }),
    );
    expect(standings(await lab.after(0))).toEqual(all('present'));
    inventory.bend(bends.redirect('/api/v1/servers', 307));
    expect(messagesOf(await lab.after(minute))).toContain('redirects more than 5 times');
  });

  it('that is not to be had is a problem, and nothing is asked', async () => {
    await lab.after(0);
    inventory.clear();
    const taken = await lab.after(minute, {
      secretsOf: async () => {
        throw new Error(
          'hostmaster.yaml:12: inventory lab: token: the environment variable LAB_TOKEN is not set; set it',
        );
      },
    });
    expect(rulesOf(taken)).toEqual(['inventory-secret']);
    expect(standings(taken)).toEqual(all('remembered'));
    expect(inventory.requests).toEqual([]);
  });

  it('has no place in the URL', async () => {
    const taken = await passes(defined('http', { url: inventory.url.replace('//', '//me:hush@') })).after(0);
    expect(messagesOf(taken)).toContain('"url" has a name or a password in it');
    expect(messagesOf(taken)).not.toContain('hush');
  });
});
