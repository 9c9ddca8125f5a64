import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { registry } from '../../../src/cli/registry.ts';
import { changedZones } from '../../../src/daemon/commits/changed-zones.ts';
import { validateRepository } from '../../../src/pass.ts';
import { repository } from '../../load/load-repository.ts';

const apex = "'': { type: NS, values: [ns.x.test.] }\n";
const zone = `${apex}www: { type: A, values: [192.0.2.1, 192.0.2.2] }\nftp: { type: A, value: 192.0.2.1 }\n`;
const config = `targets: { pdns: { provider: powerdns, url: "http://127.0.0.1:1", api_key: { env: KEY } } }
inventory: { lab: { type: file, path: servers.json } }
registration: { zone: a.test }
zones: { a.test: { targets: [pdns] }, b.test: { targets: [pdns] }, c.test: { targets: [pdns] } }
`;
const files = {
  'hostmaster.yaml': config,
  'zones/a.test.yaml': zone,
  'zones/b.test.yaml': zone,
  'zones/c.test.yaml': zone,
};

const load = (more: Readonly<Record<string, string>> = {}) =>
  validateRepository(
    { config: join(repository({ ...files, ...more }), 'hostmaster.yaml'), allow: [], full: false, serve: false },
    { registry },
  );

const changed = async (more: Readonly<Record<string, string>>): Promise<readonly string[]> =>
  changedZones(await load(), await load(more));

describe('the zones that a commit changes', () => {
  it('are those of which something else is wanted: values, TTLs, settings, zones that come and go', async () => {
    expect(await changed({ 'zones/a.test.yaml': zone.replace('192.0.2.2', '192.0.2.3') })).toEqual(['a.test.']);
    expect(await changed({ 'zones/b.test.yaml': zone.replace('ftp: {', 'ftp: { ttl: 60,') })).toEqual(['b.test.']);
    expect(await changed({ 'zones/c.test.yaml': apex })).toEqual(['c.test.']);
    expect(await changed({ 'hostmaster.yaml': config.replace('b.test: {', 'b.test: { ttl: 60,') })).toEqual([
      'b.test.',
    ]);
    expect(await changed({ 'hostmaster.yaml': config.replace(', c.test: { targets: [pdns] }', '') })).toEqual([
      'c.test.',
    ]);
    expect(
      await changed({ 'hostmaster.yaml': config.replace('c.test: {', 'd.test: {'), 'zones/d.test.yaml': zone }),
    ).toEqual(['c.test.', 'd.test.']);
    expect(await changed({ 'zones/a.test.yaml': `${zone}bad: { type: A, value: x }\n` })).toEqual(['a.test.']);
  });

  it('are none where only the order, a comment, or the form of a file is another', async () => {
    const [first = '', ...rest] = zone.trim().split('\n');
    expect(await changed({ 'zones/a.test.yaml': ['# moved', ...rest.reverse(), first].join('\n') })).toEqual([]);
    expect(
      await changed({ 'zones/a.test.yaml': zone.replace('[192.0.2.1, 192.0.2.2]', '[192.0.2.2, 192.0.2.1]') }),
    ).toEqual([]);
    expect(await changed({ 'hostmaster.yaml': `# a comment\n${config}` })).toEqual([]);
  });

  it('are all where something else is said of servers', async () => {
    expect(await changed({ 'labels.yaml': 'web: { records: [{ type: TXT, name: "x.{name}", value: y }] }\n' })).toEqual(
      [...['a.test.', 'b.test.', 'c.test.']],
    );
    expect(await changed({ 'hostmaster.yaml': config.replace('registration: { zone: a.test }\n', '') })).toHaveLength(
      3,
    );
  });
});
