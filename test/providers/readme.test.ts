import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as door from '../../src/provider.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const readme = read('providers/README.md');
const source = read('src/provider.ts');

/** What an interface of src/provider.ts has, by its own text. */
const membersOf = (name: string): readonly string[] => {
  const [, body = ''] = new RegExp(`^export interface ${name} \\{\n(.*?)^\\}`, 'ms').exec(source) ?? [];
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, member = '']) => member);
};

const shapes = [
  'Supports',
  'Provider',
  'ProviderFactory',
  'ProviderContext',
  'HealthChecks',
  'NativeChecks',
  'Serving',
];

describe('providers/README.md', () => {
  it.each(shapes)('explains each member of %s', (name) => {
    const members = membersOf(name);
    expect(members.length).toBeGreaterThan(1);
    expect(members.filter((member) => !new RegExp(`\`${member}\\b`).test(readme))).toEqual([]);
  });

  it('names no function that is not there', () => {
    const [, table = ''] = /^\| function \| does \|\n(.*?)\n\n/ms.exec(readme) ?? [];
    const first = table.split('\n').map((row) => row.split(' | ')[0] ?? '');
    const named = [...first.join('\n').matchAll(/`(\w+)(?:\(|`)/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((name) => !(name in door))).toEqual([]);
  });

  it('has its links', () => {
    const headings = [...readme.matchAll(/^## (.*)$/gm)].map(([, text = '']) => text.toLowerCase());
    const anchors = headings.map((text) => text.replace(/[^a-z0-9 -]/g, '').replaceAll(' ', '-'));
    const links = [...readme.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor = '']) => anchor);
    expect(links.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
    expect(anchors.filter((anchor) => !links.includes(anchor))).toEqual([]);
  });
});
