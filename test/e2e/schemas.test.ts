import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { documents, root, textsIn } from './documents.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allowUnionTypes: true });
const validators = Object.fromEntries(
  ['hostmaster', 'zone', 'labels', 'groups'].map((name) => [
    name,
    ajv.compile(JSON.parse(read(`schemas/${name}.schema.json`))),
  ]),
);
const validate = (name: string) => validators[name] ?? expect.fail(`there is no schema ${name}`);

const target = (keys: string): unknown => parse(`targets: { one: { ${keys} } }`);

const withYaml = documents.filter((document) => textsIn(document, 'yaml').length > 0);

/** The schema of the file that has such keys; the names of a zone file are no keys. */
const schemaOf = (value: object): string => {
  const [key = ''] = Object.keys(value);
  if (key === 'labels' || key === 'groups') return key;
  return key in JSON.parse(read('schemas/hostmaster.schema.json')).properties ? 'hostmaster' : 'zone';
};

describe('the published schemas', () => {
  it.each([
    ['hostmaster', 'zones/hostmaster.yaml'],
    ['hostmaster', 'zones/operator.yaml'],
    ['labels', 'zones/labels.yaml'],
    ['groups', 'zones/groups.yaml'],
    ['zone', 'zones/zones/example.com.yaml'],
  ])('%s accepts the sample, which names it for editors', (name, path) => {
    const check = validate(name);
    expect([check(parse(read(path))), check.errors]).toEqual([true, null]);
    expect(read(path)).toMatch(
      new RegExp(`^# yaml-language-server: \\$schema=\\S*schemas/${name}\\.schema\\.json$`, 'm'),
    );
  });

  it('hostmaster knows each provider’s keys and no others', () => {
    const check = validate('hostmaster');
    expect(check(target("provider: powerdns, url: 'http://127.0.0.1:8081', api_key: { env: KEY }"))).toBe(true);
    expect(check(target("provider: powerdns, url: 'http://127.0.0.1:8081', listen: 127.0.0.1:53"))).toBe(false);
    expect(check(target("provider: powerdns, url: 'http://127.0.0.1:8081', api_key: literal"))).toBe(false);
    expect(check(target('provider: embedded, listen: 127.0.0.1:53, verify_wait: 1s'))).toBe(true);
    expect(check(target('provider: ./json-file.ts, file: zones.json, verify_wait: 1s'))).toBe(true);
    expect(check(target('provider: ./json-file.ts, file: zones.json, verify_at: 1'))).toBe(false);
  });

  it.each(withYaml)('accept what %s shows', (document) => {
    const refused = textsIn(document, 'yaml').filter((text) => {
      const value = parse(text);
      return !validate(schemaOf(value))(value);
    });
    expect(refused).toEqual([]);
  });

  it.each([
    ['hostmaster', 'zones: { example.com: { targts: [one] } }'],
    ['zone', 'www: { type: A, vale: 192.0.2.1 }'],
    ['labels', 'labels: { mailserver: { dsn: {} } }'],
    ['groups', 'groups: { web: { dns: {} } }'],
  ])('%s refuses what the loader refuses: %s', (name, text) => {
    expect(validate(name)(parse(text))).toBe(false);
  });

  it.each([
    [
      'labels',
      'labels: { mailserver: { dns: { claims: [{ name: mail.example.com, type: A, health_check: { port: 25 } }] } } }',
    ],
    ['groups', 'groups: { web: { match: { labels: [web], environment: prod }, dns: { records: [] } } }'],
  ])('%s accepts what the contract shows', (name, text) => {
    const check = validate(name);
    expect([check(parse(text)), check.errors]).toEqual([true, null]);
  });
});
