import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { isAbsolute, posix, relative, resolve, sep } from 'node:path';
import { isMap, isNode, isSeq, LineCounter, parseDocument } from 'yaml';
import { hasDotName } from '../../model/dot-names.ts';
import { messageOf } from '../../model/errors.ts';
import type { InventoryConfig, KeyFault } from '../../model/inventory-keys.ts';
import { count } from '../../model/phrases.ts';
import { inventoryLimits } from '../limits.ts';
import { quotedUntrusted } from '../sanitize.ts';
import { schemaOfText } from './common-keys.ts';
import { parsePage } from './json-page.ts';
import {
  type EntryLocation,
  failed,
  type InventorySource,
  numberSetting,
  type SourceAnswer,
  type SourceContext,
  textSetting,
} from './source.ts';

/** A JSON or YAML file of the repository. */
export const fileSource: InventorySource = {
  schema: {
    type: 'object',
    required: ['path'],
    additionalProperties: false,
    properties: {
      path: schemaOfText('A JSON or YAML file in the folder of hostmaster.yaml or below.', 'servers.yaml'),
    },
    description: 'Servers from a file of the repository.',
  },
  secrets: [],
  isOffline: true,
  configOf: (config) => ({ config, faults: leadsOut(textSetting(config, 'path')) ? [outside] : [] }),
  read: (config, context) => readFileInventory(config, context),
};

const leadsOut = (path: string): boolean => {
  const normal = posix.normalize(path.replaceAll('\\', '/'));
  return isAbsolute(path) || normal === '..' || normal.startsWith('../');
};

const outside: KeyFault = {
  key: 'path',
  rule: 'config-syntax',
  message: '"path" leads out of the folder of the file that names it; keep it inside',
};

const readFileInventory = async (config: InventoryConfig, context: SourceContext): Promise<SourceAnswer> => {
  const path = textSetting(config, 'path');
  const text = await textInside(context.folder, path, numberSetting(config, 'max_bytes', inventoryLimits.bytes));
  if (text.fault !== null) return failed(`the file ${quotedUntrusted(path)} ${text.fault}`);
  const parsed = await parseText(path, text.value);
  const page = parsed.fault === null ? parsePage(parsed.value) : parsed.fault;
  if (typeof page === 'string') return failed(`the file ${quotedUntrusted(path)}: ${page}`);
  const faults = [
    page.next === null ? null : 'it has a `next`, but a file has one page',
    page.total === null || page.total === page.servers.length
      ? null
      : `it has ${count(page.servers.length, 'server')}, but says that there are ${page.total}`,
  ].filter((fault) => fault !== null);
  let lines: readonly number[] | null = null;
  const locationOf = (i: number): EntryLocation | null => {
    lines ??= linesOf(text.value);
    const line = lines[i];
    return line === undefined ? null : { file: path, line };
  };
  return {
    kind: 'answered',
    entries: page.servers.map((value, i) => ({ value, where: `item ${i + 1}`, location: () => locationOf(i) })),
    faults,
    etag: null,
  };
};

type Read<T> = { readonly value: T; readonly fault: null } | { readonly value: null; readonly fault: string };

const bad = (fault: string): { readonly value: null; readonly fault: string } => ({ value: null, fault });

/** The text of a plain file; a path or a symlink that leaves the folder is refused. */
const textInside = async (folder: string, path: string, maxBytes: number): Promise<Read<string>> => {
  try {
    const root = await realpath(folder);
    const wanted = resolve(root, path);
    const real = isBelow(root, wanted) ? await realpath(wanted) : wanted;
    if (!isBelow(root, real)) {
      return bad('leads out of the repository; keep it inside the folder of hostmaster.yaml');
    }
    if ([wanted, real].some((each) => hasDotName(relative(root, each)))) {
      return bad('has a name with a dot in front, or leads to one, and is not read; rename it');
    }
    // O_NONBLOCK: opening a named pipe must not hang.
    const file = await open(real, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return bad('is not a plain file');
      if (stat.size > maxBytes) return bad(`has ${stat.size} bytes; ${maxBytes} is the most`);
      return { value: new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile()), fault: null };
    } finally {
      await file.close();
    }
  } catch (error) {
    return bad(whyNot(error));
  }
};

const isBelow = (root: string, path: string): boolean => path.startsWith(root.endsWith(sep) ? root : root + sep);

const whyNot = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'is not there; make it, or name another';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read; check its permissions';
  if (code === 'ELOOP') return 'cannot be read: its symlinks go round in a circle';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'is not UTF-8 text; save it as UTF-8';
  return `cannot be read: ${quotedUntrusted(messageOf(error))}`;
};

/** JSON where the name says so; anything else is YAML, of which JSON is a part. */
const parseText = async (path: string, text: string): Promise<Read<unknown>> => {
  if (path.endsWith('.json')) {
    try {
      return { value: JSON.parse(text), fault: null };
    } catch (error) {
      return bad(`it is not JSON: ${quotedUntrusted(messageOf(error))}`);
    }
  }
  const { CORE_SCHEMA, load, YAMLException } = await import('js-yaml');
  try {
    return { value: load(text, { schema: CORE_SCHEMA }), fault: null };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = error.mark?.line;
    return bad(`it is not YAML: ${line === undefined ? '' : `line ${line + 1}: `}${quotedUntrusted(error.reason)}`);
  }
};

/** Finding the lines takes longer than all the rest: it is done where there is something to show, and up to this length. */
const longestWithLines = 256 * 1024;

/** The line where each server begins. */
const linesOf = (text: string): readonly number[] => {
  if (text.length > longestWithLines) return [];
  const lineCounter = new LineCounter();
  const { contents } = parseDocument(text, { lineCounter, uniqueKeys: false, logLevel: 'silent' });
  const servers = isMap(contents) ? contents.get('servers', true) : null;
  if (!isSeq(servers)) return [];
  return servers.items.map((item) => (isNode(item) ? lineCounter.linePos(item.range?.[0] ?? 0).line : 1));
};
