import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { registry } from '../../src/cli/registry.ts';
import { validate, validateRepository } from '../../src/pass.ts';
import { repository } from '../load/load-repository.ts';

const config = `targets: { pdns: { provider: powerdns, url: "http://127.0.0.1:1", api_key: { env: KEY } } }
zones:
  a.test: { targets: [pdns], guards: no }
  B.test.: { targets: [pdns] }
  c.test: { targets: [pdns] }
  missing.test: { targets: [pdns] }
inventory: { lab: { type: file, path: servers.json } }
`;

const files = {
  'hostmaster.yaml': config,
  'servers.json': 'no JSON',
  'zones/a.test.yaml': [
    "'': { type: NS, values: [ns.a.test.] }",
    'ns: { type: A, value: 300.0.0.1 }',
    'www: [{ type: CNAME, value: ns.a.test. }, { type: TXT, value: x }]',
    'ftp.: { type: A, value: 192.0.2.1 }',
    'here.a.test.: { type: A, value: 192.0.2.1 }',
  ].join('\n'),
  'zones/b.test.yaml': 'www: {{',
  'zones/c.test.zone': '@ 300 IN NS ns.c.test.\nns 300 IN A 300.0.0.1\nwww 300 IN WHAT 1\n',
};

const found = async (check: typeof validate) => {
  const options = { config: join(repository(files), 'hostmaster.yaml'), allow: [], full: false, serve: false };
  const { problems } = await check(options, { registry });
  return problems.filter(({ severity }) => severity === 'error');
};

describe('what is wrong with a repository', () => {
  it('is said with the zone and the name that it is about, by which it is known again', async () => {
    const errors = (await found(validateRepository)).map(({ rule, zone, name }) => [rule, zone, name]);
    expect(errors).toEqual([
      ['config-syntax', 'a.test.', undefined],
      ['file-missing', 'missing.test.', undefined],
      ['rdata-syntax', 'a.test.', 'ns.a.test.'],
      ['cname-coexistence', 'a.test.', 'www.a.test.'],
      ['out-of-zone', 'a.test.', undefined],
      ['name-syntax', 'a.test.', 'here.a.test.'],
      ['yaml-syntax', 'b.test.', undefined],
      ['rdata-syntax', 'c.test.', 'ns.c.test.'],
      ['unknown-type', 'c.test.', 'www.c.test.'],
    ]);
  });

  it('is the same whatever the inventories say, where they are left out', async () => {
    expect((await found(validateRepository)).filter(({ file }) => file === 'servers.json')).toEqual([]);
    const withThem = await found(validate);
    expect(withThem.length).toBeGreaterThan((await found(validateRepository)).length);
  });
});
