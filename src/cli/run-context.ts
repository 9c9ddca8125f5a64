import { setTimeout as pause } from 'node:timers/promises';
import type { RunContext } from '../target.ts';
import { addressLookup, askByDns } from '../verify/index.ts';
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';
import { progressLine } from './progress.ts';
import { providerLookup } from './providers.ts';
import { keepYoungGenerationSmall } from './young-generation.ts';

export interface CommandContext {
  readonly context: RunContext;
  /** Takes the progress line off the screen. */
  readonly clear: () => void;
}

/** What a command hands to a pass: real time, real DNS, the real providers. */
export const commandContext = (io: Io, { logLevel }: Pick<CommonOptions, 'logLevel'>): CommandContext => {
  keepYoungGenerationSmall();
  const progress = progressLine(io);
  const ask = askByDns();
  const { signal, stopping } = io;
  return {
    context: {
      ...providerLookup(),
      ask: (nameserver, question, until = signal) => ask(nameserver, question, until),
      lookup: addressLookup(),
      clock: { now: io.now ?? (() => Date.now()) },
      sleep: (milliseconds) => pause(milliseconds, undefined, { signal }).catch(() => undefined),
      onStep: (step) => {
        if (!signal.aborted) progress.onStep(step);
      },
      onNotice: (message) => {
        if (logLevel !== 'error') io.err(`hostmaster: ${message}\n`);
      },
      ...(logLevel === 'debug' ? { onDebug: (message) => io.err(`hostmaster: debug: ${message}\n`) } : {}),
      signal,
      ...(stopping === undefined ? {} : { cut: stopping.cut, onStopWithin: stopping.within }),
    },
    clear: progress.clear,
  };
};
