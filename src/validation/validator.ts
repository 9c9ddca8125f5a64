import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';

/**
 * What a validator is for. `faults`: it finds every fault; `first`: one. `defaults`: it also fills in values that are
 * missing, where the schema has a default for them. `verdict`: it says yes or no at the first fault, for data that no
 * person wrote.
 */
export type ValidatorMode = 'faults' | 'first' | 'defaults' | 'verdict';

/** How a schema is compiled. It is our own and strict: the meta-schema would find nothing, and costs half a start. */
export const ajvOptions = (mode: ValidatorMode): Options => ({
  allErrors: mode === 'faults' || mode === 'defaults',
  verbose: mode !== 'verdict',
  messages: false,
  strict: true,
  strictRequired: false,
  strictTypes: false,
  meta: false,
  validateSchema: false,
  useDefaults: mode === 'defaults',
});

/** Compiles a schema. In the built command, scripts/validators.ts has done so beforehand. */
export const validatorOf = <T>(schema: object, mode: ValidatorMode): ValidateFunction<T> =>
  new Ajv2020(ajvOptions(mode)).compile<T>(schema);
