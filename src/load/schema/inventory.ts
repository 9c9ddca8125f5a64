import Type from 'typebox';
import { duration } from './common.ts';

/** What every inventory has besides `type`; the rest of its keys are its source's. */
export const inventoryEntrySchema = Type.Object({
  interval: Type.Optional(
    duration('A server that is missing is counted as missing once in this time at most.', {
      default: '30s',
      examples: ['5m'],
    }),
  ),
});
