import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';

export interface ValidatorOptions {
  /** Values that are missing are filled in, where the schema has a default for them. */
  readonly useDefaults?: boolean;
}

/** How a schema is compiled. It is our own and strict: the meta-schema would find nothing, and costs half a start. */
export const ajvOptions = ({ useDefaults = false }: ValidatorOptions = {}): Options => ({
  allErrors: true,
  verbose: true,
  strict: true,
  strictRequired: false,
  strictTypes: false,
  meta: false,
  validateSchema: false,
  useDefaults,
});

/** Compiles a schema. In the built command, scripts/validators.ts has done so beforehand. */
export const validatorOf = <T>(schema: object, options: ValidatorOptions = {}): ValidateFunction<T> =>
  new Ajv2020(ajvOptions(options)).compile<T>(schema);
