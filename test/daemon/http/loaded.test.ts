import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hostmaster } from '../../command.ts';
import { tempFolder } from '../../servers/index.ts';

it('a command that is not the daemon loads nothing of its HTTP interface', async () => {
  const folder = tempFolder('loaded');
  const config = join(import.meta.dirname, '../../../zones/hostmaster.yaml');
  await hostmaster(['validate', '--config', config], { env: { NODE_V8_COVERAGE: folder } });
  const loaded = readdirSync(folder).flatMap((file) => urlsIn(readFileSync(join(folder, file), 'utf8')));
  expect(loaded.filter((url) => url.includes('/src/')).length).toBeGreaterThan(50);
  expect(loaded.filter((url) => /\/(?:fastify|@fastify|prom-client|pino)\/|\/src\/daemon\/h/.test(url))).toEqual([]);
});

/** Every module that ran, as Node itself notes it. */
const urlsIn = (coverage: string): readonly string[] =>
  Object(JSON.parse(coverage)).result.map(({ url }: { readonly url: string }) => url);
