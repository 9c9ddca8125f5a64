import { setTimeout as sleep } from 'node:timers/promises';
import type { Route53Client } from '@aws-sdk/client-route-53';
import { HostmasterError } from '../../src/provider.ts';
import type { AccountRateLimits, OperationBuckets } from './account-rate-limits.ts';
import { whyUnsound } from './answers.ts';
import { boundBody } from './bound-body.ts';
import { AwsRefusal, type Failure, failureOf, noCredentials, UnsoundAnswer } from './failure.ts';
import { type Input, isRead, type Operation, type Output } from './operations.ts';
import type { Settings } from './settings.ts';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** May it be sent again where no answer came? Default is only for what changes nothing. */
  readonly repeatable?: boolean;
  /** Called just before it is sent. Throws where it must not be. */
  readonly before?: (() => Promise<void>) | undefined;
  /** Before it is sent again: throws where it must not be. */
  readonly beforeRetry?: () => Promise<void>;
}

/** Route 53's API, at the account's rate. */
export interface Api {
  /** `Route 53`, or `Route 53 at URL`, for messages. */
  readonly where: string;
  /**
   * One request, sent again while AWS throttles it or is busy with another. AWS's refusal is an AwsRefusal; a change that
   * may have been made and got no answer throws WRITE_UNKNOWN.
   */
  call<O extends Operation>(operation: O, input: Input<O>, options?: CallOptions): Promise<Output<O>>;
  close(): void;
}

const tries = 4;
const firstPause = 200;
const longestPause = 10_000;
/** How long a request may be throttled, in milliseconds. */
const maxThrottled = 300_000;

/** Loads the SDK, and finds the credentials; asks nothing of AWS yet. */
export const openApi = async (settings: Settings, rateLimits: AccountRateLimits): Promise<Api> => {
  const sdk = await import('@aws-sdk/client-route-53');
  const where = settings.endpoint === null ? 'Route 53' : `Route 53 at ${shownEndpoint(settings.endpoint)}`;
  const client = new sdk.Route53Client({
    region: settings.region,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: settings.timeout,
      requestTimeout: settings.timeout,
      // Later than what bounds the body, which says what it is.
      socketTimeout: settings.timeout * 2,
      throwOnRequestTimeout: true,
    },
    ...(settings.profile === null ? {} : { profile: settings.profile }),
    ...(settings.endpoint === null ? {} : { endpoint: settings.endpoint }),
  });
  boundBody(client, settings.timeout);
  const { accessKeyId, accountId } = await client.config.credentials().catch((error: unknown) => {
    client.destroy();
    const failure = failureOf(error);
    throw noCredentials(where, 'why' in failure ? failure.why : String(error), error);
  });
  const send: Send = (operation, input) => {
    const Command = sdk[`${operation}Command`] as new (input: unknown) => Parameters<Route53Client['send']>[0];
    return client.send(new Command(input));
  };
  const bucketsOf = rateLimits(`${settings.endpoint} ${accountId ?? accessKeyId}`, settings.rate);
  return {
    where,
    call: callOver({ where, send, bucketsOf, timeout: settings.timeout }),
    close: () => client.destroy(),
  };
};

type Send = (operation: Operation, input: unknown) => Promise<unknown>;

interface Connection {
  readonly where: string;
  readonly send: Send;
  readonly bucketsOf: OperationBuckets;
  /** Milliseconds that a request may take. */
  readonly timeout: number;
}

/** Without its query, which may have a key in it. */
const shownEndpoint = (endpoint: string): string => {
  const { origin, pathname } = new URL(endpoint);
  return `${origin}${pathname.replace(/\/$/, '')}`;
};

const callOver =
  (connection: Connection) =>
  async <O extends Operation>(operation: O, input: Input<O>, options: CallOptions = {}): Promise<Output<O>> => {
    const { repeatable = isRead(operation), signal } = options;
    const since = Date.now();
    let unanswered = 0;
    for (let attempt = 1; ; attempt += 1) {
      const sent = await sendOnce(connection, operation, input, options);
      if (sent.status === 'done') return sent.output as Output<O>;
      const { error, failure } = sent;
      if (failure.kind === 'unanswered' || failure.kind === 'unsound') unanswered += 1;
      const mayRepeat = repeatable || (failure.kind === 'unanswered' && failure.neverSent);
      const isOverdue = Date.now() - since > maxThrottled;
      const final = finalError(connection, operation, failure, { error, mayRepeat, unanswered, isOverdue });
      if (final !== null) throw final;
      await interruptible(pause(attempt, signal), signal);
      await options.beforeRetry?.();
    }
  };

