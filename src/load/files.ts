import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { messageOf } from '../model/errors.ts';

/** A file's text, or why there is none: `missing`, or a message that says what to do. */
export type FileText =
  | { readonly status: 'read'; readonly text: string }
  | { readonly status: 'missing' }
  | { readonly status: 'refused'; readonly message: string };

/**
 * Reads a text file of the repository. A path or a symlink that leaves `folder`, anything but a plain file, more than
 * `maxBytes` and what is not UTF-8 are refused.
 */
export const readInside = async (folder: string, path: string, maxBytes: number): Promise<FileText> => {
  const root = await realpath(folder);
  const wanted = resolve(folder, path);
  let real: string;
  try {
    real = await realpath(wanted);
  } catch (error) {
    return unreadable(error);
  }
  if (!isInside(root, real)) {
    return refused('it leads out of the repository; keep zone files inside the folder of hostmaster.yaml');
  }
  return readPlain(real, maxBytes);
};

/** Reads a text file anywhere, under the same limits of kind, size and encoding. */
export const readPlain = async (path: string, maxBytes: number): Promise<FileText> => {
  let handle: FileHandle;
  try {
    // O_NONBLOCK: opening a named pipe must not hang.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return unreadable(error);
  }
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) return refused('it is not a plain file');
    if (stat.size > maxBytes) return refused(`it has ${stat.size} bytes; ${maxBytes} is the most`);
    return decode(await handle.readFile());
  } catch (error) {
    return unreadable(error);
  } finally {
    await handle.close();
  }
};

/** Is `path` the folder itself or inside of it? Both absolute, symlinks resolved. */
export const isInside = (folder: string, path: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** The path as problems show it: relative to hostmaster.yaml, with "/". */
export const shownPath = (folder: string, path: string): string => relative(folder, path).split(sep).join('/');

const decode = (bytes: Buffer): FileText => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { status: 'read', text };
  } catch {
    return refused('it is not UTF-8 text; save it as UTF-8');
  }
};

const refused = (message: string): FileText => ({ status: 'refused', message });

const unreadable = (error: unknown): FileText => {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT' || code === 'ENOTDIR') return { status: 'missing' };
  if (code === 'EACCES' || code === 'EPERM') return refused('it may not be read; check its permissions');
  if (code === 'ELOOP') return refused('its symlinks go round in a circle');
  return refused(`it cannot be read: ${messageOf(error).replace(/, \w+ '.*$/, '')}`);
};
