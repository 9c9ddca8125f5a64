import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { factory, startEmbeddedServer } from '../../../providers/embedded/index.ts';
import { exchange } from '../../../src/wire/exchange.ts';
import { encodeUpdate, type UpdateStep } from '../../../src/wire/update.ts';
import { key, ours } from '../../providers/rfc2136/harness.ts';
import { run } from '../../servers/child.ts';
import { opcodeOfUpdate, startDnsProxy } from '../../servers/dns-proxy.ts';
import { type DnsAddress, startKnot, startPowerDns, startProxy, tempFolder, uncached } from '../../servers/index.ts';
import { secretOf } from '../../servers/secret.ts';
import type { WriteFault } from '../sets-world.ts';
import { targetOf } from '../target-repository.ts';
import type { ApiRRset } from '../zone.ts';
import { allZones, type Content, type RRset, type Zones, zonesOf } from './lab.ts';
import { delegated } from './slots.ts';
import type { Writing } from './strangers.ts';

// Name servers that histories are played on, read and written by their own doors.

export interface Place {
  readonly zones: Zones;
  /** As hostmaster.yaml has it. */
  readonly target: Readonly<Record<string, unknown>>;
  readonly dns: DnsAddress;
  /** All zones, without SOA and apex NS. */
  content(): Promise<Content>;
  /** Somebody else's write. */
  write(writing: Writing): Promise<void>;
  /** Asked at each write of a command, before it arrives; null: they pass. Null itself: writes are in this process. */
  readonly onWrite: ((fault: (() => WriteFault | undefined) | null) => void) | null;
  close(): Promise<void>;
}

/** A name server that many histories are played on at once. */
export interface Host {
  /** Zones of its own, as they are before Hostmaster comes. */
  place(): Promise<Place>;
  stop(): Promise<void>;
}

const zoneOf = (zones: Zones, key: string): string =>
  allZones(zones).find((zone) => (key.split(' ')[0] ?? '').endsWith(zone)) ?? '';

const byZone = (zones: Zones, writing: Iterable<readonly [string, RRset | null]>) =>
  Map.groupBy(writing, ([each]) => zoneOf(zones, each));

const ns = 'ns1.example.net.';

const isKept = (key: string, zones: Zones): boolean =>
  !key.endsWith(' SOA') && !allZones(zones).some((zone) => key === `${zone} NS`);

const contentOf = (zones: Zones, rows: readonly (readonly [key: string, ttl: number, value: string])[]): Content => {
  const kept = rows.filter(([each]) => isKept(each, zones));
  return new Map(
    [...Map.groupBy(kept, ([each]) => each)].map(([each, values]) => [
      each,
      { ttl: values[0]?.[1] ?? 0, values: values.map(([, , value]) => value).toSorted() },
    ]),
  );
};

export const embeddedHost = async (): Promise<Host> => ({
  place: async () => {
    const zones = zonesOf(1);
    const folder = tempFolder('model');
    const file = join(folder, 'zones.sqlite');
    const server = await startEmbeddedServer({ listen: { address: '127.0.0.1', port: 0 }, file });
    const config = { listen: `127.0.0.1:${server.port}`, file };
    const provider = await factory.open({ config, secrets: {}, folder });
    const idOf = (name: string) => ({ name, view: null });
    const read = async () => {
      const all = await Promise.all(allZones(zones).map((zone) => provider.read(idOf(zone))));
      const rrsets = all.flatMap((each) => (each.status === 'read' ? each.rrsets : []));
      return contentOf(
        zones,
        rrsets.flatMap(({ name, ttl, type, values }) =>
          values.map(({ rdata }) => [`${name} ${type}`, ttl, rdata] as const),
        ),
      );
    };
    const plannedOf = (rrset: RRset | null | undefined) =>
      rrset === null || rrset === undefined
        ? null
        : { ttl: rrset.ttl, values: rrset.values.map((rdata) => ({ rdata, origins: [] })), health_check: null };
    const write = async (writing: Writing): Promise<void> => {
      const is = await read();
      for (const [zone, here] of byZone(zones, writing)) {
        const changes = here.flatMap(([each, rrset]) => {
          const [name = '', type = ''] = each.split(' ');
          const [before, after] = [plannedOf(is.get(each)), plannedOf(rrset)];
          const action = before === null ? 'create' : after === null ? 'delete' : 'replace';
          return before === null && after === null ? [] : [{ action, name, type, before, after } as const];
        });
        await provider.apply({ zone: idOf(zone), changes, expect: null });
      }
    };
    for (const zone of allZones(zones)) {
      await provider.createZone(idOf(zone), { kind: 'Native', ns: [ns], soa_edit_api: 'DEFAULT' });
    }
    await write(delegated(zones));
    return {
      zones,
      target: { provider: 'embedded', ...config },
      dns: { address: server.address, port: server.port },
      content: read,
      write,
      onWrite: null,
      close: async () => {
        await provider.close?.();
        await server.stop();
      },
    };
  },
  stop: async () => undefined,
});

type Faults = Map<string, () => WriteFault | undefined>;

const faultsFor =
  (faults: Faults, zones: Zones): NonNullable<Place['onWrite']> =>
  (fault) => {
    for (const zone of allZones(zones)) {
      if (fault === null) faults.delete(zone);
      else faults.set(zone, fault);
    }
  };

