import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Change, Provider } from '../../../src/provider.ts';
import { dig, type PowerDns, startPowerDns } from '../../servers/index.ts';
import { creating, creation, deleting, openProvider, readAll, replacing, zone } from './harness.ts';

let pdns: PowerDns;
let provider: Provider;

const write = async (...changes: readonly Change[]) =>
  provider.apply({ zone, changes, expect: (await readAll(provider)).fingerprint });
/** Puts a record there as other tools do: past PowerDNS's checks. */
const store = (name: string, type: string, content: string, disabled: boolean) =>
  pdns.sql(
    `insert into records (domain_id, name, type, content, ttl, disabled, auth)
     select id, '${name}.a.test', '${type}', '${content}', 60, ${Number(disabled)}, 1 from domains`,
  );
const storedAt = async (name: string) =>
  (
    await pdns.sql(`select type, content, disabled from records where name = '${name}.a.test' order by type, content`)
  ).map(({ content, disabled, type }) => `${type} ${content}${disabled === 1 ? ' off' : ''}`);

beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite' });
});
afterAll(() => pdns.stop());
beforeEach(async () => {
  provider = await openProvider(pdns);
  await provider.createZone(zone, creation);
});
afterEach(async () => {
  await provider.deleteZone(zone);
  await provider.close?.();
});

it('a delete leaves what is disabled', async () => {
  await store('www', 'A', '192.0.2.1', false);
  await store('www', 'A', '192.0.2.2', true);
  expect(await write(deleting('www.a.test.', 'A', ['192.0.2.1']))).toMatchObject({ status: 'applied' });
  expect(await storedAt('www')).toEqual(['A 192.0.2.2 off']);
  expect((await dig(pdns.dns, 'www.a.test', 'A')).answers).toEqual([]);
  const www = (await readAll(provider)).rrsets.find(({ name }) => name === 'www.a.test.');
  expect(www).toMatchObject({ values: [], disabled: ['192.0.2.2'] });
});

it('a name with something disabled turns into a CNAME, and back', async () => {
  await store('www', 'A', '192.0.2.1', false);
  await store('www', 'A', '192.0.2.2', true);
  const there = [creating('www.a.test.', 'CNAME', ['x.test.']), deleting('www.a.test.', 'A', ['192.0.2.1'])];
  expect(await write(...there)).toMatchObject({ status: 'applied' });
  expect(await write(replacing('www.a.test.', 'CNAME', ['x.test.'], ['y.test.']))).toMatchObject({ status: 'applied' });
  expect(await storedAt('www')).toEqual(['A 192.0.2.2 off', 'CNAME y.test']);
  const back = [creating('www.a.test.', 'A', ['192.0.2.3']), deleting('www.a.test.', 'CNAME', ['y.test.'])];
  expect(await write(...back)).toMatchObject({ status: 'applied' });
  expect(await storedAt('www')).toEqual(['A 192.0.2.2 off', 'A 192.0.2.3']);
});

it('addresses come to a name with a disabled CNAME', async () => {
  await store('www', 'CNAME', 'x.test', true);
  expect(await write(creating('www.a.test.', 'A', ['192.0.2.1']))).toMatchObject({ status: 'applied' });
  expect(await storedAt('www')).toEqual(['A 192.0.2.1', 'CNAME x.test off']);
  await store('two', 'CNAME', 'x.test', false);
  await store('two', 'CNAME', 'y.test', true);
  const swap = [deleting('two.a.test.', 'CNAME', ['x.test.']), creating('two.a.test.', 'A', ['192.0.2.1'])];
  expect(await write(...swap)).toMatchObject({ status: 'applied' });
  expect(await storedAt('two')).toEqual(['A 192.0.2.1', 'CNAME y.test off']);
});

it('what PowerDNS refuses for the sake of a disabled record says so, and changes nothing', async () => {
  await store('c', 'CNAME', 'x.test', true);
  await store('bad', 'CNAME', 'x.test', false);
  await store('bad', 'CNAME', 'y.test', true);
  await store('bad', 'CNAME', 'z.test', true);
  const cases = [
    [creating('c.a.test.', 'CNAME', ['y.test.']), 'has more than one record', 'x.test.'],
    [deleting('bad.a.test.', 'CNAME', ['x.test.']), 'has more than one record', 'y.test., z.test.'],
  ] as const;
  for (const [change, words, content] of cases) {
    const before = await storedAt(change.name.split('.')[0] ?? '');
    const result = await write(change);
    expect(result).toMatchObject({ status: 'refused', refused: [{ name: change.name, type: change.type }] });
    const message = result.status === 'refused' ? result.refused[0]?.message : '';
    expect(message).toContain(words);
    expect(message).toContain(`sent with the disabled records that are there: ${content}; delete or fix them`);
    expect(await storedAt(change.name.split('.')[0] ?? '')).toEqual(before);
  }
});
