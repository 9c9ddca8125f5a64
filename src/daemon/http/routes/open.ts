import type { Front } from '../../front.ts';
import type { Metrics } from '../../metrics.ts';
import type { PageFile } from '../options.ts';
import { getRoute, type Route } from '../route.ts';
import { aliveSchema, readinessSchema } from '../schema/answers.ts';
import { noQuerySchema } from '../schema/requests.ts';

/** What probes and Prometheus ask. */
export const probeRoutes = (front: Front, metrics: Metrics): readonly Route[] => [
  getRoute({
    ...{ path: '/healthz', id: 'alive', summary: 'Is the daemon alive?', access: 'open' },
    query: noQuerySchema,
    answers: { 200: aliveSchema },
    answer: async () => ({ status: 200, body: { alive: true } }),
  }),
  getRoute({
    ...{ path: '/readyz', id: 'ready', summary: 'Has a first pass ended?', access: 'open' },
    query: noQuerySchema,
    answers: { 200: readinessSchema, 503: readinessSchema },
    answer: async () => {
      const { ready, why } = front.isReady();
      return { status: ready ? 200 : 503, body: { ready, why } };
    },
  }),
  getRoute({
    ...{ path: '/metrics', id: 'metrics', summary: 'Numbers for Prometheus.', access: 'metrics' },
    query: noQuerySchema,
    answers: { 200: 'text/plain' },
    answer: async () => {
      const { body, contentType } = await metrics.text();
      return { status: 200, contentType, body };
    },
  }),
];

/** The files of the page, and nothing else: no path is ever looked up in a folder. */
export const pageRoutes = (page: ReadonlyMap<string, PageFile>): readonly Route[] =>
  [...page].map(([path, { body, contentType }]) =>
    getRoute({
      ...{ path, id: `page ${path}`, summary: 'A file of the page.', access: 'page' },
      query: noQuerySchema,
      answers: { 200: contentType },
      answer: async () => ({ status: 200, contentType, body, headers: { 'cache-control': 'no-cache' } }),
    }),
  );
