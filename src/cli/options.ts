import type { Command } from 'commander';
import { Option } from 'commander';
import type { Store } from '../model/ports.ts';
import { type Format, formats } from '../report/index.ts';
import type { PassOptions } from '../run.ts';
import { openStore, readStore } from '../state/index.ts';
import type { Io } from './io.ts';

/** The options that every command on a repository has. */
export interface SourceOptions {
  readonly config: string;
  readonly format: Format;
  readonly targetsFrom?: string;
  /** `error`: no notices; `debug`: also what went on without anybody's help, and where an internal error came from. Default is `info`. */
  readonly logLevel?: 'error' | 'info' | 'debug';
}

/** Those of a command on many zones, too. */
export interface CommonOptions extends SourceOptions {
  readonly zone?: readonly string[];
  readonly target?: readonly string[];
}

/** Where the dumps of deleted zones go. */
export const deletedFolder = 'deleted';

export const format = (): Option => new Option('--format <format>', 'of the result').choices(formats).default('text');

export const withCommon = (command: Command): Command =>
  withTail(
    withHead(command).option('--zone <name...>', 'only these zones').option('--target <name...>', 'only these targets'),
  );

/** Those of a command on one zone at one target. */
export const withOneZone = (command: Command): Command =>
  withTail(withHead(command).requiredOption('--target <name>', 'where'));

const withHead = (command: Command): Command =>
  command.option('--config <file>', 'the configuration', 'hostmaster.yaml').addOption(format());

const withTail = (command: Command): Command =>
  command
    .option('--targets-from <file>', 'take targets, inventory and state from this file instead')
    .addOption(
      new Option('--log-level <level>', 'what goes to stderr').choices(['error', 'info', 'debug']).default('info'),
    );

/** Those of the daemon, which has no result. */
export const withDaemonOptions = (command: Command): Command =>
  withTail(
    command.option(
      '--config <file>',
      'the configuration, where the file of --targets-from has no git:',
      'hostmaster.yaml',
    ),
  );

/** `--allow`, for the commands that plan. */
export const withAllow = (command: Command): Command =>
  command
    .option(
      '--allow <what...>',
      'let exactly this withheld change through: GUARD:ZONE[@VIEW][/TARGET][:NAME], absent:INVENTORY/SERVER, or shrink:INVENTORY',
    )
    .option('--full', 'read every zone, whatever the state says');

export interface PlanningOptions extends CommonOptions {
  readonly allow?: readonly string[];
  readonly full?: boolean;
}

export const passOptions = (options: PlanningOptions): PassOptions => ({
  config: options.config,
  ...(options.zone === undefined ? {} : { zones: options.zone }),
  ...(options.target === undefined ? {} : { targets: options.target }),
  ...(options.targetsFrom === undefined ? {} : { targetsFrom: options.targetsFrom }),
  allow: options.allow ?? [],
  full: options.full === true,
  serve: false,
});

/** The state for a command that writes; damage in it is said. */
export const storeOpener =
  (io: Io) =>
  (file: string): Promise<Store> =>
    openStore(file, (notice) => io.err(`hostmaster: ${notice}\n`));

/** The state for a command that leaves no trace; damage in it is said. */
export const readOnlyStoreOpener =
  (io: Io) =>
  (file: string): Promise<Store> =>
    readStore(file, (notice) => io.err(`hostmaster: ${notice}\n`));
