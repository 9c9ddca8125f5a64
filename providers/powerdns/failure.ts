import {
  type ErrorCode,
  HostmasterError,
  isNeverSent,
  masked,
  messageOf,
  networkCode,
  networkWords,
  whyNoJson,
} from '../../src/provider.ts';
import { isMembers } from './answers.ts';

// What a request that did not get the answer it was sent for means, by the network's code or by the HTTP status.

export interface Reply {
  readonly status: number;
  readonly text: string;
  header(name: string): string | null;
}

/** What messages depend on. */
export interface MessageOptions {
  /** It is in no message. */
  readonly key: string;
  /** Milliseconds without a byte from the server. */
  readonly timeout: number;
}

/** A whole answer may take so many times the timeout. */
export const timeoutsOfAnswer = 3;

/** An answer that was given up, however much of it was still to come. */
export class AnswerGivenUp extends Error {
  readonly code: 'OVERDUE' | 'TOO_LARGE';

  constructor(code: AnswerGivenUp['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** A request without a whole answer. */
export interface Failure {
  readonly why: string;
  /** The server cannot have seen it. */
  readonly neverSent: boolean;
  /** The same request may succeed if it is sent again at once. */
  readonly passing: boolean;
  readonly timedOut: boolean;
  readonly cause: unknown;
}

/** Network errors that do not pass at once; every other may. */
const lasting: Readonly<Record<string, { readonly timedOut: boolean }>> = {
  ENOTFOUND: { timedOut: false },
  UND_ERR_CONNECT_TIMEOUT: { timedOut: true },
  UND_ERR_HEADERS_TIMEOUT: { timedOut: true },
  UND_ERR_BODY_TIMEOUT: { timedOut: true },
  OVERDUE: { timedOut: true },
  TOO_LARGE: { timedOut: false },
};

/** What went wrong; a read that was aborted throws the signal's reason instead. */
export const failureOf = (error: unknown, signal?: AbortSignal): Failure => {
  if (signal?.aborted === true) throw signal.reason;
  const code = networkCode(error);
  return {
    why: networkWords(code) ?? messageOf(error),
    neverSent: isNeverSent(code),
    passing: lasting[code] === undefined,
    timedOut: lasting[code]?.timedOut === true,
    cause: error,
  };
};

/** The error for a request that failed, and cannot have changed anything. */
export const unreachable = (request: string, failure: Failure, options: MessageOptions): HostmasterError => {
  const advice = failure.neverSent ? 'start PowerDNS with its API there, or correct url' : 'see whether it is well';
  return new HostmasterError('TARGET_UNREACHABLE', `${request}: ${reasonOf(failure, options)}; ${advice}`, {
    cause: failure.cause,
  });
};

/** The error for a request that somebody stopped while it waited for a connection. */
export const neverSent = (request: string, { cause }: Failure): HostmasterError =>
  new HostmasterError('INTERRUPTED', `${request}: stopped before it was sent; nothing of it was applied`, { cause });

export const reasonOf = ({ timedOut, why }: Failure, options: MessageOptions): string =>
  timedOut ? `${why} (timeout ${options.timeout / 1000} s)` : clean(why, options);

export const outcomeUnknown = (request: string, why: string, cause?: unknown): HostmasterError =>
  new HostmasterError('WRITE_UNKNOWN', `${request}: ${why}`, { cause });

interface Meaning {
  readonly code: ErrorCode;
  /** The code where one zone was read: what PowerDNS says then may be true of that zone alone. */
  readonly codeOfZone: ErrorCode;
  /** What is wrong, and what a person does about it, instead of the server's own message. */
  readonly advice?: string;
}

const refused = { code: 'TARGET_REFUSED', codeOfZone: 'TARGET_REFUSED' } as const;
const unavailable = { code: 'TARGET_UNREACHABLE', codeOfZone: 'TARGET_UNREACHABLE' } as const;

const meanings: Readonly<Record<number, Meaning>> = {
  401: { ...refused, advice: 'it does not accept our key; check api_key' },
  403: { ...refused, advice: 'it does not let us in; check its webserver-allow-from' },
  404: { ...refused, advice: 'no such thing there; check url and server, and that its API is on (api=yes)' },
  500: { ...unavailable, codeOfZone: 'ZONE_UNREADABLE' },
};

/** 502 to 504 come from what stands before PowerDNS, and 3xx too. */
const meaningOf = (status: number): Meaning => {
  if (status >= 500) return meanings[status] ?? unavailable;
  return meanings[status] ?? (status >= 400 ? { ...refused, codeOfZone: 'ZONE_UNREADABLE' } : refused);
};

/** A request as messages name it, and what its errors depend on. */
export interface Sent {
  /** `GET URL`. */
  readonly request: string;
  /** Did it read one zone? */
  readonly ofZone: boolean;
  readonly tries: number;
}

/** The error for a reply that says that nothing was done. */
export const errorFor = ({ ofZone, request, tries }: Sent, reply: Reply, options: MessageOptions): HostmasterError => {
  const { status } = reply;
  const { advice, code, codeOfZone } = meaningOf(status);
  const times = status >= 500 ? `, ${tries} times` : '';
  const words =
    advice === undefined ? ` (${messageIn(reply, options)})${times}; see the name server's log` : `: ${advice}`;
  return new HostmasterError(ofZone ? codeOfZone : code, `${request}: answered ${status}${words}`);
};

export const notPowerDns = ({ ofZone, request }: Sent, why: string): HostmasterError =>
  new HostmasterError(
    ofZone ? 'ZONE_UNREADABLE' : 'TARGET_UNREACHABLE',
    `${request}: ${why}; is url the API of PowerDNS Authoritative?`,
  );

export const parseJson = (sent: Sent, reply: Reply, options: MessageOptions): unknown => {
  const why = whyNoJson(Buffer.from(reply.text));
  if (why !== null) throw notPowerDns(sent, `its answer ${why}`);
  try {
    return JSON.parse(reply.text);
  } catch {
    throw notPowerDns(sent, `${clean(reply.text, options) || 'nothing'} is no JSON`);
  }
};

/** In characters; what is longer is not looked into. */
const longestError = 1_000_000;

/** PowerDNS's own message, as it came: `{"error": "…"}`, or the text. */
export const rawMessageIn = (reply: Reply): string => {
  try {
    const answer: unknown = reply.text.length > longestError ? null : JSON.parse(reply.text);
    if (isMembers(answer) && typeof answer.error === 'string') return answer.error;
  } catch {
    // Not JSON: some errors are plain text.
  }
  return reply.text || 'without a message';
};

/** The same, fit for a message of ours. */
export const messageIn = (reply: Reply, options: MessageOptions): string => clean(rawMessageIn(reply), options);

const longest = 300;

/** One line, not too long, without the key, should a server repeat it. */
const clean = (text: string, { key }: MessageOptions): string => {
  const start = text.slice(0, longestError);
  const line = masked(start, [key], '(key)')
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
};
