import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { targetOf } from '../faults/target-repository.ts';
import { freePort, type PowerDns, startPowerDns } from '../servers/index.ts';
import { type InventoryEntry, type InventoryServer, startInventory } from '../servers/inventory.ts';
import { hostileTexts } from './inventory/hostile.ts';
import { type Applied, answerOf, expectApplied, type Lab, makeLab } from './inventory/lab.ts';
import { type Listeners, openListeners } from './inventory/listeners.ts';
import { type Transferred, textIn, transfer } from './inventory/transfer.ts';

// Invariant 11: nothing from an inventory becomes code or a name that nobody meant. Each text is a server's name, an address,
// a label, the key and the value of attributes that TXT values, names and URLs are made of.

const seed = Math.floor(Math.random() * 2 ** 31);
const texts = hostileTexts(seed);
const labelsOf = (port: number): string => `
labels:
  attr:
    dns:
      records:
        - { type: TXT, name: "{{server.name}}.plain.lab.internal", value: "{{server.note}}" }
        - { type: TXT, name: "{{server.name}}.quoted.lab.internal", value: "\\"note {{server.note}} end\\"" }
        - { type: A, name: "{{server.host}}.hosts.lab.internal" }
        - { type: CNAME, name: "{{server.name}}.alias.lab.internal", value: "{{server.host}}.hosts.lab.internal." }
      claims:
        - name: "{{server.name}}.path.lab.internal"
          type: A
          health_check: { url: "http://{{server.ip}}:${port}/healthz/{{server.path}}/x", when_all_down: closed }
          allow_empty: true
        - name: "{{server.name}}.host.lab.internal"
          type: A
          health_check: { url: "http://{{server.host}}:${port}/healthz" }
`;

const numberOf = (base: number, i: number): string => `10.${base}.${i >> 8}.${i & 255}`;
const asName = (name: string, i: number): InventoryEntry => ({ name, ips: [numberOf(1, i)] });
const asAddress = (text: string, i: number): InventoryEntry => ({ name: `addr${i}`, ips: [text] });
const asLabel = (text: string, i: number): InventoryEntry => ({
  name: `lab${i}`,
  ips: i % 8 === 0 ? [numberOf(2, i)] : [],
  labels: [text],
});
const asAttribute = (text: string, i: number): InventoryEntry => ({
  ...Object.fromEntries([[text, 'x']]),
  name: `att${i}`,
  ips: [numberOf(3, i)],
  labels: ['attr'],
  note: text,
  host: text,
  path: text,
});
const hostile: readonly InventoryEntry[] = [asName, asAddress, asLabel, asAttribute].flatMap((make) => texts.map(make));
const good = (name: string, host: number): InventoryEntry => ({
  name,
  ips: [`127.0.0.${host}`],
  labels: ['attr'],
  note: 'fine',
  host: name,
  path: 'x',
});
/** Its Host is another machine's address. */
const pretender = { ...good('good6', 6), host: '127.0.0.77' };

let pdns: PowerDns;
let inventory: InventoryServer;
let listeners: Listeners;
let lab: Lab;
let pid: number;
const zone = 'lab.internal';

beforeAll(async () => {
  pdns = await startPowerDns({
    backend: 'sqlite',
    settings: { 'enable-lua-records': 'yes', 'lua-health-checks-interval': '5' },
  });
  pid = pdns.pid();
  listeners = openListeners(await freePort());
  inventory = await startInventory([good('good1', 2), good('good2', 3), pretender]);
  lab = makeLab({
    targets: { pdns: targetOf(pdns) },
    zones: { [zone]: {} },
    config: {
      inventory: { lab: { type: 'http', url: inventory.url, interval: '1s' } },
      guards: { max_delete_percent: 100, max_replace_percent: 100 },
      registration: { zone, ttl: 300, reverse: false },
      grants: [{ label: 'attr', names: ['*.*.lab.internal'], types: ['A', 'TXT', 'CNAME'] }],
    },
    files: { 'labels.yaml': labelsOf(listeners.port) },
  });
});
afterAll(async () => {
  await Promise.all([pdns?.stop(), inventory?.stop(), listeners?.stop()]);
});

