// What architecture.md allows each room to import, as data.

const stages = ['load', 'inventory', 'compose', 'rules', 'plan', 'apply', 'verify', 'memory', 'report', 'state'];
const all = ['model', 'provider', 'wire', 'target', 'run', ...stages, 'pass', 'daemon', 'plugins'];

/** Which rooms a room may import. A room is a folder of src, a provider's folder, or a file of its own. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  model: [],
  provider: ['model'],
  wire: ['model'],
  validation: ['model'],
  // What `windows:` of hostmaster.yaml says, at a moment.
  windows: ['model'],
  load: ['model', 'validation', 'windows'],
  inventory: ['model'],
  compose: ['model'],
  rules: ['model'],
  report: ['model'],
  state: ['model', 'validation'],
  plan: ['model', 'provider'],
  target: ['model', 'provider'],
  // What travels between the stages: types alone.
  run: ['model', 'provider', 'target', 'compose', 'plan'],
  apply: ['model', 'provider', 'target', 'run'],
  verify: ['model', 'wire', 'target'],
  plugins: ['model', 'provider'],
  providers: ['provider', 'wire'],
  memory: ['model', 'provider', 'target', 'run', 'plan', 'apply'],
  pass: ['model', 'provider', 'wire', 'validation', 'windows', 'target', 'run', ...stages],
  daemon: ['model', 'validation', 'windows', 'target', 'run', 'load', 'inventory', 'verify', 'report', 'state', 'pass'],
  review: ['model', 'load', 'inventory', 'pass', 'report', 'state'],
  web: [],
  cli: all,
  registry: [...all, 'cli', 'providers'],
  // What a program imports: the passes, with the built-in providers.
  library: ['model', 'target', 'run', 'verify', 'pass', 'state', 'cli'],
  bin: ['cli'],
};

/** Rooms that others enter by one file alone. */
export const doors: Readonly<Record<string, string>> = {
  apply: 'src/apply/index.ts',
  memory: 'src/memory/index.ts',
  pass: 'src/pass.ts',
  report: 'src/report/index.ts',
  verify: 'src/verify/index.ts',
};

/** These do no input or output and read no clock: what they need is handed in. */
const pure: readonly string[] = ['model', 'windows', 'compose', 'rules', 'plan', 'verify/answers'];

export const isPure = (path: string): boolean => pure.some((folder) => path.startsWith(`src/${folder}/`));

/** What a pure room may import from outside, and of it which names. */
export const pureImports: Readonly<Record<string, readonly string[]>> = {
  croner: ['Cron'],
  'node:crypto': ['createHash'],
  'node:net': ['isIP', 'isIPv4', 'isIPv6', 'BlockList'],
};

/** What only the model may import besides. */
export const modelImports: Readonly<Record<string, readonly string[]>> = { tr46: ['*'] };

/** Names of the world outside; a pure room may not touch them. */
export const impure: readonly string[] = [
  'process',
  'performance',
  'fetch',
  'console',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'globalThis',
  'crypto',
];

/** Files over 300 lines, each with the reason why it is still one thing. */
export const longFiles: Readonly<Record<string, string>> = {};

/** Modules that keep state, each with the reason why that does no harm. */
export const stateful: Readonly<Record<string, string>> = {};

/** The room of a file, given from the repository's root. */
export const roomOf = (path: string): string => {
  const [top = '', second = ''] = path.split('/');
  if (path === 'src/cli/registry.ts') return 'registry';
  if (top === 'src') return second.replace(/\.ts$/, '');
  return top;
};
