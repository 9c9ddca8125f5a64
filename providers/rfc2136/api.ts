import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { classCodes, rcodeName } from '../../src/wire/codes.ts';
import { WireError } from '../../src/wire/errors.ts';
import { exchange } from '../../src/wire/exchange.ts';
import { encodeQuery, type Message, type MessageRecord } from '../../src/wire/message.ts';
import type { StreamServer } from '../../src/wire/stream.ts';
import { type Transferred, transferChanges, transferZone } from '../../src/wire/transfer.ts';
import { tsigBytes } from '../../src/wire/tsig-key.ts';
import { encodeUpdate, type Update } from '../../src/wire/update.ts';
import { readFailure, writeFailure } from './failure.ts';
import type { Settings } from './settings.ts';

/** The name servers of one target. Their keys' secrets are in no message. */
export interface Api {
  /** `the name server 192.0.2.1 port 53`, for messages. */
  readonly where: string;
  /** Is what is read not what takes the updates, so that it may lag behind? */
  readonly lags: boolean;
  /** Octets that an UPDATE may have, so that its signature still fits. */
  readonly limit: number;
  /** All of a zone. Null: the server does not have the zone. */
  zone(zone: string, signal: AbortSignal | undefined): Promise<Extract<Transferred, { kind: 'zone' }> | null>;
  /**
   * What has changed since a version that was read before. Null: the server does not have the zone, or gives no IXFR that can be
   * used, which it is then not asked for again, or is not the one that gave that version.
   */
  changes(zone: string, serial: number, signal: AbortSignal | undefined): Promise<Transferred | null>;
  /** The SOA at the primary, where it has the zone and says so. */
  soa(zone: string, signal: AbortSignal | undefined): Promise<MessageRecord | null>;
  /**
   * Sends it once; gives the RCODE. Throws WRITE_UNKNOWN where it may have been applied. `before` is called before each server
   * that is tried: those before it may have taken all of their time without being reached.
   */
  update(update: Update, options: UpdateOptions): Promise<string>;
}

export interface UpdateOptions {
  /** How many changes it carries: it is given as much time as the provider says that a write of so many takes. */
  readonly changes: number;
  readonly signal?: AbortSignal | undefined;
  readonly before?: (() => Promise<void>) | undefined;
}

/** Milliseconds more for each change of an update, of two values and their prerequisites: four times what a loaded Knot was seen to take. */
const extraTimePerChange = 4;

/** Milliseconds more than usual for an update of so many changes. */
export const extraTimeFor = (changes: number): number => changes * extraTimePerChange;

const maxMessage = 65_535;
const tries = 3;
const firstPause = 100;

