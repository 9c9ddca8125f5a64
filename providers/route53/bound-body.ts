import { Readable } from 'node:stream';
import type { Route53Client } from '@aws-sdk/client-route-53';
import { checkBody, maxBytes } from './answers.ts';
import { UnsoundAnswer } from './failure.ts';

/**
 * Has the client take each answer's body whole within bounds of time and octets before it is parsed, and only where it is that of
 * what was asked: the SDK itself waits for single octets without end, and takes any XML for an answer.
 */
export const boundBody = (client: Route53Client, timeout: number): void => {
  const middleware = <Args, Result extends { response: unknown }>(
    next: (args: Args) => Promise<Result>,
    { commandName = '' }: { readonly commandName?: string },
  ) => {
    const operation = commandName.replace(/Command$/, '');
    return async (args: Args): Promise<Result> => {
      const result = await next(args);
      const { response } = result;
      if (!isHttpAnswer(response)) return result;
      const body = await bodyOf(response.body, timeout);
      if (response.statusCode < 300) checkBody(operation, body);
      response.body = body;
      return result;
    };
  };
  const options = { name: 'boundBody', relation: 'after', toMiddleware: 'deserializerMiddleware' } as const;
  client.middlewareStack.addRelativeTo(middleware, options);
};

interface HttpAnswer {
  readonly statusCode: number;
  body: AsyncIterable<Uint8Array> | Uint8Array;
}

const isHttpAnswer = (value: unknown): value is HttpAnswer =>
  typeof value === 'object' &&
  value !== null &&
  'statusCode' in value &&
  typeof value.statusCode === 'number' &&
  'body' in value &&
  typeof value.body === 'object' &&
  value.body !== null &&
  Symbol.asyncIterator in value.body;

const bodyOf = async (body: HttpAnswer['body'], timeout: number): Promise<Uint8Array> => {
  if (body instanceof Uint8Array) return body;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(Object.assign(new Error('the answer did not end'), { name: 'TimeoutError' })),
    timeout,
  );
  const chunks = body[Symbol.asyncIterator]();
  const kept: Uint8Array[] = [];
  try {
    for (let length = 0; ; ) {
      const next = await Promise.race([chunks.next(), late]);
      if (next.done === true) return Buffer.concat(kept, length);
      length += next.value.length;
      if (length > maxBytes) throw new UnsoundAnswer(`its answer has more than ${maxBytes} octets`);
      kept.push(next.value);
    }
  } catch (error) {
    // It destroys the stream, and may itself wait for what does not come.
    void chunks.return?.().catch(() => undefined);
    if (body instanceof Readable) body.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    late.catch(() => undefined);
  }
};
