import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WindowDefinition } from '../../src/model/daemon-settings.ts';
import { windowCalendar } from '../../src/windows/index.ts';
import { compileSchedule } from '../../src/windows/schedule.ts';

const minute = 60_000;
const hour = 60 * minute;
const at = { file: 'hostmaster.yaml', line: 1, column: 1 };

/** `deny 0 22 * * FRI 63h Europe/London example.com *.example.net` */
const windowOf = (text: string): WindowDefinition => {
  const [kind, m, h, day, month, weekday, duration = '', timeZone = 'UTC', ...zones] = text.split(' ');
  const unit = duration.endsWith('h') ? hour : minute;
  return {
    kind: kind === 'allow' ? 'allow' : 'deny',
    schedule: [m, h, day, month, weekday].join(' '),
    duration: Number.parseInt(duration, 10) * unit,
    timeZone,
    zones: zones.length === 0 ? null : zones,
    at,
  };
};

const calendarOf = (...texts: readonly string[]) => windowCalendar(texts.map(windowOf));
const time = (text: string): number => Date.parse(text);

/** `open until 2027-03-28T01:00Z`, at a moment. */
const said = (windows: readonly string[], moment: string, zones: readonly string[] = []): string => {
  const { next, open } = calendarOf(...windows).verdict(zones, time(moment));
  const until = next === null ? '' : ` ${next.changes ? 'until' : 'at least until'} ${shown(next.at)}`;
  return `${open ? 'open' : 'closed'}${until}`;
};

const shown = (moment: number): string => new Date(moment).toISOString().replace(':00.000Z', 'Z');

describe('may a commit come into force', () => {
  const nights = 'allow 0 22 * * * 4h';
  const friday = 'deny 0 17 * * FRI 63h';
  it.each([
    ['without windows, at any time', [], '2027-01-04T12:00Z', 'open'],
    ['with an allow, while it is open', [nights], '2027-01-04T23:00Z', 'open until 2027-01-05T02:00Z'],
    ['from its first moment', [nights], '2027-01-04T22:00Z', 'open until 2027-01-05T02:00Z'],
    ['not at its end', [nights], '2027-01-05T02:00Z', 'closed until 2027-01-05T22:00Z'],
    ['not outside of it', [nights], '2027-01-04T12:00Z', 'closed until 2027-01-04T22:00Z'],
    ['one open allow is enough', [nights, 'allow 0 1 * * * 5h'], '2027-01-05T01:30Z', 'open until 2027-01-05T06:00Z'],
    ['not in a deny', [friday], '2027-01-09T12:00Z', 'closed until 2027-01-11T08:00Z'],
    ['outside of a deny', [friday], '2027-01-04T12:00Z', 'open until 2027-01-08T17:00Z'],
    ['an open deny wins over an open allow', [nights, friday], '2027-01-08T23:00Z', 'closed until 2027-01-11T22:00Z'],
    [
      'denies that follow each other are one',
      ['deny 0 8 * * * 8h', 'deny 0 12 * * * 8h'],
      '2027-01-04T09:00Z',
      'closed until 2027-01-04T20:00Z',
    ],
    [
      'an allow that meets the next stays open',
      ['allow 0 8 * * * 4h', 'allow 0 12 * * * 4h'],
      '2027-01-04T09:00Z',
      'open until 2027-01-04T16:00Z',
    ],
  ])('%s', (_, windows, moment, wanted) => {
    expect(said(windows, moment)).toBe(wanted);
  });

  it('says which window decides', () => {
    const calendar = calendarOf(nights, friday);
    const by = (moment: string) => calendar.verdict([], time(moment)).by?.schedule ?? null;
    expect(by('2027-01-08T23:00Z')).toBe('0 17 * * FRI');
    expect(by('2027-01-04T23:00Z')).toBe('0 22 * * *');
    expect(by('2027-01-04T12:00Z')).toBeNull();
  });
});