/** What PowerDNS would have said on its way down. */
const expectAlive = async () => {
  expect(pdns.log()).not.toMatch(/signal|backtrace|assert|terminate/i);
  expect(pdns.pid()).toBe(pid);
  expect((await pdns.api('GET', '')).status).toBe(200);
};

const part = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const byType = (records: readonly Transferred[], type: number, below: string) =>
  new Map(
    records
      .filter((each) => each.type === type && each.name.endsWith(`.${below}${zone}.`))
      .map((each) => [each.name.slice(0, -`.${below}${zone}.`.length), each.rdata] as const),
  );

/** Does it have something that a screen obeys instead of showing it? */
const isUnfit = (text: string): boolean => /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}/u.test(text);

describe(`hostile inventories (fast-check seed ${seed})`, () => {
  let applied: Applied;
  let records: readonly Transferred[];

  it('make PowerDNS ask no other machine than the one that is checked', async () => {
    const { port } = listeners;
    await listeners.up('127.0.0.6', '127.0.0.77');
    // It cannot be a name, too.
    expectApplied(await lab.apply(), 1);
    const asked = [`127.0.0.6:${port} /healthz/x/x`, `127.0.0.77:${port} /healthz`];
    await expect.poll(() => listeners.asked('127.0.0.6')).toEqual(asked);
    expect(listeners.asked('127.0.0.77')).toEqual([]);
  });

  it('are taken in one apply; PowerDNS stays up, and the servers beside them are served', async () => {
    expect(texts.length).toBeGreaterThan(2_300);
    inventory.set([good('good1', 4), pretender, ...hostile, good('good3', 5)]);
    applied = await lab.apply();
    // PowerDNS begins hundreds of health checks at this moment, and may be too busy for some of what apply asks; it is asked
    // again until it has answered all of it.
    const { differences } = applied.verify;
    const answered = differences.filter(({ kind }) => kind !== 'no_answer');
    expectApplied({ ...applied, verify: { ...applied.verify, differences: answered } }, 1);
    await lab.verified();
    await expectAlive();
    expect(await answerOf(pdns.dns, 'good1.lab.internal')).toBe('NOERROR 300 127.0.0.4');
    expect(await answerOf(pdns.dns, 'good2.lab.internal')).toBe('NOERROR 300 127.0.0.3');
    expect(await answerOf(pdns.dns, 'good3.lab.internal')).toBe('NOERROR 300 127.0.0.5');
    expect(await answerOf(pdns.dns, 'good3.plain.lab.internal', 'TXT')).toBe('NOERROR 300 "fine"');
    expect(await answerOf(pdns.dns, 'good3.hosts.lab.internal')).toBe('NOERROR 300 127.0.0.5');
    records = await transfer(pdns.dns, zone);
  });

  it('make no name that is not made of plain parts where they may be', () => {
    const allowed = new Set(['', 'plain', 'quoted', 'hosts', 'alias', 'path', 'host']);
    for (const { name } of records) {
      if (name === `${zone}.`) continue;
      const parts = name.slice(0, -zone.length - 2).split('.');
      expect(parts.every((each) => part.test(each))).toBe(true);
      if (/^(?:att|good)\d+$/.test(parts[0] ?? '')) expect(allowed).toContain(parts.slice(1).join('.'));
    }
    const hosts = [...byType(records, 1, 'hosts.').keys()];
    const wanted = texts.map((text) => text.toLowerCase()).filter((text) => part.test(text));
    expect(hosts.sort()).toEqual([...new Set([...wanted, 'good1', 'good2', 'good3'])].sort());
  });

  it('are text in TXT, byte for byte', () => {
    const forms = { 'plain.': ['', ''], 'quoted.': ['note ', ' end'] } as const;
    for (const [below, [before, after]] of Object.entries(forms)) {
      const found = byType(records, 16, below);
      const missing = texts.filter((text, i) => {
        const rdata = found.get(`att${i}`);
        if (rdata !== undefined) expect(textIn(rdata)).toEqual(Buffer.from(`${before}${text}${after}`.toWellFormed()));
        return rdata === undefined;
      });
      expect(missing.filter((text) => text.length <= 200)).toEqual([]);
    }
  });

  it('are nothing but a path or a host of one URL in a health check', async () => {
    const { body } = await pdns.api('GET', `/zones/${zone}.`);
    const { rrsets } = body as {
      readonly rrsets: readonly {
        readonly type: string;
        readonly name: string;
        readonly records: readonly { readonly content: string }[];
      }[];
    };
    const scripts = rrsets
      .filter(({ type }) => type === 'LUA')
      .flatMap(({ name, records: all }) => all.map(({ content }) => ({ name, content })));
    // PowerDNS joins the strings with a space, and a long URL is several texts that are joined by Lua.
    const script = (content: string) => content.replaceAll('" "', ' ').replaceAll("' .. '", '');
    const bare = (content: string) => script(content).replaceAll(/'[^'\\]*'/g, "''");
    const ofGood = scripts.filter(({ name }) => name === `good3.host.${zone}.`).map(({ content }) => bare(content));
    const others = scripts.filter(({ name }) => name.endsWith(`.host.${zone}.`));
    expect(others.length).toBeGreaterThan(20);
    expect([...new Set(others.map(({ content }) => bare(content)))]).toEqual([...new Set(ofGood)]);
    const paths = scripts.filter(({ name }) => name.endsWith(`.path.${zone}.`));
    expect(new Set(paths.map(({ content }) => bare(content))).size).toBe(1);
    for (const { content } of paths) {
      const [url = ''] = /http[^']*/.exec(script(content)) ?? [];
      expect(url).toMatch(/^http:\/\/(?:10\.3\.\d+|127\.0\.0)\.\d+:\d+\/healthz\/[A-Za-z0-9._~-]+\/x$/);
    }
  });

  it('are problems otherwise, in words that any screen can show', async () => {
    const rules = [...new Set(applied.problems.map(({ rule }) => rule))].sort();
    expect(rules).toEqual([
      'address-refused',
      'dangling-target',
      'health-check-url',
      'inventory-entry',
      'inventory-incomplete',
      'record-name',
      'record-value',
    ]);
    expect(applied.problems.map(({ message }) => message).filter(isUnfit)).toEqual([]);
    for (const format of ['text', 'markdown']) {
      const { stdout } = await lab.run('plan', '--format', format);
      // What follows an @ is no mention of anybody in a comment.
      expect(stdout.replaceAll('@\u200b', '@').split('\n').filter(isUnfit)).toEqual([]);
    }
  });

  it('leave nothing to do for a second apply', async () => {
    const again = await lab.plan();
    expect(again.changesets.flatMap(({ changes }) => changes)).toEqual([]);
    await lab.verified();
    await expectAlive();
  });

  it('take no name and no address from the servers that have them', async () => {
    inventory.set([
      good('good1', 4),
      good('good2', 3),
      ...['GOOD1', 'ｇｏｏｄ１', 'good1\u200d', 'gооd1', 'good1.', '*', 'good1.lab.internal'].map((name, i) => ({
        ...good(name, 80 + i),
      })),
      { name: 'thief', ips: ['127.0.0.3'], labels: ['attr'], note: 'fine', host: 'good2', path: 'x' },
    ]);
    expectApplied(await lab.apply(), 1);
    expect(await answerOf(pdns.dns, 'good1.lab.internal')).toBe('NOERROR 300 127.0.0.4');
    expect(await answerOf(pdns.dns, 'good2.lab.internal')).toBe('NOERROR 300 127.0.0.3');
    expect(await answerOf(pdns.dns, 'thief.lab.internal')).toBe('NXDOMAIN');
    expect(await answerOf(pdns.dns, 'good3.lab.internal')).toBe('NOERROR 300 127.0.0.5');
    await expectAlive();
  });
});
