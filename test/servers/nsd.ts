import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerKey } from './bind.ts';
import { removeFolder, startChild, tempFolder, untilReady, withRetries } from './child.ts';
import { type DnsAddress, freePort, listens } from './ports.ts';

export interface NsdOptions {
  /** Default is a free one. A primary that shall send NOTIFY must know it before. */
  readonly port?: number;
  /** Zones that it is primary for, as master file text. */
  readonly zones?: readonly { readonly name: string; readonly text: string }[];
  /** Zones that it pulls by AXFR or IXFR; anyone here may notify it. */
  readonly secondaries?: readonly { readonly name: string; readonly primary: DnsAddress }[];
  /** Each may transfer every zone. Without any, anyone here may. */
  readonly keys?: readonly ServerKey[];
  /** PEM files for DNS over TLS, which is then on a port of its own. */
  readonly tls?: { readonly key: string; readonly certificate: string };
}

export interface Nsd {
  readonly dns: DnsAddress;
  /** Where it speaks TLS, if it does. */
  readonly tls: DnsAddress | null;
  readonly folder: string;
  log(): string;
  stop(): Promise<void>;
  pause(): void;
  resume(): void;
}

/** NSD in the foreground. It takes no UPDATE: it is there as a secondary, and to transfer from. */
export const startNsd = (options: NsdOptions): Promise<Nsd> => withRetries(() => start(options));

const start = async (options: NsdOptions): Promise<Nsd> => {
  const folder = tempFolder('nsd');
  mkdirSync(join(folder, 'zones'));
  const port = options.port ?? (await freePort());
  const tlsPort = options.tls === undefined ? null : await freePort();
  const { zones = [] } = options;
  for (const { name, text } of zones) writeFileSync(join(folder, 'zones', zoneFile(name)), text);
  const file = join(folder, 'nsd.conf');
  writeFileSync(file, configuration(folder, port, tlsPort, options));
  const child = startChild(['nsd', '-d', '-c', file], { cwd: folder });
  await untilReady(child, 'nsd', async () => (await listens(port)) && child.log().includes('nsd started'));
  return {
    dns: { address: '127.0.0.1', port },
    tls: tlsPort === null ? null : { address: '127.0.0.1', port: tlsPort },
    folder,
    log: () => child.log(),
    pause: () => child.signal('SIGSTOP'),
    resume: () => child.signal('SIGCONT'),
    stop: async () => {
      await child.end('SIGTERM');
      removeFolder(folder);
    },
  };
};

const zoneFile = (name: string): string => `${name.replace(/\.$/, '')}.zone`;

const configuration = (folder: string, port: number, tlsPort: number | null, options: NsdOptions): string => {
  const { keys = [], secondaries = [], tls, zones = [] } = options;
  const transfers = keys.length > 0 ? keys.map(({ name }) => name) : ['NOKEY'];
  const provide = transfers.map((name) => `  provide-xfr: 127.0.0.0/8 ${name}`).join('\n');
  const secure =
    tls === undefined
      ? ''
      : `  ip-address: 127.0.0.1@${tlsPort}\n  tls-port: ${tlsPort}\n  tls-service-key: "${tls.key}"\n  tls-service-pem: "${tls.certificate}"`;
  return `
server:
  ip-address: 127.0.0.1@${port}
${secure}
  server-count: 1
  username: ""
  database: ""
  zonesdir: "${folder}/zones"
  zonelistfile: "${folder}/zone.list"
  xfrdfile: "${folder}/xfrd.state"
  xfrdir: "${folder}"
  pidfile: ""
  xfrd-reload-timeout: 0
  hide-version: yes
  verbosity: 1
remote-control:
  control-enable: no
${keys.map(({ algorithm, name, secret }) => `key:\n  name: "${name}"\n  algorithm: ${algorithm}\n  secret: "${secret}"`).join('\n')}
${zones.map(({ name }) => `zone:\n  name: "${name}"\n  zonefile: "${zoneFile(name)}"\n${provide}`).join('\n')}
${secondaries.map(({ name, primary }) => `zone:\n  name: "${name}"\n  zonefile: "${zoneFile(name)}"\n  allow-notify: 127.0.0.0/8 NOKEY\n  request-xfr: ${primary.address}@${primary.port} NOKEY\n  min-refresh-time: 1\n  min-retry-time: 1\n${provide}`).join('\n')}
`;
};
