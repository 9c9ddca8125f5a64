import Type, { type Static } from 'typebox';
import { closed, duration, textKey } from './common.ts';

/** One entry of `windows:`. */
export const windowSchema = closed(
  {
    kind: Type.Enum(['allow', 'deny'], {
      description: 'Whether commits may come into force while it is open, or may not.',
      examples: ['deny'],
    }),
    schedule: textKey('When it begins: the five fields of cron, minute, hour, day, month and day of the week.', {
      examples: ['0 17 * * FRI'],
    }),
    duration: duration('How long it stays open: 1m to 8784h.', { examples: ['63h'] }),
    time_zone: Type.Optional(
      textKey('Whose clock the schedule is read by: an IANA name.', { default: 'UTC', examples: ['Europe/London'] }),
    ),
    zones: Type.Optional(
      Type.Array(textKey('A glob over zone names.'), {
        minItems: 1,
        description: 'Only commits that change one of these zones: globs over zone names. Default is every commit.',
        examples: [['example.com', '*.example.net']],
      }),
    ),
  },
  'A time in which commits may come into force, or may not.',
);

export const windowsSchema = Type.Array(windowSchema, {
  description: 'When the daemon may take a new commit into force; plan and apply only name a deny that is open.',
  examples: [[{ kind: 'deny', schedule: '0 17 * * FRI', duration: '63h', time_zone: 'Europe/London' }]],
});

export type WindowEntry = Static<typeof windowSchema>;
