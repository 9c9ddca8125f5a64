import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from './listen.ts';
import type { DnsAddress } from './ports.ts';

/** A question over TCP, as far as its head and its first entry say. */
export interface DnsQuestion {
  readonly opcode: number;
  /** In presentation form; of an UPDATE its zone's. */
  readonly name: string;
  /** The type that is asked for; of an UPDATE its zone's, SOA. */
  readonly type: number;
  readonly bytes: number;
}

/** What becomes of a question, or of its answer, before the connection is cut. */
export type DnsFault =
  /** The name server sees nothing of it. */
  | { readonly kind: 'refuse' }
  /** The name server has half of it. */
  | { readonly kind: 'cut_body'; readonly reached?: () => unknown }
  /** `after` of its messages and half of the next one, then the connection is cut. */
  | { readonly kind: 'cut'; readonly after: number }
  /** Its last message is another, and the connection is closed. */
  | { readonly kind: 'alter_last'; readonly alter: (message: Buffer) => Buffer }
  /** It never comes; the name server had the question. */
  | { readonly kind: 'drop_answer'; readonly reached?: () => unknown };

/** Runs before a question is passed on, and may do anything meanwhile; undefined: its answer comes as it is. */
export type DnsHandler = (question: DnsQuestion) => DnsFault | undefined | Promise<DnsFault | undefined>;

export interface DnsProxy {
  readonly dns: DnsAddress;
  readonly questions: readonly DnsQuestion[];
  clear(): void;
  handle(handler: DnsHandler | null): void;
  stop(): Promise<void>;
}

export const opcodeOfUpdate = 5;
export const types = { SOA: 6, IXFR: 251, AXFR: 252 } as const;

/** A proxy in front of a name server's TCP port that can hurt what passes; each connection has one question. */
export const startDnsProxy = async (upstream: DnsAddress): Promise<DnsProxy> => {
  const questions: DnsQuestion[] = [];
  let current: DnsHandler | null = null;
  const server = createServer((client) => {
    const split = splitter(async (message) => {
      const question = questionOf(message);
      questions.push(question);
      const fault = await current?.(question);
      if (fault?.kind === 'refuse') return void client.destroy();
      const { address, port } = upstream;
      const behind = connect({ host: address, port, noDelay: true });
      behind.on('error', () => client.destroy()).once('close', () => client.end());
      client.once('close', () => behind.destroy());
      const frame = framed(message);
      if (fault?.kind === 'cut_body') {
        behind.write(frame.subarray(0, frame.length >> 1), async () => {
          await fault.reached?.();
          client.destroy();
        });
        return;
      }
      behind.write(frame);
      pass(behind, client, fault);
    });
    client.on('data', split);
  });
  const { port, close } = await listen(server);
  return {
    dns: { address: '127.0.0.1', port },
    questions,
    clear: () => {
      questions.length = 0;
    },
    handle: (handler) => {
      current = handler;
    },
    stop: close,
  };
};

/** A name server that says nothing for so long has sent its last message. */
const silence = 300;

type AnswerFault = Exclude<DnsFault, { readonly kind: 'cut_body' | 'refuse' }>;

const pass = (behind: Socket, client: Socket, fault: AnswerFault | undefined): void => {
  let passed = 0;
  let held: Buffer | null = null;
  behind.on(
    'data',
    splitter(async (message) => {
      if (fault === undefined) return void client.write(framed(message));
      if (fault.kind === 'drop_answer') {
        await fault.reached?.();
        return void client.destroy();
      }
      if (fault.kind === 'cut') {
        if (passed > fault.after) return;
        const frame = framed(message);
        if (passed === fault.after) client.write(frame.subarray(0, frame.length >> 1), () => client.destroy());
        else client.write(frame);
        passed += 1;
        return;
      }
      if (held !== null) client.write(framed(held));
      held = message;
      await sleep(silence);
      if (held === message) client.end(framed(fault.alter(message)));
    }),
  );
};

const splitter = (onMessage: (message: Buffer) => Promise<void>): ((chunk: Buffer) => void) => {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const end = 2 + rest.readUInt16BE(0);
      void onMessage(rest.subarray(2, end));
      rest = rest.subarray(end);
    }
  };
};

const framed = (message: Buffer): Buffer => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
};

const questionOf = (message: Buffer): DnsQuestion => {
  const parts: string[] = [];
  let at = 12;
  for (; (message[at] ?? 0) > 0; at += 1 + (message[at] ?? 0)) {
    parts.push(message.toString('latin1', at + 1, at + 1 + (message[at] ?? 0)));
  }
  return {
    opcode: ((message[2] ?? 0) >> 3) & 15,
    name: `${parts.join('.')}.`,
    type: message.readUInt16BE(at + 1),
    bytes: message.length,
  };
};
