import type { Field, FieldKind, RRType } from './field.ts';
import { typeCodeOf } from './mnemonics.ts';
import type { TypeTraits } from './traits.ts';

// How the rows of the table are written.

/** A field by its YAML key; then octoDNS's older key for it. */
export const f = (key: string, kind: FieldKind, old?: string): Field =>
  old === undefined ? { name: key, kind } : { name: key, kind, old };

export const optional = (field: Field, fallback: unknown): Field => ({ ...field, fallback });

/** A type with its traits and its fields, in the order of its rdata. */
export const row = (mnemonic: string, traits: TypeTraits, ...fields: readonly Field[]): RRType => ({
  name: mnemonic,
  code: typeCodeOf(mnemonic) ?? 0,
  fields,
  traits,
});

const noTraits: TypeTraits = {};

export const plain = (mnemonic: string, ...fields: readonly Field[]): RRType => row(mnemonic, noTraits, ...fields);
