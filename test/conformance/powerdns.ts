import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { factory } from '../../providers/powerdns/index.ts';
import { freePort } from '../servers/ports.ts';
import { startPowerDns } from '../servers/powerdns.ts';
import type { Refusal, Subject } from './runner.ts';

const namedOddly = (step: string, name: string): Refusal => ({
  group: 'Names with punctuation',
  step,
  name,
  type: 'A',
  says: `Name '${name}.punctuation.example.' contains unsupported characters`,
});

/** What PowerDNS 4.7 refuses although it has the type: its API takes names of letters, digits and `_/.-` alone. */
const refusals: readonly Refusal[] = [
  ...['a:b', 'a=b', 'a+b'].map((name) => namedOddly('colon, equals, plus', name)),
  namedOddly('the rest that needs no escape', "!#%&',<>?[]^`{|}~"),
  namedOddly('an asterisk inside a name part', 'a*b'),
  namedOddly('an asterisk that is not the first name part', 'x.*.y'),
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
