import { describe, expect, it } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import { noColours } from '../../src/report/index.ts';
import { tempFolder } from '../servers/child.ts';

/** A command that was told to stop, and whose result meets this error. */
const stoppedBy = async (error: unknown): Promise<{ readonly code: number; readonly stderr: string }> => {
  let stderr = '';
  const io: Io = {
    out: () => undefined,
    say: () => {
      throw error;
    },
    err: (text) => {
      stderr += text;
    },
    redraw: () => undefined,
    colours: noColours,
    interactive: false,
    progress: false,
    ask: async () => null,
    env: {},
    signal: AbortSignal.abort(),
  };
  const code = await main(['init', tempFolder('stopped')], io);
  return { code, stderr };
};

describe('a command that was told to stop', () => {
  it('calls a fault a fault, and does not say that nothing was applied', async () => {
    const { code, stderr } = await stoppedBy(new TypeError('x is not a function'));
    expect(stderr).toContain('hostmaster: an internal error, which is a bug: x is not a function\n');
    expect(stderr).not.toContain('interrupted');
    expect(code).toBe(1);
  });

  it('takes what the signal itself ended for that, and says nothing of what was done before', async () => {
    const ended = await stoppedBy(AbortSignal.abort().reason);
    expect(ended).toEqual({ code: 130, stderr: 'hostmaster: interrupted: run it again\n' });
  });
});
