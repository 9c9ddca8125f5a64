import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedServer } from '../../providers/embedded/index.ts';
import type { NameServer } from '../../src/model/ports.ts';
import { parseRdata } from '../../src/model/rdata.ts';
import { askByDns } from '../../src/verify/index.ts';
import { encodeQuery } from '../../src/wire/message.ts';
import { framed } from '../../src/wire/tcp.ts';
import { cpuTime } from '../cpu.ts';
import { cases } from '../model/cases.ts';
import { type Embedded, putRecords, type RecordLine, startEmbedded } from '../providers/embedded/zone.ts';
import { freePort } from '../servers/index.ts';
import { listen } from '../servers/listen.ts';

const zone = 'example.com.';
const notHere: readonly string[] = ['ALIAS', 'LUA', 'NS', 'SOA'];
const samples = cases
  .filter(({ type }) => !notHere.includes(type))
  .map(({ texts, type }, i) => ({ name: `c${i}`, type, text: texts[0] }));

let embedded: Embedded;
let nameserver: NameServer;
beforeAll(async () => {
  embedded = await startEmbedded();
  nameserver = { label: 'embedded', address: embedded.serving.address, port: embedded.serving.port };
  await putRecords(embedded.provider, zone, [
    ...samples.map(({ name, text, type }): RecordLine => [name, 60, type, text]),
    ['unknown', 60, 'TYPE65333', '\\# 3 010203'],
    ['a\\.b\\032c', 60, 'TXT', '"\\000\\255"'],
    ['many', 60, 'A', ...Array.from({ length: 1200 }, (_, i) => `192.0.${i >> 8}.${i & 255}`)],
    ['sub', 60, 'NS', 'ns.sub'],
    ['ns.sub', 60, 'A', '192.0.2.1'],
  ]);
});
afterAll(() => embedded.stop());

const ask = askByDns({ timeoutMs: 60_000 });
/** For servers of which no answer is to be had. */
const askBriefly = askByDns({ timeoutMs: 300 });

describe('asking by DNS', () => {
  it.each(samples)('reads $type $text over UDP and TCP', async ({ name, text, type }) => {
    const rdata = parseRdata(type, text, { origin: zone });
    for (const transport of [undefined, 'tcp'] as const) {
      const question = { name: `${name}.${zone}`, type, ...(transport === undefined ? {} : { transport }) };
      expect(await ask(nameserver, question)).toMatchObject({
        status: 'answered',
        rcode: 'NOERROR',
        authoritative: true,
        answers: [{ name: `${name}.${zone}`, type, ttl: 60, rdata }],
      });
    }
  });

  it('reads types that nobody knows, and names with any octets', async () => {
    const unknown = await ask(nameserver, { name: `unknown.${zone}`, type: 'TYPE65333' });
    expect(unknown).toMatchObject({ transport: 'udp', answers: [{ type: 'TYPE65333', rdata: '\\# 3 010203' }] });
    const name = `a\\.b\\032c.${zone}`;
    expect(await ask(nameserver, { name, type: 'TXT' })).toMatchObject({ answers: [{ name, rdata: '"\\000\\255"' }] });
  });

  it('asks again over TCP when the answer was cut', async () => {
    const answer = await ask(nameserver, { name: `many.${zone}`, type: 'A' });
    expect(answer).toMatchObject({ status: 'answered', transport: 'tcp', authoritative: true });
    expect(answer.status === 'answered' && answer.answers.length).toBe(1200);
  });

  it('tells NODATA, NXDOMAIN and referrals apart', async () => {
    const soa = [{ type: 'SOA', name: zone }];
    const question = (name: string) => ({ name: `${name}.${zone}`, type: 'A' });
    expect(await ask(nameserver, question('unknown'))).toMatchObject({ rcode: 'NOERROR', authority: soa });
    expect(await ask(nameserver, question('none'))).toMatchObject({ rcode: 'NXDOMAIN', authority: soa });
    expect(await ask(nameserver, question('x.sub'))).toMatchObject({
      rcode: 'NOERROR',
      authoritative: false,
      answers: [],
      authority: [{ type: 'NS', rdata: `ns.sub.${zone}` }],
      additional: [{ type: 'A', name: `ns.sub.${zone}` }],
    });
    expect(await ask(nameserver, { name: 'example.net.', type: 'A' })).toMatchObject({ rcode: 'REFUSED' });
  });

  it('asks a server for its version.bind', async () => {
    const answer = await ask(nameserver, { name: 'version.bind.', type: 'TXT', class: 'CH' });
    expect(answer).toMatchObject({ answers: [{ rdata: '"hostmaster"' }] });
  });

  it('asks over IPv6', async () => {
    const listen = { address: '::1', port: 0 };
    const server = await startEmbeddedServer({ file: `${embedded.folder}/zones.sqlite`, listen });
    try {
      const sixth = { label: 'v6', address: '0:0:0:0:0:0:0:1', port: server.port };
      for (const name of [`unknown.${zone}`, `many.${zone}`]) {
        expect(await ask(sixth, { name, type: 'A' })).toMatchObject({ status: 'answered', rcode: 'NOERROR' });
      }
    } finally {
      await server.stop();
    }
  });

  it('needs little of the processor for each of thousands of questions', async () => {
    const count = 5000;
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < count) {
        next += 1;
        const answer = await ask(nameserver, { name: `unknown.${zone}`, type: 'TYPE65333' });
        if (answer.status !== 'answered') throw new Error(answer.reason);
      }
    };
    const spent = await cpuTime(() => Promise.all(Array.from({ length: 64 }, worker)));
    expect(spent / count).toBeLessThan(2);
  });
});

