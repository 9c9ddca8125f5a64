import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressLookup } from '../../src/verify/index.ts';
import { tempFolder } from '../servers/child.ts';
import { type Bind, freePort, startBind } from '../servers/index.ts';

describe('the addresses of a name', () => {
  let bind: Bind;
  const hosts = join(tempFolder('hosts'), 'hosts');
  beforeAll(async () => {
    writeFileSync(
      hosts,
      '# local\n127.0.0.1 localhost\n192.0.2.7  ns7.lab.test NS7 # the seventh\n::1 ns7.lab.test\nrubbish\n',
    );
    const text =
      '$TTL 60\n@ SOA ns hostmaster 1 60 60 60 60\n@ NS ns\nns A 192.0.2.1\nns A 192.0.2.2\nns AAAA 2001:db8::1\nalias CNAME ns\n';
    bind = await startBind({ zones: [{ name: 'dns.test.', text }] });
  });
  afterAll(() => bind?.stop());
  const asking = (port: number) => addressLookup({ servers: [`127.0.0.1:${port}`], timeout: 500, hosts });

  it('are those of the hosts file, else those that a resolver gives, of both versions of IP', async () => {
    const lookup = asking(bind.dns.port);
    expect(await lookup('NS7.lab.test.')).toEqual(['192.0.2.7', '::1']);
    expect((await lookup('ns.dns.test.')).toSorted()).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
    expect((await lookup('alias.dns.test.')).toSorted()).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
    expect(await lookup('none.dns.test.')).toEqual([]);
    expect(await lookup('refused.example.')).toEqual([]);
    expect((await lookup('ns.dns.test.')).length, 'a name that is not there makes no resolver silent').toBe(3);
  });

  it('are none where nothing listens, and the hosts file still counts', async () => {
    const lookup = asking(await freePort());
    expect(await lookup('ns.dns.test.')).toEqual([]);
    expect(await lookup('localhost.')).toEqual(['127.0.0.1']);
  });

  it('are asked for once a name, and a resolver that swallows them is waited for once', async () => {
    const socket = createSocket('udp4');
    const seen: Buffer[] = [];
    socket.on('message', (message) => seen.push(message));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const lookup = asking(socket.address().port);
    const began = performance.now();
    const names = [...new Array(300).keys()].map((i) => `ns${i % 150}.far.test.`);
    expect((await Promise.all(names.map(lookup))).flat()).toEqual([]);
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(new Set(seen.map((message) => message.toString('latin1', 12))).size).toBeLessThan(150);
    socket.close();
  });
});
