import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DnsAddress } from './ports.ts';

export interface ProbeQuestion {
  readonly name: string;
  /** Numeric type. Default is 1 (A). */
  readonly type?: number;
}

export interface ProbeFault {
  readonly name: string;
  readonly type: number;
  /** Milliseconds since the start. */
  readonly at: number;
  /** The rcode's number, or -1 where no answer came within a second. */
  readonly rcode: number;
  readonly answers: number;
}

export interface ProbeReport {
  readonly asked: number;
  /** Answers that were not NOERROR with at least one RR. */
  readonly wrong: readonly ProbeFault[];
  /** Questions without an answer: a server that is down or busy, not a name that is gone. */
  readonly unanswered: readonly ProbeFault[];
}

export interface Prober {
  /** How many questions have been asked so far. */
  asked(): number;
  /** Waits until every question so far has its answer. */
  idle(): Promise<void>;
  stop(): Promise<ProbeReport>;
}

export interface ProberOptions {
  /** Is this answer right? Default is NOERROR with at least one answer. */
  readonly right?: (question: ProbeQuestion, rcode: number, answers: number) => boolean;
  /** Is it asked in this round? Default is yes. */
  readonly due?: (question: ProbeQuestion) => boolean;
  /** Milliseconds between two rounds. Default is 5. */
  readonly pause?: number;
}

const patience = 1_000;
const atOnce = 20;

/** Asks these names over UDP, again and again, until it is stopped, and keeps every answer that is wrong. */
export const startProber = async (
  server: DnsAddress,
  questions: readonly ProbeQuestion[],
  options: ProberOptions = {},
): Promise<Prober> => {
  const right = options.right ?? ((_question, rcode, answers) => rcode === 0 && answers > 0);
  const client = await probeClient(server);
  const since = Date.now();
  const wrong: ProbeFault[] = [];
  const unanswered: ProbeFault[] = [];
  let asked = 0;
  let running = true;
  let underWay: Promise<unknown> = Promise.resolve();
  const due = options.due ?? (() => true);
  const probe = async (question: ProbeQuestion): Promise<void> => {
    const { answers, rcode } = await client.ask(question);
    asked += 1;
    const fault = { name: question.name, type: question.type ?? 1, at: Date.now() - since, rcode, answers };
    if (rcode === -1) unanswered.push(fault);
    else if (!right(question, rcode, answers)) wrong.push(fault);
  };
  const loop = (async () => {
    while (running) {
      for (let i = 0; i < questions.length && running; i += atOnce) {
        underWay = Promise.all(
          questions
            .slice(i, i + atOnce)
            .filter(due)
            .map(probe),
        );
        await underWay;
      }
      await sleep(options.pause ?? 5);
    }
  })();
  return {
    asked: () => asked,
    idle: async () => void (await underWay),
    stop: async () => {
      running = false;
      await loop;
      client.close();
      return { asked, wrong, unanswered };
    },
  };
};

interface Reply {
  readonly rcode: number;
  readonly answers: number;
}

const silence: Reply = { rcode: -1, answers: 0 };

const probeClient = async (server: DnsAddress) => {
  const socket = createSocket('udp4');
  const waiting = new Map<number, (reply: Reply) => void>();
  let id = 0;
  socket.on('message', (message) => {
    if (message.length < 12) return;
    waiting.get(message.readUInt16BE(0))?.({ rcode: message.readUInt8(3) & 15, answers: message.readUInt16BE(6) });
  });
  socket.on('error', () => undefined);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const ask = (question: ProbeQuestion): Promise<Reply> =>
    new Promise((resolve) => {
      id = (id + 1) % 65_536;
      const mine = id;
      const settle = (reply: Reply): void => {
        clearTimeout(timer);
        waiting.delete(mine);
        resolve(reply);
      };
      const timer = setTimeout(() => settle(silence), patience);
      waiting.set(mine, settle);
      socket.send(queryMessage(mine, question), server.port, server.address);
    });
  return { ask, close: () => socket.close() };
};

const queryMessage = (id: number, { name, type = 1 }: ProbeQuestion): Buffer => {
  const parts = name.split('.').filter((part) => part !== '');
  const question = parts.flatMap((part) => [Buffer.from([part.length]), Buffer.from(part, 'latin1')]);
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(1, 4);
  return Buffer.concat([header, ...question, Buffer.from([0, type >> 8, type & 255, 0, 1])]);
};