describe('a name server that does not answer well', () => {
  it('is silent: no answer after two tries', async () => {
    const silent = createSocket('udp4');
    let heard = 0;
    silent.on('message', () => {
      heard += 1;
    });
    await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
    const answer = await askBriefly({ ...nameserver, port: silent.address().port }, { name: zone, type: 'SOA' });
    silent.close();
    expect(answer).toEqual({ status: 'no_answer', reason: expect.stringContaining('timed out') });
    expect(heard).toBe(2);
  });

  it.each([
    ['sends the question back', (query: Buffer) => query, 'sent a question back'],
    ['answers another question', () => answering('other.example.'), 'another question'],
    ['sends garbage', () => Buffer.from('garbage'), 'timed out'],
    ['breaks off within a record', (query: Buffer) => broken(query), 'unreadable answer'],
  ])('%s', async (_what, reply, reason) => {
    const server = createSocket('udp4');
    server.on('message', (query, peer) => {
      const octets = Buffer.from(reply(query));
      query.copy(octets, 0, 0, 2);
      server.send(octets, peer.port, peer.address);
    });
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    const asking = reason === 'timed out' ? askBriefly : ask;
    const answer = await asking({ ...nameserver, port: server.address().port }, { name: zone, type: 'SOA' });
    server.close();
    expect(answer).toEqual({ status: 'no_answer', reason: expect.stringContaining(reason) });
  });

  it.each([
    ['closes the connection', (end: () => void) => end(), 'closed before the answer'],
    ['sends half an answer over TCP', (_end: () => void, write: (octets: Uint8Array) => void) => write(half), 'within'],
    [
      'answers another question over TCP',
      (_end: () => void, write: (octets: Uint8Array) => void) => write(framed(answering(zone))),
      'another question',
    ],
  ])('%s', async (_what, behave, reason) => {
    const server = createServer((socket) => {
      socket.on('data', () =>
        behave(
          () => socket.end(),
          (octets) => socket.write(octets),
        ),
      );
    });
    const { port, close } = await listen(server);
    const asking = reason === 'within' ? askBriefly : ask;
    const answer = await asking({ ...nameserver, port }, { name: zone, type: 'SOA', transport: 'tcp' });
    await close();
    expect(answer).toEqual({ status: 'no_answer', reason: expect.stringContaining(reason) });
  });

  it('has no open port: known at once, without a second try', async () => {
    const patientAsk = askByDns({ timeoutMs: 600_000 });
    for (const [address, transport] of [
      ['127.0.0.1', undefined],
      ['127.0.0.1', 'tcp'],
      ['::1', undefined],
      ['::1', 'tcp'],
    ] as const) {
      const question = { name: zone, type: 'SOA', ...(transport === undefined ? {} : { transport }) };
      const answer = await patientAsk({ label: 'closed', address, port: await freePort() }, question);
      expect(answer).toEqual({
        status: 'no_answer',
        reason: expect.stringContaining('ECONNREFUSED'),
        unreachable: true,
      });
    }
  });

  it('answers over UDP that there is more, and has no open port for TCP', async () => {
    const server = createSocket('udp4');
    server.on('message', (query, peer) => {
      const octets = Buffer.from(query);
      octets.writeUInt8(0x86, 2);
      server.send(octets, peer.port, peer.address);
    });
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    const patientAsk = askByDns({ timeoutMs: 600_000 });
    const answer = await patientAsk({ ...nameserver, port: server.address().port }, { name: zone, type: 'SOA' });
    server.close();
    expect(answer).toMatchObject({ status: 'no_answer', unreachable: true });
  });

  it('has an address that nothing can be sent to', async () => {
    const patientAsk = askByDns({ timeoutMs: 600_000 });
    const answer = await patientAsk({ ...nameserver, address: '255.255.255.255' }, { name: zone, type: 'SOA' });
    expect(answer).toMatchObject({
      status: 'no_answer',
      reason: expect.stringMatching(/255\.255\.255\.255 port \d+ \(E/),
    });
  });

  it('is not mistaken for who answers in its place', async () => {
    const server = createSocket('udp4');
    const other = createSocket('udp4');
    server.on('message', (query, peer) => {
      const octets = Buffer.from(query);
      octets.writeUInt8(0x84, 2);
      other.send(octets, peer.port, peer.address);
    });
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    await new Promise<void>((resolve) => other.bind(0, '127.0.0.1', resolve));
    const answer = await askBriefly({ ...nameserver, port: server.address().port }, { name: zone, type: 'SOA' });
    server.close();
    other.close();
    expect(answer).toEqual({ status: 'no_answer', reason: expect.stringContaining('timed out') });
  });

  it('is waited for no longer when the signal aborts', async () => {
    const silent = createSocket('udp4');
    await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
    const slow = askByDns({ timeoutMs: 600_000 });
    const port = silent.address().port;
    for (const transport of [undefined, 'tcp'] as const) {
      const question = { name: zone, type: 'SOA', ...(transport === undefined ? {} : { transport }) };
      const answer = await slow({ ...nameserver, port }, question, AbortSignal.timeout(50));
      expect(answer.status).toBe('no_answer');
    }
    silent.close();
  });
});

const answering = (name: string): Buffer => {
  const answer = Buffer.from(encodeQuery(0, { name, type: 'SOA', class: 1 }));
  answer.writeUInt8(0x84, 2);
  return answer;
};

const broken = (query: Buffer): Buffer => {
  const answer = Buffer.concat([query, Buffer.from([0xc0, 12, 0, 6, 0, 1, 0, 0, 0, 9, 0, 99, 1])]);
  answer.writeUInt8(0x84, 2);
  answer.writeUInt16BE(1, 6);
  return answer;
};

const half = framed(answering(zone)).subarray(0, 20);
