import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { basename, dirname } from 'node:path';
import { makeCertificate } from './certificate.ts';
import { listen } from './listen.ts';

/** A server of Git over HTTPS: Git's own, `git http-backend`, behind TLS and a token. */
export interface GitHttps {
  readonly url: string;
  /** A PEM file with the authority of its certificate. */
  readonly authority: string;
  /** What asked for it, in order: `GET /dns.git/info/refs?…`. */
  readonly requests: readonly string[];
  /** What it answers instead, from now on: a status, with where it leads to; `hang`: nothing; null: as usual. */
  answer(instead: { readonly status: number; readonly location?: string } | 'hang' | null): void;
  close(): Promise<void>;
}

/** Serves one bare repository to whoever has the token, with whatever user name. */
export const startGitHttps = async (bare: string, token: string): Promise<GitHttps> => {
  const made = await makeCertificate('git.example.net');
  const requests: string[] = [];
  let instead: Parameters<GitHttps['answer']>[0] = null;
  const server = createServer(
    { key: readFileSync(made.key), cert: readFileSync(made.certificate) },
    (request, response) => {
      requests.push(`${request.method} ${request.url}`);
      if (instead === 'hang') return;
      if (instead !== null) {
        response.writeHead(instead.status, instead.location === undefined ? {} : { location: instead.location }).end();
      } else if (hasToken(request, token)) runBackend(bare, request, response);
      else response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    },
  );
  const { port, close } = await listen(server);
  return {
    url: `https://127.0.0.1:${port}/${basename(bare)}`,
    authority: made.certificate,
    requests,
    answer: (next) => {
      instead = next;
    },
    close,
  };
};

const hasToken = ({ headers }: IncomingMessage, token: string): boolean => {
  const [, basic = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
  return Buffer.from(basic, 'base64').toString().split(':').slice(1).join(':') === token;
};

/** CGI (RFC 3875). */
const runBackend = (bare: string, request: IncomingMessage, response: ServerResponse): void => {
  const url = new URL(request.url ?? '/', 'https://localhost');
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: dirname(bare),
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  backend.stdin.on('error', () => undefined);
  request.pipe(backend.stdin);
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  backend.on('close', () => {
    const output = Buffer.concat(chunks);
    const end = output.indexOf('\r\n\r\n');
    const headers = output
      .subarray(0, end)
      .toString('latin1')
      .split('\r\n')
      .map((line) => line.split(/: ?(.*)/s, 2))
      .map(([name = '', value = '']) => [name.toLowerCase(), value] as const);
    const status = Number.parseInt(headers.find(([name]) => name === 'status')?.[1] ?? '200', 10);
    response.writeHead(status, Object.fromEntries(headers)).end(output.subarray(end + 4));
  });
};
