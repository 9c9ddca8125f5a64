/** A value as a mapping to look keys up in; anything else has none. */
export const asRecord = (value: unknown): Readonly<Record<string, unknown>> => (isMapping(value) ? value : {});

/** Is it what YAML and JSON call a mapping: neither null nor a list? */
export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** The keys that a schema of an object names. */
export const keysOf = (schema: unknown): readonly string[] => Object.keys(asRecord(asRecord(schema).properties));
