import Type, { type TSchema } from 'typebox';
import { durationPattern } from '../../model/duration.ts';

/** The dialect that every published schema names. */
export const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** A mapping that has these keys and no others. */
export const closed = <Properties extends Record<string, TSchema>>(
  properties: Properties,
  description: string,
  shown: Shown<Readonly<Record<string, unknown>>> = {},
) => Type.Object(properties, { additionalProperties: false, description, ...shown });

/**
 * What editors and docs/configuration.md show of a key. Nothing fills this `default` in: it says what the loader does
 * without the key, and test/load/defaults.test.ts holds the two equal.
 */
interface Shown<Value> {
  readonly default?: Value;
  readonly examples?: readonly Value[];
}

export const textKey = (description: string, shown: Shown<string> = {}) =>
  Type.String({ minLength: 1, description, ...shown });

export const textsKey = (description: string, shown: Shown<readonly string[]> = {}) =>
  Type.Array(Type.String({ minLength: 1 }), { description, ...shown });

export const flag = (description: string, byDefault: boolean) => Type.Boolean({ description, default: byDefault });

export const seconds = (description: string, shown: Shown<number> = {}) =>
  Type.Integer({ minimum: 0, maximum: 2_147_483_647, description, ...shown });

export const countKey = (description: string, shown: Shown<number> = {}) =>
  Type.Integer({ minimum: 0, description, ...shown });

export const percent = (description: string, shown: Shown<number> = {}) =>
  Type.Number({ minimum: 0, maximum: 100, description, ...shown });

/** `500ms`, `30s`, `10m`, `1h`. */
export const duration = (description: string, shown: Shown<string> = {}) =>
  Type.String({
    pattern: durationPattern,
    description: `${description} A time like 500ms, 30s, 10m or 1h.`,
    ...shown,
  });

/** Where a secret is found; a literal is never one. */
export const secretRef = Type.Union(
  [
    closed(
      { env: textKey('The environment variable that holds it.', { examples: ['PDNS_API_KEY'] }) },
      'A secret in the environment.',
    ),
    closed(
      {
        file: textKey(
          'The file that holds it; relative to the file that names it, which must be ./hostmaster.yaml or that of --targets-from.',
          { examples: ['secrets/pdns-api-key'] },
        ),
      },
      'A secret in a file.',
    ),
  ],
  {
    description: 'A secret: {env: NAME} or {file: PATH}, never the secret itself.',
    examples: [{ env: 'PDNS_API_KEY' }],
  },
);
