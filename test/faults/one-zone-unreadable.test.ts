import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Proxy as ApiProxy, type PowerDns, startPowerDns, startProxy } from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, contentOf, expectPlain, makeZone } from './zone.ts';

// PowerDNS answers 500 to a read of a zone where a single row of it is garbage.

const names = Array.from({ length: 12 }, (_, i) => `z${String(i).padStart(2, '0')}.test`);
let pdns: PowerDns;
let proxy: ApiProxy;
let repository: Repository;

beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite' });
  proxy = await startProxy(pdns.url);
  for (const name of names) await makeZone(pdns, `${name}.`, []);
});
afterAll(async () => {
  await proxy.stop();
  await pdns.stop();
});
beforeEach(async () => {
  proxy.handle(null);
  await pdns.sql("delete from records where content = 'nonsense'");
  repository = makeRepository({
    targets: { pdns: targetOf({ ...pdns, url: proxy.url }) },
    zones: Object.fromEntries(names.map((name) => [`${name}.`, {}])),
  });
});

const spoil = (name: string) =>
  pdns.sql(
    `insert into records (domain_id, name, type, content, ttl, disabled, auth)
     select id, 'bad.${name}', 'A', 'nonsense', 60, 0, 1 from domains where name = '${name}'`,
  );
const apply = async (address: string) => {
  for (const name of names) repository.write(`zones/${name}.yaml`, `${apexYaml}www: {type: A, value: ${address}}\n`);
  const ended = await repository.run('apply', '--yes', '--format', 'json');
  expectPlain(pdns, ended);
  return { ...ended, plan: JSON.parse(ended.stdout) };
};

it.each([
  ['one zone', ['z03.test']],
  ['four zones in a row', ['z03.test', 'z04.test', 'z05.test', 'z06.test']],
  ['the last three zones', names.slice(-3)],
])('%s: the others are read and written', async (_case, spoilt) => {
  for (const name of spoilt) await spoil(name);
  const address = `192.0.2.${spoilt.length + 1}`;
  const { code, plan } = await apply(address);
  expect(code).toBe(1);
  expect(plan.targets).toEqual([{ name: 'pdns', status: 'ok', code: null, message: null }]);
  const problems = plan.problems.filter(({ severity }: { severity: string }) => severity === 'error');
  expect(problems.map(({ rule, zone }: { rule: string; zone: string }) => `${rule} ${zone}`)).toEqual(
    spoilt.map((name) => `zone-unreadable ${name}.`),
  );
  expect(problems[0].message).toContain('answered 500 (Internal Server Error), 3 times');
  for (const name of names.filter((each) => !spoilt.includes(each))) {
    expect(await contentOf(pdns, `${name}.`)).toEqual([`www A 3600 ${address}`]);
  }
});

it('all zones and the list of them: the target is down, in one line', async () => {
  proxy.handle(({ path }) => (/\/zones/.test(path) ? { kind: 'answer', status: 500 } : undefined));
  const { code, plan } = await apply('192.0.2.9');
  expect(code).toBe(1);
  expect(plan.targets).toMatchObject([{ name: 'pdns', status: 'unreachable' }]);
  const errors = plan.problems.filter(({ severity }: { severity: string }) => severity === 'error');
  expect(errors).toHaveLength(1);
  expect(errors[0].message).toMatch(
    /zones\?dnssec=false: answered 500.*; 12 zones were not read, and nothing of that is planned$/,
  );
});