type Sent =
  | { readonly status: 'done'; readonly output: unknown }
  | { readonly status: 'failed'; readonly error: unknown; readonly failure: Failure };

/** A request that is on its way is not cut: whether it was done would not be known. */
const sendOnce = async (
  connection: Connection,
  operation: Operation,
  input: unknown,
  { before, signal }: CallOptions,
): Promise<Sent> => {
  const buckets = connection.bucketsOf(operation);
  for (const bucket of buckets) await interruptible(bucket.take(signal), signal);
  signal?.throwIfAborted();
  await before?.();
  try {
    const output = await connection.send(operation, input);
    const problem = whyUnsound(operation, output);
    if (problem !== null) throw new UnsoundAnswer(problem);
    for (const bucket of buckets) bucket.answered();
    return { status: 'done', output };
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === 'throttled') for (const bucket of buckets) bucket.throttled();
    return { status: 'failed', error, failure };
  }
};

/** Throws the signal's own reason where a wait was cut by it. */
export const interruptible = async (wait: Promise<void>, signal: AbortSignal | undefined): Promise<void> => {
  try {
    await wait;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
};

interface Circumstances {
  readonly error: unknown;
  readonly mayRepeat: boolean;
  /** How often there was no answer. */
  readonly unanswered: number;
  readonly isOverdue: boolean;
}

/** The error that a request ends with; null: it is sent again. */
const finalError = (
  { timeout, where }: Connection,
  operation: Operation,
  failure: Failure,
  { error, isOverdue, mayRepeat, unanswered }: Circumstances,
): HostmasterError | null => {
  const what = `${operation} at ${where}`;
  if (failure.kind === 'throttled' || failure.kind === 'busy') {
    return isOverdue
      ? new HostmasterError('TARGET_UNREACHABLE', `${what}: ${whyOverdue(failure)}`, { cause: error })
      : null;
  }
  if (failure.kind === 'refused') return refused(what, failure, error);
  if (failure.kind === 'credentials') return noCredentials(where, failure.why, error);
  const timedOut = failure.kind === 'unanswered' && failure.timedOut;
  const why = timedOut ? `${failure.why} (timeout ${timeout / 1000} s)` : failure.why;
  if (!mayRepeat) return new HostmasterError('WRITE_UNKNOWN', `${what}: ${why}`, { cause: error });
  if (unanswered < tries) return null;
  const code = failure.kind === 'unsound' && ofOneZone.has(operation) ? 'ZONE_UNREADABLE' : 'TARGET_UNREACHABLE';
  return new HostmasterError(code, `${what}: ${why}, ${tries} times`, { cause: error });
};

/** What is wrong with an answer to these may be true of that zone alone. */
const ofOneZone: ReadonlySet<Operation> = new Set(['GetHostedZone', 'ListResourceRecordSets']);

const pause = (attempt: number, signal: AbortSignal | undefined): Promise<void> =>
  sleep(
    Math.min(firstPause * 2 ** (attempt - 1), longestPause) * (0.5 + Math.random()),
    undefined,
    signal === undefined ? {} : { signal },
  );

const whyOverdue = ({ kind, why }: Extract<Failure, { readonly kind: 'throttled' | 'busy' }>): string => {
  const minutes = maxThrottled / 60_000;
  return kind === 'throttled'
    ? `AWS throttled this request for ${minutes} minutes (${why}); nothing was changed. Check what else uses the account's API quota`
    : `AWS was busy with an earlier change for ${minutes} minutes (${why}); nothing was changed. Check what else changes this zone`;
};

const refused = (
  what: string,
  { advice, code, messages }: Extract<Failure, { readonly kind: 'refused' }>,
  cause: unknown,
): HostmasterError =>
  new AwsRefusal(code, messages, `${what}: ${code} (${messages.join('; ')})${advice === '' ? '' : `; ${advice}`}`, {
    cause,
  });

/** Pages that lead back, so that a list has one of its things twice, do not end, or are not all. */
export const unsoundPaging = (where: string, operation: Operation): HostmasterError =>
  new HostmasterError('TARGET_UNREACHABLE', `${where} answers ${operation} with pages that lead back, or nowhere`);
