import type { InventoryConfig, InventoryKeys } from '../../model/inventory-keys.ts';

// The contract of a source: its keys, how it is read, and what travels from it to the snapshot.

/** A kind of inventory: what the loader must know of its keys, and how it is read. */
export interface InventorySource extends InventoryKeys {
  /** `config` is what `configOf` made. Throws only the signal's reason, or what nobody expected. */
  readonly read: (config: InventoryConfig, context: SourceContext) => Promise<SourceAnswer>;
}

/** A place in a file of the repository. */
export interface EntryLocation {
  readonly file: string;
  readonly line: number;
}

/** One server as a source sent it, not checked yet. */
export interface RawEntry {
  readonly value: unknown;
  /** Where in the answer it is: `item 3`, `page 2, item 5`, `device 17`. */
  readonly where: string;
  /** Where it begins in a file of the repository. Slow: it parses the file again. */
  readonly location?: () => EntryLocation | null;
}

/** What a source answered. All messages are safe to show. */
export type SourceAnswer =
  /** There is no usable answer. */
  | { readonly kind: 'failed'; readonly message: string }
  /** Nothing changed since the last answer: its ETag was confirmed. */
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'answered';
      readonly entries: readonly RawEntry[];
      /** Why the answer is not complete; empty: it is. */
      readonly faults: readonly string[];
      /** Servers may have more addresses than the answer gives them. Default is no. */
      readonly lacksAddresses?: boolean;
      /** null: the answer has none, or more than one page. */
      readonly etag: string | null;
    };

export const failed = (message: string): SourceAnswer => ({ kind: 'failed', message });

/** What a source is handed. */
export interface SourceContext {
  /** The folder that paths start from. */
  readonly folder: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Of the last complete answer, where it may be asked for again; else null. */
  readonly etag: string | null;
  readonly signal: AbortSignal | undefined;
}

export const textSetting = (config: InventoryConfig, key: string): string => {
  const value = config[key];
  return typeof value === 'string' ? value : '';
};

export const numberSetting = (config: InventoryConfig, key: string, fallback: number): number => {
  const value = config[key];
  return typeof value === 'number' ? value : fallback;
};
