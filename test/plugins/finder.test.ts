import { expect, it } from 'vitest';
import { providerFinder } from '../../src/plugins/index.ts';
import { factoryText, repositoryOf } from './provider-repository.ts';

it('a finder checks a module once and gives the same provider again; another finder checks for itself', async () => {
  const folder = repositoryOf([], { 'it.js': factoryText() });
  const [find, findElsewhere] = [providerFinder(), providerFinder()];
  const [first, again, elsewhere] = [
    await find('./it.js', folder),
    await find('./it.js', folder),
    await findElsewhere('./it.js', folder),
  ];
  expect(first.status).toBe('found');
  expect(again).toBe(first);
  expect(elsewhere).not.toBe(first);
});
