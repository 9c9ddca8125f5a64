import { describe, expect, it } from 'vitest';
import { type DnsAddress, freePort, makeCertificate, startBind } from '../../servers/index.ts';
import { creating, key, openProvider, readAll, shown, statements, write, zone, zoneText } from './harness.ts';

// What is configured for one server: how many values it takes, and DNS over TLS.

describe('max_values', () => {
  it('is 100, as BIND takes, and BIND refuses more where it alone was told of more', async () => {
    const bind = await startBind({ keys: [key], zones: [{ name: zone.name, text: zoneText(zone.name), statements }] });
    try {
      expect((await openProvider(bind.dns)).supports.max_values).toBe(100);
      const provider = await openProvider(bind.dns, { config: { max_values: 200 } });
      expect(provider.supports.max_values).toBe(200);
      const of = (count: number) => Array.from({ length: count }, (_, i) => `10.0.0.${i + 1}`);
      expect(await write(provider, creating('some.a.test.', 'A', of(100)))).toMatchObject({ status: 'applied' });
      expect(await write(provider, creating('many.a.test.', 'A', of(101)))).toEqual({
        status: 'refused',
        refused: [
          { name: 'many.a.test.', type: 'A', message: expect.stringMatching(/SERVFAIL.*max-records-per-type/) },
        ],
      });
      expect(shown(await readAll(provider)).filter((line) => line.startsWith('many'))).toEqual([]);
    } finally {
      await bind.stop();
    }
  });
});

describe('tls', () => {
  it('carries updates and transfers (RFC 9103), and a certificate that is not trusted stops both', async () => {
    const secure: DnsAddress = { address: '127.0.0.1', port: await freePort() };
    const certificate = await makeCertificate('ns1.a.test');
    const bind = await startBind({
      keys: [key],
      zones: [{ name: zone.name, text: zoneText(zone.name), statements }],
      statements: `tls secure { key-file "${certificate.key}"; cert-file "${certificate.certificate}"; };`,
      options: `listen-on port ${secure.port} tls secure { 127.0.0.1; };`,
    });
    try {
      const provider = await openProvider(secure, { config: { tls: { pins: [certificate.pin] } } });
      expect(await write(provider, creating('new.a.test.', 'A', ['192.0.2.1']))).toMatchObject({ status: 'applied' });
      expect(shown(await readAll(provider))).toContain('new.a.test. A 60 192.0.2.1');
      const stranger = await openProvider(secure, { config: { tls: { name: 'ns1.a.test' } } });
      const refused = { code: 'TARGET_UNREACHABLE' };
      await expect(stranger.read(zone)).rejects.toMatchObject(refused);
      const changes = [creating('other.a.test.', 'A', ['192.0.2.1'])];
      await expect(stranger.apply({ zone, changes, expect: null })).rejects.toMatchObject(refused);
    } finally {
      await bind.stop();
    }
  });
});
