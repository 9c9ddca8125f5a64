import { doors, impure, isPure, mayImport, modelImports, pureImports, roomOf } from './layers.ts';
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

/** What travels between the stages is types: a file that only says what they are imports nothing that runs. */
export const importsMoreThanTypes: Check = ({ path, body }) =>
  path !== 'src/run.ts'
    ? []
    : body
        .filter((node) => node.type === 'ImportDeclaration' && node.importKind !== 'type')
        .map(({ source }) => (isNode(source) ? String(source.value) : ''));

/** Pure rooms import nothing that reads or writes the world. */
export const importsTheWorld: Check = ({ path, imports }) => {
  const room = roomOf(path);
  if (!isPure(path)) return [];
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
export const touchesTheWorld: Check = ({ path, nodes }) => (isPure(path) ? nodes.flatMap(worldly) : []);

const worldly = (node: Node): readonly string[] => {
  const called = nameOf(node.callee);
  const object = nameOf(node.object);
  if (impure.includes(called) || impure.includes(object)) return [impure.includes(called) ? called : object];
  const noArguments = Array.isArray(node.arguments) && node.arguments.length === 0;
  if (called === 'Date' && (noArguments || node.type === 'CallExpression')) return ['Date()'];
  const member = `${object}.${nameOf(node.property)}`;
  return ['Date.now', 'Math.random'].includes(member) ? [member] : [];
};

/** A module has no variable, nothing at its top that a function of it changes, and exports nothing that others can change. */
export const keepsState: Check = ({ body, nodes }) => {
  const declarations = body
    .flatMap((node) => (isNode(node.declaration) ? { ...node.declaration, isExported: true } : node))
    .filter((node) => node.type === 'VariableDeclaration');
  const variables = declarations.filter(({ kind }) => kind !== 'const').map(({ kind }) => `a top-level ${kind}`);
  const constants = declarations.filter(({ kind }) => kind === 'const');
  const names = new Set(constants.flatMap(declared).map(({ id }) => nameOf(id)));
  const changed = new Set(nodes.flatMap(changedBy).filter((name) => names.has(name)));
  const open = constants
    .filter(({ isExported }) => isExported === true)
    .flatMap(declared)
    .filter(isChangeable);
  return [
    ...variables,
    ...[...changed].map((name) => `${name} changes`),
    ...open.map(({ id }) => `others can change ${nameOf(id)}`),
  ];
};

const declared = ({ declarations }: Node): readonly Node[] =>
  Array.isArray(declarations) ? declarations.filter(isNode) : [];

const changers: ReadonlySet<string> = new Set([
  ...['set', 'add', 'delete', 'clear'],
  ...['push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'fill', 'copyWithin'],
]);

/** The names whose object a node changes, by one of its methods, by an assignment to what it has, or by `Object.assign`. */
const changedBy = ({ argument, arguments: args, callee, left, operator, type }: Node): readonly string[] => {
  if (type === 'CallExpression' && isNode(callee) && callee.type === 'MemberExpression') {
    const [first]: readonly unknown[] = Array.isArray(args) ? args : [];
    if (nameOf(callee.object) === 'Object' && nameOf(callee.property) === 'assign') return [nameOf(first)];
    return changers.has(nameOf(callee.property)) ? [nameOf(callee.object)] : [];
  }
  const isDeletion = type === 'UnaryExpression' && operator === 'delete';
  const assigned = type === 'AssignmentExpression' ? left : type === 'UpdateExpression' || isDeletion ? argument : null;
  // A sticky expression is told where to begin just before each use.
  const isMember =
    isNode(assigned) && assigned.type === 'MemberExpression' && nameOf(assigned.property) !== 'lastIndex';
  return isMember ? [rootOf(assigned)] : [];
};

/** `a` of `a.b[c].d`. */
const rootOf = (node: Node): string => (isNode(node.object) ? rootOf(node.object) : nameOf(node));

const collections: ReadonlySet<string> = new Set(['Map', 'Set', 'WeakMap', 'WeakSet']);

/** A collection, list or mapping without a type that keeps it from being changed. */
const isChangeable = ({ id, init }: Node): boolean => {
  if (!isNode(init) || (isNode(id) && isNode(id.typeAnnotation))) return false;
  return (
    (init.type === 'NewExpression' && collections.has(nameOf(init.callee))) ||
    (init.type === 'ArrayExpression' && !isFull(init.elements)) ||
    (init.type === 'ObjectExpression' && !isFull(init.properties))
  );
};

const isFull = (members: unknown): boolean => Array.isArray(members) && members.length > 0;

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

/** The RR types, of these, that a file names as text. */
export const namedTypes = ({ nodes }: Source, mnemonics: ReadonlySet<string>): readonly string[] => [
  ...new Set(
    nodes.flatMap(({ type, value }) =>
      type === 'Literal' && typeof value === 'string' && mnemonics.has(value) ? [value] : [],
    ),
  ),
];
