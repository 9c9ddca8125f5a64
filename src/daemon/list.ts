/** Which part of a list is asked for. */
export interface ListPage {
  /** From 1 to 1,000. */
  readonly limit: number;
  /** `next` of the part before; null: from the beginning. */
  readonly after: string | null;
  /** Only what has this text in its name; null: all. */
  readonly q: string | null;
}

export interface Listed<Item> {
  readonly items: readonly Item[];
  /** What `after` has to be for the next part; null: this is the last. */
  readonly next: string | null;
}
