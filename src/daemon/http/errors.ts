import { HostmasterError } from '../../model/errors.ts';

/** Every code of an error that the interface itself answers with, and the HTTP status that goes with it. */
export const httpCodes = {
  BAD_REQUEST: 400,
  STALE_HOOK: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  TIMEOUT: 408,
  TOO_LARGE: 413,
  MEDIA_TYPE: 415,
  MISDIRECTED: 421,
  TOO_MANY: 429,
  HEADERS_TOO_LARGE: 431,
  INTERNAL: 500,
  STOPPING: 503,
} as const;

export type HttpCode = keyof typeof httpCodes;

/** A request that is refused. The message is ours from end to end: it repeats nothing that was sent. */
export class HttpRefusal extends Error {
  readonly code: HttpCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: HttpCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'HttpRefusal';
    this.code = code;
    this.headers = headers;
  }
}

export const tooManyRequests = (message: string, retryAfterSeconds: number): HttpRefusal =>
  new HttpRefusal('TOO_MANY', message, { 'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds))) });

export const stoppingRefusal = (): HttpRefusal =>
  new HttpRefusal('STOPPING', 'The daemon is stopping: send it again.', { 'retry-after': '5' });

/** What is answered instead of what was asked for. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly error: { readonly code: string; readonly message: string } };
}

export const errorAnswer = (status: number, code: string, message: string, headers = {}): ErrorAnswer => ({
  status,
  headers,
  body: { error: { code, message } },
});

/** The answer to any error; null: nobody expected it, and the log has to have it. */
export const answerToError = (error: unknown): ErrorAnswer | null => {
  if (error instanceof HttpRefusal) return errorAnswer(httpCodes[error.code], error.code, error.message, error.headers);
  if (error instanceof HostmasterError) return ofHostmaster(error);
  const code = codeOfFastify(error);
  return code === null ? null : errorAnswer(httpCodes[code], code, wordsOf[code]);
};

export const internalError: ErrorAnswer = errorAnswer(
  500,
  'INTERNAL',
  'An internal error. The log of the daemon has it.',
);

/** By its kind: a person has to see to it, or it may be asked for again. */
const ofHostmaster = ({ code, kind, message }: HostmasterError): ErrorAnswer => {
  if (code === 'USAGE') return errorAnswer(400, code, message);
  const isForAPerson = kind === 'stop' && code !== 'INTERRUPTED';
  return isForAPerson ? errorAnswer(422, code, message) : errorAnswer(503, code, message, { 'retry-after': '5' });
};

/** What Fastify itself refuses, whose own messages may repeat what was sent. */
const fastifyCodes: Readonly<Record<string, keyof typeof wordsOf>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'MEDIA_TYPE',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'BAD_REQUEST',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'BAD_REQUEST',
  FST_ERR_CTP_INVALID_JSON_BODY: 'BAD_REQUEST',
  FST_ERR_BAD_URL: 'BAD_REQUEST',
  FST_ERR_MAX_PARAM_LENGTH: 'BAD_REQUEST',
};

const wordsOf = {
  TOO_LARGE: 'The body is too large.',
  MEDIA_TYPE: 'The body must be application/json.',
  BAD_REQUEST: 'The request cannot be read.',
} as const satisfies Partial<Record<HttpCode, string>>;

const codeOfFastify = (error: unknown): keyof typeof wordsOf | null => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return Object.hasOwn(fastifyCodes, code) ? (fastifyCodes[code] ?? null) : null;
};
