import Type from 'typebox';
import { guardNames } from '../model/plan.ts';

// The shape of a plan file. Keys that are not here are a later version's, and are let be.

const text = Type.String();
const nullable = Type.Union([text, Type.Null()]);
const origin = Type.Union([
  Type.Object({ kind: Type.Literal('zone_file'), file: text, line: Type.Integer(), column: Type.Integer() }),
  Type.Object({
    kind: Type.Enum(['registration', 'record', 'claim']),
    inventory: text,
    server: text,
    label: Type.Optional(text),
    group: Type.Optional(text),
    file: text,
    line: Type.Integer(),
    column: Type.Integer(),
  }),
]);

const times = Type.Union([Type.Number(), Type.Null()]);
const healthCheck = Type.Object({
  port: Type.Union([Type.Integer(), Type.Null()]),
  urls: Type.Union([Type.Record(text, text), Type.Null()]),
  interval: times,
  timeout: times,
  string_match: nullable,
  when_all_down: Type.Union([Type.Enum(['open', 'closed']), Type.Object({ backup: Type.Array(text) })]),
});

const rrset = Type.Union([
  Type.Object({
    ttl: Type.Integer({ minimum: 0 }),
    values: Type.Array(Type.Object({ rdata: text, origins: Type.Array(origin) })),
    health_check: Type.Union([healthCheck, Type.Null()]),
  }),
  Type.Null(),
]);

const change = {
  action: Type.Enum(['create', 'replace', 'delete']),
  name: text,
  type: text,
  before: rrset,
  after: rrset,
};

const changeset = Type.Object({
  zone: text,
  view: nullable,
  target: text,
  based_on: nullable,
  create_zone: Type.Boolean(),
  changes: Type.Array(Type.Object(change)),
  withheld: Type.Array(Type.Object({ ...change, guard: Type.Enum([...guardNames]), reason: text, allow: nullable })),
  unmanaged: Type.Array(Type.Object({ name: text, type: text, why: text })),
  cost: Type.Optional(text),
});

const changeRef = Type.Object({ zone: text, view: nullable, target: text, name: text, type: text });
const atomicSet = Type.Object({
  inventory: text,
  server: text,
  members: Type.Array(changeRef),
  claims: Type.Array(changeRef),
});

const position = Type.Union([Type.Integer(), Type.Null()]);

const problem = Type.Object({
  rule: text,
  severity: Type.Enum(['error', 'warning']),
  message: text,
  file: nullable,
  line: position,
  column: position,
  target: Type.Optional(text),
  zone: Type.Optional(text),
});

/** Without the summary, which is counted again. */
export const planSchema = Type.Object({
  version: Type.Literal(1),
  digest: text,
  config_commit: nullable,
  inventory: Type.Record(
    text,
    Type.Object({ servers: Type.Integer(), complete: Type.Boolean(), message: nullable, allow: nullable }),
  ),
  targets: Type.Array(
    Type.Object({ name: text, status: Type.Enum(['ok', 'unreachable', 'refused']), message: nullable }),
  ),
  changesets: Type.Array(changeset),
  atomic_sets: Type.Array(atomicSet),
  problems: Type.Array(problem),
});
