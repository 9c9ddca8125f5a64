import { expect, it } from 'vitest';
import { serverOf } from '../../src/apply/target-concurrency.ts';
import type { TargetDefinition } from '../../src/model/definitions.ts';

const at = (config: object, name = 'a'): string => serverOf({ name, provider: 'x', config } as TargetDefinition);

it.each([
  [{ url: 'http://127.0.0.1:8081' }, { url: 'http://127.0.0.1:8081/' }],
  [{ url: 'http://127.0.0.1:8081' }, { url: 'http://LOCALHOST:8081' }],
  [{ url: 'http://pdns.example' }, { url: 'http://PDNS.example:80/' }],
  [{ url: 'https://pdns.example/api' }, { url: 'https://pdns.example:443/api//' }],
  [{ file: 'zones.sqlite' }, { file: './zones.sqlite' }],
])('%j and %j are one server', (one, other) => {
  expect(at(one)).toBe(at(other, 'b'));
});

it.each([
  [{ url: 'http://127.0.0.1:8081' }, { url: 'http://127.0.0.1:8082' }],
  [{ url: 'http://127.0.0.1' }, { url: 'https://127.0.0.1' }],
  [
    { url: 'http://127.0.0.1', server: 'one' },
    { url: 'http://127.0.0.1', server: 'other' },
  ],
  [{ url: 'http://localhost' }, { url: 'http://localhost.example' }],
  [{ file: 'zones.sqlite' }, { file: 'more/zones.sqlite' }],
  [{}, {}],
])('%j and %j are not', (one, other) => {
  expect(at(one)).not.toBe(at(other, 'b'));
});
