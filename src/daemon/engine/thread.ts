import type { MessagePort } from 'node:worker_threads';
import type { OperatorsFile } from '../../model/daemon-settings.ts';
import { HostmasterError, messageOf } from '../../model/errors.ts';
import type { ProviderLookup } from '../../target.ts';
import { type Engine, openEngine } from './engine.ts';
import type { FromThread, ToThread } from './messages.ts';

/** What the thread of the passes is begun with. */
export interface ThreadData {
  /** The operator's own file; null: hostmaster.yaml is that. */
  readonly targetsFrom: OperatorsFile | null;
  /** Absolute path of the state file. */
  readonly stateFile: string;
  /** Absolute path of the audit file. */
  readonly audit: string;
}

/** Runs in the thread of the passes: does what the main one says until it is told to close. */
export const runThread = (port: MessagePort, data: ThreadData, lookup: ProviderLookup): void => {
  const tell = (message: FromThread): void => port.postMessage(message);
  const engine = openEngine({ ...data, tell }, lookup);
  port.on('message', (message: ToThread) => void handle(message, engine, tell, port));
};

const handle = async (
  message: ToThread,
  engine: Engine,
  tell: (message: FromThread) => void,
  port: MessagePort,
): Promise<void> => {
  switch (message.type) {
    case 'run':
      return tell({ type: 'ended', end: await engine.run(message.input, message.about) });
    case 'ask':
      return tell(await answered(message, engine));
    case 'give up':
      return engine.giveUp();
    case 'stop':
      return engine.stop();
    case 'cut':
      return engine.cut();
    case 'operators file':
      return engine.takeOperatorsFile(message.file);
    case 'keep health':
      return engine.keepHealth(message.verdicts);
    case 'close':
      await engine.close();
      return port.close();
  }
};

const answered = async ({ id, question }: Extract<ToThread, { type: 'ask' }>, engine: Engine): Promise<FromThread> => {
  try {
    return { type: 'answer', id, answer: await engine.ask(question) };
  } catch (error) {
    const code = error instanceof HostmasterError ? error.code : 'INTERNAL';
    return { type: 'refused', id, code, message: messageOf(error) };
  }
};
