import { stat } from 'node:fs/promises';

/** Which file stands at the path, to tell it from one that takes its place; null: none. */
export const inodeOf = async (file: string): Promise<bigint | null> => {
  try {
    return (await stat(file, { bigint: true })).ino;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

/** Is it that nothing stands at the path? */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
