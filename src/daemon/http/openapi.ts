import { asRecord, isMapping, keysOf } from '../../validation/index.ts';
import type { Route, RouteAccess } from './route.ts';
import { errorSchema } from './schema/answers.ts';

/** The OpenAPI document of the routes, made of the same schemas that check what comes in. */
export const openApiDocument = (routes: readonly Route[], version: string): unknown => {
  const schemas = new Map<string, unknown>();
  const paths = Object.fromEntries(
    [...Map.groupBy(routes, ({ path }) => path)].map(([path, same]) => [
      path,
      Object.fromEntries(same.map((route) => [route.method.toLowerCase(), operation(route, schemas)])),
    ]),
  );
  return {
    openapi: '3.1.0',
    info: { title: 'Hostmaster', version, license: { name: 'MIT', identifier: 'MIT' } },
    paths,
    components: {
      schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
};

type Named = Map<string, unknown>;

const operation = (route: Route, named: Named): unknown => {
  const { access, answers, body, id, summary } = route;
  return {
    operationId: id,
    summary,
    security: isFree(access) ? [] : [{ token: [] }],
    parameters: parametersOf(route),
    ...(body === null ? {} : { requestBody: requestBody(body, named) }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, response(answer, named)])),
      ...Object.fromEntries(errorsOf(route).map((status) => [status, response(errorSchema, named)])),
    },
  };
};

/** A token of its own is not asked for. */
const isFree = (access: RouteAccess): boolean => ['open', 'page', 'signed'].includes(access);

const always = [400, 408, 413, 429, 431, 500];
const byAccess: Readonly<Record<RouteAccess, readonly number[]>> = {
  open: [],
  page: [421],
  read: [401, 421, 422, 503],
  write: [401, 403, 415, 421, 422, 503],
  metrics: [401],
  signed: [401, 422, 503],
};

const errorsOf = ({ access, answers, errors }: Route): readonly number[] =>
  [...new Set([...always, ...byAccess[access], ...errors])].filter((status) => !Object.hasOwn(answers, status));

const response = (answer: unknown, named: Named): unknown => ({
  description: typeof answer === 'string' ? answer : (asRecord(answer).title ?? 'Done.'),
  content:
    typeof answer === 'string'
      ? { [answer.split(';')[0] ?? answer]: {} }
      : { 'application/json': { schema: withNames(answer, named) } },
});

const requestBody = (body: unknown, named: Named): unknown => ({
  required: true,
  content: { 'application/json': body === 'raw' ? {} : { schema: withNames(body, named) } },
});

const parametersOf = ({ headers, path, query }: Route): readonly unknown[] => {
  const { properties, required } = asRecord(query);
  const needed = Array.isArray(required) ? required : [];
  return [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      ...{ name, in: 'path', required: true },
      schema: { type: 'string' },
    })),
    ...keysOf(query).map((name) => ({
      ...{ name, in: 'query', required: needed.includes(name) },
      schema: asRecord(properties)[name],
    })),
    ...headers.map((name) => ({ name, in: 'header', required: false, schema: { type: 'string' } })),
  ];
};

/** A schema that has a title stands once, under it. */
const withNames = (schema: unknown, named: Named): unknown => {
  if (Array.isArray(schema)) return schema.map((each) => withNames(each, named));
  if (!isMapping(schema)) return schema;
  const { title, ...rest } = schema;
  const whole = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withNames(value, named)]));
  if (typeof title !== 'string') return whole;
  named.set(title, whole);
  return { $ref: `#/components/schemas/${title}` };
};
