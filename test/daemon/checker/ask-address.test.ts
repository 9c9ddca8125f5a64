import { readFileSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askAddress, resultOfError } from '../../../src/daemon/checker/ask-address.ts';
import type { Probe } from '../../../src/model/probe.ts';
import { makeCertificate } from '../../servers/certificate.ts';
import { freePort } from '../../servers/index.ts';
import { listen } from '../../servers/listen.ts';

const never = new AbortController().signal;
const probe = (rest: Partial<Probe>): Probe => ({
  ...{ address: '127.0.0.2', port: null, url: null, string_match: null, interval: 60_000, timeout: 20_000 },
  ...rest,
});
const ask = (rest: Partial<Probe>) => askAddress(probe(rest), never);

const serving = async (server: Server, address = '127.0.0.2'): Promise<number> => {
  const { close, port } = await listen(server, address);
  onTestFinished(close);
  return port;
};
const web = (handler: RequestListener) => serving(createHttp(handler));

describe('a port', () => {
  it('is up where it accepts, also where nothing is said there', async () => {
    expect(await ask({ port: await serving(createTcp(() => undefined)) })).toBe('up');
  });

  it('is refused where nothing listens', async () => {
    expect(await ask({ port: await freePort() })).toBe('refused');
  });
});

describe('a URL', () => {
  it('is asked at the address, whatever its host is, which goes into Host', async () => {
    let asked = '';
    const port = await web(({ headers: { host }, url }, response) => {
      asked = `${host} ${url}`;
      response.end('fine');
    });
    expect(await ask({ url: `http://www.example.com:${port}/healthz?v=1` })).toBe('up');
    expect(asked).toBe(`www.example.com:${port} /healthz?v=1`);
  });

  it.each([201, 204, 301, 302, 404, 500, 503])(
    'that answers with %i is not up, and no redirect is followed',
    async (status) => {
      const port = await web((_, response) => response.writeHead(status, { location: '/elsewhere' }).end());
      expect(await ask({ url: `http://127.0.0.2:${port}/` })).toBe('refused');
    },
  );

  it('is up where its text is in the answer, also across pieces, and only then', async () => {
    const port = await web((_, response) => {
      response.write('all is re');
      setImmediate(() => response.end('ady now'));
    });
    const url = `http://127.0.0.2:${port}/`;
    expect(await ask({ url, string_match: 'ready' })).toBe('up');
    expect(await ask({ url, string_match: 'not there' })).toBe('refused');
  });

  it('of an answer without an end only the first part is read', async () => {
    const port = await web((_, response) => {
      const more = (): void => {
        if (response.destroyed) return;
        if (response.write(Buffer.alloc(65_536, 'x'))) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    expect(await ask({ url: `http://127.0.0.2:${port}/`, string_match: 'ready' })).toBe('refused');
  });

  it('that accepts and never answers has answered, which is not up; one that nobody waits for ends at once', async () => {
    const port = await serving(createTcp(() => undefined));
    expect(await ask({ url: `http://127.0.0.2:${port}/`, timeout: 200 })).toBe('refused');
    const stop = new AbortController();
    const asked = askAddress(probe({ url: `http://127.0.0.2:${port}/` }), stop.signal);
    stop.abort();
    expect(['refused', 'silent', 'unknown']).toContain(await asked);
  });

  it('that speaks no HTTP is refused', async () => {
    const port = await serving(createTcp((socket) => socket.end('220 mail.example.com ESMTP\r\n')));
    expect(await ask({ url: `http://127.0.0.2:${port}/` })).toBe('refused');
  });

  it('by HTTPS names its host in SNI where that is a name, and verifies no certificate', async () => {
    const made = await makeCertificate('www.example.com');
    const names: (string | false)[] = [];
    const server = createHttps(
      { key: readFileSync(made.key), cert: readFileSync(made.certificate) },
      ({ socket }, response) => {
        names.push((socket as TLSSocket & { servername: string | false }).servername);
        response.end('fine');
      },
    );
    const port = await serving(server);
    expect(await ask({ url: `https://www.example.com:${port}/` })).toBe('up');
    expect(await ask({ url: `https://127.0.0.2:${port}/` })).toBe('up');
    expect(names).toEqual(['www.example.com', false]);
  });
});

describe('an error', () => {
  it.each([
    ['ECONNREFUSED', 'refused'],
    ['ECONNRESET', 'refused'],
    ['ETIMEDOUT', 'silent'],
    ['EHOSTUNREACH', 'silent'],
    ['ENETUNREACH', 'unknown'],
    ['EADDRNOTAVAIL', 'unknown'],
    ['EMFILE', 'unknown'],
  ])('%s says: %s', (code, result) => {
    expect(resultOfError(Object.assign(new Error(code), { code }))).toBe(result);
  });
});
