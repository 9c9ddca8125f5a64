import type { FastifyRequest } from 'fastify';
import { bearerOf } from '../access.ts';
import type { EventStream } from '../event-stream.ts';
import type { Access } from '../options.ts';
import { getRoute, type Route } from '../route.ts';
import { noQuerySchema } from '../schema/requests.ts';

/** The events as they come. */
export const eventsRoute = (stream: EventStream, access: () => Access): Route =>
  getRoute({
    ...{ path: '/api/v1/events', id: 'events', summary: 'What happens, as it happens.', access: 'read' },
    query: noQuerySchema,
    headers: ['last-event-id'],
    answers: { 200: 'text/event-stream' },
    answer: async ({ reply, request }) => {
      stream.checkRoom();
      reply.hijack();
      stream.open({
        response: reply.raw,
        since: lastIdOf(request),
        isAllowed: () => bearerOf(request, access()) !== null,
      });
      return null;
    },
  });

const lastIdOf = ({ headers }: FastifyRequest): number | null => {
  const id = headers['last-event-id'];
  return typeof id === 'string' && /^[0-9]{1,16}$/.test(id) ? Number(id) : null;
};
