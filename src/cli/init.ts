import { join, relative, resolve } from 'node:path';
import { exit } from './exit.ts';
import type { Io } from './io.ts';
import { copySample } from './sample.ts';

/** Writes the sample repository into a folder, and says what to do with it. */
export const runInit = async (folder: string, io: Io): Promise<number> => {
  const files = await copySample(resolve(folder));
  const config = join(relative('.', resolve(folder)), 'hostmaster.yaml');
  const option = config === 'hostmaster.yaml' ? '' : ` --config ${config}`;
  io.out(
    [
      `Wrote ${files.length} files to ${folder}:`,
      ...files.map((file) => `  ${file}`),
      '',
      'Its target is a name server inside Hostmaster, so that it works as it is:',
      `  hostmaster plan${option}           what would change`,
      `  hostmaster apply${option}          change it, and prove it over DNS`,
      `  hostmaster serve${option}          keep the name server running`,
      'To bring in zones that you have: hostmaster dump --target NAME --out zones/',
      '',
    ].join('\n'),
  );
  return exit.done;
};
