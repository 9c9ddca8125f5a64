/** The identity of an RRset within its zone. */
export interface RRsetKey {
  readonly name: string;
  readonly type: string;
}

/** One string for an RRset's identity, to index by. A name has no space in canonical text. */
export const keyOf = (key: RRsetKey): string => `${key.name} ${key.type}`;
