import type { MessagePort } from 'node:worker_threads';
import type { ProviderLookup } from '../../target.ts';
import { openEngine } from './engine.ts';
import type { FromThread, ToThread } from './job.ts';

/** What the thread of the passes is begun with. */
export interface ThreadData {
  readonly targetsFrom: string | null;
}

/** Runs in the thread of the passes: does what the main one says until it is told to close. */
export const runThread = (port: MessagePort, { targetsFrom }: ThreadData, lookup: ProviderLookup): void => {
  const tell = (message: FromThread): void => port.postMessage(message);
  const engine = openEngine({ targetsFrom, tell }, lookup);
  const handle: { readonly [Type in ToThread['type']]: (message: Extract<ToThread, { type: Type }>) => void } = {
    run: ({ job }) => void engine.run(job).then((end) => tell({ type: 'ended', end })),
    'give up': engine.giveUp,
    stop: engine.stop,
    cut: engine.cut,
    close: () =>
      void engine.close().then(() => {
        tell({ type: 'closed' });
        port.close();
      }),
  };
  port.on('message', (message: ToThread) => handle[message.type](message as never));
};
