import { doors, impure, mayImport, modelImports, pure, pureImports, roomOf } from './layers.ts';
import { type Import, isNode, type Node, type Source } from './source.ts';

/** One fault a line, each named with its file; empty: the source holds to it. */
export type Check = (source: Source) => readonly string[];

export const importsUpward: Check = ({ path, imports }) =>
  imports.map(({ from }) => from).filter((from) => isPath(from) && !mayReach(path, from));

const mayReach = (path: string, from: string): boolean => {
  const room = roomOf(path);
  const other = roomOf(from);
  if (room === 'providers' && other === 'providers') return providerOf(path) === providerOf(from);
  return room === other || (room === 'cli' && other === 'registry') || (mayImport[room] ?? []).includes(other);
};

/** A room that has a door is entered by it. */
export const importsPastADoor: Check = ({ path, imports }) =>
  imports.map(({ from }) => from).filter((from) => isPath(from) && isPastADoor(path, from));

const isPastADoor = (path: string, from: string): boolean => {
  const room = roomOf(from);
  const door = doors[room];
  return door !== undefined && from !== door && roomOf(path) !== room;
};

const providerOf = (path: string): string | undefined => path.split('/')[1];

/** Pure rooms import nothing that reads or writes the world. */
export const importsTheWorld: Check = ({ path, imports }) => {
  const room = roomOf(path);
  if (!pure.includes(room)) return [];
  return imports
    .filter((each) => !isAllowedOutside(room, each))
    .map(({ from, names }) => `${from} {${names.join(', ')}}`);
};

const isAllowedOutside = (room: string, { from, names }: Import): boolean => {
  if (isPath(from)) return true;
  const allowed = pureImports[from] ?? (room === 'model' ? modelImports[from] : undefined) ?? [];
  return allowed.includes('*') || names.every((name) => allowed.includes(name));
};

/** Pure rooms touch no clock, no environment and no chance. */
export const touchesTheWorld: Check = ({ path, nodes }) => (pure.includes(roomOf(path)) ? nodes.flatMap(worldly) : []);

const worldly = (node: Node): readonly string[] => {
  const called = nameOf(node.callee);
  const object = nameOf(node.object);
  if (impure.includes(called) || impure.includes(object)) return [impure.includes(called) ? called : object];
  const noArguments = Array.isArray(node.arguments) && node.arguments.length === 0;
  if (called === 'Date' && (noArguments || node.type === 'CallExpression')) return ['Date()'];
  const member = `${object}.${nameOf(node.property)}`;
  return ['Date.now', 'Math.random'].includes(member) ? [member] : [];
};

export const keepsState: Check = ({ body }) =>
  body
    .map((node) => (isNode(node.declaration) ? node.declaration : node))
    .filter((node) => node.type === 'VariableDeclaration' && node.kind !== 'const')
    .map((node) => `a top-level ${node.kind}`);

export const hasClasses: Check = ({ nodes }) =>
  nodes
    .filter((node) => /^Class(Declaration|Expression)$/.test(node.type) && !/Error$/.test(nameOf(node.superClass)))
    .map((node) => `class ${nameOf(node.id)}`);

/** Each circle of imports that a walk from file to file comes upon. */
export const cycles = (sources: readonly Source[]): readonly string[] => {
  const paths = new Set(sources.map(({ path }) => path));
  const targets = new Map(
    sources.map(({ path, imports }) => [path, imports.map(({ from }) => from).filter((from) => paths.has(from))]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    if (done.has(path) || trail.includes(path)) return;
    for (const next of targets.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of paths) visit(path, []);
  return found;
};

const isPath = (from: string): boolean => /^(src|providers|bin|test|scripts)\//.test(from);
const nameOf = (node: unknown): string => (isNode(node) && typeof node.name === 'string' ? node.name : '');
