import { randomBytes } from 'node:crypto';
import { fstatSync } from 'node:fs';
import type { WriteStream } from 'node:tty';

// GitHub's runner reads each line that a step prints for commands, on stdout and stderr alike, unless one command has switched
// that off until a word that nobody can guess.

/** What writes to a stream, between marks where a GitHub workflow reads it. What goes into a file has none. */
export const markedWriter = (
  stream: Pick<WriteStream, 'write'> & { readonly fd: number },
  env: Readonly<Record<string, string | undefined>>,
  word: string,
): ((text: string) => void) => {
  const write = (text: string) => void stream.write(text);
  if (!env.GITHUB_ACTIONS || isFile(stream.fd)) return write;
  let last = '';
  const end = (): void => write(`${last.endsWith('\n') ? '' : '\n'}::${word}::\n`);
  return (text) => {
    if (text === '') return;
    if (last === '') {
      write(`::stop-commands::${word}\n`);
      process.once('exit', end);
    }
    last = text;
    write(text);
  };
};

/** Nobody can guess it. */
export const randomWord = (): string => `hostmaster-${randomBytes(16).toString('hex')}`;

const isFile = (fd: number): boolean => {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
};
