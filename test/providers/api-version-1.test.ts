import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HostmasterError } from '../../src/model/errors.ts';
import { providerFinder } from '../../src/plugins/index.ts';
import { firstJsonFileSource, writeJsonFileProvider } from '../conformance/json-file.ts';
import { tempFolder } from '../servers/child.ts';

// The provider of providers/README.md as it stood when the interface had version 1. It must load and work unchanged.

const zone = { name: 'example.com.', view: null };

const openFirst = async () => {
  const folder = tempFolder('api-version-1');
  writeJsonFileProvider(folder, firstJsonFileSource());
  const found = await providerFinder()('./json-file.ts', folder);
  if (found.status !== 'found') throw new Error(JSON.stringify(found));
  const provider = await found.provider.open({ config: { file: 'zones.json' }, secrets: {}, folder });
  return { file: join(folder, 'zones.json'), provider, factory: found.provider };
};

it('a provider of apiVersion 1 loads, and states its limits under the names of that version', async () => {
  const { factory, provider } = await openFirst();
  expect(factory).toMatchObject({ apiVersion: 1, name: 'json-file' });
  expect(provider.supports).toMatchObject({ synthesised: [], cas: 'native', verify: 'api' });
});

it('its errors are made with a kind, and have the kind of their code', async () => {
  const { file, provider } = await openFirst();
  await provider.createZone(zone, { kind: 'Native', ns: [], soa_edit_api: '' });
  await provider.deleteZone(zone);
  expect(firstJsonFileSource()).toContain("new HostmasterError('ZONE_MISSING', 'stop', ");
  const missing: unknown = await provider.apply({ zone, changes: [], expect: null }).catch((error: unknown) => error);
  expect(missing).toBeInstanceOf(HostmasterError);
  expect(missing).toMatchObject({ code: 'ZONE_MISSING', kind: 'stop', message: `${file} has no zone example.com.` });
  writeFileSync(file, 'no JSON');
  const damaged: unknown = await provider.listZones().catch((error: unknown) => error);
  expect(damaged).toMatchObject({ code: 'TARGET_UNREACHABLE', kind: 'wait' });
  expect(readFileSync(file, 'utf8')).toBe('no JSON');
});
