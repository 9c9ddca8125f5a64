import type { Step } from '../target.ts';
import type { Io } from './io.ts';

const words = { read: 'zones read', apply: 'changes applied', verify: 'answers proven' } as const;
/** A run that ends sooner shows no line at all. */
const quiet = 1000;
const pause = 100;

/** One line on a terminal that counts; nothing anywhere else. */
export const progressLine = (io: Io): { readonly onStep: (step: Step) => void; readonly clear: () => void } => {
  if (!io.progress) return { onStep: () => undefined, clear: () => undefined };
  const started = Date.now();
  let last = 0;
  let shown = false;
  let isWriting = false;
  io.signal.addEventListener('abort', () => {
    if (!isWriting) return;
    shown = true;
    io.redraw('stopping: what was sent is waited for; a second signal ends at once');
  });
  return {
    onStep: ({ stage, done, total }) => {
      isWriting = stage === 'apply';
      const now = Date.now();
      if (now - started < quiet || now - last < pause) return;
      last = now;
      shown = true;
      io.redraw(`${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} ${words[stage]}`);
    },
    clear: () => {
      if (shown) io.redraw('');
      shown = false;
      isWriting = false;
    },
  };
};
