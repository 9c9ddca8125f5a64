import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { HttpRefusal, tooManyRequests } from './errors.ts';
import type { HttpLimits } from './options.ts';

/**
 * Reads bodies whole, as they were sent, and counts what all that are being read have together: where that is too much, the
 * large ones have to come again.
 */
export const bodyReader = ({ bodies, body: small }: Pick<HttpLimits, 'bodies' | 'body'>) => {
  let together = 0;
  return async (request: FastifyRequest, payload: Readable): Promise<Buffer> => {
    const most = request.routeOptions.bodyLimit;
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared > most) throw tooLarge();
    const parts: Buffer[] = [];
    let length = 0;
    try {
      // Not destroyed where too much comes: that would end the connection before the answer is out.
      for await (const part of payload.iterator({ destroyOnReturn: false })) {
        length += part.length;
        together += part.length;
        if (length > most) throw tooLarge();
        if (together > bodies && length > small)
          throw tooManyRequests('Too much is being received at once: send it again.', 1);
        parts.push(part);
      }
    } catch (error) {
      if (error instanceof HttpRefusal) throw error;
      throw new HttpRefusal('TIMEOUT', 'The body did not come whole.', closing);
    } finally {
      together -= length;
    }
    return Buffer.concat(parts);
  };
};

/** What is left of the body is not read. */
const closing = { connection: 'close' };

const tooLarge = (): HttpRefusal => new HttpRefusal('TOO_LARGE', 'The body is too large.', closing);

/** Refuses a body of any other type, before it is read. */
export const checkJsonType = (request: FastifyRequest): void => {
  if (/^application\/json *(?:;|$)/i.test(request.headers['content-type'] ?? '')) return;
  throw new HttpRefusal('MEDIA_TYPE', 'The body must be application/json.');
};
