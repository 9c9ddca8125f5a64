import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DnsAddress } from './ports.ts';

/** A question over TCP, as far as its head and its first entry say. */
export interface DnsQuestion {
  readonly opcode: number;
  /** The type that is asked for; of an UPDATE its zone's, SOA. */
  readonly type: number;
}

/** What becomes of the answer to a question. */
export type DnsFault =
  /** `after` of its messages and half of the next one, then the connection is cut. */
  | { readonly kind: 'cut'; readonly after: number }
  /** Its last message is another. */
  | { readonly kind: 'alter_last'; readonly alter: (message: Buffer) => Buffer }
  /** It never comes; the name server had the question. */
  | { readonly kind: 'drop_answer' };

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
  const sockets = new Set<Socket>();
  let current: DnsHandler | null = null;
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => undefined).once('close', () => sockets.delete(client));
    const split = splitter(async (message) => {
      const question = questionOf(message);
      questions.push(question);
      const fault = await current?.(question);
      const { address, port } = upstream;
      const behind = connect({ host: address, port, noDelay: true });
      behind.on('error', () => client.destroy()).once('close', () => client.end());
      client.once('close', () => behind.destroy());
      behind.write(framed(message));
      pass(behind, client, fault);
    });
    client.on('data', split);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    dns: { address: '127.0.0.1', port: address.port },
    questions,
    clear: () => {
      questions.length = 0;
    },
    handle: (handler) => {
      current = handler;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

/** A name server that says nothing for so long has sent its last message. */
const silence = 300;

const pass = (behind: Socket, client: Socket, fault: DnsFault | undefined): void => {
  let passed = 0;
  let held: Buffer | null = null;
  behind.on(
    'data',
    splitter(async (message) => {
      if (fault === undefined) return void client.write(framed(message));
      if (fault.kind === 'drop_answer') return void client.destroy();
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
      if (held === message) client.write(framed(fault.alter(message)));
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
  let at = 12;
  while ((message[at] ?? 0) > 0) at += 1 + (message[at] ?? 0);
  return { opcode: ((message[2] ?? 0) >> 3) & 15, type: message.readUInt16BE(at + 1) };
};
