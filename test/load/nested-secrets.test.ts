import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inventorySources } from '../../src/inventory/index.ts';
import { load } from '../../src/load/index.ts';
import { publishedSchemas } from '../../src/load/schema/index.ts';
import { repository, shown } from './load-repository.ts';

// A secret under another key of a target: `secret` of `tsig`.

const providers = {
  signed: {
    schema: {
      type: 'object',
      required: ['tsig'],
      properties: {
        host: { type: 'string' },
        tsig: {
          type: 'object',
          required: ['name'],
          additionalProperties: false,
          properties: { name: { type: 'string' }, algorithm: { type: 'string', default: 'hmac-sha256' }, secret: {} },
        },
      },
    },
    secrets: ['tsig.secret'],
  },
};

const loaded = async (keys: string, known: typeof providers | undefined = providers) => {
  const config = `targets: {ns: {provider: signed, ${keys}}}\nzones: {example.com: {targets: [ns]}}\n`;
  const folder = repository({ 'hostmaster.yaml': config, 'zones/example.com.yaml': '' });
  return load({ config: join(folder, 'hostmaster.yaml'), ...(known === undefined ? {} : { providers: known }) });
};

describe('a secret under another key', () => {
  it('is taken out of the configuration, and known by its path', async () => {
    const { problems, targets } = await loaded('tsig: {name: k, secret: {env: KEY}}');
    expect(problems).toEqual([]);
    expect(targets[0]?.secrets).toEqual({ 'tsig.secret': { env: 'KEY' } });
    expect(targets[0]?.config).toEqual({ tsig: { name: 'k', algorithm: 'hmac-sha256' } });
  });

  it('is known where the provider is not', async () => {
    const config = join(
      repository({ 'hostmaster.yaml': 'targets: {ns: {provider: x, a: {b: {c: {file: k}}}}}\nzones: {}\n' }),
      'hostmaster.yaml',
    );
    const { targets } = await load({ config, targetsFrom: config });
    expect(targets[0]?.secrets).toEqual({ 'a.b.c': { file: 'k' } });
    expect(JSON.stringify(targets[0]?.config)).not.toContain('file');
  });

  it.each([
    ['tsig: {name: k, secret: s3cr3t}', 'secret-literal: targets.ns.tsig: "secret" is a secret; write {env: NAME}'],
    ['tsig: {name: k, secret: [s3cr3t]}', 'secret-literal: targets.ns.tsig: "secret" is a secret'],
    [
      'tsig: {name: k, secrt: s3cr3t}',
      '"secrt" is not a key here (did you mean "secret"?); the keys are name, algorithm and secret',
    ],
    ['tsig: s3cr3t', '"tsig" must be a mapping'],
    ['tsig: [s3cr3t]', '"tsig" must be a mapping'],
    ['host: h', '"tsig" is missing'],
  ])('is never shown: %s', async (keys, message) => {
    const found = await loaded(keys);
    expect(found.problems.map(shown)).toContainEqual(expect.stringContaining(message));
    expect(JSON.stringify(found)).not.toContain('s3cr3t');
    expect(found.targets).toEqual([]);
  });

  it('is a reference in the published schema', () => {
    const published = JSON.parse(
      JSON.stringify(publishedSchemas(providers, inventorySources)['hostmaster.schema.json']),
    );
    const [target] = published.properties.targets.additionalProperties.anyOf;
    expect(Object.keys(target.properties.tsig.properties)).toEqual(['name', 'algorithm', 'secret']);
    expect(JSON.stringify(target.properties.tsig.properties.secret)).toMatch(/env.*file/);
  });
});
