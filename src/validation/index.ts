// The one way to check data from outside against a schema: typebox says the type, ajv checks it, faults.ts has the words.
// Three checks are no schemas. An inventory's entries (src/inventory/check-entry.ts) become canonical while they are checked, ten
// thousand at a time. What a provider's methods give (src/plugins/check-*.ts) is compared with what it was asked, and its
// `supports` may have Infinity, which JSON Schema cannot say. A zone file's records (src/load/zone-yaml) are read from
// source text, a hundred thousand at a time.
import type { Static, TSchema } from 'typebox';
import { type Fault, faultsOf } from './faults.ts';
import { validatorOf } from './validator.ts';

export { type Fault, unknownKey } from './faults.ts';
export { asRecord, isMapping, keysOf } from './mapping.ts';

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Checks a value against a schema, and finds every fault. */
export type Check<T> = (value: unknown) => Checked<T>;

export interface CheckOptions {
  /** Messages never show a value, since it might be a secret in the wrong place. Default is false. */
  readonly secretive?: boolean;
  /** Only the first fault is told, of data that may have more than there is memory for. Default is false. */
  readonly onlyFirst?: boolean;
}

/** For what a person wrote. */
export const checkOf = <Schema extends TSchema>(
  schema: Schema,
  { onlyFirst = false, secretive = false }: CheckOptions = {},
): Check<Static<Schema>> => {
  const validate = validatorOf<Static<Schema>>(schema, onlyFirst ? 'first' : 'faults');
  return (value) =>
    validate(value) ? { ok: true, value } : { ok: false, faults: faultsOf(validate.errors ?? [], secretive) };
};

/** For the keys of a target's provider or of a kind of inventory: defaults are filled in. Messages never show a value. */
export const checkOfKeys = (schema: Readonly<Record<string, unknown>>): Check<Readonly<Record<string, unknown>>> => {
  const validate = validatorOf<Readonly<Record<string, unknown>>>(schema, 'defaults');
  return (value) => {
    const copy: unknown = structuredClone(value);
    return validate(copy) ? { ok: true, value: copy } : { ok: false, faults: faultsOf(validate.errors ?? [], true) };
  };
};

/** For what Hostmaster itself wrote: yes or no. The schema is compiled when it is first needed. */
export const guardOf = <Schema extends TSchema>(schema: Schema): ((value: unknown) => value is Static<Schema>) => {
  let validate: ReturnType<typeof validatorOf<Static<Schema>>> | undefined;
  return (value): value is Static<Schema> => {
    validate ??= validatorOf<Static<Schema>>(schema, 'verdict');
    return validate(value);
  };
};
