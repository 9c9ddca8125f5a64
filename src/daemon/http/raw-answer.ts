import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { errorAnswer, type HttpCode, httpCodes } from './errors.ts';

/**
 * Answers what is no HTTP, or does not come whole in time, and ends its connection. `answering` is the answer that had begun
 * on it; null: none had.
 */
export const answerToUnreadable = (error: Error, socket: Socket, answering: ServerResponse | null): void => {
  if (socket.writable && answering?.headersSent !== true) socket.write(rawAnswer(codeOf(error)));
  socket.destroySoon();
};

const codes: Readonly<Record<string, HttpCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'TIMEOUT',
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
};

const codeOf = (error: Error): HttpCode =>
  ('code' in error && typeof error.code === 'string' ? codes[error.code] : undefined) ?? 'BAD_REQUEST';

const words: Partial<Readonly<Record<HttpCode, string>>> = {
  TIMEOUT: 'The request did not come whole in time.',
  HEADERS_TOO_LARGE: 'The headers are too large.',
};

const rawAnswer = (code: HttpCode): string => {
  const status = httpCodes[code];
  const body = JSON.stringify(errorAnswer(status, code, words[code] ?? 'The request cannot be read.').body);
  return [
    `HTTP/1.1 ${status} ${code}`,
    'Content-Type: application/json; charset=utf-8',
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
};
