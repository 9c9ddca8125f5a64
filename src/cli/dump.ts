import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HostmasterError, messageOf } from '../model/errors.ts';
import { count } from '../model/phrases.ts';
import { isSoa } from '../model/rr-types.ts';
import { type DumpedZone, dumpPass } from '../pass.ts';
import { fenced } from '../report/markup.ts';
import { zoneFileName, zoneMaster, zoneYaml } from '../report/zonefile.ts';
import { makeFolder } from '../state/index.ts';
import { exit } from './exit.ts';
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';
import { json, passOptions } from './options.ts';
import { commandContext } from './run-context.ts';

export interface DumpOptions extends CommonOptions {
  readonly out?: string;
  readonly as: 'yaml' | 'zone';
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
    printOne(only, options, io);
  } else await writeAll(dumped, options.out, options, io);
  for (const zone of dumped) sayWhatIsLeft(zone, io);
  return exit.done;
};

const usage = (message: string) => new HostmasterError('USAGE', message);

const pieces = (dumped: DumpedZone, { as }: DumpOptions): Iterable<string> =>
  as === 'yaml' ? zoneYaml(dumped.rrsets, dumped.zone) : zoneMaster(dumped.rrsets, dumped.zone);

/** YAML is without the SOA. */
const written = ({ rrsets }: DumpedZone, { as }: DumpOptions) =>
  as === 'zone' ? rrsets : rrsets.filter(({ type }) => !isSoa(type));

const printOne = (dumped: DumpedZone, options: DumpOptions, io: Io): void => {
  if (options.format === 'json') io.out(json(dumped));
  else if (options.format === 'markdown') io.out(`${fenced([...pieces(dumped, options)].join(''))}\n`);
  else for (const piece of pieces(dumped, options)) io.out(piece);
};

const shownLeft = 50;

const sayWhatIsLeft = ({ zone, left }: DumpedZone, io: Io): void => {
  for (const { name, type, why } of left.slice(0, shownLeft)) {
    io.err(`hostmaster: not in the dump of ${zone}: ${name} ${type} (${why})\n`);
  }
  if (left.length > shownLeft) {
    io.err(`hostmaster: not in the dump of ${zone}: ${count(left.length - shownLeft, 'more RRset')}\n`);
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
    for (const { zone, file } of files) await writeFile(file, pieces(zone, options));
  } catch (error) {
    throw usage(`${out} cannot be written to (${messageOf(error)}); name another folder: --out DIR`);
  }
  if (options.format === 'json') io.out(json({ files: files.map(({ file }) => file) }));
  else for (const { file, zone } of files) io.out(`${file}: ${count(written(zone, options).length, 'RRset')}\n`);
};
