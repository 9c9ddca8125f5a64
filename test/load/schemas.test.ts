import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { tables } from '../../scripts/configuration-doc.ts';
import { registry } from '../../src/cli/registry.ts';
import { inventorySources } from '../../src/inventory/index.ts';
import { publishedSchemas } from '../../src/load/schema/index.ts';
import { loadFiles, problemsOf } from './load-repository.ts';

const published = publishedSchemas(registry, inventorySources);
const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false });
const compile = (name: string) => ajv.compile(published[`${name}.schema.json`] ?? {});

/** What a key's schema shows of its values. */
const examplesOf = (schema: Readonly<Record<string, unknown>>): readonly unknown[] => [
  ...(Array.isArray(schema.examples) ? schema.examples : []),
  ...(Array.isArray(schema.enum) ? schema.enum : []),
  ...('default' in schema ? [schema.default] : []),
  ...('const' in schema ? [schema.const] : []),
];

const contract = `state: .hostmaster/state.sqlite
targets:
  pdns:
    provider: powerdns
    url: http://127.0.0.1:8081
    server: localhost
    api_key: { env: PDNS_API_KEY }
    verify_at: [127.0.0.1:5300]
    verify_wait: 30s
    timeout: 10s
  bind:
    provider: rfc2136
    host: 127.0.0.1
    port: 53
    tsig: { name: hostmaster., algorithm: hmac-sha256, secret: { env: TSIG_SECRET } }
    transfer_tsig: { name: hostmaster., secret: { env: TSIG_SECRET } }
  try:
    provider: embedded
    listen: 127.0.0.1:5353
    file: .hostmaster/embedded.sqlite
zones:
  example.com:
    targets: [pdns, try]
    static: zones/example.com.yaml
    ttl: 3600
    owns: all
    ignore: [{ name: "_acme-challenge.**", types: [TXT], value: "*" }]
    create: { kind: Native, ns: [ns1.example.com.], soa_edit_api: INCREASE }
    public: true
    allow_lua: false
    covers: 192.0.2.0/25
    exempt: [{ rule: ttl-high, name: "static.**", reason: "never moves" }]
    guards: { max_delete_percent: 50 }
  lab.internal: { targets: [pdns], static: none }
  "*": { targets: [pdns], static: zones/ }
inventory:
  lab: { type: http, url: "http://127.0.0.1:9000/api/v1/servers", token: { env: LAB_TOKEN }, interval: 30s }
registration: { zone: lab.internal, ttl: 300, reverse: true }
grants:
  - { label: mailserver, names: ["mail.example.com"], types: [A, AAAA], cidrs: [192.0.2.0/24], max_values: 20 }
  - { group: production-web, names: ["www.example.com", "*.web.example.com"], types: [A, AAAA] }
  - { label: mailserver, names: ["*.lab.internal"], types: [A, TXT] }
guards:
  max_delete_percent: 30
  max_replace_percent: 30
  min_existing: 10
  never_empty: true
  delegation: true
  absence: { snapshots: 3, grace: 10m }
  max_shrink: { percent: 30, min_servers: 10 }
`;

const labels = `labels:
  mailserver:
    dns:
      records:
        - { type: A, name: "{{server.name}}.lab.internal" }
        - { type: TXT, name: "{{server.name}}.lab.internal", value: "rack {{server.rack}}" }
      claims:
        - { name: mail.example.com, type: A, health_check: { port: 25 } }
`;

const groups = `groups:
  production-web:
    match: { labels: [web-frontend], environment: prod }
    dns:
      claims:
        - { name: www.example.com, type: A, health_check: { url: "https://{{server.ip}}/healthz", when_all_down: open } }
`;

describe('the published schemas', () => {
  it('say of every key what it does, and show it', () => {
    const rows = Object.values(tables).flat();
    expect(rows.length).toBeGreaterThan(100);
    const lacking = rows.filter(({ schema }) => schema.description === undefined || examplesOf(schema).length === 0);
    expect(lacking.map(({ path }) => path)).toEqual([]);
  });

  it('take their own examples and defaults', () => {
    const wrong = Object.values(tables)
      .flat()
      .filter(({ schema }) => !examplesOf(schema).every((example) => ajv.validate(schema, example)));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it.each([
    ['hostmaster', 'inventory: {lab: {type: file, url: "http://h"}}\n'],
    ['hostmaster', 'inventory: {lab: {type: http, url: "http://h", token: literal}}\n'],
    ['hostmaster', 'inventory: {lab: {type: netbox, url: "http://h", page_size: 5000}}\n'],
    ['hostmaster', 'grants: [{label: a, names: []}]\n'],
    ['labels', 'labels: {a: {dns: {claims: [{name: a.test, type: TXT}]}}}\n'],
    ['labels', 'labels: {a: {match: {b: c}, dns: {}}}\n'],
    ['groups', 'groups: {a: {match: {}, dns: {}}}\n'],
    ['groups', 'groups: {a: {match: {b: [{}]}, dns: {}}}\n'],
  ])('%s refuses %j', (name, text) => {
    expect(compile(name)(parse(text))).toBe(false);
  });

  it.each([
    ['hostmaster', contract],
    ['hostmaster', 'inventory: {n: {type: netbox, url: "https://n", filter: {tag: [a, b], active: true}}}\n'],
    ['hostmaster', 'inventory: {f: {type: file, path: servers.yaml, interval: 10s}}\n'],
    ['labels', labels],
    ['groups', groups],
    ['zone', readFileSync(join(import.meta.dirname, 'fixtures/octodns/zones/unit.example.yaml'), 'utf8')],
    ['zone', 'www: {type: TYPE65280, value: "\\\\# 0"}\n'],
  ])('%s accepts what the contract shows', (name, text) => {
    const check = compile(name);
    check(parse(text));
    expect(check.errors).toBeNull();
  });

  it('what the schema accepts, the loader accepts too', async () => {
    const found = await loadFiles(
      contract
        .replace(/ {2}bind:[^z]*zones:/, 'zones:')
        .replace(', try]', ']')
        .replace(/ {4}timeout.*\n/, ''),
      {
        'zones/example.com.yaml': 'www2: {type: A, value: 192.0.2.1}\n',
        'labels.yaml': labels,
        'groups.yaml': groups,
      },
    );
    expect(problemsOf(found)).toEqual([]);
    expect(found.zones[0]?.settings).toMatchObject({
      covers: '192.0.2.0/25',
      public: true,
      guards: { max_delete_percent: 50 },
    });
  });
});
