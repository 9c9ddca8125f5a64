// What is read from a file is checked before it is taken for what its type says.

export type Shape<T> = (value: unknown) => value is T;

export const isText = (value: unknown): value is string => typeof value === 'string';
export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
export const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';

export const nullOr =
  <T>(shape: Shape<T>): Shape<T | null> =>
  (value): value is T | null =>
    value === null || shape(value);

export const listOf =
  <T>(shape: Shape<T>): Shape<readonly T[]> =>
  (value): value is readonly T[] =>
    Array.isArray(value) && value.every(shape);

export const either =
  <A, B>(a: Shape<A>, b: Shape<B>): Shape<A | B> =>
  (value): value is A | B =>
    a(value) || b(value);

export const oneOf =
  <const T extends string>(...words: readonly T[]): Shape<T> =>
  (value): value is T =>
    words.some((word) => word === value);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const recordOf =
  <T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> =>
  (value): value is Readonly<Record<string, T>> =>
    isObject(value) && Object.values(value).every(shape);

type Required<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]-?: Shape<T[K]> };
type Optional<T> = { readonly [K in keyof T as undefined extends T[K] ? K : never]-?: Shape<NonNullable<T[K]>> };

/** An object with these keys, those of `optional` where it has them; what else it has is let through. */
export const shaped = <T>(required: Required<T>, optional?: Optional<T>): Shape<T> => {
  const musts = shapesOf(required);
  const mays = shapesOf(optional ?? {});
  return (value): value is T =>
    isObject(value) &&
    musts.every(([key, shape]) => shape(value[key])) &&
    mays.every(([key, shape]) => value[key] === undefined || shape(value[key]));
};

const shapesOf = (shapes: object): readonly (readonly [string, (value: unknown) => boolean])[] =>
  Object.entries(shapes);
