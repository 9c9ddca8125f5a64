import { factory } from '../../providers/powerdns/index.ts';
import { freePort } from '../servers/ports.ts';
import { startPowerDns } from '../servers/powerdns.ts';
import { secretOf } from '../servers/secret.ts';
import type { Refusal, Subject } from './runner.ts';

/** What PowerDNS 4.7 refuses although it has the type. */
const refusals: readonly Refusal[] = [
  // It reckons centimetres in 32 bits, some of them signed (RFC 1876 section 2 goes up to 9e9 and to 2^32 - 1).
  {
    group: 'LOC',
    step: 'the ends of altitude',
    name: 'high',
    type: 'LOC',
    says: "Not in expected format (parsed as '0 0 0.001 S 0 0 0.001 W -100000.01m 1.00m 10000.00m 10.00m')",
  },
  {
    group: 'LOC',
    step: 'the ends of size and precision',
    name: 'largest',
    type: 'LOC',
    says: "Not in expected format (parsed as '0 0 0.000 S 0 0 0.000 W 0.00m 4000000.00m 10.00m 10.00m')",
  },
];

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
  return {
    factory,
    config: {
      provider: 'powerdns',
      url: server.url,
      server: 'localhost',
      api_key: secretOf(server.apiKey),
      verify_at: [`127.0.0.1:${port}`],
    },
    dns: { address: '127.0.0.1', port },
    refusals,
    stop: () => server.stop(),
  };
};
