import { describe, expect, it } from 'vitest';
import { loadFiles, problemsOf, targets } from './load-repository.ts';

const files = {
  'zones/a.test.yaml': 'www: {type: A, value: 192.0.2.1}\n',
  'zones/b.test.yaml': 'www: {type: A, value: 192.0.2.2}\n',
  'zones/c.test./x.yaml': 'www: {type: A, value: 192.0.2.3}\n',
  'zones/other.test.yaml': '',
};

describe('"*" beside a key that cannot be used', () => {
  it.each([
    ['a view', '"a.test@internal": {targets: [pdns]}', ['a.test.']],
    [
      'a view with a file of another name',
      '"a.test@in": {targets: [pdns], static: ./zones/b.test.yaml}',
      ['a.test.', 'b.test.'],
    ],
    ['a view with a folder', '"x.test@in": {targets: [pdns], static: zones/c.test./}', ['c.test.']],
    ['dots too many', '"a..test..": {targets: [pdns]}', ['a.test.']],
    ['a space', '" A.test": {targets: [pdns], static: zones/b.test.yaml}', ['a.test.', 'b.test.']],
    [
      'no name',
      '"-": {targets: [pdns], static: zones/b.test.yaml}\n  "x..y": {targets: [pdns], static: zones/c.test.}',
      ['c.test.'],
    ],
    ['unusable settings', 'x.test: {targets: pdns, static: zones/b.test.yaml}', ['b.test.']],
    [
      'a duplicate',
      'x.test: {targets: [pdns], static: zones/b.test.yaml}\n  X.test: {targets: [pdns], static: zones/a.test.yaml}',
      ['a.test.'],
    ],
  ])('leaves alone what it is about: %s', async (_what, keys, left) => {
    const found = await loadFiles(`${targets}zones:\n  ${keys}\n  "*": {targets: [pdns]}\n`, files);
    const all = ['a.test.', 'b.test.', 'c.test.', 'other.test.'];
    const active = found.zones.filter(({ settings }) => settings.targets.length > 0).map(({ id }) => id.name);
    expect(active.filter((name) => all.includes(name))).toEqual(all.filter((name) => !left.includes(name)));
    const said = problemsOf(found).filter((problem) => problem.includes('"*" skips'));
    expect(said.map((problem) => /"\*" skips (\S+) because/.exec(problem)?.[1]).sort()).toEqual(left);
  });

  it("takes the others, and a zone that has a key of its own is that key's", async () => {
    const keys = 'a.test: {targets: [pdns]}\n  "a.test@internal": {targets: [pdns]}';
    const found = await loadFiles(`${targets}zones:\n  ${keys}\n  "*": {targets: [pdns]}\n`, files);
    expect(found.zones.map(({ id }) => id.name)).toEqual(['a.test.', 'b.test.', 'c.test.', 'other.test.']);
    expect(problemsOf(found)).toEqual([expect.stringContaining('views are not supported yet')]);
  });
});