export const powerDnsHost = async (): Promise<Host> => {
  const pdns = await startPowerDns({ backend: 'sqlite', settings: uncached });
  const faults: Faults = new Map();
  const proxy = await startProxy(pdns.url, ({ method, path }) =>
    method === 'PATCH' ? faults.get(path.split('/').at(-1) ?? '')?.() : undefined,
  );
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    let answer = await pdns.api(method, path, body);
    // Its database is locked while another history writes.
    for (let tries = 0; answer.status === 500 && tries < 20; tries += 1) {
      await sleep(50);
      answer = await pdns.api(method, path, body);
    }
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  let number = 0;
  const place = async (): Promise<Place> => {
    number += 1;
    const zones = zonesOf(number);
    const write = async (writing: Iterable<readonly [string, RRset | null]>): Promise<void> => {
      for (const [zone, here] of byZone(zones, writing)) {
        const rrsets = here.map(([each, rrset]) => {
          const [name, type] = each.split(' ');
          const records = (rrset?.values ?? []).map((content) => ({ content, disabled: false }));
          return { name, type, ttl: rrset?.ttl ?? 0, changetype: rrset === null ? 'DELETE' : 'REPLACE', records };
        });
        await call('PATCH', `/zones/${zone}`, { rrsets });
      }
    };
    for (const name of allZones(zones)) await call('POST', '/zones', { name, kind: 'Native', nameservers: [ns] });
    await write(delegated(zones));
    return {
      zones,
      target: targetOf({ ...pdns, url: proxy.url }, { timeout: '6s', verify_wait: '10s' }),
      dns: pdns.dns,
      content: async () => {
        const bodies = await Promise.all(allZones(zones).map((zone) => call('GET', `/zones/${zone}`)));
        const rrsets = bodies.flatMap((body) => (body as { readonly rrsets: readonly ApiRRset[] }).rrsets);
        return contentOf(
          zones,
          rrsets.flatMap(({ name, records, ttl, type }) =>
            records.map(({ content }) => [`${name} ${type}`, ttl, content] as const),
          ),
        );
      },
      write,
      onWrite: faultsFor(faults, zones),
      close: async () => undefined,
    };
  };
  return { place, stop: async () => void (await Promise.all([proxy.stop(), pdns.stop()])) };
};

/** Knot, with the zones of so many histories. */
export const knotHost = async (histories: number): Promise<Host> => {
  const text = `$TTL 300\n@ SOA ${ns} hostmaster.example.net. 1 3600 600 86400 60\n@ NS ${ns}\n`;
  const zones = [...new Array(histories).keys()]
    .flatMap((i) => allZones(zonesOf(i + 1)))
    .map((name) => ({ name, text }));
  const knot = await startKnot({ keys: [key], zones, openTransfers: true });
  const faults: Faults = new Map();
  const proxy = await startDnsProxy(knot.dns);
  proxy.handle(({ name, opcode }) => (opcode === opcodeOfUpdate ? faults.get(name)?.() : undefined));
  const { address, port } = knot.dns;
  let number = 0;
  const place = async (): Promise<Place> => {
    number += 1;
    const own = zonesOf(number);
    const write = async (writing: Iterable<readonly [string, RRset | null]>): Promise<void> => {
      for (const [zone, here] of byZone(own, writing)) {
        const steps = here.flatMap(([each, rrset]): readonly UpdateStep[] => {
          const [name = '', type = ''] = each.split(' ');
          const adds = (rrset?.values ?? []).map((rdata) => ({
            kind: 'add' as const,
            name,
            type,
            ttl: rrset?.ttl ?? 0,
            rdata,
          }));
          return [{ kind: 'delete-rrset', name, type }, ...adds];
        });
        const message = encodeUpdate(randomInt(0x10000), { zone, prerequisites: [], steps });
        const { rcode } = await exchange(knot.dns, message, { timeoutMs: 10_000, key: ours });
        if (rcode !== 0) throw new Error(`Knot answered an update of ${zone} with rcode ${rcode}`);
      }
    };
    await write(delegated(own));
    return {
      zones: own,
      target: {
        provider: 'rfc2136',
        host: proxy.dns.address,
        port: proxy.dns.port,
        tsig: { name: key.name, algorithm: key.algorithm, secret: secretOf(key.secret) },
        timeout: '6s',
        verify_at: [`${address}:${port}`],
        verify_wait: '10s',
      },
      dns: knot.dns,
      content: async () => {
        const questions = allZones(own).flatMap((zone) => ['-t', 'AXFR', '-q', zone]);
        const printed = await run([
          'dig',
          '-r',
          `@${address}`,
          '-p',
          String(port),
          '+noall',
          '+answer',
          '+nosplit',
          ...questions,
        ]);
        return contentOf(
          own,
          printed.split('\n').flatMap((line) => {
            const [, name = '', ttl = '', type = '', rdata = ''] =
              /^(\S+)\s+(\d+)\s+IN\s+(\S+)\s+(.+)$/.exec(line) ?? [];
            return name === '' ? [] : [[`${name} ${type}`, Number(ttl), rdata] as const];
          }),
        );
      },
      write,
      onWrite: faultsFor(faults, own),
      close: async () => undefined,
    };
  };
  return { place, stop: async () => void (await Promise.all([proxy.stop(), knot.stop()])) };
};
