import type { TargetConfig } from '../conformance/step-repository.ts';
import {
  type DnsAddress,
  type DnsQuestion,
  opcodeOfUpdate,
  startBind,
  startDnsProxy,
  startKnot,
} from '../servers/index.ts';
import { type CountedServer, digestOf, type Requests } from './server.ts';
import { requestTimeout, type ServerSettings } from './tool.ts';

export type NameServerKind = 'BIND' | 'Knot';

const key = {
  name: 'bench.keys.test.',
  algorithm: 'hmac-sha256',
  secret: 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MDA=',
};

/** What both tools take for granted: neither can make a zone. */
const emptyZone =
  '$TTL 3600\n@ SOA ns1.dns.example. hostmaster.dns.example. 1 7200 1800 1209600 300\n@ NS ns1.dns.example.\n@ NS ns2.dns.example.\n';

/** BIND or Knot with an empty zone. */
export const startNameServer = async (kind: NameServerKind, zone: string): Promise<CountedServer> => {
  const statements = `allow-update { key "${key.name}"; }; allow-transfer { key "${key.name}"; };`;
  const zones = [{ name: zone, text: emptyZone, statements }];
  const server = kind === 'BIND' ? await startBind({ keys: [key], zones }) : await startKnot({ keys: [key], zones });
  const proxy = await startDnsProxy(server.dns);
  return {
    settings: settingsOf(proxy.dns, server.dns),
    count: async (work) => {
      proxy.clear();
      return [await work(), requestsOf(proxy.questions)];
    },
    digest: (names) => digestOf(server.dns, names, ['-y', `${key.algorithm}:${key.name}:${key.secret}`]),
    stop: async () => {
      await proxy.stop();
      await server.stop();
    },
  };
};

const requestsOf = (questions: readonly DnsQuestion[]): Requests => ({
  total: questions.length,
  writes: questions.filter(({ opcode }) => opcode === opcodeOfUpdate).length,
  longest: questions.reduce((longest, { bytes }) => Math.max(longest, bytes), 0),
});

const settingsOf = (at: DnsAddress, itself: DnsAddress): ServerSettings => {
  const hostmaster: TargetConfig = {
    provider: 'rfc2136',
    host: at.address,
    port: at.port,
    tsig: { name: key.name, algorithm: key.algorithm, secret: { env: 'TSIG_SECRET' } },
    verify_at: [`${itself.address}:${itself.port}`],
    timeout: `${requestTimeout}s`,
  };
  return {
    octodns: {
      class: 'octodns_bind.Rfc2136Provider',
      host: at.address,
      port: at.port,
      timeout: requestTimeout,
      key_name: key.name,
      key_secret: 'env/TSIG_SECRET',
      key_algorithm: key.algorithm,
    },
    hostmaster,
    env: { TSIG_SECRET: key.secret },
  };
};