describe('a window with zones', () => {
  const windows = [
    'deny 0 8 * * * 2h UTC example.com *.example.net',
    'allow 0 0 * * * 10h UTC lab.internal',
    'allow 0 9 * * * 2h',
  ];
  it.each([
    [
      'is nothing to a commit that changes none of them',
      ['other.test.'],
      '2027-01-04T09:30Z',
      'open until 2027-01-04T11:00Z',
    ],
    ['is nothing to one that changes no zone', [], '2027-01-04T09:30Z', 'open until 2027-01-04T11:00Z'],
    [
      'keeps a commit that changes one of them',
      ['example.com.'],
      '2027-01-04T09:30Z',
      'closed until 2027-01-04T10:00Z',
    ],
    ['keeps it whole', ['other.test.', 'a.example.net.'], '2027-01-04T09:30Z', 'closed until 2027-01-04T10:00Z'],
    ['does not mean the zone below', ['a.b.example.net.'], '2027-01-04T09:30Z', 'open until 2027-01-04T11:00Z'],
    ['its open allow is enough for them', ['lab.internal.'], '2027-01-04T07:30Z', 'open until 2027-01-04T11:00Z'],
    [
      'and not for others beside them',
      ['lab.internal.', 'other.test.'],
      '2027-01-04T07:30Z',
      'closed until 2027-01-04T09:00Z',
    ],
  ])('%s', (_, zones, moment, wanted) => {
    expect(said(windows, moment, zones)).toBe(wanted);
  });

  it('names the zone that keeps the commit', () => {
    const verdict = calendarOf(...windows).verdict(['other.test.', 'example.com.'], time('2027-01-04T09:30Z'));
    expect(verdict).toMatchObject({ open: false, zone: 'example.com.', by: { kind: 'deny' } });
  });

  it('its open deny is named where one of the zones is meant, and one without zones always', () => {
    const calendar = calendarOf(...windows, 'deny 0 9 * * * 1h');
    const open = (zones: readonly string[]) =>
      calendar
        .openDenies(zones, time('2027-01-04T09:30Z'))
        .map(({ definition, until }) => `${definition.duration / hour}h ${shown(until ?? 0)}`);
    expect(open(['example.com.'])).toEqual(['2h 2027-01-04T10:00Z', '1h 2027-01-04T10:00Z']);
    expect(open(['other.test.'])).toEqual(['1h 2027-01-04T10:00Z']);
    expect(open([])).toEqual(['1h 2027-01-04T10:00Z']);
  });
});

describe('summer time', () => {
  it.each([
    // Europe/London: 01:00 GMT becomes 02:00 BST on 28 March 2027, 02:00 BST becomes 01:00 GMT on 31 October.
    ['a start on the day before', '30 1 * * *', 'Europe/London', '2027-03-27T00:00Z', '2027-03-27T01:30Z'],
    [
      'a start that is left out is at the first moment after',
      '30 1 * * *',
      'Europe/London',
      '2027-03-28T00:00Z',
      '2027-03-28T01:00Z',
    ],
    ['also one of several in a day', '30 1,13 * * *', 'Europe/London', '2027-03-28T00:00Z', '2027-03-28T01:00Z'],
    ['and the next is by the new clock', '30 1 * * *', 'Europe/London', '2027-03-28T01:00Z', '2027-03-29T00:30Z'],
    [
      'a start that comes twice counts the first time',
      '30 1 * * *',
      'Europe/London',
      '2027-10-31T00:00Z',
      '2027-10-31T00:30Z',
    ],
    ['and not the second', '30 1 * * *', 'Europe/London', '2027-10-31T00:30Z', '2027-11-01T01:30Z'],
    ['nor where one looks between them', '30 1 * * *', 'Europe/London', '2027-10-31T01:10Z', '2027-11-01T01:30Z'],
    ['each hour is each hour that passes', '30 * * * *', 'Europe/London', '2027-03-28T00:30Z', '2027-03-28T01:30Z'],
    ['also of the hour that comes twice', '30 * * * *', 'Europe/London', '2027-10-31T00:30Z', '2027-10-31T01:30Z'],
    // America/St_Johns: 02:00 NST (-3:30) becomes 03:00 NDT on 14 March 2027.
    ['half hours of Newfoundland', '15 2 * * *', 'America/St_Johns', '2027-03-14T00:00Z', '2027-03-14T05:30Z'],
    ['and after it', '15 2 * * *', 'America/St_Johns', '2027-03-14T05:30Z', '2027-03-15T04:45Z'],
    // Australia/Lord_Howe: 02:00 (+10:30) becomes 02:30 (+11) on 4 October 2026, 02:00 becomes 01:30 on 4 April 2027.
    ['a change by half an hour', '15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00Z', '2026-10-03T15:30Z'],
    [
      'and back, where half an hour comes twice',
      '45 1 * * *',
      'Australia/Lord_Howe',
      '2027-04-03T00:00Z',
      '2027-04-03T14:45Z',
    ],
    ['once', '45 1 * * *', 'Australia/Lord_Howe', '2027-04-03T14:45Z', '2027-04-04T15:15Z'],
  ])('%s: %s %s after %s', (_, schedule, timeZone, moment, wanted) => {
    expect(shown(compileSchedule(schedule, timeZone).startAfter(time(moment)) ?? 0)).toBe(wanted);
  });

  it.each([
    [
      'takes an hour from the night',
      'deny 0 22 27 3 * 8h Europe/London',
      '2027-03-28T00:00Z',
      'closed until 2027-03-28T06:00Z',
    ],
    ['gives one to it', 'deny 0 22 30 10 * 8h Europe/London', '2027-10-31T00:00Z', 'closed until 2027-10-31T05:00Z'],
    ['or half a one', 'deny 0 22 3 10 * 8h Australia/Lord_Howe', '2026-10-03T12:00Z', 'closed until 2026-10-03T19:30Z'],
  ])('a duration is time that passes: the change %s', (_, window, moment, wanted) => {
    expect(said([window], moment)).toBe(wanted);
  });

  it('a daily window of 24 hours has one hour between when the clock goes back', () => {
    const window = ['deny 0 0 * * * 24h Europe/London'];
    expect(said(window, '2027-10-30T12:00Z')).toBe('closed until 2027-10-31T23:00Z');
    expect(said(window, '2027-10-31T23:30Z')).toBe('open until 2027-11-01T00:00Z');
  });
});

