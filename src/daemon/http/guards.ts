import type { FastifyRequest } from 'fastify';
import { bearerOf, checkAuthority, checkOrigin, checkScope, unauthorized } from './access.ts';
import { checkJsonType } from './bodies.ts';
import { stoppingRefusal } from './errors.ts';
import type { Limiter } from './limiter.ts';
import type { ApiToken, HttpOptions } from './options.ts';
import type { RouteAccess } from './route.ts';

/** Who may ask what, decided before a body is read. */
export interface Guards {
  /** Throws where it may not be asked. */
  readonly mayAsk: (request: FastifyRequest, access: RouteAccess) => Promise<void>;
  /** Whose token was accepted; null: none. */
  readonly bearer: (request: FastifyRequest) => ApiToken | null;
}

export const openGuards = ({ access, front }: Pick<HttpOptions, 'access' | 'front'>, limiter: Limiter): Guards => {
  const bearers = new WeakMap<FastifyRequest, ApiToken>();
  const needToken = async (request: FastifyRequest): Promise<ApiToken> => {
    const token = bearerOf(request, access());
    if (token === null) throw await limiter.countFailure(request, unauthorized());
    bearers.set(request, token);
    await limiter.countRequest(request);
    return token;
  };
  const ofAccess: Readonly<Record<RouteAccess, (request: FastifyRequest) => Promise<void>>> = {
    open: async () => {},
    signed: async () => {},
    page: async (request) => {
      checkAuthority(request, access());
      await limiter.countRequest(request);
    },
    metrics: async (request) => {
      if (access().metrics !== 'open') await needToken(request);
    },
    read: async (request) => {
      checkAuthority(request, access());
      await needToken(request);
    },
    write: async (request) => {
      checkAuthority(request, access());
      checkOrigin(request, access());
      checkScope(await needToken(request), 'write');
      checkJsonType(request);
      if (front.isStopping()) throw stoppingRefusal();
    },
  };
  return {
    mayAsk: (request, wanted) => ofAccess[wanted](request),
    bearer: (request) => bearers.get(request) ?? null,
  };
};
