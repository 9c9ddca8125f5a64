import Type from 'typebox';
import type { Suspension } from '../../suspension.ts';
import { anyText, orNull, schemaOf, timeOrNull, timeText } from './parts.ts';

// What may be asked for. A body's keys may all be left out, but where `required` is said.

const closed = { additionalProperties: false } as const;
/** A commit by its whole SHA. */
const sha = Type.String({ pattern: '^[0-9a-f]{40}(?:[0-9a-f]{24})?$', description: 'A whole SHA.' });
const names = (description: string) =>
  Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 1000, description });

export const syncSchema = Type.Object(
  {
    zones: Type.Optional(names('Only these zones.')),
    full: Type.Optional(Type.Boolean({ description: 'Read every zone, whatever the state says.' })),
    allow: Type.Optional(names('What guards may let through this once, as --allow takes it.')),
    force: Type.Optional(Type.Boolean({ description: 'The windows do not count.' })),
    rewind: Type.Optional(sha),
    accept: Type.Optional(sha),
  },
  { ...closed, title: 'SyncRequest' },
);

export const suspendSchema = Type.Object(
  {
    zones: Type.Optional(names('Only these zones.')),
    targets: Type.Optional(names('Only these targets.')),
    reason: Type.String({ minLength: 1, maxLength: 500, description: 'Why, for others to read.' }),
    until: Type.Optional(Type.String({ description: 'When it ends by itself; RFC 3339.' })),
  },
  { ...closed, title: 'SuspendRequest' },
);

export const resumeSchema = Type.Object(
  {
    zones: Type.Optional(names('Only these zones.')),
    targets: Type.Optional(names('Only these targets.')),
  },
  { ...closed, title: 'ResumeRequest' },
);

export const suspensionSchema = schemaOf<Suspension>()(
  Type.Object(
    {
      zones: orNull(Type.Array(anyText)),
      targets: orNull(Type.Array(anyText)),
      reason: anyText,
      until: timeOrNull,
      by: anyText,
      at: timeText,
    },
    { title: 'Suspension' },
  ),
);

/** Query parameters are anyText; `limit` is read as a number. */
const pageQuery = {
  limit: Type.Optional(
    Type.String({ pattern: '^(?:[1-9][0-9]{0,2}|1000)$', description: 'How many, from 1 to 1000; 100 without it.' }),
  ),
  after: Type.Optional(Type.String({ minLength: 1, maxLength: 1000, description: '`next` of the part before.' })),
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'Only what has this in its name.' })),
};

export const pageQuerySchema = Type.Object(pageQuery, closed);

export const explainQuerySchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 1100, description: 'A name, with or without the final dot.' }),
    type: Type.Optional(Type.String({ minLength: 1, maxLength: 20, description: 'An RR type.' })),
  },
  closed,
);

export const waitQuerySchema = Type.Object(
  {
    wait: Type.Optional(
      Type.String({
        pattern: '^[0-9]{1,6}(?:ms|s|m)$',
        description: 'Answer once the fate of each server is known, or after this time, at most 60s.',
      }),
    ),
  },
  closed,
);

export const noQuerySchema = Type.Object({}, closed);
