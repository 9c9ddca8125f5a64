import { randomInt } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { exchange } from '../../src/wire/exchange.ts';
import { createTsigKey } from '../../src/wire/tsig-key.ts';
import { encodeUpdate } from '../../src/wire/update.ts';
import { dig, freePort, startBind, startKnot, startNsd } from './index.ts';

const text = (serial: number): string =>
  `$TTL 60\n@ SOA ns1 h ${serial} 60 60 600 60\n@ NS ns1\nns1 A 192.0.2.53\nx A 192.0.2.${serial}\n`;

const until = (ready: () => Promise<boolean>) => vi.waitUntil(ready, { timeout: 60_000, interval: 50 });

describe('Knot and NSD', () => {
  it('pull from BIND, and again after its NOTIFY', async () => {
    const ports = [await freePort(), await freePort()];
    const also = ports.map((port) => `127.0.0.1 port ${port};`).join(' ');
    const options = `notify explicit; also-notify { ${also} };`;
    const bind = await startBind({ zones: [{ name: 'a.test', text: text(1), statements: options }] });
    const secondaries = [{ name: 'a.test', primary: bind.dns }];
    const [knot, nsd] = await Promise.all([
      startKnot({ secondaries, ...(ports[0] === undefined ? {} : { port: ports[0] }) }),
      startNsd({ secondaries, ...(ports[1] === undefined ? {} : { port: ports[1] }) }),
    ]);
    const serve = (rdata: string) =>
      until(async () => {
        const answers = await Promise.all([knot, nsd].map(({ dns }) => dig(dns, 'x.a.test', 'A')));
        return answers.every((each) => each.flags.includes('aa') && each.answers[0]?.rdata === rdata);
      });
    try {
      await serve('192.0.2.1');
      bind.writeZone('a.test', text(2));
      await serve('192.0.2.2');
    } finally {
      await Promise.all([bind.stop(), knot.stop(), nsd.stop()]);
    }
  });

  it('Knot keeps over a kill what it was told', async () => {
    const key = { name: 'k.', algorithm: 'hmac-sha256', secret: 'c2VjcmV0c2VjcmV0c2VjcmV0' };
    const knot = await startKnot({ keys: [key], zones: [{ name: 'a.test', text: text(1) }] });
    const add = { kind: 'add', name: 'new.a.test.', type: 'A', ttl: 60, rdata: '192.0.2.9' } as const;
    const update = encodeUpdate(randomInt(0x10000), { zone: 'a.test.', prerequisites: [], steps: [add] });
    try {
      expect((await exchange(knot.dns, update, { timeoutMs: 5_000, key: createTsigKey(key) })).rcode).toBe(0);
      for (const end of [knot.kill, async () => undefined]) {
        await end();
        await knot.restart();
        expect((await dig(knot.dns, 'new.a.test', 'A')).answers[0]?.rdata).toBe('192.0.2.9');
      }
    } finally {
      await knot.stop();
    }
  });
});
