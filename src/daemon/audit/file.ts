import { type FileHandle, open, rename } from 'node:fs/promises';
import { HostmasterError, messageOf } from '../../model/errors.ts';
import { endOfFile, endText, notedEnd } from './end.ts';
import { type AuditEntry, type BeginsEntry, type ChainEnd, nextLine, readLine } from './entry.ts';
import { inodeOf, isMissing } from './inode.ts';
import { endName, fullName, fullNumbers } from './row.ts';

// The file that is written to. A line is in it whole or not at all, as far as that is in our hands: what a full disk took half
// of is written over.

export interface AuditFile {
  /** Adds lines in their order, and gives the number of each. Throws STATE_UNAVAILABLE where they cannot be added: then none is. */
  add(entries: readonly AuditEntry[], options: { readonly isDurable: boolean }): Promise<readonly number[]>;
  close(): Promise<void>;
}

export interface AuditFileOptions {
  /** A file that would be larger is full; bytes. */
  readonly most: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly noted: FileHandle;
  /** Tells it from another one that takes its path. */
  readonly inode: bigint;
  /** In the row, from 1. */
  readonly number: number;
  readonly size: number;
  readonly end: ChainEnd;
}

/** Nothing is opened before the first line. One call at a time. */
export const auditFile = (file: string, options: AuditFileOptions): AuditFile => {
  let opened: OpenFile | null = null;
  const drop = async (): Promise<void> => {
    const before = opened;
    opened = null;
    await Promise.allSettled([before?.handle.close(), before?.noted.close()]);
  };
  const current = async (): Promise<OpenFile> => {
    if (opened !== null && (await inodeOf(file)) === opened.inode) return opened;
    const end = opened?.end ?? null;
    await drop();
    return openAt(file, end);
  };
  return {
    add: async (entries, { isDurable }) => {
      try {
        opened = await current();
        opened = await withRoom(file, opened, options);
        const { numbers, written } = await append(opened, entries, options, isDurable);
        opened = written;
        return numbers;
      } catch (error) {
        await drop();
        throw notNoted(file, error);
      }
    },
    close: drop,
  };
};

/** `known`: where the chain ended when the file was last seen; null: nobody has looked yet. */
const openAt = async (file: string, known: ChainEnd | null): Promise<OpenFile> => {
  const isFound = (await inodeOf(file)) !== null;
  const full = await fullNumbers(file);
  const last = full.at(-1) ?? 0;
  const found = await endOfFile(isFound ? file : fullName(file, last));
  const noted = await notedEnd(file);
  // Lines that are gone leave a gap in the numbers, which the verification names.
  const end = [found.end, noted, known].reduce<ChainEnd>(
    (latest, each) => (each !== null && each.number > latest.number ? each : latest),
    found.end,
  );
  const handle = await openOrMake(file);
  try {
    const { ino, size } = await handle.stat({ bigint: true });
    const number = isFound ? ((await numberOf(handle)) ?? last + 1) : last + 1;
    const lineEnd = isFound && found.isTorn ? '\n' : '';
    await handle.write(lineEnd, Number(size));
    // The last of what may fail, so that only the other one is to be closed then.
    const noted = await openOrMake(endName(file));
    return { handle, noted, inode: ino, number, end, size: Number(size) + lineEnd.length };
  } catch (error) {
    await handle.close();
    throw error;
  }
};

const openOrMake = async (file: string): Promise<FileHandle> => {
  try {
    return await open(file, 'r+');
  } catch (error) {
    if (!isMissing(error)) throw error;
    return open(file, 'wx+', 0o600);
  }
};

/** Which file of the row it is, as its first line says; null: it does not. */
const numberOf = async (handle: FileHandle): Promise<number | null> => {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
  const [first = ''] = buffer.toString('utf8', 0, bytesRead).split('\n');
  return readLine(first)?.file ?? null;
};

/** The same file, or a new one in its place where it is full. */
const withRoom = async (file: string, opened: OpenFile, { most }: AuditFileOptions): Promise<OpenFile> => {
  if (opened.size < most) return opened;
  await rename(file, fullName(file, opened.number));
  await Promise.allSettled([opened.handle.close(), opened.noted.close()]);
  const next = await openAt(file, opened.end);
  return { ...next, number: opened.number + 1 };
};

const append = async (
  opened: OpenFile,
  entries: readonly AuditEntry[],
  { now }: AuditFileOptions,
  isDurable: boolean,
): Promise<{ readonly numbers: readonly number[]; readonly written: OpenFile }> => {
  const { handle, noted, number, size } = opened;
  const at = new Date(now()).toISOString();
  const begins: BeginsEntry = { kind: 'begins', file: number };
  const ends: ChainEnd[] = [];
  let text = '';
  let { end } = opened;
  for (const entry of size === 0 ? [begins, ...entries] : entries) {
    const next = nextLine(end, at, entry);
    text += `${next.line}\n`;
    end = next.end;
    ends.push(end);
  }
  const bytes = Buffer.from(text);
  try {
    await writeAll(handle, bytes, size);
    if (isDurable) await handle.datasync();
    await writeAll(noted, Buffer.from(endText(end)), 0);
  } catch (error) {
    await handle.truncate(size).catch(() => undefined);
    throw error;
  }
  const written = { ...opened, size: size + bytes.length, end };
  return { numbers: ends.slice(ends.length - entries.length).map((each) => each.number), written };
};

const writeAll = async (handle: FileHandle, bytes: Buffer, position: number): Promise<void> => {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
};

const notNoted = (file: string, error: unknown): HostmasterError => {
  if (error instanceof HostmasterError) return error;
  const message = `${file}: what is about to be written cannot be noted in this audit file (${messageOf(error)}), so it is not written: make room there, or see to its disk`;
  return new HostmasterError('STATE_UNAVAILABLE', message, { cause: error });
};
