import type { EventStream } from '../event-stream.ts';
import type { Limiter } from '../limiter.ts';
import { openApiDocument } from '../openapi.ts';
import type { HttpLimits, HttpOptions } from '../options.ts';
import { getRoute, type Route } from '../route.ts';
import { documentSchema } from '../schema/answers.ts';
import { noQuerySchema } from '../schema/requests.ts';
import { readRoutes, writeRoutes } from './api.ts';
import { eventsRoute } from './events.ts';
import { hookRoutes } from './hooks.ts';
import { pageRoutes, probeRoutes } from './open.ts';

export interface RouteContext extends Omit<HttpOptions, 'limits'> {
  readonly limits: HttpLimits;
  readonly stream: EventStream;
  readonly limiter: Limiter;
  readonly closing: AbortSignal;
}

/** Everything that can be asked. */
export const routesOf = (context: RouteContext): readonly Route[] => {
  const { access, front, limiter, metrics, page, stream, version } = context;
  const routes: readonly Route[] = [
    ...probeRoutes(front, metrics),
    ...readRoutes(front),
    eventsRoute(stream, access),
    ...writeRoutes(front),
    ...hookRoutes({ ...context, failed: limiter.countFailure }),
    ...pageRoutes(page),
    getRoute({
      ...{ path: '/api/v1/openapi.json', id: 'openapi', summary: 'This document.', access: 'read' },
      query: noQuerySchema,
      answers: { 200: documentSchema },
      answer: async () => ({ status: 200, body: document }),
    }),
  ];
  const document = openApiDocument(routes, version);
  return routes;
};
