import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { factory } from '../../providers/powerdns/index.ts';
import { freePort } from '../servers/ports.ts';
import { startPowerDns } from '../servers/powerdns.ts';
import type { Refusal, Subject } from './runner.ts';

/** What PowerDNS 4.7 refuses although its kind of type is supported. */
const refusals: readonly Refusal[] = [];

/** PowerDNS with all that it answers only where it is told to; ALIAS targets are in its own zones. */
export const powerDnsSubject = async (backend: 'sqlite' | 'pgsql'): Promise<Subject> => {
  const port = await freePort();
  const server = await startPowerDns({
    backend,
    settings: {
      'local-port': String(port),
      'enable-lua-records': 'yes',
      'expand-alias': 'yes',
      'dname-processing': 'yes',
      resolver: `127.0.0.1:${port}`,
    },
  });
  const keyFile = join(server.folder, 'api.key');
  writeFileSync(keyFile, server.apiKey, { mode: 0o600 });
  return {
    factory,
    config: {
      provider: 'powerdns',
      url: server.url,
      server: 'localhost',
      api_key: { file: keyFile },
      verify_at: [`127.0.0.1:${port}`],
    },
    dns: { address: '127.0.0.1', port },
    refusals,
    stop: () => server.stop(),
  };
};
