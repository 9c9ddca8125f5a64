import { isLoopback } from '../../load/config/parse-scalars.ts';
import { HostmasterError, messageOf } from '../../model/errors.ts';
import { buildApp } from './app.ts';
import { type HttpLimits, type HttpOptions, httpLimits } from './options.ts';

/** The HTTP interface, listening. */
export interface HttpInterface {
  readonly address: string;
  readonly port: number;
  /** Ends idle connections, readers of events and hooks that wait at once; what is being answered is answered. */
  readonly close: () => Promise<void>;
}

/** How long what is being answered may still take at the end; milliseconds. */
const closeWithin = 1000;

/** Listens until it is closed. Throws CONFIG where it cannot. */
export const listen = async (options: HttpOptions): Promise<HttpInterface> => {
  const limits: HttpLimits = { ...httpLimits, ...options.limits };
  const { address, port } = options.listen;
  refuseOpenDoor(options);
  const { app, connections, endWaiting } = await buildApp(options, limits);
  try {
    await app.listen({ host: address, port });
  } catch (error) {
    await app.close();
    throw new HostmasterError('CONFIG', `daemon.listen: cannot listen at ${address}:${port}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const bound = app.server.address();
  return {
    address,
    port: bound !== null && typeof bound === 'object' ? bound.port : port,
    close: async () => {
      endWaiting();
      connections.drain();
      const cut = setTimeout(connections.destroyAll, closeWithin);
      await app.close();
      clearTimeout(cut);
    },
  };
};

/** Whoever can reach it would only need to find the token that was made. */
const refuseOpenDoor = ({ access, listen: { address } }: HttpOptions): void => {
  if (access().tokens.some(({ isMade }) => !isMade) || isLoopback(address)) return;
  throw new HostmasterError(
    'CONFIG',
    `daemon.listen: ${address} is not this machine alone, which needs a token under daemon.tokens; list one, or listen at 127.0.0.1`,
  );
};