describe('a window that is longer than the time between its starts', () => {
  it('is open until the last of them ends', () => {
    expect(said(['deny 0 8-16 * * * 90m'], '2027-01-04T09:00Z')).toBe('closed until 2027-01-04T17:30Z');
    expect(said(['deny 0 0 * * MON-FRI 30h'], '2027-01-05T09:00Z')).toBe('closed until 2027-01-09T06:00Z');
  });

  it('that never closes says until when it was looked at', () => {
    expect(said(['deny 0 0 * * * 25h'], '2027-01-05T09:00Z')).toMatch(/^closed at least until 2027-0[45]/);
    expect(said(['deny * * * * * 1m'], '2027-01-05T09:00Z')).toMatch(/^closed at least until 2027-01-05T1/);
    const [open] = calendarOf('deny * * * * * 5m').openDenies([], time('2027-01-05T09:00Z'));
    expect(open?.until).toBeNull();
  });

  it('does not end the verdict where another goes on', () => {
    expect(said(['deny * * * * * 1m', 'deny 0 10 * * * 1h'], '2027-01-05T09:59Z')).toMatch(/^closed at least until/);
  });
});

describe('of any windows, at any moment', () => {
  const timeZones = ['UTC', 'Europe/London', 'America/St_Johns', 'Australia/Lord_Howe'];
  const schedules = [
    '0 22 * * *',
    '30 1 * * *',
    '45 1 * * SUN',
    '15 2 * * *',
    '30 1,13 * * *',
    '0 */6 * * *',
    '*/30 * * * *',
    '0 9-17 * * MON-FRI',
    '0 0 1 * *',
    '0 0 29 2 *',
  ];
  const durations = [1, 30, 60, 90, 8 * 60, 24 * 60, 25 * 60, 7 * 24 * 60];
  const window = fc.record({
    kind: fc.constantFrom('allow' as const, 'deny' as const),
    schedule: fc.constantFrom(...schedules),
    duration: fc.constantFrom(...durations.map((length) => length * minute)),
    timeZone: fc.constantFrom(...timeZones),
    zones: fc.constantFrom(null, ['a.test'], ['*.test'], ['b.test', 'c.test']),
    at: fc.constant(at),
  });
  /** Near one of the changes to and from summer time, or anywhere in two years. */
  const changes = [
    '2027-03-28T01:00Z',
    '2027-10-31T01:00Z',
    '2027-03-14T05:30Z',
    '2027-11-07T04:30Z',
    '2026-10-03T15:30Z',
    '2027-04-03T15:00Z',
  ];
  const moment = fc.oneof(
    fc
      .tuple(fc.constantFrom(...changes.map(time)), fc.integer({ min: -30 * hour, max: 30 * hour }))
      .map(([near, by]) => near + by),
    fc.integer({ min: time('2026-06-01T00:00Z'), max: time('2028-06-01T00:00Z') }),
  );
  const zones = fc.subarray(['a.test.', 'b.test.', 'd.example.']);

  it('the next change is a change, and nothing changes before it', () => {
    const property = fc.property(
      fc.array(window, { maxLength: 4 }),
      zones,
      moment,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (windows, changed, now, part) => {
        const calendar = windowCalendar(windows);
        const { next, open } = calendar.verdict(changed, now);
        const isOpen = (when: number): boolean => calendar.verdict(changed, when).open;
        const end = next?.at ?? now + 100 * 24 * hour;
        expect(end).toBeGreaterThan(now);
        for (const when of [end - 1, end - minute, Math.min(end - 1, Math.floor(now + (end - now) * part))]) {
          if (when > now) expect(isOpen(when)).toBe(open);
        }
        if (next?.changes === true) expect(isOpen(end)).toBe(!open);
      },
    );
    fc.assert(property, { numRuns: 100 });
  }, 60_000);

  it('a start is the same from wherever one looks for it', () => {
    const property = fc.property(
      fc.constantFrom(...schedules),
      fc.constantFrom(...timeZones),
      moment,
      (text, timeZone, now) => {
        const schedule = compileSchedule(text, timeZone);
        const next = schedule.startAfter(now) ?? 0;
        expect(next).toBeGreaterThan(now);
        expect(schedule.startAfter(next - 1)).toBe(next);
        expect(schedule.startAfter(Math.floor((now + next) / 2))).toBe(next);
      },
    );
    fc.assert(property, { numRuns: 300 });
  }, 60_000);

  it('one zone more never opens what is closed', () => {
    const property = fc.property(fc.array(window, { maxLength: 4 }), zones, moment, (windows, changed, now) => {
      const calendar = windowCalendar(windows);
      const some = calendar.verdict(changed, now).open;
      fc.pre(changed.length > 0);
      if (!some) expect(calendar.verdict([...changed, 'e.example.'], now).open).toBe(false);
    });
    fc.assert(property, { numRuns: 60 });
  }, 60_000);
});
