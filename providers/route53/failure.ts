import { type ErrorKind, HostmasterError, messageOf } from '../../src/provider.ts';

/** What AWS answered instead of what was asked for; nothing was changed. */
export class AwsRefusal extends HostmasterError {
  /** AWS's own code: `InvalidChangeBatch`, `NoSuchHostedZone`, … */
  readonly awsCode: string;
  /** AWS's own words, each of them one line. */
  readonly said: readonly string[];

  constructor(awsCode: string, said: readonly string[], kind: ErrorKind, message: string, options?: ErrorOptions) {
    super('TARGET_REFUSED', kind, message, options);
    this.awsCode = awsCode;
    this.said = said;
  }
}

/** Is it this answer of AWS? Without codes: any. */
export const isRefusal = (error: unknown, ...codes: readonly string[]): error is AwsRefusal =>
  error instanceof AwsRefusal && (codes.length === 0 || codes.includes(error.awsCode));

/** A request that failed, and what that says of it. */
export type Failure =
  /** AWS did not do it, and will later: `throttled` where the account asks too much, else a change before is not done. */
  | { readonly kind: 'later'; readonly throttled: boolean; readonly why: string }
  | { readonly kind: 'refused'; readonly code: string; readonly said: readonly string[] }
  | { readonly kind: 'credentials'; readonly why: string }
  /** No answer, or none that says whether it was done. */
  | { readonly kind: 'unanswered'; readonly neverSent: boolean; readonly why: string };

const throttles: ReadonlySet<string> = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'SlowDown',
]);

const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its host name is not known',
  EAI_AGAIN: 'its host name cannot be looked up',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  TimeoutError: 'no answer in time',
};

/** Reads what the SDK throws. */
export const failureOf = (error: unknown): Failure => {
  const { code, name, status } = partsOf(error);
  if (throttles.has(name)) return { kind: 'later', throttled: true, why: name };
  if (name === 'PriorRequestNotComplete') return { kind: 'later', throttled: false, why: name };
  if (status !== null && status >= 400 && status < 500) return { kind: 'refused', code: name, said: saidBy(error) };
  if (status !== null) return { kind: 'unanswered', neverSent: false, why: `answered ${status} (${oneLine(error)})` };
  if (/CredentialsProvider|TokenProvider/.test(name)) return { kind: 'credentials', why: oneLine(error) };
  const never = neverSent.has(code) || /^(?:CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_VERIFY)/.test(code);
  return { kind: 'unanswered', neverSent: never, why: words[code] ?? words[name] ?? oneLine(error) };
};

interface Parts {
  readonly name: string;
  readonly code: string;
  /** Of the HTTP answer, where there was one. */
  readonly status: number | null;
}

const partsOf = (error: unknown): Parts => {
  if (!(error instanceof Error)) return { name: '', code: '', status: null };
  const { $metadata: metadata, code, errors } = error as Thrown;
  const inner = typeof code === 'string' ? code : Array.isArray(errors) ? partsOf(errors[0]).code : '';
  // A socket that fails while an answer comes has a status too.
  const answered = error.name !== 'TimeoutError' && typeof metadata?.httpStatusCode === 'number' && inner === '';
  return { name: error.name, code: inner, status: answered ? (metadata?.httpStatusCode ?? null) : null };
};

type Thrown = Error & {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly code?: unknown;
  readonly errors?: readonly unknown[];
  readonly messages?: unknown;
};

/** An InvalidChangeBatch has a list of messages; what has one alone puts them in brackets. */
const saidBy = (error: unknown): readonly string[] => {
  const { messages } = error as Thrown;
  const list = Array.isArray(messages) ? messages.filter((each) => typeof each === 'string') : [];
  return list.length > 0 ? list.map(clean) : [oneLine(error)];
};

const longest = 500;

const oneLine = (error: unknown): string => clean(messageOf(error)) || 'without a word';

/** AWS's services repeat what should have been signed, and the session's token is in that. */
const signed = /The Canonical String for this request[\s\S]*/;

const clean = (text: string): string => {
  const line = text
    .replace(signed, '')
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
};

/** What a person does about a refusal. */
export const helpFor = (code: string): string => helps[code] ?? '';

const accessKey = '; see whether the credentials are those of the right account, and not too old';

const helps: Readonly<Record<string, string>> = {
  AccessDenied: '; its IAM policy must allow it (docs/route53.md has one)',
  AccessDeniedException: '; its IAM policy must allow it (docs/route53.md has one)',
  ExpiredToken: accessKey,
  ExpiredTokenException: accessKey,
  InvalidClientTokenId: accessKey,
  UnrecognizedClientException: accessKey,
  SignatureDoesNotMatch: `${accessKey}, and whether this machine's clock is right`,
  RequestExpired: "; see whether this machine's clock is right",
};

export const noCredentials = (where: string, why: string, cause: unknown): HostmasterError =>
  new HostmasterError(
    'TARGET_REFUSED',
    `${where}: no AWS credentials were found (${why}); set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE (or the target's profile), or give this machine a role`,
    { cause },
  );
