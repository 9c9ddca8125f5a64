import Type from 'typebox';
import { guardNames, unmanagedKinds, withheldKinds } from '../../model/plan.ts';
import { changeProperties } from '../../validation/planned-change.ts';

// The shape of a plan file, as `apply --plan` reads it; whether it makes sense, and whether its digest fits, is not asked here.
// Keys that are not here, of a newer Hostmaster with the same version, are left out (known-keys.ts).

/** Another version is refused: what its keys mean is not known. */
export const planVersion = 2;

const text = Type.String();
const textOrNull = Type.Union([text, Type.Null()]);
const changeset = Type.Object({
  zone: text,
  view: textOrNull,
  target: text,
  based_on: textOrNull,
  create_zone: Type.Boolean(),
  changes: Type.Array(Type.Object(changeProperties)),
  withheld: Type.Array(
    Type.Object({
      ...changeProperties,
      guard: Type.Enum([...guardNames]),
      kind: Type.Optional(Type.Enum([...withheldKinds])),
      reason: text,
      allow: textOrNull,
    }),
  ),
  unmanaged: Type.Array(
    Type.Object({ name: text, type: text, kind: Type.Optional(Type.Enum([...unmanagedKinds])), why: text }),
  ),
  cost: Type.Optional(text),
});

const changeRef = Type.Object({ zone: text, view: textOrNull, target: text, name: text, type: text });
const atomicSet = Type.Object({
  inventory: text,
  server: text,
  members: Type.Array(changeRef),
  claims: Type.Array(changeRef),
});

const integerOrNull = Type.Union([Type.Integer(), Type.Null()]);

const problem = Type.Object({
  rule: text,
  severity: Type.Enum(['error', 'warning']),
  message: text,
  file: textOrNull,
  line: integerOrNull,
  column: integerOrNull,
  target: Type.Optional(text),
  zone: Type.Optional(text),
  code: Type.Optional(text),
});

/** Without the summary, which is counted again. */
export const planSchema = Type.Object({
  version: Type.Literal(planVersion),
  digest: text,
  config_commit: textOrNull,
  dirty: Type.Boolean(),
  inventory: Type.Record(
    text,
    Type.Object({ servers: Type.Integer(), complete: Type.Boolean(), message: textOrNull, allow: textOrNull }),
  ),
  targets: Type.Array(
    Type.Object({
      name: text,
      status: Type.Enum(['ok', 'unreachable', 'refused']),
      code: textOrNull,
      message: textOrNull,
    }),
  ),
  changesets: Type.Array(changeset),
  atomic_sets: Type.Array(atomicSet),
  problems: Type.Array(problem),
  absent: Type.Optional(Type.Array(text)),
});
