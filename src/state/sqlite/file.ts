import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { HostmasterError, messageOf } from '../../model/errors.ts';

// Which file may be the state: what is not SQLite is somebody's, and is never touched.

const header = 'SQLite format 3\0';

/** SQLite's own codes (sqlite.org/rescode.html), of which the low byte is the kind. */
const codes = {
  error: 1,
  busy: 5,
  locked: 6,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  protocol: 15,
  notADatabase: 26,
} as const;

const codeOf = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : null;

/** What SQLite found when it looked through the file. */
export class DamagedFile extends Error {}

/**
 * Is the file itself beyond use? Nothing else is a reason to set it aside. Our statements are constants: one that fails as
 * such (`error`) has not found the tables that we made, and a number is out of range where we never wrote it.
 */
export const isDamaged = (error: unknown): boolean => {
  const code = codeOf(error);
  if (code === codes.corrupt || code === codes.notADatabase || code === codes.error) return true;
  return (
    error instanceof DamagedFile || (error instanceof Error && 'code' in error && error.code === 'ERR_OUT_OF_RANGE')
  );
};

/** Does another process keep us from it? */
export const isBusy = (error: unknown): boolean => {
  const code = codeOf(error);
  return code === codes.busy || code === codes.locked || code === codes.protocol;
};

/** Is there no room for it? SQLite calls it so only where it wrote to the database itself, and not where it made a file. */
const isDiskFull = (file: string, error: unknown): boolean => {
  if (codeOf(error) === codes.full) return true;
  if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) return true;
  return (codeOf(error) === codes.io || codeOf(error) === codes.cannotOpen) && hasNoRoom(dirname(file));
};

const hasNoRoom = (folder: string): boolean => {
  try {
    const { bavail, ffree, files } = statfsSync(folder);
    return bavail === 0 || (files > 0 && ffree === 0);
  } catch {
    return false;
  }
};

/** What went wrong with the state file, and what to do about it. */
export const stateError = (file: string, error: unknown): HostmasterError => {
  if (error instanceof HostmasterError) return error;
  if (isBusy(error)) {
    const message = `the state file ${file} is locked by another process: wait until that one is done, then try again`;
    return new HostmasterError('STATE_UNAVAILABLE', message, { cause: error });
  }
  if (isDiskFull(file, error)) {
    const message = `the disk of the state file ${file} is full: make room, then try again`;
    return new HostmasterError('STATE_UNAVAILABLE', message, { cause: error });
  }
  if (codeOf(error) === codes.io) {
    const message = `the state file ${file} cannot be read or written now (${messageOf(error)}): see to its disk, then try again`;
    return new HostmasterError('STATE_UNAVAILABLE', message, { cause: error });
  }
  const what = isDamaged(error)
    ? 'the next apply sets it aside and begins anew'
    : 'fix that, or name another file at "state:"';
  return new HostmasterError('CONFIG', `the state file ${file} cannot be used (${messageOf(error)}): ${what}`, {
    cause: error,
  });
};

/** Throws CONFIG where something stands at the path that is no SQLite database: it stays as it is. */
export const refuseForeignFile = (file: string): void => {
  if (!existsSync(file)) return;
  const other = (what: string) =>
    new HostmasterError('CONFIG', `${file} ${what}, and was left as it is: name another file at "state:"`);
  if (!statSync(file).isFile()) throw other('is no file');
  const start = startOf(file);
  if (start.length > 0 && start !== header) throw other('is not a state file of Hostmaster');
};

const startOf = (file: string): string => {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(header.length);
    return bytes.toString('latin1', 0, readSync(descriptor, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(descriptor);
  }
};

/** Which file stands at the path, to tell it from one that takes its place; null: none. */
export const identityOf = (file: string): string | null => {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev} ${found.ino}`;
};

/** Moves a file away with its journal, which would be taken for the new file's; gives its new path. */
export const moveDamagedAway = (file: string): string => {
  const aside = freeName(`${file}.damaged-${process.pid}`);
  for (const part of ['', '-wal', '-shm']) {
    if (existsSync(`${file}${part}`)) renameSync(`${file}${part}`, `${aside}${part}`);
  }
  return aside;
};

const freeName = (name: string, count = 1): string => {
  const free = count === 1 ? name : `${name}-${count}`;
  return existsSync(free) ? freeName(name, count + 1) : free;
};

/** Makes a folder and those above it. `mkdirSync` with `recursive` never returns where /proc refuses one. */
export const makeFolder = (folder: string): void => {
  if (existsSync(folder)) return;
  const above = dirname(folder);
  if (above !== folder) makeFolder(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
};
