import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { factory } from '../../providers/rfc2136/index.ts';
import { startBind } from '../servers/bind.ts';
import { tempFolder } from '../servers/child.ts';
import { startKnot } from '../servers/knot.ts';
import type { DnsAddress } from '../servers/ports.ts';
import type { Refusal, Subject } from './runner.ts';

const key = {
  name: 'hostmaster.keys.test.',
  algorithm: 'hmac-sha256',
  secret: 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MDA=',
};

/** A SOA of the server's own, and the NS that the suite's `create:` asks for. */
const emptyZone =
  '$TTL 3600\n@ SOA ns1.example.net. hostmaster.example.net. 1 10800 3600 604800 3600\n@ NS ns1.example.net.\n';

const configOf = ({ address, port }: DnsAddress, more: Readonly<Record<string, unknown>>) => {
  const secret = join(tempFolder('tsig'), 'secret');
  writeFileSync(secret, `${key.secret}\n`, { mode: 0o600 });
  return {
    provider: 'rfc2136',
    host: address,
    port,
    tsig: { name: key.name, algorithm: key.algorithm, secret: { file: secret } },
    verify_at: [`${address}:${port}`],
    ...more,
  };
};

const apex = (group: string, step: string, type: string, says: string, logs: string): Refusal => ({
  group,
  step,
  name: '',
  type,
  says,
  logs,
});

/** What BIND does not take by UPDATE. */
const bindRefusals: readonly Refusal[] = [
  ...['at the apex', 'two', 'another TTL'].map((step) =>
    apex(
      'DNSKEY',
      step,
      'DNSKEY',
      'answers SERVFAIL',
      "updating zone 'dnskey.example/IN': found no active private keys",
    ),
  ),
  ...['at the apex', 'another key'].flatMap((step) =>
    ['CDS', 'CDNSKEY'].map((type) =>
      apex(
        'CDS and CDNSKEY',
        step,
        type,
        'answers REFUSED',
        "updating zone 'cds.example/IN': update rejected: bad CDS RRset",
      ),
    ),
  ),
];

/** BIND that is told to take RRsets of any size, and A and AAAA at any name. */
export const bindSubject = async (): Promise<Subject> => {
  const bind = await startBind({ keys: [key], options: 'max-records-per-type 0; check-names primary ignore;' });
  const statements = `allow-update { key "${key.name}"; }; allow-transfer { key "${key.name}"; };`;
  return {
    factory,
    config: configOf(bind.dns, { max_values: 5_000 }),
    dns: bind.dns,
    refusals: bindRefusals,
    makeZone: (name) => bind.addZone({ name, text: emptyZone, statements }),
    log: () => bind.log(),
    stop: () => bind.stop(),
  };
};

export const knotSubject = async (): Promise<Subject> => {
  const knot = await startKnot({ keys: [key] });
  return {
    factory,
    config: configOf(knot.dns, { max_values: 5_000 }),
    dns: knot.dns,
    refusals: [],
    makeZone: (name) => knot.addZone({ name, text: emptyZone }),
    stop: () => knot.stop(),
  };
};
