import { startBind } from './bind.ts';
import { startKnot } from './knot.ts';
import { startNsd } from './nsd.ts';
import { type DnsAddress, freePort } from './ports.ts';
import { startPowerDns } from './powerdns.ts';
import { type Relay, startRelay } from './relay.ts';

// The secondaries of one primary, one of each make.

export const makes = ['BIND', 'Knot', 'NSD', 'PowerDNS'] as const;
export type Make = (typeof makes)[number];

/** A name server that pulls its zones through a relay, by which it can be cut off. */
export interface Secondary {
  readonly make: Make;
  readonly dns: DnsAddress;
  readonly relay: Relay;
  log(): string;
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

/** Where they will listen: a primary that shall send them NOTIFY must know it before. */
export const secondaryPorts = async (): Promise<Readonly<Record<Make, number>>> => ({
  BIND: await freePort(),
  Knot: await freePort(),
  NSD: await freePort(),
  PowerDNS: await freePort(),
});

/** Starts one of each make; they have the zones as soon as they have pulled them. */
export const startSecondaries = (
  zones: readonly string[],
  primary: DnsAddress,
  ports: Readonly<Record<Make, number>>,
): Promise<readonly Secondary[]> =>
  Promise.all(
    makes.map(async (make) => {
      const relay = await startRelay(primary);
      const server = await starts[make](zones, relay.dns, ports[make]);
      const stop = async (): Promise<void> => {
        await server.stop();
        await relay.stop();
      };
      return { ...server, make, relay, stop };
    }),
  );

type Start = (
  zones: readonly string[],
  primary: DnsAddress,
  port: number,
) => Promise<Omit<Secondary, 'make' | 'relay'>>;

const from = (zones: readonly string[], primary: DnsAddress) => zones.map((name) => ({ name, primary }));

const starts: Readonly<Record<Make, Start>> = {
  BIND: (zones, primary, port) => startBind({ port, secondaries: from(zones, primary) }),
  Knot: (zones, primary, port) => startKnot({ port, secondaries: from(zones, primary) }),
  NSD: (zones, primary, port) => startNsd({ port, secondaries: from(zones, primary) }),
  PowerDNS: async (zones, primary, port) => {
    const settings = { 'local-port': String(port), primary: 'no', secondary: 'yes' };
    const server = await startPowerDns({ backend: 'sqlite', settings });
    for (const name of zones) {
      const masters = [`${primary.address}:${primary.port}`];
      const made = await server.api('POST', '/zones', { name, kind: 'Slave', masters });
      if (made.status !== 201) throw new Error(`PowerDNS did not take ${name}: ${JSON.stringify(made.body)}`);
      await server.api('PUT', `/zones/${name}/axfr-retrieve`);
    }
    return { ...server, dns: { address: '127.0.0.1', port } };
  },
};
