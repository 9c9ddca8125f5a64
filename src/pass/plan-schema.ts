import Type from 'typebox';
import { guardNames, unmanagedKinds, withheldKinds } from '../model/plan.ts';
import { changeProperties } from '../validation/planned-change.ts';

// The shape of a plan file. Keys that are not here are a later version's, and are let be. An earlier version wrote no
// kinds.

const text = Type.String();
const nullable = Type.Union([text, Type.Null()]);
const changeset = Type.Object({
  zone: text,
  view: nullable,
  target: text,
  based_on: nullable,
  create_zone: Type.Boolean(),
  changes: Type.Array(Type.Object(changeProperties)),
  withheld: Type.Array(
    Type.Object({
      ...changeProperties,
      guard: Type.Enum([...guardNames]),
      kind: Type.Optional(Type.Enum([...withheldKinds])),
      reason: text,
      allow: nullable,
    }),
  ),
  unmanaged: Type.Array(
    Type.Object({ name: text, type: text, kind: Type.Optional(Type.Enum([...unmanagedKinds])), why: text }),
  ),
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
