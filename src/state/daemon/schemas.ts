import Type from 'typebox';

// The bodies of rows that the daemon alone reads: they are not compiled into the built command.

const text = Type.String();
const texts = Type.Array(text);
const number = Type.Number();
const orNull = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

export const keptPassSchema = Type.Object({
  id: text,
  cause: text,
  by: orNull(text),
  started: text,
  ended: orNull(text),
  commit: orNull(text),
  outcome: orNull(text),
  counts: Type.Record(text, number),
  repeated: number,
});

export const knownCommitsSchema = Type.Object({
  repository: text,
  ref: text,
  inForce: orNull(text),
  previous: orNull(text),
  accepted: orNull(text),
  rewound: orNull(text),
});

export const keptSuspensionSchema = Type.Object({
  zones: orNull(texts),
  targets: orNull(texts),
  reason: text,
  until: orNull(text),
  by: text,
  at: text,
});

/** The details of a pass, as text. */
export const passDetailsSchema = Type.String();

/** When a hook spoke of a server; milliseconds since 1970. */
export const hookWordSchema = Type.Number();
