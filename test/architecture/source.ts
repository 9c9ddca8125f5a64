import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAst } from 'vitest/node';

export const root = join(import.meta.dirname, '../..');

/** A node of the syntax tree, as ESTree has it. */
export interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

export interface Import {
  /** As written, or for a file of ours its path from the repository's root. */
  readonly from: string;
  /** The imported names; `*` for a namespace, a re-export of all, a dynamic import, or one for its effects. */
  readonly names: readonly string[];
}

export interface Source {
  /** From the repository's root. */
  readonly path: string;
  readonly lines: number;
  readonly body: readonly Node[];
  readonly nodes: readonly Node[];
  readonly imports: readonly Import[];
}

export const readSources = (...patterns: readonly string[]): readonly Source[] =>
  globSync([...patterns], { cwd: root })
    .sort()
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));

export const parseSource = (path: string, text: string): Source => {
  const { body } = parseAst(text, { lang: 'ts' }) as unknown as { body: readonly Node[] };
  const nodes = body.flatMap(withDescendants);
  const imports = nodes.flatMap((node) => importsOf(node, path));
  return { path, lines: text.trimEnd().split('\n').length, body, nodes, imports };
};

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

const withDescendants = (node: Node): readonly Node[] => [
  node,
  ...Object.values(node).flat().filter(isNode).flatMap(withDescendants),
];

const importsOf = (node: Node, path: string): readonly Import[] => {
  const from = isNode(node.source) ? node.source.value : undefined;
  if (typeof from !== 'string') return [];
  const names = Array.isArray(node.specifiers) ? node.specifiers.map(importedName) : [];
  return [{ from: resolve(from, path), names: names.length > 0 ? names : ['*'] }];
};

const importedName = (specifier: Node): string => {
  const imported = specifier.type === 'ExportSpecifier' ? specifier.local : specifier.imported;
  return isNode(imported) ? String(imported.name) : '*';
};

const resolve = (from: string, path: string): string =>
  from.startsWith('.') ? relative(root, join(root, path, '..', from)) : from;
