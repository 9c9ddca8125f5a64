import Type from 'typebox';

// A change as plan files and the journal of the state have it. Keys that are not here are a later version's, and are let be.

const text = Type.String();
const nullable = Type.Union([text, Type.Null()]);
const location = { file: text, line: Type.Integer(), column: Type.Integer() };

const originSchema = Type.Union([
  Type.Object({ kind: Type.Literal('zone_file'), ...location }),
  Type.Object({
    kind: Type.Enum(['registration', 'record', 'claim']),
    inventory: text,
    server: text,
    label: Type.Optional(text),
    group: Type.Optional(text),
    ...location,
  }),
]);

const milliseconds = Type.Union([Type.Number(), Type.Null()]);
const oneCheck = {
  port: Type.Union([Type.Integer(), Type.Null()]),
  urls: Type.Union([Type.Record(text, text), Type.Null()]),
  interval: milliseconds,
  timeout: milliseconds,
  string_match: nullable,
  when_all_down: Type.Union([Type.Enum(['open', 'closed']), Type.Object({ backup: Type.Array(text) })]),
};
const healthCheckSchema = Type.Object({ ...oneCheck, aaaa: Type.Optional(Type.Object(oneCheck)) });

/** The keys of an RRset of a plan. */
export const rrsetProperties = {
  ttl: Type.Integer({ minimum: 0 }),
  values: Type.Array(Type.Object({ rdata: text, origins: Type.Array(originSchema) })),
  health_check: Type.Union([healthCheckSchema, Type.Null()]),
};

const rrset = Type.Union([Type.Object(rrsetProperties), Type.Null()]);

/** The keys of a change; null is an RRset that is not there. */
export const changeProperties = {
  action: Type.Enum(['create', 'replace', 'delete']),
  name: text,
  type: text,
  before: rrset,
  after: rrset,
  drift: Type.Optional(Type.Literal(true)),
};
