/** How a command is told to stop, in two steps. */
export interface Stopping {
  /** Nothing new is begun; what was sent is waited for. */
  readonly signal: AbortSignal;
  /** Nothing is waited for any more: the second signal came, or the time is up. */
  readonly cut: AbortSignal;
  /** Sets how long the first step may take, in milliseconds. Default is a minute. */
  readonly within: (milliseconds: number) => void;
  /** As if this signal had come: a terminal that a question is asked on sends none. */
  readonly onSignal: (name: StopSignal) => void;
  /** What a command ends with that was stopped: 128 and the number of the signal. */
  readonly code: () => number;
  /** From now on SIGHUP does this, and stops nothing. */
  readonly onHangUp: (reload: () => void) => void;
}

const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
export type StopSignal = keyof typeof numbers;

const defaultWithin = 60_000;
/** npm passes on what the terminal has sent to both: so soon after the first it is no second signal. */
const sameWithin = 1000;
/** What the command has to end after `cut`, before it is ended. */
const lastWords = 2000;

export const stoppedCode = (name: StopSignal): number => 128 + numbers[name];

/** Listens for signals from now on. `end` ends the process with an exit code, where the command does not. */
export const stopOnSignals = (end: (code: number) => void): Stopping => {
  const [stopping, cutting] = [new AbortController(), new AbortController()];
  let first: { readonly name: StopSignal; readonly at: number } | null = null;
  let allowed = defaultWithin;
  let limit: NodeJS.Timeout | undefined;
  const code = (): number => stoppedCode(first?.name ?? 'SIGINT');
  const cut = (): void => {
    if (cutting.signal.aborted) return;
    cutting.abort();
    setTimeout(() => end(code()), lastWords).unref();
  };
  const startLimit = (): void => {
    clearTimeout(limit);
    if (first === null) return;
    limit = setTimeout(cut, Math.max(0, first.at + allowed - Date.now())).unref();
  };
  const onSignal = (name: StopSignal): void => {
    if (first !== null) {
      if (Date.now() - first.at >= sameWithin) cut();
      return;
    }
    first = { name, at: Date.now() };
    startLimit();
    stopping.abort();
  };
  let reload: (() => void) | null = null;
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => onSignal(name));
  process.on('SIGHUP', () => (reload === null ? onSignal('SIGHUP') : reload()));
  return {
    signal: stopping.signal,
    cut: cutting.signal,
    within: (milliseconds) => {
      allowed = milliseconds;
      startLimit();
    },
    onSignal,
    code,
    onHangUp: (given) => {
      reload = given;
    },
  };
};
