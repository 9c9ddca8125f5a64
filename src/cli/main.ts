import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { HostmasterError } from '../model/errors.ts';
import { exit, ofError } from './exit.ts';
import type { Io } from './io.ts';
import { processIo } from './io.ts';
import { deletedFolder, format, withAllow, withCommon, withDaemonOptions, withOneZone } from './options.ts';
import { harmless } from './print.ts';
import { stoppedCode } from './stopping.ts';

/** Runs one command and gives its exit code. Only here are errors caught and turned into words. */
export const main = async (argv: readonly string[], given: Io = processIo()): Promise<number> => {
  const io = harmless(given);
  let code: number = exit.done;
  const run =
    (command: (...args: never[]) => Promise<number>) =>
    async (...args: unknown[]) => {
      code = await (command as (...all: unknown[]) => Promise<number>)(...args);
    };
  try {
    await program(io, run).parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    return explainError(error, argv, io);
  }
};

type Run = (command: (...args: never[]) => Promise<number>) => (...args: unknown[]) => Promise<void>;

const program = (io: Io, run: Run): Command => {
  const cli = new Command('hostmaster')
    .description('Keeps DNS true: plans, applies and proves the zones that Git describes')
    .version(version())
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .showSuggestionAfterError();
  const command = (name: string, description: string) =>
    cli.command(name).description(description).copyInheritedSettings(cli);

  withCommon(command('validate', 'check everything that needs no network')).action(
    run(async (options) => (await import('./validate.ts')).runValidate(options, io)),
  );
  withAllow(withCommon(command('plan', 'show what would change, and why')))
    .option('--out <file>', 'keep the plan, for apply --plan')
    .option('--exit-code', 'exit 2 where there are changes')
    .action(run(async (options) => (await import('./plan.ts')).runPlan(options, io)));
  withAllow(withCommon(command('apply', 'plan, apply, and verify what was written')))
    .option('--plan <file>', 'apply this plan or nothing')
    .option('--yes', 'do not ask')
    .action(run(async (options) => (await import('./apply.ts')).runApply(options, io)));
  withCommon(command('verify', 'ask every authoritative name server for every desired RRset'))
    .option('--sample <number>', 'ask for so many RRsets of each zone', positive)
    .action(run(async (options) => (await import('./verify.ts')).runVerify(options, io)));
  withCommon(command('dump', 'write the zones that a target holds as zone files'))
    .option('--out <folder>', 'where to; one zone goes to stdout without it')
    .addOption(new Option('--as <form>', 'of the files').choices(['yaml', 'zone']).default('yaml'))
    .option('--force', 'overwrite files')
    .action(run(async (options) => (await import('./dump.ts')).runDump(options, io)));
  withCommon(command('explain', 'desired, existing and answered values of a name, and where each comes from'))
    .argument('<name>', 'absolute, with or without the final dot')
    .argument('[type]', 'one RR type')
    .action(run(async (name, type, options) => (await import('./explain.ts')).runExplain(name, type, options, io)));
  withCommon(command('serve', "run the embedded targets' name servers until stopped")).action(
    run(async (options) => (await import('./serve.ts')).runServe(options, io)),
  );
  withDaemonOptions(command('daemon', 'keep everything in order until stopped, with an HTTP interface')).action(
    run(async (options) => (await import('./daemon.ts')).runDaemonCommand(options, version(), io)),
  );
  const audit = command('audit', 'the audit file of the daemon');
  audit
    .command('verify')
    .description('check that an audit file is as it was written')
    .copyInheritedSettings(audit)
    .argument('<file>', 'the one that is written to, or one that is full')
    .addOption(format())
    .action(run(async (file, options) => (await import('./audit.ts')).runAuditVerify(file, options, io)));
  const zone = command('zone', 'a single zone at a target');
  withOneZone(zone.command('delete').description('delete a zone, after a dump of it was written'))
    .copyInheritedSettings(zone)
    .argument('<name>', 'of the zone, with or without the final dot')
    .option('--confirm <name>', "the zone's name once more; without it, it is asked for on a terminal")
    .option('--out <folder>', 'where the dump goes', deletedFolder)
    .addOption(
      new Option(
        '--allow <what...>',
        'delete it although a zone above delegates it, or although the dump cannot hold all of it',
      ).choices(['delegation', 'unreadable']),
    )
    .action(run(async (name, options) => (await import('./zone-delete.ts')).runZoneDelete(name, options, io)));
  command('init', 'write a small working repository')
    .argument('[folder]', 'where to', '.')
    .option('--daemon', "write the operator's own file for the daemon, too")
    .addOption(format())
    .action(run(async (folder, options) => (await import('./init.ts')).runInit(folder, options, io)));
  command('demo', 'a tour of everything on this machine')
    .option('--exit', 'end after the tour')
    .option('--stop-server', 'stop the name server before verify, to see that this is noticed')
    .action(run(async (options) => (await import('./demo.ts')).runDemo(options, io)));
  return cli;
};

const positive = (text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It takes a whole number from 1.');
  return number;
};

/** package.json is one folder up from src, and one further from dist/src. */
const version = (): string => {
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version;
    } catch {}
  }
  return 'unknown';
};

const explainError = (error: unknown, argv: readonly string[], io: Io): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit.done : exit.error;
  const isStopped = io.signal.aborted;
  if (error instanceof HostmasterError || (isStopped && isAbort(error))) {
    const words = error instanceof HostmasterError ? error.message : 'interrupted: run it again';
    io.err(`hostmaster: ${words}\n`);
    return isStopped ? (io.stopping?.code() ?? stoppedCode('SIGINT')) : ofError(error);
  }
  const debug = argv.includes('debug');
  const words = error instanceof Error ? (debug ? error.stack : error.message) : String(error);
  io.err(`hostmaster: an internal error, which is a bug: ${words}\n`);
  if (!debug) io.err('hostmaster: --log-level debug shows where; please report it with that\n');
  return exit.error;
};

/** What Node throws where a signal ends a wait: it says nothing of what was done before. */
const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';
