import { createServer } from 'node:http';
import { listen } from '../../servers/listen.ts';

/** Web servers on loopback addresses, all on one port: what a server of the inventory runs. */
export interface Listeners {
  readonly port: number;
  up(...addresses: readonly string[]): Promise<void>;
  down(...addresses: readonly string[]): Promise<void>;
  /** `HOST PATH` of every request at an address. */
  asked(address: string): readonly string[];
  stop(): Promise<void>;
}

export const openListeners = (port: number): Listeners => {
  const closers = new Map<string, () => Promise<void>>();
  const asked = new Map<string, Set<string>>();
  const up = async (address: string) => {
    const own = asked.get(address) ?? new Set<string>();
    asked.set(address, own);
    closers.set(address, await serve(address, port, own));
  };
  const down = async (address: string) => {
    await closers.get(address)?.();
    closers.delete(address);
  };
  return {
    port,
    up: async (...addresses) => void (await Promise.all(addresses.map(up))),
    down: async (...addresses) => void (await Promise.all(addresses.map(down))),
    asked: (address) => [...(asked.get(address) ?? [])].sort(),
    stop: async () => void (await Promise.all([...closers.keys()].map(down))),
  };
};

const serve = async (host: string, port: number, asked: Set<string>): Promise<() => Promise<void>> => {
  const server = createServer(({ headers, url }, response) => {
    asked.add(`${headers.host} ${url}`);
    response.end('fine');
  });
  return (await listen(server, host, port)).close;
};
