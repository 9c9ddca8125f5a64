import type { Server } from 'node:http';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify';
import { bodyReader } from './bodies.ts';
import { type Connections, limitConnections } from './connections.ts';
import { answerToError, type ErrorAnswer, HttpRefusal, internalError } from './errors.ts';
import { type EventStream, eventStream } from './event-stream.ts';
import { type Guards, openGuards } from './guards.ts';
import { openLimiter } from './limiter.ts';
import type { HttpLimits, HttpOptions } from './options.ts';
import { answerToUnreadable } from './raw-answer.ts';
import type { Route } from './route.ts';
import { routesOf } from './routes/index.ts';
import { securityHeaders } from './security-headers.ts';

/** The interface, not listening yet. */
export interface HttpApp {
  readonly app: FastifyInstance;
  readonly connections: Connections;
  /** Ends readers of events, and hooks that wait. */
  readonly endWaiting: () => void;
}

export const buildApp = async (options: HttpOptions, limits: HttpLimits): Promise<HttpApp> => {
  const app: FastifyInstance = fastify({
    ...serverOptions(limits),
    frameworkErrors: (error, _request, reply) => {
      // Before any hook: nothing has set its headers.
      sendError(reply.headers({ 'x-content-type-options': 'nosniff' }), answerToError(error) ?? internalError);
    },
    clientErrorHandler: (error, socket) => answerToUnreadable(error, socket, connections.answerOn(socket)),
  });
  const server: Server = app.server;
  const connections = limitConnections(server, limits.connections);
  await app.register(helmet, securityHeaders);
  await app.register(rateLimit, { global: false });
  const readBody = bodyReader(limits);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', readBody);
  // A line of its own on a terminal.
  app.setReplySerializer((body) => `${JSON.stringify(body)}\n`);
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  const limiter = openLimiter(app, limits);
  const guards = openGuards(options, limiter);
  const stream = eventStream(options.front.events, limits);
  const closing = new AbortController();
  addRoutes(app, routesOf({ ...options, limits, stream, limiter, closing: closing.signal }), guards);
  answerTheRest(app, options, guards);
  return { app, connections, endWaiting: () => endWaiting(stream, closing) };
};

const endWaiting = (stream: EventStream, closing: AbortController): void => {
  closing.abort();
  stream.endAll();
};

const serverOptions = (limits: HttpLimits) => ({
  bodyLimit: limits.body,
  requestTimeout: limits.receive,
  keepAliveTimeout: limits.keepAlive,
  connectionTimeout: limits.stuck,
  http: { headersTimeout: limits.receive, connectionsCheckingInterval: Math.ceil(Math.min(1000, limits.receive / 4)) },
  exposeHeadRoutes: false,
  forceCloseConnections: false,
  return503OnClosing: false,
  // A name of 253 octets may have each of them escaped, in the name and in the address.
  routerOptions: { maxParamLength: 4000 },
});

const every = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

const addRoutes = (app: FastifyInstance, routes: readonly Route[], guards: Guards): void => {
  for (const [path, same] of Map.groupBy(routes, (route) => route.path)) {
    const url = path.replaceAll(/\{(\w+)\}/g, ':$1');
    for (const route of same) addRoute(app, url, route, guards);
    const offered = same.flatMap(methodsOf);
    app.route({
      method: every.filter((method) => !offered.includes(method)),
      url,
      config: { path },
      onRequest: async (request) => {
        for (const { access } of same.slice(0, 1)) await guards.mayAsk(request, access === 'write' ? 'read' : access);
        throw new HttpRefusal('METHOD_NOT_ALLOWED', `Only ${offered.join(' and ')} here.`, {
          allow: offered.join(', '),
        });
      },
      handler: async () => undefined,
    });
  }
};

/** HEAD asks for what GET would answer, which for a stream has no end. */
const methodsOf = ({ answers, method }: Route): readonly string[] =>
  method === 'GET' && answers[200] !== 'text/event-stream' ? ['GET', 'HEAD'] : [method];

const addRoute = (app: FastifyInstance, url: string, route: Route, guards: Guards): void => {
  app.route({
    method: [...methodsOf(route)],
    url,
    config: { path: route.path },
    ...(route.bodyLimit === null ? {} : { bodyLimit: route.bodyLimit }),
    onRequest: (request) => guards.mayAsk(request, route.access),
    handler: async (request, reply) => {
      const answer = await route.answer(request, reply, guards.bearer(request)?.name ?? '');
      if (answer === null) return reply;
      const { body, contentType = 'application/json; charset=utf-8', headers = {}, status } = answer;
      return reply.code(status).headers(headers).type(contentType).send(body);
    },
  });
};

const answerTheRest = (app: FastifyInstance, { log }: HttpOptions, guards: Guards): void => {
  app.setNotFoundHandler(async (request) => {
    if (request.url.startsWith('/api')) await guards.mayAsk(request, 'read');
    throw new HttpRefusal('NOT_FOUND', 'There is nothing here.');
  });
  app.setErrorHandler((error, request, reply) => {
    const answer = answerToError(error);
    if (answer === null && !request.raw.destroyed) log.failed(error);
    return sendError(reply, answer ?? internalError);
  });
  app.addHook('onResponse', async (request, reply) => {
    log.answered({
      method: request.method,
      route: request.routeOptions.config.path ?? null,
      status: reply.statusCode,
      milliseconds: reply.elapsedTime,
      by: guards.bearer(request)?.name ?? null,
    });
  });
};

const sendError = (reply: FastifyReply, { body, headers, status }: ErrorAnswer): FastifyReply =>
  reply.code(status).headers(headers).type('application/json; charset=utf-8').send(body);

declare module 'fastify' {
  interface FastifyContextConfig {
    /** As the OpenAPI document writes it. */
    path?: string;
  }
}
