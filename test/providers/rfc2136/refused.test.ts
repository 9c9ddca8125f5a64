import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factory } from '../../../providers/rfc2136/index.ts';
import { openStore } from '../../../src/state/index.ts';
import { driverOf } from '../../conformance/driver.ts';
import { writeRepository } from '../../conformance/step-repository.ts';
import { group, range, rr, step } from '../../conformance/suite.ts';
import { type Bind, dig, startBind, tempFolder } from '../../servers/index.ts';
import { key, zone, zoneText } from './harness.ts';

// BIND refuses an update whole and does not say for which record: the others go through all the same.

describe('a name that BIND does not let us write', () => {
  let bind: Bind;
  beforeAll(async () => {
    const policy = `update-policy { deny ${key.name} name denied.${zone.name}; grant ${key.name} zonesub ANY; };`;
    const own = `${policy} allow-transfer { key "${key.name}"; };`;
    bind = await startBind({ keys: [key], zones: [{ name: zone.name, text: zoneText(zone.name), statements: own }] });
  });
  afterAll(() => bind.stop());

  it('is named and set aside, and all others are written', async () => {
    process.env.RFC2136_TEST_SECRET = key.secret;
    const names = range(1, 30).map((i) => rr(`n${i}`, 'A', 60, `192.0.2.${i}`));
    const apex = [rr('ns1', 'A', 60, '192.0.2.53'), rr('', 'NS', 60, `ns1.${zone.name}`)];
    const wanted = step('all', [
      ...apex,
      ...names,
      rr('denied', 'A', 60, '192.0.2.99'),
      rr('denied', 'TXT', 60, '"x"'),
    ]);
    const target = {
      provider: 'rfc2136',
      host: bind.dns.address,
      port: bind.dns.port,
      tsig: { name: key.name, algorithm: key.algorithm, secret: { env: 'RFC2136_TEST_SECRET' } },
      verify_at: [`${bind.dns.address}:${bind.dns.port}`],
    };
    const config = writeRepository(tempFolder('refused'), target, group('g', zone.name, [wanted]), wanted);
    const store = await openStore(join(tempFolder('refused-state'), 'state.sqlite'));
    const { applied, again } = await driverOf({ rfc2136: factory }, store, bind.dns).converge(config);
    const [result] = applied.results;
    expect(result?.error).toMatch(/refused denied\.a\.test\. A \(.*answers REFUSED/);
    const refused = result?.changes
      .filter(({ status }) => status === 'refused')
      .map(({ name, type }) => `${name} ${type}`);
    expect(refused).toEqual(['denied.a.test. A', 'denied.a.test. TXT']);
    expect(result?.changes.filter(({ status }) => status === 'applied')).toHaveLength(30);
    expect((await dig(bind.dns, 'n30.a.test.', 'A')).answers.map(({ rdata }) => rdata)).toEqual(['192.0.2.30']);
    expect((await dig(bind.dns, 'denied.a.test.', 'A')).rcode).toBe('NXDOMAIN');
    expect(again.changesets.flatMap(({ changes }) => changes).map(({ name }) => name)).toEqual([
      'denied.a.test.',
      'denied.a.test.',
    ]);
  });
});
