import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isServed, type ServerKey } from './bind.ts';
import { removeFolder, startChild, tempFolder, untilReady, withRetries } from './child.ts';
import { type DnsAddress, freePort, listens } from './ports.ts';

export interface KnotOptions {
  /** Default is a free one. A primary that shall send NOTIFY must know it before. */
  readonly port?: number;
  /** Zones that it is primary for, as master file text. */
  readonly zones?: readonly { readonly name: string; readonly text: string }[];
  /** Zones that it pulls by AXFR or IXFR; anyone here may notify it. */
  readonly secondaries?: readonly { readonly name: string; readonly primary: DnsAddress }[];
  /** Each may update and transfer every zone. Without any, anyone here may transfer. */
  readonly keys?: readonly ServerKey[];
  /** Anyone here may transfer, also where there are keys. */
  readonly openTransfers?: boolean;
  /** Who is sent NOTIFY for the zones that it is primary for. */
  readonly notify?: readonly DnsAddress[];
  /** More keys of each zone, a line each. */
  readonly zoneSettings?: readonly string[];
  /** More sections of knot.conf. */
  readonly sections?: string;
}

export interface Knot {
  readonly dns: DnsAddress;
  readonly folder: string;
  log(): string;
  /** Takes one more primary zone into its configuration, and waits until it is there. */
  addZone(zone: { readonly name: string; readonly text: string }): Promise<void>;
  stop(): Promise<void>;
  pause(): void;
  resume(): void;
  /** SIGKILL; `restart` starts it again. */
  kill(): Promise<void>;
  /** Ends it if it runs, and starts it on the same port with the same data. */
  restart(): Promise<void>;
}

/** Knot DNS in the foreground; its zone files stay as they were written, what changed is in its journal. */
export const startKnot = (options: KnotOptions): Promise<Knot> => withRetries(() => start(options));

const start = async (options: KnotOptions): Promise<Knot> => {
  const folder = tempFolder('knot');
  for (const sub of ['run', 'db', 'zones']) mkdirSync(join(folder, sub));
  const port = options.port ?? (await freePort());
  for (const { name, text } of options.zones ?? []) writeFileSync(join(folder, 'zones', zoneFile(name)), text);
  const file = join(folder, 'knot.conf');
  writeFileSync(file, configuration(folder, port, options));
  const boot = async () => {
    const child = startChild(['knotd', '--config', file], { cwd: folder });
    const loaded = (): boolean => (options.zones ?? []).every(({ name }) => isLoaded(child.log(), name));
    await untilReady(child, 'knotd', async () => loaded() && (await listens(port)));
    return child;
  };
  let child = await boot();
  const dns = { address: '127.0.0.1', port };
  let zones = options.zones ?? [];
  return {
    dns,
    folder,
    log: () => child.log(),
    pause: () => child.signal('SIGSTOP'),
    resume: () => child.signal('SIGCONT'),
    kill: () => child.end('SIGKILL'),
    restart: async () => {
      await child.end('SIGTERM');
      child = await boot();
    },
    addZone: async (zone) => {
      zones = [...zones, zone];
      writeFileSync(join(folder, 'zones', zoneFile(zone.name)), zone.text);
      writeFileSync(file, configuration(folder, port, { ...options, zones }));
      child.signal('SIGHUP');
      await untilReady(child, zone.name, () => isServed(dns, zone.name));
    },
    stop: async () => {
      await child.end('SIGTERM');
      removeFolder(folder);
    },
  };
};

const zoneFile = (name: string): string => `${name.replace(/\.$/, '').replaceAll('/', '_')}.zone`;

const isLoaded = (log: string, name: string): boolean =>
  log.includes(`[${name.replace(/\.?$/, '.')}] loaded`) ||
  log.includes(`[${name.replace(/\.?$/, '.')}] zone file loaded`);

const configuration = (folder: string, port: number, options: KnotOptions): string => {
  const { keys = [], notify = [], secondaries = [], sections = '', zoneSettings = [], zones = [] } = options;
  const acls = keys.map((_, i) => `with-key-${i}`);
  if (keys.length === 0 || options.openTransfers === true) acls.push('from-here');
  const secondaryAcls = [...new Set([...acls, 'from-here'])];
  const remotes = [
    ...secondaries.map(({ primary }, i) => [`primary-${i}`, primary] as const),
    ...notify.map((each, i) => [`notified-${i}`, each] as const),
  ];
  const told = notify.length === 0 ? '' : `\n    notify: [ ${notify.map((_, i) => `notified-${i}`).join(', ')} ]`;
  return `
server:
  listen: [ "127.0.0.1@${port}" ]
  rundir: "${folder}/run"
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
control:
  listen: "${folder}/run/knot.sock"
database:
  storage: "${folder}/db"
  journal-db-max-size: 64M
  kasp-db-max-size: 16M
  timer-db-max-size: 4M
log:
  - target: stderr
    any: info
${keys.length > 0 ? 'key:' : ''}
${keys.map(({ algorithm, name, secret }) => `  - id: ${name}\n    algorithm: ${algorithm}\n    secret: ${secret}`).join('\n')}
acl:
  - id: from-here
    address: 127.0.0.0/8
    action: [ transfer, notify ]
${keys.map(({ name }, i) => `  - id: with-key-${i}\n    key: ${name}\n    action: [ update, transfer, notify ]`).join('\n')}
${remotes.length > 0 ? 'remote:' : ''}
${remotes.map(([id, { address, port: at }]) => `  - id: ${id}\n    address: ${address}@${at}`).join('\n')}
template:
  - id: default
    storage: "${folder}/zones"
    file: "%s.zone"
    semantic-checks: on
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: changes
    serial-policy: increment
${zoneSettings.map((line) => `    ${line}\n`).join('')}
zone:
${zones.map(({ name }) => `  - domain: ${name}\n    acl: [ ${acls.join(', ')} ]${told}`).join('\n')}
${secondaries.map(({ name }, i) => `  - domain: ${name}\n    master: primary-${i}\n    acl: [ ${secondaryAcls.join(', ')} ]`).join('\n')}
${sections}
`;
};
