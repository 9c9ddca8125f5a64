import { HostmasterError, isNeverSent, messageOf, networkCode, networkWords } from '../../src/provider.ts';

/** What AWS answered instead of what was asked for; nothing was changed. */
export class AwsRefusal extends HostmasterError {
  /** AWS's own code: `InvalidChangeBatch`, `NoSuchHostedZone`, … */
  readonly awsCode: string;
  /** AWS's own messages, each of them one line. */
  readonly messages: readonly string[];

  constructor(awsCode: string, messages: readonly string[], message: string, options?: ErrorOptions) {
    super('TARGET_REFUSED', message, options);
    this.awsCode = awsCode;
    this.messages = messages;
  }
}

/** An answer of 200 that cannot be what was asked for. */
export class UnsoundAnswer extends Error {}

/** Is it this answer of AWS? Without codes: any. */
export const isRefusal = (error: unknown, ...codes: readonly string[]): error is AwsRefusal =>
  error instanceof AwsRefusal && (codes.length === 0 || codes.includes(error.awsCode));

/** Do our credentials not allow it? */
export const isDenied = (error: unknown): error is AwsRefusal =>
  error instanceof AwsRefusal && known[error.awsCode]?.kind === 'denied';

/** A request that failed, and what that says of it. */
export type Failure =
  /** AWS did nothing, as the account asks too much; it will take it later. */
  | { readonly kind: 'throttled'; readonly why: string }
  /** AWS did nothing, as a change before it is not done; it will take it later. */
  | { readonly kind: 'busy'; readonly why: string }
  | { readonly kind: 'refused'; readonly code: string; readonly messages: readonly string[]; readonly advice: string }
  /** There are no credentials to ask with. */
  | { readonly kind: 'credentials'; readonly why: string }
  /** An answer of 200 that says nothing. */
  | { readonly kind: 'unsound'; readonly why: string }
  /** No answer, or none that says whether it was done. */
  | { readonly kind: 'unanswered'; readonly neverSent: boolean; readonly timedOut: boolean; readonly why: string };

interface KnownError {
  readonly kind: 'throttled' | 'busy' | 'denied' | 'rejected' | 'credentials' | 'timeout';
  /** What a person does about it. */
  readonly advice?: string;
}

const throttled: KnownError = { kind: 'throttled' };
const credentials: KnownError = { kind: 'credentials' };
const denied: KnownError = { kind: 'denied', advice: 'its IAM policy must allow it (docs/route53.md has one)' };
const wrongKey: KnownError = {
  kind: 'rejected',
  advice: 'see whether the credentials are those of the right account, and not too old',
};

/** What the names of errors mean that AWS answers with, or that the SDK throws itself. Others go by their HTTP status. */
const known: Readonly<Record<string, KnownError>> = {
  Throttling: throttled,
  ThrottlingException: throttled,
  ThrottledException: throttled,
  RequestThrottled: throttled,
  RequestLimitExceeded: throttled,
  TooManyRequestsException: throttled,
  SlowDown: throttled,
  PriorRequestNotComplete: { kind: 'busy' },
  AccessDenied: denied,
  AccessDeniedException: denied,
  ExpiredToken: wrongKey,
  ExpiredTokenException: wrongKey,
  InvalidClientTokenId: wrongKey,
  UnrecognizedClientException: wrongKey,
  SignatureDoesNotMatch: { ...wrongKey, advice: `${wrongKey.advice}, and whether this machine's clock is right` },
  RequestExpired: { kind: 'rejected', advice: "see whether this machine's clock is right" },
  CredentialsProviderError: credentials,
  TokenProviderError: credentials,
  TimeoutError: { kind: 'timeout' },
};

/** Reads what the SDK throws. */
export const failureOf = (error: unknown): Failure => {
  if (error instanceof UnsoundAnswer) return { kind: 'unsound', why: error.message };
  const name = error instanceof Error ? error.name : '';
  const { kind, advice = '' } = known[name] ?? {};
  const status = statusOf(error);
  if (kind === 'throttled' || kind === 'busy') return { kind, why: name };
  if (status !== null && status >= 400 && status < 500) {
    return { kind: 'refused', code: name, messages: messagesIn(error), advice };
  }
  const unanswered = { kind: 'unanswered', neverSent: false, timedOut: false } as const;
  if (status !== null && status < 300) return { kind: 'unsound', why: 'its answer cannot be read' };
  if (status !== null) return { ...unanswered, why: `answered ${status} (${oneLine(error)})` };
  if (kind === 'credentials') return { kind, why: oneLine(error) };
  const code = networkCode(error);
  const why = networkWords(code);
  // The SDK calls it a TimeoutError too where a connection was cut: then its code says so.
  if (kind === 'timeout' && why === null) return { ...unanswered, timedOut: true, why: 'no answer in time' };
  return { ...unanswered, neverSent: isNeverSent(code), why: why ?? oneLine(error) };
};

/** The status of the HTTP answer; null: there was none, or it was cut off (a socket that fails then has one too). */
const statusOf = (error: unknown): number | null => {
  if (!(error instanceof Error) || known[error.name]?.kind === 'timeout' || networkCode(error) !== '') return null;
  const metadata = '$metadata' in error ? error.$metadata : null;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return null;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : null;
};

/** An InvalidChangeBatch has a list of messages; what has one alone puts them in brackets. */
const messagesIn = (error: unknown): readonly string[] => {
  const messages: readonly unknown[] =
    error instanceof Error && 'messages' in error && Array.isArray(error.messages) ? error.messages : [];
  const list = messages.filter((each) => typeof each === 'string');
  return list.length > 0 ? list.map(clean) : [oneLine(error)];
};

const longest = 500;

const oneLine = (error: unknown): string => clean(messageOf(error)) || 'without a message';

/** AWS's services repeat what should have been signed, and the session's token is in that. */
const signed = /The Canonical String for this request[\s\S]*/;

const clean = (text: string): string => {
  const line = text
    .replace(signed, '')
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
};

export const noCredentials = (where: string, why: string, cause: unknown): HostmasterError =>
  new HostmasterError(
    'TARGET_REFUSED',
    `${where}: no AWS credentials were found (${why}); set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE (or the target's profile), or give this machine a role`,
    { cause },
  );
