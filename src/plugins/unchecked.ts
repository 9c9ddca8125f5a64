/** Something that a module of somebody else gave, of which nothing is known yet. */
export type Unchecked = Readonly<Record<string, unknown>>;

export const isObjectLike = (value: unknown): value is Unchecked =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
