import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAnswer } from '../../src/inventory/check-answer.ts';
import { askInventories } from '../../src/inventory/index.ts';
import { inventoryRules } from '../../src/inventory/inventory-rules.ts';
import { removeFolder, tempFolder } from '../servers/child.ts';
import { bends, type InventoryServer, startInventory } from '../servers/inventory.ts';
import { context, defined, messagesOf, passes, rulesOf, standings } from './take.ts';

let folder: string;
let inventory: InventoryServer;

beforeAll(async () => {
  folder = tempFolder('several');
  inventory = await startInventory();
});

afterAll(async () => {
  removeFolder(folder);
  await inventory.stop();
});

describe('several inventories', () => {
  it('are read beside each other; one that fails leaves the others alone', async () => {
    writeFileSync(join(folder, 'a.yaml'), 'servers: [{name: web1}, {name: db1}]');
    inventory.bend(bends.status(503));
    const { roster, next, refused } = await askInventories(
      [
        defined('file', { path: 'a.yaml' }, 'hand'),
        defined('http', { url: inventory.url }, 'lab'),
        defined('file', { path: 'a.yaml' }, 'again'),
      ],
      context({ folder }),
    );
    inventory.bend(null);
    expect(roster.servers.map(({ server }) => `${server.inventory}/${server.name}`)).toEqual([
      'hand/db1',
      'hand/web1',
      'again/db1',
      'again/web1',
    ]);
    expect(Object.entries(roster.inventories).map(([name, { complete }]) => [name, complete])).toEqual([
      ['hand', true],
      ['lab', false],
      ['again', true],
    ]);
    expect(Object.keys(next)).toEqual(['hand', 'again']);
    expect(refused).toEqual([]);
    expect(roster.problems.map(({ message }) => message.split(':')[0])).toEqual(['inventory lab']);
  });

  it('without an inventory the roster is empty', async () => {
    const { roster } = await askInventories([], context());
    expect(roster).toMatchObject({ servers: [], inventories: {}, problems: [] });
  });
});

describe('entries that cannot be used', () => {
  it('are shown a hundred of, and the rest is counted', async () => {
    inventory.set([...Array.from({ length: 150 }, (_, i) => ({ name: `web${i}`, ips: ['x'] })), { name: 'good' }]);
    const taken = await passes(defined('http', { url: inventory.url })).after(0);
    expect(standings(taken)).toEqual({ good: 'present' });
    expect(rulesOf(taken)).toEqual(Array(101).fill('inventory-entry'));
    expect(messagesOf(taken)).toContain('50 more entries cannot be used');
  });

  it('one name a hundred thousand times costs no more than others', () => {
    const value = { name: 'web1', ip: '192.0.2.1' };
    const entries = Array.from({ length: 100_000 }, (_, i) => ({ value, where: `item ${i + 1}` }));
    const before = process.cpuUsage().user;
    const checked = checkAnswer('lab', { kind: 'answered', entries, faults: [], etag: null });
    expect(process.cpuUsage().user - before).toBeLessThan(5_000_000);
    expect(checked).toMatchObject({ faults: ['server "web1" is in it 100000 times (item 1; item 2; item 3)'] });
  });

  it('of thousands that are there twice three are named', () => {
    const entries = Array.from({ length: 5_000 }, (_, i) => ({
      value: { name: `web${i >> 1}` },
      where: `item ${i + 1}`,
    }));
    const checked = checkAnswer('lab', { kind: 'answered', entries, faults: [], etag: null });
    expect(checked).toMatchObject({
      faults: [
        'server "web0" is in it twice (item 1; item 2)',
        'server "web1" is in it twice (item 3; item 4)',
        'server "web2" is in it twice (item 5; item 6)',
        'and 2,497 more servers as well',
      ],
    });
  });

  it('two thousand hostile ones leave the server beside them alone', async () => {
    const parts = [
      '"',
      ']]',
      '--',
      '\n',
      '\0',
      '{{server.name}}',
      'os.execute("x")',
      '*',
      '..',
      'a'.repeat(300),
      'ɡoogle',
      '\u202e',
      "'",
      '\\',
      ';',
    ];
    const hostile = Array.from({ length: 2_000 }, (_, i) => {
      const text = `${parts[i % parts.length]}${parts[(i * 7) % parts.length]}${i}`;
      return i % 2 === 0 ? { name: text } : { name: `web${i}`, ips: ['192.0.2.1'], labels: [text], state: text };
    });
    inventory.set([...hostile, { name: 'good', ip: '192.0.2.1' }]);
    const taken = await passes(defined('http', { url: inventory.url })).after(0);
    expect(standings(taken)).toMatchObject({ good: 'present in part' });
    const names = Object.keys(standings(taken)).filter((name) => name !== 'good');
    expect(names).toHaveLength(67);
    expect(names.filter((name) => !/^xn--[a-z0-9-]+$/.test(name))).toEqual([]);
    expect(taken.roster.problems).not.toEqual([]);
    for (const { message } of taken.roster.problems) expect(message).toMatch(/^[\x20-\x7e\u2026]+$/);
  });
});

describe('the rules', () => {
  it('have one row each', () => {
    expect(new Set(inventoryRules.map(({ id }) => id)).size).toBe(inventoryRules.length);
    for (const { id, summary } of inventoryRules) expect([id, summary.length > 0]).toEqual([id, true]);
  });
});
