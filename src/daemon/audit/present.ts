import { stat } from 'node:fs/promises';

/** Which file stands at the path, to tell it from one that takes its place; null: none. */
export const inodeOf = async (file: string): Promise<bigint | null> => {
  try {
    return (await stat(file, { bigint: true })).ino;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
};

export const isThere = async (file: string): Promise<boolean> => (await inodeOf(file)) !== null;
