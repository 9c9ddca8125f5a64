import { createHmac } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';
import { expect } from 'vitest';
import { listen } from '../../../src/daemon/http/listen.ts';
import type { Access, AnsweredRequest, HttpLimits, PageFile } from '../../../src/daemon/http/options.ts';
import { openMetrics } from '../../../src/daemon/metrics.ts';
import { messageOf } from '../../../src/model/errors.ts';
import { conformityOf } from './conformity.ts';
import { type RecordingFront, recordingFront } from './front.ts';

/** Every secret of the interface under test: none of them is ever to be seen. */
export const secrets = {
  write: 'write-token-8b1f2c',
  read: 'read-token-77aa01',
  git: 'git-hook-secret-91d3',
  lab: 'lab-hook-secret-5e6f',
} as const;

export const now = Date.parse('2026-11-30T08:20:00Z');

export const access: Access = {
  url: 'https://dns.example.net/',
  tokens: [
    { name: 'ops', token: secrets.write, scope: 'write' },
    { name: 'grafana', token: secrets.read, scope: 'read' },
  ],
  metrics: 'token',
  gitHook: { secret: secrets.git, ref: 'refs/heads/main' },
  inventoryHooks: new Map([['lab', secrets.lab]]),
};

const page: ReadonlyMap<string, PageFile> = new Map([
  ['/', { contentType: 'text/html; charset=utf-8', body: Buffer.from('<!doctype html><title>Hostmaster</title>') }],
  ['/app.js', { contentType: 'text/javascript; charset=utf-8', body: Buffer.from('"use strict";') }],
]);

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
}

export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: unknown;
}

export interface Interface {
  readonly front: RecordingFront;
  readonly port: number;
  /** As sent, and checked against the document that the interface itself serves. */
  readonly ask: (path: string, sent?: Sent) => Promise<Received>;
  readonly get: (path: string, token?: string) => Promise<Received>;
  readonly post: (path: string, body: unknown, token?: string) => Promise<Received>;
  readonly answered: readonly AnsweredRequest[];
  readonly failures: readonly unknown[];
  readonly use: (access: Access) => void;
  /** Fails where a secret is in anything that was answered, logged or counted. */
  readonly close: () => Promise<void>;
}

export interface OpenOptions {
  readonly access?: Access;
  readonly limits?: Partial<HttpLimits>;
  readonly clock?: () => number;
}

export const openInterface = async ({
  limits,
  clock = () => now,
  ...options
}: OpenOptions = {}): Promise<Interface> => {
  let used = options.access ?? access;
  const front = recordingFront({ now: clock });
  const metrics = openMetrics('0.1.0');
  const answered: AnsweredRequest[] = [];
  const failures: unknown[] = [];
  const said: string[] = [];
  const server = await listen({
    listen: { address: '127.0.0.1', port: 0 },
    ...{ front, metrics, page, version: '0.1.0', clock: { now: clock }, access: () => used },
    log: { answered: (each) => void answered.push(each), failed: (error) => void failures.push(error) },
    ...(limits === undefined ? {} : { limits }),
  });
  const { port } = server;
  const served = await exchange(port, '/api/v1/openapi.json', { headers: bearer(used.tokens[0]?.token) });
  const conforms = conformityOf(served.json);
  const ask = async (path: string, sent: Sent = {}): Promise<Received> => {
    const received = await exchange(port, path, sent);
    said.push(JSON.stringify(received.headers), received.text);
    conforms(sent.method ?? 'GET', path, received);
    return received;
  };
  return {
    ...{ front, port, ask, answered, failures },
    get: (path, token = secrets.read) => ask(path, { headers: bearer(token) }),
    post: (path, body, token = secrets.write) =>
      ask(path, {
        method: 'POST',
        headers: { ...bearer(token), 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    use: (next) => {
      used = next;
    },
    close: async () => {
      await server.close();
      const all = [...said, JSON.stringify(answered), ...failures.map(messageOf), (await metrics.text()).body].join(
        '\n',
      );
      expect(Object.values(secrets).filter((secret) => all.includes(secret))).toEqual([]);
    },
  };
};

export const bearer = (token: string | undefined): Readonly<Record<string, string>> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** `X-Hub-Signature-256` of a body. */
export const hubSigned = (body: string | Buffer, secret: string): Readonly<Record<string, string>> => ({
  'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
});

export const exchange = (port: number, path: string, { body, headers = {}, method = 'GET' }: Sent): Promise<Received> =>
  new Promise((resolve, reject) => {
    const asked = request({ port, path, method, headers, agent: false, setHost: !('host' in headers) }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        const isJson = /^application\/json/.test(answer.headers['content-type'] ?? '') && text !== '';
        const json: unknown = isJson ? JSON.parse(text) : undefined;
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
