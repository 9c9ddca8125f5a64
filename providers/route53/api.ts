import { setTimeout as sleep } from 'node:timers/promises';
import type { Route53Client } from '@aws-sdk/client-route-53';
import { HostmasterError } from '../../src/provider.ts';
import { type Buckets, bucketsOf } from './account-rate-limits.ts';
import { AwsRefusal, type Failure, failureOf, helpFor, noCredentials } from './failure.ts';
import { type Input, isRead, type Operation, type Output } from './operations.ts';
import type { Settings } from './settings.ts';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** May it be sent again where no answer came? Default is only for what changes nothing. */
  readonly repeatable?: boolean;
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
/** How long AWS may put a request off. */
const patience = 300_000;

/** Loads the SDK, and finds the credentials; asks nothing of AWS yet. */
export const openApi = async (settings: Settings): Promise<Api> => {
  const sdk = await import('@aws-sdk/client-route-53');
  const where = settings.endpoint === null ? 'Route 53' : `Route 53 at ${settings.endpoint}`;
  const client = new sdk.Route53Client({
    region: settings.region,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: settings.timeout,
      requestTimeout: settings.timeout,
      socketTimeout: settings.timeout,
      throwOnRequestTimeout: true,
    },
    ...(settings.profile === null ? {} : { profile: settings.profile }),
    ...(settings.endpoint === null ? {} : { endpoint: settings.endpoint }),
  });
  const { accessKeyId, accountId } = await client.config.credentials().catch((error: unknown) => {
    client.destroy();
    const failure = failureOf(error);
    throw noCredentials(where, 'why' in failure ? failure.why : String(error), error);
  });
  const send: Send = (operation, input) => {
    const Command = sdk[`${operation}Command`] as new (input: unknown) => Parameters<Route53Client['send']>[0];
    return client.send(new Command(input));
  };
  const bucketsFor = bucketsOf(`${settings.endpoint} ${accountId ?? accessKeyId}`, settings.rate);
  return {
    where,
    call: callBy({ where, send, bucketsFor, timeout: settings.timeout }),
    close: () => client.destroy(),
  };
};

type Send = (operation: Operation, input: unknown) => Promise<unknown>;

interface Line {
  readonly where: string;
  readonly send: Send;
  readonly bucketsFor: Buckets;
  /** Milliseconds that a request may take. */
  readonly timeout: number;
}

const callBy =
  (line: Line) =>
  async <O extends Operation>(operation: O, input: Input<O>, options: CallOptions = {}): Promise<Output<O>> => {
    const { repeatable = isRead(operation), signal } = options;
    const since = Date.now();
    let silent = 0;
    for (let attempt = 1; ; attempt += 1) {
      const sent = await once(line, operation, input, signal);
      if (sent.status === 'done') return sent.output as Output<O>;
      const { error, failure } = sent;
      if (failure.kind === 'unanswered') silent += 1;
      const mayRepeat = repeatable || (failure.kind === 'unanswered' && failure.neverSent);
      const end = endOf(line, operation, failure, { error, mayRepeat, silent, late: Date.now() - since > patience });
      if (end !== null) throw end;
      await interruptible(pause(attempt, signal), signal);
      await options.beforeRetry?.();
    }
  };

type Sent =
  | { readonly status: 'done'; readonly output: unknown }
  | { readonly status: 'failed'; readonly error: unknown; readonly failure: Failure };

/** A request that is on its way is not cut: whether it was done would not be known. */
const once = async (
  line: Line,
  operation: Operation,
  input: unknown,
  signal: AbortSignal | undefined,
): Promise<Sent> => {
  const buckets = line.bucketsFor(operation);
  for (const bucket of buckets) await interruptible(bucket.take(signal), signal);
  signal?.throwIfAborted();
  try {
    const output = await line.send(operation, input);
    for (const bucket of buckets) bucket.answered();
    return { status: 'done', output };
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === 'later' && failure.throttled) for (const bucket of buckets) bucket.throttled();
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
  readonly silent: number;
  readonly late: boolean;
}

/** The error that a request ends with; null: it is sent again. */
const endOf = (
  { timeout, where }: Line,
  operation: Operation,
  failure: Failure,
  { error, late, mayRepeat, silent }: Circumstances,
): HostmasterError | null => {
  const what = `${operation} at ${where}`;
  if (failure.kind === 'later') return late ? tooLong(what, failure.why, error) : null;
  if (failure.kind === 'refused') return refused(what, failure, error);
  if (failure.kind === 'credentials') return noCredentials(where, failure.why, error);
  const why = whyOf(failure, timeout);
  if (!mayRepeat) return new HostmasterError('WRITE_UNKNOWN', `${what}: ${why}`, { cause: error });
  return silent < tries ? null : unreachable(what, why, error);
};

const pause = (attempt: number, signal: AbortSignal | undefined): Promise<void> =>
  sleep(
    Math.min(firstPause * 2 ** (attempt - 1), longestPause) * (0.5 + Math.random()),
    undefined,
    signal === undefined ? {} : { signal },
  );

const whyOf = ({ why }: { readonly why: string }, timeout: number): string =>
  why.endsWith('in time') ? `${why} (timeout ${timeout / 1000} s)` : why;

const tooLong = (what: string, why: string, cause: unknown): HostmasterError =>
  new HostmasterError(
    'TARGET_UNREACHABLE',
    `${what}: AWS has put it off for ${patience / 60_000} minutes (${why}); nothing of it was done: see who else asks it of this account`,
    { cause },
  );

const unreachable = (what: string, why: string, cause: unknown): HostmasterError =>
  new HostmasterError('TARGET_UNREACHABLE', `${what}: ${why}, ${tries} times`, { cause });

const refused = (
  what: string,
  { code, said }: Extract<Failure, { readonly kind: 'refused' }>,
  cause: unknown,
): HostmasterError =>
  new AwsRefusal(code, said, 'stop', `${what}: ${code} (${said.join('; ')})${helpFor(code)}`, { cause });
