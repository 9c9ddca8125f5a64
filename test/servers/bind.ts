import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolder, startChild, tempFolder, untilReady, withRetries } from './child.ts';
import { dig } from './dig.ts';
import { type DnsAddress, freePort, listens } from './ports.ts';

export interface BindOptions {
  /** Default is a free one. A primary that shall send NOTIFY must know it before. */
  readonly port?: number;
  /** Zones that it is primary for, as master file text; `statements` are more of `zone { }`. */
  readonly zones?: readonly BindZone[];
  /** TSIG keys, as named.conf and knot.conf have them. */
  readonly keys?: readonly ServerKey[];
  /** Zones that it pulls by AXFR or IXFR. */
  readonly secondaries?: readonly { readonly name: string; readonly primary: DnsAddress }[];
  /** More statements for `options { }`. */
  readonly options?: string;
  /** More statements beside it. */
  readonly statements?: string;
}

export interface BindZone {
  readonly name: string;
  readonly text: string;
  readonly statements?: string;
}

export interface ServerKey {
  readonly name: string;
  readonly algorithm: string;
  readonly secret: string;
}

export interface Bind {
  readonly dns: DnsAddress;
  readonly folder: string;
  log(): string;
  /** Writes a primary zone's file anew and loads it. The serial in it must be higher. */
  writeZone(name: string, text: string): void;
  /** Takes one more primary zone into its configuration, and waits until it is there. */
  addZone(zone: BindZone): Promise<void>;
  /** Gives primary zones other statements, and waits until they count. */
  configure(zones: readonly Pick<BindZone, 'name' | 'statements'>[]): Promise<void>;
  stop(): Promise<void>;
  pause(): void;
  resume(): void;
}

/** BIND's named in the foreground, without a control channel. */
export const startBind = (options: BindOptions): Promise<Bind> => withRetries(() => start(options));

const start = async (options: BindOptions): Promise<Bind> => {
  const folder = tempFolder('bind');
  mkdirSync(join(folder, 'zones'));
  const port = options.port ?? (await freePort());
  for (const zone of options.zones ?? []) writeFileSync(zoneFile(folder, zone.name), zone.text);
  writeFileSync(join(folder, 'named.conf'), configuration(folder, port, options));
  const child = startChild(['named', '-4', '-g', '-n', '1', '-c', join(folder, 'named.conf')], { cwd: folder });
  await untilReady(child, 'named', async () => child.log().includes(' running') && (await listens(port)));
  const dns = { address: '127.0.0.1', port };
  let zones = options.zones ?? [];
  return {
    dns,
    folder,
    log: () => child.log(),
    writeZone: (name, text) => {
      writeFileSync(zoneFile(folder, name), text);
      child.signal('SIGHUP');
    },
    addZone: async (zone) => {
      zones = [...zones, zone];
      writeFileSync(zoneFile(folder, zone.name), zone.text);
      writeFileSync(join(folder, 'named.conf'), configuration(folder, port, { ...options, zones }));
      child.signal('SIGHUP');
      await untilReady(child, zone.name, () => isServed(dns, zone.name));
    },
    configure: async (next) => {
      zones = zones.map((zone) => ({ ...zone, ...next.find(({ name }) => name === zone.name) }));
      writeFileSync(join(folder, 'named.conf'), configuration(folder, port, { ...options, zones }));
      const before = loads(child.log());
      child.signal('SIGHUP');
      await untilReady(child, 'the configuration', async () => loads(child.log()) > before);
    },
    stop: async () => {
      await child.end('SIGTERM');
      removeFolder(folder);
    },
    pause: () => child.signal('SIGSTOP'),
    resume: () => child.signal('SIGCONT'),
  };
};

/** How often it has read its configuration so far. */
const loads = (log: string): number => log.split(/ running$|reloading zones succeeded/m).length;

/** Does it answer for the zone itself? */
export const isServed = async (dns: DnsAddress, zone: string): Promise<boolean> => {
  const { answers, flags } = await dig(dns, zone, 'SOA');
  return flags.includes('aa') && answers.some(({ name }) => name === zone);
};

const zoneFile = (folder: string, name: string): string =>
  join(folder, 'zones', encodeURIComponent(name.replace(/\.$/, '')) || 'root');

const configuration = (
  folder: string,
  port: number,
  { keys = [], options, secondaries = [], statements, zones = [] }: BindOptions,
): string => `
options {
  directory "${folder}";
  pid-file none;
  lock-file none;
  session-keyfile "${folder}/session.key";
  managed-keys-directory "${folder}";
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  query-source address 127.0.0.1; notify-source 127.0.0.1; transfer-source 127.0.0.1;
  recursion no; empty-zones-enable no; dnssec-validation no;
  allow-query { 127.0.0.0/8; };
  allow-transfer { 127.0.0.0/8; }; allow-update { none; };
  notify no; notify-delay 0; notify-rate 1000; serial-query-rate 1000;
  min-refresh-time 1; min-retry-time 1;
  zone-statistics none;
  minimal-responses no;
  ${options ?? ''}
};
controls { };
${keys.map(({ algorithm, name, secret }) => `key "${name}" { algorithm ${algorithm}; secret "${secret}"; };`).join('\n')}
${statements ?? ''}
${zones.map(({ name, statements: more }) => `zone "${name}" { type primary; file "${zoneFile(folder, name)}"; ${more ?? ''} };`).join('\n')}
${secondaries.map(({ name, primary }) => `zone "${name}" { type secondary; masterfile-format text; file "${zoneFile(folder, name)}"; primaries { ${primary.address} port ${primary.port}; }; };`).join('\n')}
`;
