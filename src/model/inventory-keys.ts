/** An inventory's own keys by name: url, path, filter, … */
export type InventoryConfig = Readonly<Record<string, unknown>>;

/** What is wrong with one key. The message never shows a value: an address may have a password in it. */
export interface KeyFault {
  readonly key: string;
  readonly rule: 'config-syntax' | 'secret-literal';
  readonly message: string;
}

/** What the loader must know of a kind of inventory; its source has it. */
export interface InventoryKeys {
  /** The JSON Schema of its own keys: without `type`, `interval` and secrets, which the loader reads. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly secrets: readonly string[];
  /** Can it be read without a network? Then `check` reads it too. */
  readonly isOffline: boolean;
  /** Keys that fit the schema, as the source wants them (times in milliseconds), and what no schema can find wrong. */
  readonly configOf: (keys: InventoryConfig) => {
    readonly config: InventoryConfig;
    readonly faults: readonly KeyFault[];
  };
}

/** Every kind of inventory, by the `type` that names it. */
export type InventoryTypes = Readonly<Record<string, InventoryKeys>>;
