import Type, { type Static, type TSchema } from 'typebox';

/** What a schema accepts, as data that nobody changes. */
export type Accepted<Schema extends TSchema> = Frozen<Static<Schema>>;

type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

/**
 * The schema, if it accepts exactly what the type is; else it does not compile. So what is published of an answer and what
 * the daemon gives cannot differ.
 */
export const schemaOf =
  <T>() =>
  <Schema extends TSchema>(schema: Schema & (Same<Accepted<Schema>, T> extends true ? unknown : never)): Schema =>
    schema;

/** The same, for a type that says more than its schema. */
export const looseSchemaOf =
  <T>() =>
  <Schema extends TSchema>(schema: Schema & (T extends Accepted<Schema> ? unknown : never)): Schema =>
    schema;

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

export const anyText = Type.String();
export const textOrNull = Type.Union([anyText, Type.Null()]);
export const wholeNumber = Type.Integer({ minimum: 0 });
export const timeText = Type.String({ description: 'RFC 3339, in UTC.' });
export const timeOrNull = Type.Union([timeText, Type.Null()]);
export const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

/** Part of a list, with what `after` has to be for the next. */
export const listSchema = <Schema extends TSchema>(item: Schema) =>
  Type.Object({ items: Type.Array(item), next: textOrNull });
