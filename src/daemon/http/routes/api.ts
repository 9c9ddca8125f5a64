import type { Static } from 'typebox';
import type { Front } from '../../front.ts';
import type { ListPage } from '../../list.ts';
import { parseTime, writtenTime } from '../../time.ts';
import { HttpRefusal } from '../errors.ts';
import { getRoute, postRoute, type Route, type RouteAnswer } from '../route.ts';
import {
  auditSchema,
  begunSchema,
  explanationSchema,
  passDetailSchema,
  passesSchema,
  resumedSchema,
  serversSchema,
  statusSchema,
  zoneDetailSchema,
  zonesSchema,
} from '../schema/answers.ts';
import {
  explainQuerySchema,
  noQuerySchema,
  pageQuerySchema,
  resumeSchema,
  suspendSchema,
  suspensionSchema,
  syncSchema,
} from '../schema/requests.ts';

const ok = (body: unknown): RouteAnswer => ({ status: 200, body });

const pageOf = ({ after, limit, q }: Static<typeof pageQuerySchema>): ListPage => ({
  limit: Number(limit ?? 100),
  after: after ?? null,
  q: q ?? null,
});

const found = <T>(value: T | null, what: string): T => {
  if (value === null) throw new HttpRefusal('NOT_FOUND', `There is no such ${what}.`);
  return value;
};

/** What can be looked at. */
export const readRoutes = (front: Front): readonly Route[] => [
  getRoute({
    ...{ path: '/api/v1/status', id: 'status', summary: 'How everything is.', access: 'read' },
    query: noQuerySchema,
    answers: { 200: statusSchema },
    answer: async () => ok(await front.status()),
  }),
  getRoute({
    ...{ path: '/api/v1/zones', id: 'zones', summary: 'The zones, by name.', access: 'read' },
    query: pageQuerySchema,
    answers: { 200: zonesSchema },
    answer: async ({ query }) => ok(await front.zones(pageOf(query))),
  }),
  getRoute({
    ...{ path: '/api/v1/zones/{zone}', id: 'zone', summary: 'One zone, with part of its RRsets.', access: 'read' },
    query: pageQuerySchema,
    answers: { 200: zoneDetailSchema },
    errors: [404],
    answer: async ({ params, query }) => ok(found(await front.zone(params.zone ?? '', pageOf(query)), 'zone')),
  }),
  getRoute({
    ...{ path: '/api/v1/passes', id: 'passes', summary: 'The passes, the newest first.', access: 'read' },
    query: pageQuerySchema,
    answers: { 200: passesSchema },
    answer: async ({ query }) => ok(await front.passes(pageOf(query))),
  }),
  getRoute({
    ...{ path: '/api/v1/passes/{id}', id: 'pass', summary: 'One pass, with its plan.', access: 'read' },
    query: noQuerySchema,
    answers: { 200: passDetailSchema },
    errors: [404],
    answer: async ({ params }) => ok(found(await front.pass(params.id ?? ''), 'pass')),
  }),
  getRoute({
    ...{ path: '/api/v1/servers', id: 'servers', summary: 'The servers of all inventories.', access: 'read' },
    query: pageQuerySchema,
    answers: { 200: serversSchema },
    answer: async ({ query }) => ok(await front.servers(pageOf(query))),
  }),
  getRoute({
    ...{ path: '/api/v1/audit', id: 'audit', summary: 'Lines of the audit file, the newest first.', access: 'read' },
    query: pageQuerySchema,
    answers: { 200: auditSchema },
    answer: async ({ query }) => ok(await front.audit(pageOf(query))),
  }),
  getRoute({
    ...{ path: '/api/v1/explain', id: 'explain', summary: 'All that is known of a name.', access: 'read' },
    query: explainQuerySchema,
    answers: { 200: explanationSchema },
    answer: async ({ query }) => ok(await front.explain(query.name, query.type ?? null)),
  }),
];

/** What can be done. */
export const writeRoutes = (front: Front): readonly Route[] => [
  postRoute({
    ...{ path: '/api/v1/sync', id: 'sync', summary: 'Begins a pass.', access: 'write' },
    query: noQuerySchema,
    body: syncSchema,
    answers: { 202: begunSchema },
    answer: async ({ body, by }) => {
      const { accept = null, allow = [], force = false, full = false, rewind = null, zones = null } = body;
      return { status: 202, body: await front.sync({ accept, allow, force, full, rewind, zones }, by) };
    },
  }),
  postRoute({
    ...{ path: '/api/v1/suspend', id: 'suspend', summary: 'Writes nothing more there.', access: 'write' },
    query: noQuerySchema,
    body: suspendSchema,
    answers: { 200: suspensionSchema },
    answer: async ({ body, by }) => {
      const { reason, targets = null, until, zones = null } = body;
      return ok(await front.suspend({ reason, targets, zones, until: timeIn(until) }, by));
    },
  }),
  postRoute({
    ...{ path: '/api/v1/resume', id: 'resume', summary: 'Writes there again.', access: 'write' },
    query: noQuerySchema,
    body: resumeSchema,
    answers: { 200: resumedSchema },
    answer: async ({ body, by }) => {
      const { targets = null, zones = null } = body;
      await front.resume({ targets, zones }, by);
      return ok({ resumed: true });
    },
  }),
];

const timeIn = (text: string | undefined): string | null => {
  if (text === undefined) return null;
  const time = parseTime(text);
  if (time === null) throw new HttpRefusal('BAD_REQUEST', 'The body: `until` is no time like 2026-11-30T08:20:00Z.');
  return writtenTime(time);
};
