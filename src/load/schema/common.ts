import Type, { type TSchema } from 'typebox';
import { durationPattern } from '../../model/duration.ts';

/** The dialect that every published schema names. */
export const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** A mapping that has these keys and no others. */
export const closed = <Properties extends Record<string, TSchema>>(properties: Properties, description: string) =>
  Type.Object(properties, { additionalProperties: false, description });

export const text = (description: string) => Type.String({ minLength: 1, description });

export const texts = (description: string) => Type.Array(Type.String({ minLength: 1 }), { description });

export const seconds = (description: string) => Type.Integer({ minimum: 0, maximum: 2_147_483_647, description });

export const count = (description: string) => Type.Integer({ minimum: 0, description });

export const percent = (description: string) => Type.Number({ minimum: 0, maximum: 100, description });

/** `500ms`, `30s`, `10m`, `1h`. */
export const duration = (description: string) =>
  Type.String({
    pattern: durationPattern,
    description: `${description} A time like 500ms, 30s, 10m or 1h.`,
  });

/** Where a secret is found; a literal is never one. */
export const secretRef = Type.Union(
  [
    closed({ env: text('The environment variable that holds it.') }, 'A secret in the environment.'),
    closed(
      {
        file: text(
          'The file that holds it; relative to the file that names it, which must be ./hostmaster.yaml or that of --targets-from.',
        ),
      },
      'A secret in a file.',
    ),
  ],
  { description: 'A secret: {env: NAME} or {file: PATH}, never the secret itself.' },
);

export const zoneName = text("A zone's name, with or without the final dot.");