/** Opens nothing: each question has a connection of its own. */
export const openApi = (settings: Settings, onDebug: (message: string) => void): Api => {
  const { key, primaries, timeout, transfer, transferKey } = settings;
  const primaryGroup = failover(primaries);
  const transferGroup = transfer === null ? primaryGroup : failover([transfer]);
  /** The server that each zone was read from: another one may have other content under the same serial. */
  const transferredFrom = new Map<string, StreamServer>();
  /** Zones whose IXFR could not be used. */
  const wholeOnly = new Set<string>();
  const transferOptions = (signal: AbortSignal | undefined) => ({ key: transferKey, idleMs: timeout, signal });
  const ask = async (group: ServerGroup, question: Uint8Array, signal: AbortSignal | undefined): Promise<Message> =>
    group.read((server) =>
      exchange(server, question, { key: group === primaryGroup ? key : transferKey, timeoutMs: timeout, signal }),
    );
  const soaAt = async (
    zone: string,
    group: ServerGroup,
    signal: AbortSignal | undefined,
  ): Promise<MessageRecord | null> => {
    const question = encodeQuery(randomInt(0x10000), { name: zone, type: 'SOA', class: classCodes.IN });
    const { answers, flags, rcode } = await ask(group, question, signal).catch((error: unknown) => {
      if (error instanceof WireError && error.fault === 'refused') return notAnswered;
      throw readFailure(error, { what: `the SOA of ${zone}`, where: group.where() });
    });
    if (rcode !== 0 || !flags.aa) return null;
    return answers.find(({ name, type }) => name === zone && type === 'SOA') ?? null;
  };
  /** Null where the server says that it does not have the zone, and a query says so too. */
  const transferred = async <T>(
    zone: string,
    signal: AbortSignal | undefined,
    run: (server: StreamServer) => Promise<T>,
  ): Promise<T | null> => {
    try {
      return await transferGroup.read(run);
    } catch (error) {
      const isMissing = error instanceof WireError && error.fault === 'refused' && error.rcode === 'NOTAUTH';
      if (isMissing && (await soaAt(zone, transferGroup, signal)) === null) return null;
      throw readFailure(error, { what: `the transfer of ${zone}`, where: transferGroup.where() });
    }
  };
  return {
    get where() {
      return primaryGroup.where();
    },
    lags: transfer !== null,
    limit: maxMessage - tsigBytes(key),
    zone: (zone, signal) =>
      transferred(zone, signal, async (server) => {
        const whole = await transferZone(server, zone, transferOptions(signal));
        transferredFrom.set(zone, server);
        return whole;
      }),
    changes: (zone, serial, signal) =>
      transferred(zone, signal, async (server) => {
        if (transferredFrom.get(zone) !== server || wholeOnly.has(zone)) return null;
        try {
          return await transferChanges(server, zone, serial, transferOptions(signal));
        } catch (error) {
          if (!(error instanceof WireError) || !isOfIxfrAlone(error)) throw error;
          wholeOnly.add(zone);
          onDebug(
            `the changes of ${zone} (IXFR) cannot be used (${error.message}); all of it is read from now on (AXFR)`,
          );
          return null;
        }
      }),
    soa: (zone, signal) => soaAt(zone, primaryGroup, signal),
    update: async (update, { changes, signal, before }) => {
      const message = encodeUpdate(randomInt(0x10000), update);
      const timeoutMs = timeout + extraTimeFor(changes);
      try {
        const answer = await primaryGroup.write(async (server) => {
          await before?.();
          return exchange(server, message, { key, timeoutMs, signal });
        });
        return rcodeName(answer.rcode);
      } catch (error) {
        throw writeFailure(error, { what: `the update of ${update.zone}`, where: primaryGroup.where() });
      }
    },
  };
};

/** May all of the zone (AXFR) come all the same? It meets what is wrong with the server, and then says so. */
const isOfIxfrAlone = ({ fault, sent }: WireError): boolean =>
  sent && fault !== 'aborted' && fault !== 'unreachable' && fault !== 'tls';

const notAnswered = { answers: [], flags: { aa: false }, rcode: 5 };

/** Several servers that can be asked the same; the one that answered last is asked first. */
interface ServerGroup {
  /** The server that was asked last. */
  where(): string;
  /** Repeats what may pass at once, and goes on to the next server where there is no answer. */
  read<T>(job: (server: StreamServer) => Promise<T>): Promise<T>;
  /** Goes on to the next server only where nothing was sent. */
  write<T>(job: (server: StreamServer) => Promise<T>): Promise<T>;
}

const failover = (servers: readonly StreamServer[]): ServerGroup => {
  let order = servers;
  let [asked] = servers;
  const first = (server: StreamServer): void => {
    order = [server, ...order.filter((each) => each !== server)];
  };
  const attempt = async <T>(
    job: (server: StreamServer) => Promise<T>,
    mayGoOn: (error: unknown) => boolean,
  ): Promise<T> => {
    for (const [i, server] of order.entries()) {
      asked = server;
      try {
        const done = await job(server);
        first(server);
        return done;
      } catch (error) {
        if (i === servers.length - 1 || !mayGoOn(error)) throw error;
      }
    }
    throw new WireError('unreachable', 'there is no server to ask', { sent: false });
  };
  return {
    where: () => (asked === undefined ? 'no name server' : `the name server ${asked.address} port ${asked.port}`),
    write: (job) => attempt(job, (error) => error instanceof WireError && !error.sent && error.fault !== 'aborted'),
    read: async (job) => {
      for (let tried = 1; ; tried += 1) {
        try {
          return await attempt(job, (error) => isPassing(error) || isFault(error, 'timeout'));
        } catch (error) {
          if (!isPassing(error) || tried === tries) throw error;
          await sleep(firstPause * 2 ** tried * (0.5 + Math.random()));
        }
      }
    },
  };
};

const isFault = (error: unknown, fault: WireError['fault']): boolean =>
  error instanceof WireError && error.fault === fault;

/** BIND closes connections beyond its tcp-clients without an answer. */
const isPassing = (error: unknown): boolean => isFault(error, 'unreachable') || isFault(error, 'cut');
