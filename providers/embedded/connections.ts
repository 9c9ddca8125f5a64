import { createServer, type Server, type Socket } from 'node:net';
import { framed } from '../../src/wire/tcp.ts';

// DNS over TCP (RFC 7766), with a bound on everything that a client may make the server do. All connections take turns, a few
// answers each, and between the turns UDP is served. Who does not read what was asked for is not read from either.

/** The octets to send; null: say nothing. Never throws. */
export type TcpAnswerer = (message: Buffer) => Uint8Array | null;

export interface Connections {
  readonly server: Server;
  /** Ends all of them. */
  destroy(): void;
}

const maxConnections = 100;
/** For a whole message to come, or for the answers to go. */
const patienceMs = 10_000;
/** Answers of one connection, before the next one has its turn. */
const answersATurn = 4;
/** For all of them, before what came by UDP is read. */
const turnsMs = 5;
/** Answers that are written and not sent; then nothing more is read until they are. */
const maxUnsent = 64 * 1024;

interface Connection {
  readonly socket: Socket;
  readonly frames: Frames;
  /** When a whole message came last. */
  since: number;
  /** Has it a turn to come? */
  isDue: boolean;
  hasEnded: boolean;
  timer: NodeJS.Timeout | null;
}

export const acceptConnections = (answer: TcpAnswerer): Connections => {
  const open = new Set<Connection>();
  const due: Connection[] = [];
  const takeTurns = (): void => {
    const end = performance.now() + turnsMs;
    do {
      const connection = due.shift();
      if (connection === undefined) return;
      takeTurn(connection, answer);
      connection.isDue = hasMore(connection);
      if (connection.isDue) due.push(connection);
    } while (performance.now() < end);
    if (due.length > 0) setImmediate(takeTurns);
  };
  const giveTurn = (connection: Connection): void => {
    if (connection.isDue) return;
    connection.isDue = true;
    if (due.push(connection) === 1) setImmediate(takeTurns);
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    if (open.size >= maxConnections) endLongestIdle(open);
    const connection = connect(socket);
    open.add(connection);
    socket.on('close', () => {
      if (connection.timer !== null) clearTimeout(connection.timer);
      open.delete(connection);
    });
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      socket.pause();
      connection.frames.add(chunk);
      giveTurn(connection);
    });
    socket.on('drain', () => {
      waitAgain(connection);
      giveTurn(connection);
    });
    socket.on('end', () => {
      connection.hasEnded = true;
      giveTurn(connection);
    });
  });
  return {
    server,
    destroy: () => {
      for (const { socket } of open) socket.destroy();
    },
  };
};

const connect = (socket: Socket): Connection => {
  const frames = createFrames();
  const connection: Connection = { socket, frames, since: 0, isDue: false, hasEnded: false, timer: null };
  waitAgain(connection);
  return connection;
};

const waitAgain = (connection: Connection): void => {
  connection.since = performance.now();
  if (connection.timer !== null) clearTimeout(connection.timer);
  connection.timer = setTimeout(() => connection.socket.destroy(), patienceMs);
};

/** So that who only keeps connections open takes no place from who asks. */
const endLongestIdle = (open: Set<Connection>): void => {
  const [first, ...others] = open;
  if (first === undefined) return;
  const longest = others.reduce((idle, each) => (each.since < idle.since ? each : idle), first);
  open.delete(longest);
  longest.socket.destroy();
};

const isBlocked = ({ socket }: Connection): boolean => socket.writableLength > maxUnsent;

const hasMore = (connection: Connection): boolean =>
  !connection.socket.destroyed && connection.frames.hasNext() && !isBlocked(connection);

const takeTurn = (connection: Connection, answer: TcpAnswerer): void => {
  const { frames, socket } = connection;
  for (let left = answersATurn; left > 0 && hasMore(connection); left -= 1) {
    const message = frames.next();
    waitAgain(connection);
    const octets = message.length === 0 ? null : answer(message);
    if (octets !== null) socket.write(framed(octets));
    else if (message.length === 0) socket.destroy();
  }
  if (socket.destroyed || frames.hasNext()) return;
  if (connection.hasEnded) endOf(connection);
  else socket.resume();
};

/** What is left then is half a message. */
const endOf = ({ frames, socket }: Connection): void => {
  if (frames.isEmpty()) socket.end();
  else socket.destroy();
};

/** Messages, each behind two octets of its length, out of chunks. */
interface Frames {
  add(chunk: Buffer): void;
  hasNext(): boolean;
  /** Only where there is one. */
  next(): Buffer;
  isEmpty(): boolean;
}

/** Who sends octets one by one makes no more pieces than this. */
const maxChunks = 64;

const createFrames = (): Frames => {
  let chunks: Buffer[] = [];
  let have = 0;
  let need = 2;
  const joined = (): Buffer => {
    const [only] = chunks;
    const whole = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, have);
    chunks = [whole];
    return whole;
  };
  const measure = (): void => {
    need = have < 2 ? 2 : 2 + joined().readUInt16BE(0);
  };
  return {
    add: (chunk) => {
      chunks.push(chunk);
      have += chunk.length;
      if (chunks.length > maxChunks) joined();
      if (need === 2) measure();
    },
    hasNext: () => have >= need && have >= 2,
    next: () => {
      const whole = joined();
      const message = whole.subarray(2, need);
      chunks = [whole.subarray(need)];
      have -= need;
      measure();
      return message;
    },
    isEmpty: () => have === 0,
  };
};
