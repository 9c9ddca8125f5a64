import { HostmasterError, SyntaxProblem } from '../model/errors.ts';
import { parseAbsolute } from '../model/name.ts';
import { count } from '../model/phrases.ts';
import { type DeleteAllow, deleteZonePass, type FoundZone } from '../pass.ts';
import { prepareDeleted, problemsAsText, shellWord } from '../report/index.ts';
import { ofProblems, ofVerify, worst } from './exit.ts';
import type { Io } from './io.ts';
import type { SourceOptions } from './options.ts';
import { deletedFolder, passOptions, storeOpener } from './options.ts';
import { print } from './print.ts';
import { commandContext } from './run-context.ts';

export interface ZoneDeleteOptions extends SourceOptions {
  readonly target: string;
  readonly confirm?: string;
  readonly out: string;
  readonly allow?: readonly DeleteAllow[];
}

export const runZoneDelete = async (name: string, options: ZoneDeleteOptions, io: Io): Promise<number> => {
  const zone = canonical(name, name);
  if (options.confirm !== undefined) refuseOther(options.confirm, zone);
  const { context, clear } = commandContext(io, options);
  const { allow = [], out, target, ...rest } = options;
  const agree = (found: FoundZone) => agreed(zone, found, options, io);
  const deletion = { zone, target, out, allow, agree };
  const deleted = await deleteZonePass(deletion, passOptions(rest), context, storeOpener(io)).finally(clear);
  print(io, options.format, prepareDeleted(deleted));
  return worst([ofProblems(deleted.problems), ofVerify(deleted.verify)]);
};

const canonical = (text: string, shown: string): string => {
  try {
    return parseAbsolute(text);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    throw usage(`${shown}: ${error.message}`);
  }
};

const usage = (message: string): HostmasterError => new HostmasterError('USAGE', `nothing was deleted: ${message}`);

const refuseOther = (confirm: string, zone: string): void => {
  if (canonical(confirm, `--confirm ${confirm}`) !== zone) throw usage(`--confirm ${confirm} is not ${zone}`);
};

/** --confirm says it again; on a terminal a person may type it instead. */
const agreed = async (zone: string, found: FoundZone, options: ZoneDeleteOptions, io: Io): Promise<void> => {
  for (const line of problemsAsText(found.problems)) io.err(`hostmaster: ${line}\n`);
  if (options.confirm !== undefined) return;
  const holds = `${options.target} holds ${count(found.rrsets, 'RRset')} of ${zone}`;
  if (!io.interactive) throw usage(`${holds}; to delete all of them: ${commandOf(zone, options)}`);
  const typed = await io.ask(`${holds}. To delete all of them, type the zone's name: `);
  if (io.signal.aborted) throw new HostmasterError('INTERRUPTED', 'interrupted: nothing was deleted');
  if (typed === null || canonical(typed, typed) !== zone) throw usage(`that is not ${zone}`);
};

const commandOf = (zone: string, options: ZoneDeleteOptions): string => {
  const { allow = [], config, format, out, target, targetsFrom } = options;
  const words = [
    ...['hostmaster', 'zone', 'delete', zone, '--target', target, '--confirm', zone],
    ...(out === deletedFolder ? [] : ['--out', out]),
    ...(config === 'hostmaster.yaml' ? [] : ['--config', config]),
    ...(targetsFrom === undefined ? [] : ['--targets-from', targetsFrom]),
    ...(format === 'text' ? [] : ['--format', format]),
    ...allow.flatMap((each) => ['--allow', each]),
  ];
  return words.map(shellWord).join(' ');
};
