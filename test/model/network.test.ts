import { describe, expect, it } from 'vitest';
import { isNeverSent, networkCode, networkWords } from '../../src/model/network.ts';

const failure = (code: string, cause?: unknown): Error => Object.assign(new Error('failed', { cause }), { code });

describe('a connection that came to nothing', () => {
  it.each([
    ['an error of Node', failure('ECONNREFUSED'), 'ECONNREFUSED'],
    ['all addresses of a name', new AggregateError([failure('ENETUNREACH'), failure('ECONNREFUSED')]), 'ENETUNREACH'],
    ['one inside another', new Error('fetch failed', { cause: failure('ENOTFOUND') }), 'ENOTFOUND'],
    ['an error that was wrapped and has its own', failure('UND_ERR_SOCKET', failure('EPIPE')), 'UND_ERR_SOCKET'],
    ['an abort, whose code is a number', new DOMException('aborted', 'AbortError'), ''],
    ['no error', 'ECONNREFUSED', ''],
  ])('the code of %s', (_what, error, code) => {
    expect(networkCode(error)).toBe(code);
  });

  it.each([
    ['ECONNREFUSED', 'nothing listens there', true],
    ['UND_ERR_CONNECT_TIMEOUT', 'no connection in time', true],
    ['SELF_SIGNED_CERT_IN_CHAIN', null, true],
    ['ERR_TLS_CERT_ALTNAME_INVALID', null, true],
    ['ECONNRESET', 'the connection was cut', false],
    ['UND_ERR_HEADERS_TIMEOUT', 'no answer in time', false],
    ['', null, false],
  ])('%s', (code, words, neverSent) => {
    expect(networkWords(code)).toBe(words);
    expect(isNeverSent(code)).toBe(neverSent);
  });
});
