import { expect, it } from 'vitest';
import { asFactory, withGuard } from '../../src/plugins/factory.ts';
import type { ProviderFactory } from '../../src/provider.ts';

// What Hostmaster supplies for a provider of a package or a file that does not say it of itself.

const supports = {
  ...{ types: ['A', 'LUA'], refuses: {}, unknown_types: true, escaped_names: true, own_types: [] },
  ...{ min_ttl: 0, max_ttl: 1, atomic: true, max_changes: 1, max_bytes: 1, bytes_per_change: 1, bytes_per_value: 1 },
  ...{
    max_rrset_bytes: 1,
    parallel_zones: 1,
    cas: 'native',
    verify: 'none',
    health_checks: false,
    creates_zones: true,
  },
};

const loaded = async (factory: object, ofSupports: object): Promise<ProviderFactory> => {
  const provider = Object.fromEntries(
    ['listZones', 'read', 'apply', 'createZone', 'deleteZone'].map((method) => [method, async () => null]),
  );
  const open = async () => ({ ...provider, supports: { ...supports, ...ofSupports } });
  const own = { apiVersion: 1, name: 'own', schema: { type: 'object' }, secrets: [], open, ...factory };
  const found = await asFactory({ factory: own });
  if (found.status !== 'found') throw new Error(JSON.stringify(found));
  return found.provider;
};

const opened = async (ofSupports: object) =>
  (await loaded({}, ofSupports)).open({ config: {}, secrets: {}, folder: '.' });

function stateIdOfThis(this: { readonly account: string }, { name }: { readonly name: string }): string {
  return `${this.account} of ${name}`;
}

const target = { name: 'a', config: { url: 'http://127.0.0.1/' }, folder: '.' };

it('synthesised types are answered by PowerDNS, unless the provider says by what', async () => {
  const powerdns = { name: 'PowerDNS', version_bind: 'powerdns' };
  const other = { name: 'Other', version_bind: '^other' };
  expect((await opened({ synthesised: ['LUA'] })).supports.synthesised_by).toEqual(powerdns);
  expect((await opened({ synthesised: ['LUA'], synthesised_by: other })).supports.synthesised_by).toEqual(other);
  expect((await opened({ synthesised: [] })).supports.synthesised_by).toBeUndefined();
});

it.each([{}, { name: 'Other' }, { name: 'Other', version_bind: '(' }, 'Other'])(
  'a synthesised_by of %j is refused',
  async (wrong) => {
    await expect(opened({ synthesised: ['LUA'], synthesised_by: wrong })).rejects.toThrow(
      'supports.synthesised_by is not a mapping of "name" and "version_bind"',
    );
  },
);

it('the server is told by the keys, unless the provider says which it is', async () => {
  const silent = await loaded({}, { synthesised: [] });
  const other = { name: 'b', config: { url: 'http://localhost' }, folder: '.' };
  expect(silent.serverId?.(target)).toBe(silent.serverId?.(other));
  const saying = await loaded({ serverId: ({ name }: typeof target) => name }, { synthesised: [] });
  expect(saying.serverId?.(target)).toBe('a');
});

it('a server that is no text is refused', async () => {
  const wrong = await loaded({ serverId: () => 1 }, { synthesised: [] });
  expect(() => wrong.serverId?.(target)).toThrow('the provider own has a serverId that gives no string');
});

it('what is remembered of a target is about what its stateId says, which is asked with its this and gives a string', async () => {
  const own = { account: 'mine', stateId: stateIdOfThis };
  const { stateId } = await loaded(own, {});
  expect(stateId?.(target)).toBe('mine of a');
  expect((await loaded({}, {})).stateId).toBeUndefined();
  const wrong = await loaded({ stateId: () => 7 }, {});
  expect(() => wrong.stateId?.(target)).toThrow('the provider own has a stateId that gives no string; fix it there');
  const broken = await loaded({ stateId: () => JSON.parse('') }, {});
  expect(() => broken.stateId?.(target)).toThrow('the provider own has a bug in stateId');
});

it('only a built-in provider is believed to need no network, and keeps all else that it says of itself', async () => {
  expect((await loaded({ isOffline: true }, {})).isOffline).toBeUndefined();
  const own = { ...(await loaded({}, {})), isOffline: true, stateId: () => 'one' };
  expect(withGuard(own)).toMatchObject({ isOffline: true, stateId: own.stateId, serverId: own.serverId });
});
