import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from '../../src/wire/exchange.ts';
import { encodeQuery } from '../../src/wire/message.ts';
import type { TlsSettings } from '../../src/wire/tls.ts';
import { transferZone } from '../../src/wire/transfer.ts';
import { makeCertificate, type TestCertificate } from '../servers/certificate.ts';
import { type Bind, type DnsAddress, freePort, type Nsd, startBind, startNsd } from '../servers/index.ts';
import { keyFor, ours } from './keys.ts';
import { manyAddresses, zoneText } from './zone.ts';

// Transfers over TLS (RFC 9103) from BIND and NSD.

const zone = 'tls.test.';
const text = zoneText(zone, manyAddresses(2_000));
const key = keyFor('hmac-sha256');

describe('over TLS', () => {
  let right: TestCertificate;
  let other: TestCertificate;
  let bind: Bind;
  let nsd: Nsd;
  let secure: DnsAddress;
  beforeAll(async () => {
    [right, other] = [await makeCertificate('ns1.tls.test'), await makeCertificate('ns1.tls.test')];
    secure = { address: '127.0.0.1', port: await freePort() };
    bind = await startBind({
      keys: [key],
      zones: [
        { name: zone, text, statements: `allow-transfer port ${secure.port} transport tls { key "${key.name}"; };` },
      ],
      statements: `tls secure { key-file "${right.key}"; cert-file "${right.certificate}"; };`,
      options: `listen-on port ${secure.port} tls secure { 127.0.0.1; };`,
    });
    nsd = await startNsd({ zones: [{ name: zone, text }], tls: { key: right.key, certificate: right.certificate } });
  });
  afterAll(async () => {
    await bind.stop();
    await nsd.stop();
  });

  const axfr = (tls: TlsSettings, server: DnsAddress | null = secure) =>
    transferZone({ ...(server ?? secure), tls }, zone, { key: ours(key), timeoutMs: 3_000 });
  const byName = (name: string, authorities?: string): TlsSettings => ({
    trust: { by: 'certificate', name, ...(authorities === undefined ? {} : { authorities }) },
  });
  const byPin = (...pins: readonly string[]): TlsSettings => ({ trust: { by: 'pin', pins } });

  it('BIND gives the zone where its certificate is the right one', async () => {
    expect((await axfr(byName('ns1.tls.test', right.pem))).records).toHaveLength(2_003);
    expect((await axfr(byName('127.0.0.1', right.pem))).records).toHaveLength(2_003);
    expect((await axfr(byPin(other.pin, right.pin))).records).toHaveLength(2_003);
  });

  it.each<readonly [string, () => TlsSettings]>([
    ['from no authority of ours', () => byName('ns1.tls.test')],
    ['another one of the same name', () => byName('ns1.tls.test', other.pem)],
    ['for another name', () => byName('ns2.tls.test', right.pem)],
    ['for another address', () => byName('127.0.0.2', right.pem)],
    ['with another key than pinned', () => byPin(other.pin)],
    ['with no pin at all', () => byPin()],
  ])('a certificate %s is refused before anything is sent', async (_what, tls) => {
    await expect(axfr(tls())).rejects.toMatchObject({ fault: 'tls', sent: false });
  });

  it('where BIND takes transfers over TLS only, TCP is refused', async () => {
    await expect(transferZone(bind.dns, zone, { key: ours(key) })).rejects.toMatchObject({
      fault: 'refused',
      rcode: 'REFUSED',
    });
  });

  it('where nobody speaks TLS, there is no connection', async () => {
    await expect(axfr(byPin(right.pin), bind.dns)).rejects.toMatchObject({ sent: false });
    await expect(axfr(byPin(right.pin), { address: '127.0.0.1', port: 1 })).rejects.toMatchObject({
      fault: 'unreachable',
    });
  });

  it('NSD 4.6 does not say that it speaks DNS: that has to be allowed', async () => {
    const question = encodeQuery(1, { name: zone, type: 'SOA', class: 1 });
    const ask = (tls: TlsSettings) => exchange({ ...(nsd.tls ?? secure), tls }, question, { timeoutMs: 5_000 });
    await expect(ask(byPin(right.pin))).rejects.toMatchObject({ fault: 'tls', sent: false });
    expect((await ask({ ...byPin(right.pin), alpn: 'offered' })).answers).toHaveLength(1);
    const { records } = await transferZone(
      { ...(nsd.tls ?? secure), tls: { ...byPin(right.pin), alpn: 'offered' } },
      zone,
    );
    expect(records).toHaveLength(2_003);
  });
});
