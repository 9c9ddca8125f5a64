import Type from 'typebox';
import { guardNames, unmanagedKinds, withheldKinds } from '../model/plan.ts';
import { changeProperties } from './planned-change.ts';

// The shape of a plan file, as `apply --plan` reads it and the daemon shows it; whether it makes sense, and whether its digest fits, is not asked here.
// Keys that are not here, of a newer Hostmaster with the same version, are left out (src/pass/planfile/known-keys.ts).

/** Another version is refused: what its keys mean is not known. */
export const planVersion = 2;

const text = Type.String();
const textOrNull = Type.Union([text, Type.Null()]);
/** The keys of a withheld change; plan files of before have no kind. */
export const withheldProperties = {
  ...changeProperties,
  guard: Type.Enum([...guardNames]),
  kind: Type.Enum([...withheldKinds]),
  reason: text,
  allow: textOrNull,
};

const changeset = Type.Object({
  zone: text,
  view: textOrNull,
  target: text,
  based_on: textOrNull,
  create_zone: Type.Boolean(),
  changes: Type.Array(Type.Object(changeProperties)),
  withheld: Type.Array(Type.Object({ ...withheldProperties, kind: Type.Optional(withheldProperties.kind) })),
  unmanaged: Type.Array(
    Type.Object({ name: text, type: text, kind: Type.Optional(Type.Enum([...unmanagedKinds])), why: text }),
  ),
  cost: Type.Optional(text),
  down: Type.Optional(Type.Array(Type.Object({ name: text, type: text, rdata: text, since: text }))),
});

const changeRef = Type.Object({ zone: text, view: textOrNull, target: text, name: text, type: text });
const atomicSet = Type.Object({
  inventory: text,
  server: text,
  members: Type.Array(changeRef),
  claims: Type.Array(changeRef),
});

const integerOrNull = Type.Union([Type.Integer(), Type.Null()]);

export const problemSchema = Type.Object({
  rule: text,
  severity: Type.Enum(['error', 'warning']),
  message: text,
  file: textOrNull,
  line: integerOrNull,
  column: integerOrNull,
  target: Type.Optional(text),
  zone: Type.Optional(text),
  name: Type.Optional(text),
  code: Type.Optional(text),
});

/** The keys of what is said of a target. */
export const targetProperties = {
  name: text,
  status: Type.Enum(['ok', 'unreachable', 'refused']),
  code: textOrNull,
  message: textOrNull,
};

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
  targets: Type.Array(Type.Object(targetProperties)),
  changesets: Type.Array(changeset),
  atomic_sets: Type.Array(atomicSet),
  problems: Type.Array(problemSchema),
  absent: Type.Optional(Type.Array(text)),
});
