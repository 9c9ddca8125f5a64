import Type from 'typebox';
import { changeProperties } from '../validation/planned-change.ts';

const text = Type.String();
const nullable = Type.Union([text, Type.Null()]);

/** Not compiled into the built command: only an apply that was killed leaves an entry, and its code would be the longest. */
export const journalEntrySchema = Type.Object({
  id: text,
  inventory: text,
  server: text,
  at: Type.Number(),
  members: Type.Array(
    Type.Object({
      zone: Type.Object({ name: text, view: nullable }),
      target: text,
      change: Type.Object(changeProperties),
    }),
  ),
  stuck: nullable,
});
