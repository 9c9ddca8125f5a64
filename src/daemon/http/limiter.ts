import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type HttpRefusal, tooManyRequests } from './errors.ts';
import type { HttpLimits } from './options.ts';

/** What a client may do in a minute; an IPv6 client is its /64. */
export interface Limiter {
  /** Throws where it has asked too often. */
  readonly countRequest: (request: FastifyRequest) => Promise<void>;
  /** What a failure of the client is answered with: after too many it is told to wait. Who has the secret is never refused. */
  readonly countFailure: (request: FastifyRequest, refusal: HttpRefusal) => Promise<HttpRefusal>;
}

const minute = 60_000;

/** The plugin of the limits has to be there. */
export const openLimiter = (app: FastifyInstance, limits: HttpLimits): Limiter => {
  const requests = app.createRateLimit({ max: limits.requests, timeWindow: minute });
  const failures = app.createRateLimit({ max: limits.failures, timeWindow: minute });
  return {
    countRequest: async (request) => {
      const counted = await requests(request);
      if (!counted.isAllowed && counted.isExceeded) throw tooManyRequests('Too many requests.', counted.ttlInSeconds);
    },
    countFailure: async (request, refusal) => {
      const counted = await failures(request);
      if (counted.isAllowed || !counted.isExceeded) return refusal;
      return tooManyRequests('Too many requests without a right token or signature.', counted.ttlInSeconds);
    },
  };
};
