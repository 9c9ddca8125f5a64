import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HostmasterError, messageOf } from '../model/errors.ts';
import { count } from '../model/phrases.ts';
import { type DumpedZone, dumpPass } from '../pass.ts';
import { prepareDumped, prepareWritten, type ZoneFileForm, zoneFile, zoneFileName } from '../report/index.ts';
import { makeFolder } from '../state/index.ts';
import { exit } from './exit.ts';
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';
import { passOptions } from './options.ts';
import { print } from './print.ts';
import { commandContext } from './run-context.ts';

export interface DumpOptions extends CommonOptions {
  readonly out?: string;
  readonly as: ZoneFileForm;
  readonly force?: boolean;
}

export const runDump = async (options: DumpOptions, io: Io): Promise<number> => {
  const [target, ...others] = options.target ?? [];
  if (target === undefined || others.length > 0) throw usage('dump reads one target: --target NAME');
  const { context } = commandContext(io, options);
  const { zone: zones = [], ...rest } = options;
  const dumped = await dumpPass(target, zones, passOptions(rest), context);
  if (options.out === undefined) {
    const [only, ...more] = dumped;
    if (only === undefined || more.length > 0) throw usage(`${dumped.length} zones need a folder to go to: --out DIR`);
    print(io, options.format, prepareDumped(only, options.as));
  } else await writeAll(dumped, options.out, options, io);
  for (const zone of dumped) sayWhatIsLeft(zone, io);
  return exit.done;
};

const usage = (message: string) => new HostmasterError('USAGE', message);

const mostLeft = 50;

const sayWhatIsLeft = ({ zone, left }: DumpedZone, io: Io): void => {
  for (const { name, type, why } of left.slice(0, mostLeft)) {
    io.err(`hostmaster: not in the dump of ${zone}: ${name} ${type} (${why})\n`);
  }
  if (left.length > mostLeft) {
    io.err(`hostmaster: not in the dump of ${zone}: ${count(left.length - mostLeft, 'more RRset')}\n`);
  }
};

const writeAll = async (dumped: readonly DumpedZone[], out: string, options: DumpOptions, io: Io): Promise<void> => {
  const files = dumped.map((zone) => ({ zone, file: join(out, zoneFileName(zone.zone, options.as)) }));
  const taken = files.filter(({ file }) => options.force !== true && existsSync(file));
  if (taken.length > 0) {
    throw usage(`nothing was written: ${taken.map(({ file }) => file).join(', ')} exists already; --force overwrites`);
  }
  try {
    makeFolder(out);
    for (const { zone, file } of files) await writeFile(file, zoneFile(zone, options.as));
  } catch (error) {
    throw usage(`${out} cannot be written to (${messageOf(error)}); name another folder: --out DIR`);
  }
  print(io, options.format, prepareWritten(files, options.as));
};
