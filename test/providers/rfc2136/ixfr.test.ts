import { afterEach, describe, expect, it } from 'vitest';
import { registry } from '../../../src/cli/registry.ts';
import type { Provider, ZoneId } from '../../../src/provider.ts';
import type { MessageRecord } from '../../../src/wire/message.ts';
import { keyFor } from '../../wire/keys.ts';
import { type Listener, startListener } from '../../wire/listener.ts';
import { a, answersOf, ns, type Scene, soa } from '../../wire/transfer-scene.ts';

// Changes (IXFR) that cannot be used cost no more than reading all of the zone (AXFR), once: it is the server's word all the same.

const zone: ZoneId = { name: 'x.test.', view: null };
const before = [soa(1), ns, a('ns1'), a('www', 1), soa(1)];
const after = [soa(2), ns, a('ns1'), a('www', 2), soa(2)];
const one = (records: readonly MessageRecord[]): Scene => ({ messages: [records] });

let listener: Listener | undefined;
afterEach(() => listener?.stop());

interface Read {
  readonly provider: Provider;
  readonly asked: string[];
  readonly said: string[];
  addresses(): Promise<readonly string[]>;
}

/** A server that gives one version, and then changes from it as they are given here. */
const serverWith = async (changes: Scene): Promise<Read> => {
  const asked: string[] = [];
  const said: string[] = [];
  listener = await startListener(
    (bytes) =>
      answersOf(bytes, (code) => {
        const type = code === 'TYPE251' ? 'IXFR' : code === 'TYPE252' ? 'AXFR' : code;
        asked.push(type);
        if (type === 'IXFR') return changes;
        return one(asked.filter((each) => each === 'AXFR').length > 1 ? after : before);
      }),
    'close',
  );
  const { name, secret } = keyFor('hmac-sha256');
  const factory = registry.rfc2136;
  if (factory === undefined) throw new Error('there is no such provider');
  const provider = await factory.open({
    config: { host: listener.dns.address, port: listener.dns.port, tsig: { name }, timeout: '2s' },
    secrets: { 'tsig.secret': secret },
    folder: '.',
    zones: [zone.name],
    onDebug: (message) => said.push(message),
  });
  const addresses = async (): Promise<readonly string[]> => {
    const read = await provider.read(zone);
    if (read.status !== 'read') throw new Error(`the zone is ${read.status}`);
    return read.rrsets
      .filter((rrset) => rrset.name === 'www.x.test.')
      .flatMap(({ values }) => values.map(({ rdata }) => rdata));
  };
  return { provider, asked, said, addresses };
};

const steps = (...records: readonly MessageRecord[]): Scene => one([soa(2), ...records, soa(2)]);

describe('changes', () => {
  it('that fit are all that is read', async () => {
    const { addresses, asked, said } = await serverWith(steps(soa(1), a('www', 1), soa(2), a('www', 2)));
    expect(await addresses()).toEqual(['192.0.2.1']);
    expect(await addresses()).toEqual(['192.0.2.2']);
    expect([asked, said]).toEqual([['AXFR', 'IXFR'], []]);
  });

  it('that are all of the zone are taken as that', async () => {
    const { addresses, asked, said } = await serverWith(one(after));
    await addresses();
    expect(await addresses()).toEqual(['192.0.2.2']);
    expect([asked, said]).toEqual([['AXFR', 'IXFR'], []]);
  });

  it.each<readonly [string, Scene]>([
    ['that begin at another version', steps(soa(7), a('www', 1), soa(2), a('www', 2))],
    ['whose versions have a gap', steps(soa(1), soa(3), soa(4), soa(2))],
    ['that do not end with the version that they began with', one([soa(2), soa(1), soa(2), soa(3)])],
    ['that go on after their end', one([soa(2), soa(1), soa(2), soa(2), a('www', 9)])],
    ['that do not begin with a SOA', one([a('www', 9)])],
    ['of another zone', one([soa(2, 'y.test.'), soa(1, 'y.test.'), soa(2, 'y.test.')])],
    ['that are cut', one([soa(2), soa(1), a('www', 1)])],
    ['that are a newer SOA alone', one([soa(2)])],
    ['that are empty', one([])],
    ['that the server refuses', { ...one([]), rcode: 5 }],
    ['that it does not know', { ...one([]), rcode: 4 }],
    ['of a wrong class', steps(soa(1), { ...a('www', 1), class: 3 }, soa(2), a('www', 2))],
    ['that are no message', { ...one([soa(2)]), spoil: () => new Uint8Array(20) }],
    ['without a signature', { ...steps(soa(1), soa(2)), spoil: (bytes) => bytes.subarray(0, -1) }],
  ])('%s are left, and all of the zone is read', async (_case, changes) => {
    const { addresses, asked, said } = await serverWith(changes);
    expect(await addresses()).toEqual(['192.0.2.1']);
    expect(await addresses()).toEqual(['192.0.2.2']);
    expect(asked).toEqual(['AXFR', 'IXFR', 'AXFR']);
    expect(said).toEqual([
      expect.stringMatching(/^the changes of x\.test\. \(IXFR\) cannot be used \(.*\); all of it is read/),
    ]);
    expect(await addresses()).toEqual(['192.0.2.2']);
    expect(asked.slice(3)).toEqual(['AXFR']);
  });

  it.each<readonly [string, Scene]>([
    ['that delete what is not there', steps(soa(1), a('www', 9), soa(2), a('www', 2))],
    [
      'from another SOA of that version',
      steps({ ...soa(1), rdata: soa(1).rdata.replace(' 1 2 3 4', ' 1 2 3 5') }, soa(2)),
    ],
  ])('%s do not fit, and all of the zone is read', async (_case, changes) => {
    const { addresses, asked, said } = await serverWith(changes);
    await addresses();
    expect(await addresses()).toEqual(['192.0.2.2']);
    expect(asked).toEqual(['AXFR', 'IXFR', 'AXFR']);
    expect(said).toEqual([expect.stringContaining('do not fit what was read before')]);
  });

  it('cannot be used, and neither can the zone: that says so', async () => {
    const { addresses, provider } = await serverWith(one([a('www', 9)]));
    await addresses();
    await listener?.stop();
    listener = undefined;
    await expect(provider.read(zone)).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE' });
  });
});

describe('a zone as it is transferred', () => {
  it('with a TTL of more than 2^31 - 1 is not believed (RFC 2181 section 8)', async () => {
    listener = await startListener(
      (bytes) => answersOf(bytes, () => one([soa(1), ns, { ...a('www'), ttl: 2 ** 31 }, soa(1)])),
      'close',
    );
    const { name, secret } = keyFor('hmac-sha256');
    const provider = await registry.rfc2136?.open({
      config: { host: listener.dns.address, port: listener.dns.port, tsig: { name }, timeout: '2s' },
      secrets: { 'tsig.secret': secret },
      folder: '.',
    });
    await expect(provider?.read(zone)).rejects.toMatchObject({
      code: 'ZONE_UNREADABLE',
      message: expect.stringContaining('www.x.test. A has a TTL of 2147483648'),
    });
  });
});
