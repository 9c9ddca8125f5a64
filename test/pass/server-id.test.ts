import { describe, expect, it } from 'vitest';
import { registry } from '../../src/cli/registry.ts';
import type { TargetDefinition } from '../../src/model/definitions.ts';
import { serverIdOf } from '../../src/pass/targets.ts';
import { serverIdByKeys } from '../../src/plugins/defaults.ts';
import type { ProviderFactory } from '../../src/provider.ts';

const idOf = (provider: string, config: object, name: string, factory?: ProviderFactory): string => {
  const found = factory ?? registry[provider];
  if (found === undefined) throw new Error(`there is no ${provider}`);
  return serverIdOf({ name, provider, config } as TargetDefinition, found, '/zones');
};

describe('two targets of a built-in provider', () => {
  it.each([
    ['powerdns', { url: 'http://127.0.0.1:8081' }, { url: 'http://127.0.0.1:8081/' }],
    ['powerdns', { url: 'http://127.0.0.1:8081' }, { url: 'http://LOCALHOST:8081', server: 'localhost' }],
    ['powerdns', { url: 'http://pdns.example' }, { url: 'http://PDNS.example:80/' }],
    ['powerdns', { url: 'https://pdns.example/api' }, { url: 'https://pdns.example:443/api//' }],
    ['rfc2136', { host: 'ns1.example' }, { host: 'ns1.example', port: 53 }],
    ['embedded', { file: 'zones.sqlite' }, { file: './zones.sqlite' }],
    ['embedded', { file: 'zones.sqlite' }, { file: '/zones/zones.sqlite' }],
  ])('%s: %j and %j write to one server', (provider, one, other) => {
    expect(idOf(provider, one, 'a')).toBe(idOf(provider, other, 'b'));
  });

  it.each([
    ['powerdns', { url: 'http://127.0.0.1:8081' }, { url: 'http://127.0.0.1:8082' }],
    ['powerdns', { url: 'http://127.0.0.1' }, { url: 'https://127.0.0.1' }],
    ['powerdns', { url: 'http://127.0.0.1', server: 'one' }, { url: 'http://127.0.0.1', server: 'other' }],
    ['powerdns', { url: 'http://localhost' }, { url: 'http://localhost.example' }],
    ['rfc2136', { host: 'ns1.example' }, { host: 'ns1.example', port: 5353 }],
    ['embedded', { file: 'zones.sqlite' }, { file: 'more/zones.sqlite' }],
    ['route53', {}, {}],
  ])('%s: %j and %j do not', (provider, one, other) => {
    expect(idOf(provider, one, 'a')).not.toBe(idOf(provider, other, 'b'));
  });
});

describe('a provider that does not say which server it writes to', () => {
  const silent: ProviderFactory = {
    ...{ apiVersion: 1, name: 'silent', schema: {}, secrets: [] },
    open: async () => {
      throw new Error('is never opened');
    },
  };

  it('makes each target a server of its own', () => {
    expect(idOf('silent', { url: 'http://one' }, 'a', silent)).not.toBe(
      idOf('silent', { url: 'http://one' }, 'b', silent),
    );
    expect(idOf('silent', {}, 'a', silent)).toBe(idOf('silent', {}, 'a', silent));
  });

  it('of a package or a file is told by its keys, as apiVersion 1 began', () => {
    const byKeys = (config: object, name: string) => serverIdByKeys({ name, config: { ...config }, folder: '/' });
    expect(byKeys({ url: 'http://one' }, 'a')).toBe(byKeys({ url: 'http://ONE/' }, 'b'));
    expect(byKeys({ file: 'a.json' }, 'a')).toBe(byKeys({ file: './a.json' }, 'b'));
    expect(byKeys({ host: 'one', port: 1 }, 'a')).not.toBe(byKeys({ host: 'one', port: 2 }, 'b'));
    expect(byKeys({}, 'a')).not.toBe(byKeys({}, 'b'));
  });
});
