import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingsOf as powerdns } from '../../providers/powerdns/settings.ts';
import { settingsOf as rfc2136 } from '../../providers/rfc2136/settings.ts';
import { settingsOf as route53 } from '../../providers/route53/settings.ts';
import { registry } from '../../src/cli/registry.ts';
import { inventorySources } from '../../src/inventory/index.ts';
import { loadDaemon } from '../../src/load/index.ts';
import { daemonSchema } from '../../src/load/schema/daemon.ts';
import { gitSchema } from '../../src/load/schema/git.ts';
import { registrationSchema } from '../../src/load/schema/grants.ts';
import { guardsSchema, targetSchema, topSchemas, zoneSchema } from '../../src/load/schema/hostmaster.ts';
import { inventoryEntrySchema } from '../../src/load/schema/inventory.ts';
import { claimSchema } from '../../src/load/schema/labels.ts';
import { loadFiles, problemsOf, repository } from './load-repository.ts';

// A `default` in a schema is what editors and docs/configuration.md show. These compare it with what a key that is left
// out really means: nothing fills it in but for providers and inventories.

type Keys = Readonly<Record<string, unknown>>;

const recordOf = (value: unknown): Keys => (value !== null && typeof value === 'object' ? { ...value } : {});

/** Every key that has a default, with that as its value. */
const defaultsOf = (schema: unknown): Keys =>
  Object.fromEntries(
    Object.entries(recordOf(recordOf(schema).properties)).flatMap(([key, property]) => {
      if ('default' in recordOf(property)) return [[key, recordOf(property).default]];
      const inside = defaultsOf(property);
      return Object.keys(inside).length === 0 ? [] : [[key, inside]];
    }),
  );

const without = (keys: Keys, ...left: readonly string[]): Keys =>
  Object.fromEntries(Object.entries(keys).filter(([key]) => !left.includes(key)));

/** hostmaster.yaml, each part of it with more keys. */
const configOf = (more: (schema: unknown) => Keys): Keys => {
  const inventory = (type: string) => ({ ...more(inventoryEntrySchema), ...more(inventorySources[type]?.schema) });
  return {
    ...more({ properties: { state: topSchemas.state } }),
    targets: { pdns: { provider: 'powerdns', url: 'http://127.0.0.1:8081', ...more(targetSchema) } },
    zones: {
      'lab.internal': {
        targets: ['pdns'],
        static: 'none',
        ...more(zoneSchema),
        guards: without(more(guardsSchema), 'max_shrink'),
      },
      '2.0.192.in-addr.arpa': { targets: ['pdns'], static: 'none', create: more(createSchema) },
    },
    inventory: {
      api: { type: 'http', url: 'http://127.0.0.1:1', ...inventory('http') },
      here: { type: 'file', path: 'servers.yaml', ...inventory('file') },
      box: { type: 'netbox', url: 'http://127.0.0.1:1', ...inventory('netbox') },
    },
    registration: { zone: 'lab.internal', ...more(registrationSchema) },
    grants: [{ label: 'a', names: ['a.lab.internal'], ...more(topSchemas.grants.items) }],
    guards: more(guardsSchema),
  };
};

const createSchema = zoneSchema.properties.create.anyOf[1];

const labelsOf = (more: (schema: unknown) => Keys): Keys => {
  const claim = {
    name: 'a.lab.internal',
    type: 'A',
    health_check: { port: 80, ...more(claimSchema.properties.health_check) },
  };
  return { labels: { a: { dns: { claims: [{ ...claim, ...without(more(claimSchema), 'health_check') }] } } } };
};

/** What is loaded, but for the folder and the places in the files. */
const loaded = async (more: (schema: unknown) => Keys) => {
  const found = await loadFiles(JSON.stringify(configOf(more)), { 'labels.yaml': JSON.stringify(labelsOf(more)) });
  expect(problemsOf(found)).toEqual([]);
  const shown = JSON.stringify(found, (key, value) => (key === 'line' || key === 'column' ? 0 : value));
  return JSON.parse(shown.replaceAll(found.folder, ''));
};

/** What the operator's own file says, but for places in it. */
const ofOperator = async (more: (schema: unknown) => Keys) => {
  const folder = repository({
    'ops.yaml': JSON.stringify({ git: { url: '/srv/dns.git', ...more(gitSchema) }, daemon: more(daemonSchema) }),
  });
  const found = await loadDaemon({ config: 'hostmaster.yaml', targetsFrom: join(folder, 'ops.yaml') });
  expect(found.problems).toEqual([]);
  return JSON.parse(JSON.stringify([found.git, found.settings]).replaceAll(folder, ''), (key, value) =>
    key === 'column' ? 0 : value,
  );
};

describe('a default in the schema', () => {
  it("is what a key of the operator's own file means that is left out", async () => {
    const stated = await ofOperator(defaultsOf);
    expect(stated).toEqual(await ofOperator(() => ({})));
    expect(Object.keys(defaultsOf(daemonSchema)).length).toBeGreaterThan(4);
  });

  it('is what a key of hostmaster.yaml or labels.yaml means that is left out', async () => {
    const stated = await loaded(defaultsOf);
    expect(stated).toEqual(await loaded(() => ({})));
    expect(Object.keys(stated.zones[0].settings.guards)).not.toEqual([]);
  });

  it.each([
    ['powerdns', powerdns, { url: 'http://127.0.0.1:8081' }, { api_key: 'x' }],
    ['route53', route53, {}, {}],
    ['rfc2136', rfc2136, { host: '127.0.0.1', tsig: { name: 'a.' } }, { 'tsig.secret': 'AAAA' }],
  ] as const)('is what a key of a %s target means that is left out', (provider, settingsOf, config, secrets) => {
    const read = (keys: Keys) => settingsOf({ config: keys, secrets, folder: '/' });
    const defaults = without(defaultsOf(registry[provider]?.schema), 'tsig', 'transfer_tsig');
    expect(Object.keys(defaults)).toContain('timeout');
    expect(read({ ...defaults, ...config })).toEqual(read(config));
  });
});
