import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Ended, hostmaster, type Started, start } from '../command.ts';
import { freePort, tempFolder } from '../servers/index.ts';

/** What `hostmaster init` writes, on a port of its own. */
export interface Sample {
  readonly folder: string;
  readonly port: number;
  read(file: string): string;
  write(file: string, text: string): void;
  /** Changes a file, which must have the text. */
  replace(file: string, before: string, after: string): void;
  run(...args: readonly string[]): Promise<Ended>;
  start(...args: readonly string[]): Started;
}

export const zoneFile = 'zones/example.com.yaml';

export const sample = async (): Promise<Sample> => {
  const folder = tempFolder('sample');
  const port = await freePort();
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const replace = (file: string, before: string, after: string) => {
    if (!read(file).includes(before)) throw new Error(`${file} has no ${before}`);
    write(file, read(file).replace(before, after));
  };
  const run = (...args: readonly string[]) => hostmaster(args, { cwd: folder });
  const init = await run('init');
  if (init.code !== 0) throw new Error(init.stderr);
  replace('hostmaster.yaml', '127.0.0.1:5353', `127.0.0.1:${port}`);
  replace('hostmaster.yaml', 'verify_wait: 5s', 'verify_wait: 1s');
  return { folder, port, read, write, replace, run, start: (...args) => start(args, { cwd: folder }) };
};

/** The sample, applied. */
export interface AppliedSample extends Sample {
  /** Lets www.example.com. move to another address. */
  change(): void;
  /** Its zone file and hostmaster.yaml, and what answers, as at first. */
  reset(): Promise<void>;
}

export const appliedSample = async (): Promise<AppliedSample> => {
  const repository = await sample();
  const files = [zoneFile, 'hostmaster.yaml'].map((file) => [file, repository.read(file)] as const);
  const reset = async () => {
    for (const [file, text] of files) repository.write(file, text);
    await repository.run('apply', '--yes');
  };
  await reset();
  return { ...repository, change: () => repository.replace(zoneFile, '192.0.2.11]', '192.0.2.12]'), reset };
};

/** One JSON document, and nothing else. */
export const jsonOf = ({ stdout, stderr }: Ended) => {
  try {
    return JSON.parse(stdout);
  } catch (error) {
    throw new Error(`stdout is no JSON: ${stdout.slice(0, 500)}; stderr: ${stderr}`, { cause: error });
  }
};
