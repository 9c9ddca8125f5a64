import type { Command } from 'commander';
import { Option } from 'commander';
import type { Store } from '../model/ports.ts';
import type { PassOptions } from '../pass/types.ts';
import { readStore } from '../state/sqlite.ts';
import type { Io } from './io.ts';

/** The options that every command on a repository has. */
export interface CommonOptions {
  readonly config: string;
  readonly format: 'text' | 'json' | 'markdown';
  readonly zone?: readonly string[];
  readonly target?: readonly string[];
  readonly targetsFrom?: string;
  /** `error`: no notices; `debug`: an internal error shows where. Default is `info`. */
  readonly logLevel?: 'error' | 'info' | 'debug';
}

export const format = (): Option =>
  new Option('--format <format>', 'of the result').choices(['text', 'json', 'markdown']).default('text');

export const withCommon = (command: Command): Command =>
  command
    .option('--config <file>', 'the configuration', 'hostmaster.yaml')
    .addOption(format())
    .option('--zone <name...>', 'only these zones')
    .option('--target <name...>', 'only these targets')
    .option('--targets-from <file>', 'take targets and state from this file instead')
    .addOption(
      new Option('--log-level <level>', 'what goes to stderr').choices(['error', 'info', 'debug']).default('info'),
    );

/** `--allow`, for the commands that plan. */
export const withAllow = (command: Command): Command =>
  command
    .option('--allow <what...>', 'let exactly this withheld change through: GUARD:ZONE[@VIEW][/TARGET][:NAME]')
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

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The state for a command that leaves no trace; damage in it is said. */
export const readWith =
  (io: Io) =>
  (file: string): Store =>
    readStore(file, (notice) => io.err(`hostmaster: ${notice}\n`));
