import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { isMissing } from './inode.ts';

const chunkSize = 64 * 1024;
const lineFeed = 0x0a;

export interface LineFromEnd {
  readonly bytes: Buffer;
  /** False: the file ends in the middle of it. */
  readonly isWhole: boolean;
}

/** The lines of a file from its end to its start; none where there is no file. Reads no more than is asked for. */
export async function* linesFromEnd(file: string): AsyncGenerator<LineFromEnd> {
  const handle = await openIfThere(file);
  if (handle === null) return;
  try {
    let position = (await handle.stat()).size;
    let rest: Buffer<ArrayBufferLike> = Buffer.alloc(0);
    let isLast = true;
    while (position > 0) {
      const start = Math.max(0, position - chunkSize);
      rest = Buffer.concat([await readAt(handle, start, position - start), rest]);
      position = start;
      for (let at = rest.lastIndexOf(lineFeed); at >= 0; at = rest.lastIndexOf(lineFeed)) {
        const bytes = rest.subarray(at + 1);
        if (!isLast || bytes.length > 0) yield { bytes, isWhole: !isLast };
        isLast = false;
        rest = rest.subarray(0, at);
      }
    }
    if (rest.length > 0) yield { bytes: rest, isWhole: !isLast };
  } finally {
    await handle.close();
  }
}

const readAt = async (handle: FileHandle, start: number, length: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, start);
  return buffer.subarray(0, bytesRead);
};

const openIfThere = async (file: string): Promise<FileHandle | null> => {
  try {
    return await open(file, 'r');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};
