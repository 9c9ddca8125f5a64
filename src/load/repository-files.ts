import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { hasDotName } from '../model/dot-names.ts';
import { messageOf } from '../model/errors.ts';

// Synchronous: of a thousand small files, the thread pool would cost more than the reading.

/**
 * A file's text without the byte order mark that it may begin with, or why there is none: `missing`, or a message that says
 * what to do; `isLast`: no other file is read either.
 */
export type FileText =
  | { readonly status: 'read'; readonly text: string; readonly hasMark?: true }
  | { readonly status: 'missing' }
  | { readonly status: 'refused'; readonly message: string; readonly isLast?: true };

/**
 * Reads text files of the repository at `folder`. A path or a symlink that leaves it or leads to hidden files or folders,
 * one of `secretFiles` (real paths), anything but a plain file, more than `maxBytes` and what is not UTF-8 are refused. It
 * looks up each folder once.
 */
export const repositoryReader = (
  folder: string,
  secretFiles: ReadonlySet<string> = new Set(),
): ((path: string, maxBytes: number) => FileText) => {
  const root = realpathSync.native(folder);
  const folders = new Map<string, string>();
  const realFolder = (path: string): string => {
    const real = folders.get(path) ?? realpathSync.native(path);
    folders.set(path, real);
    return real;
  };
  const whyNot = (real: string): string | null => {
    if (!isInside(root, real)) return outside;
    if (hasDotName(relative(root, real))) return withDotName;
    return secretFiles.has(real) ? 'hostmaster.yaml names it as the file of a secret' : null;
  };
  return (path, maxBytes) => {
    const wanted = resolve(folder, path);
    if (isInside(folder, wanted) && hasDotName(relative(folder, wanted))) return refused(withDotName);
    let real: string;
    try {
      const plain = join(realFolder(dirname(wanted)), basename(wanted));
      const file = whyNot(plain) === null ? openPlain(plain) : null;
      if (file !== null) return readOpen(file, maxBytes);
      real = realpathSync.native(wanted);
    } catch (error) {
      return unreadable(error);
    }
    const why = whyNot(real);
    return why === null ? readTextFile(real, maxBytes) : refused(why);
  };
};

const outside = 'it is outside of the repository; keep zone files in the folder of hostmaster.yaml';

/** What a message says of a file that is not read, as secrets of Git and of other tools are in such files. */
export const withDotName = 'it has a name with a dot in front, or leads to one; rename it';

/** Reads a text file anywhere, under the same limits of kind, size and encoding. */
export const readTextFile = (path: string, maxBytes: number): FileText => {
  let file: number;
  try {
    file = openSync(path, reading);
  } catch (error) {
    return unreadable(error);
  }
  return readOpen(file, maxBytes);
};

// O_NONBLOCK: opening a named pipe must not hang.
const reading = constants.O_RDONLY | constants.O_NONBLOCK;

/** Null: it is a symlink, or cannot be opened, or the system lacks O_NOFOLLOW. */
const openPlain = (path: string): number | null => {
  if (constants.O_NOFOLLOW === undefined) return null;
  try {
    return openSync(path, reading | constants.O_NOFOLLOW);
  } catch {
    return null;
  }
};

const readOpen = (file: number, maxBytes: number): FileText => {
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return refused('it is not a plain file');
    if (stat.size > maxBytes) return refused(`it has ${stat.size} bytes; ${maxBytes} is the most`);
    const bytes = bytesOf(file, stat.size, maxBytes);
    const after = fstatSync(file);
    const isSame = after.size === stat.size && after.mtimeMs === stat.mtimeMs && bytes !== null;
    return isSame ? decode(bytes) : refused('it changed while it was read; run the command again');
  } catch (error) {
    return unreadable(error);
  } finally {
    closeSync(file);
  }
};

/** A file of /proc says that it has no bytes. Null: it has others than it said, or too many. */
const bytesOf = (file: number, size: number, maxBytes: number): Uint8Array | null => {
  const bytes = bytesUpTo(file, size + 1);
  if (bytes.length <= size) return bytes.length === size ? bytes : null;
  const more = bytesUpTo(file, maxBytes - size);
  return size + 1 + more.length > maxBytes ? null : Buffer.concat([bytes, more]);
};

const bytesUpTo = (file: number, most: number): Uint8Array => {
  const buffer = Buffer.allocUnsafe(most);
  let length = 0;
  for (let read = 1; read > 0 && length < most; length += read) {
    read = readSync(file, buffer, length, most - length, null);
  }
  return buffer.subarray(0, length);
};

/** Is `path` the folder itself or inside of it? Both absolute, symlinks resolved. */
export const isInside = (folder: string, path: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** The path as problems show it: relative to hostmaster.yaml, with "/". */
export const shownPath = (folder: string, path: string): string => relative(folder, path).split(sep).join('/');

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const byteOrderMark = '\ufeff';

const decode = (bytes: Uint8Array): FileText => {
  try {
    const text = utf8.decode(bytes);
    const hasMark = text.startsWith(byteOrderMark);
    return hasMark ? { status: 'read', text: text.slice(1), hasMark } : { status: 'read', text };
  } catch {
    return refused('it is not UTF-8 text; save it as UTF-8');
  }
};

const refused = (message: string): FileText => ({ status: 'refused', message });

const unreadable = (error: unknown): FileText => {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT' || code === 'ENOTDIR') return { status: 'missing' };
  if (code === 'EACCES' || code === 'EPERM') return refused('it may not be read; check its permissions');
  if (code === 'ELOOP') return refused('its symlinks form a loop');
  return refused(`it cannot be read: ${messageOf(error).replace(/, \w+ '.*$/, '')}`);
};
