import { describe, expect, it } from 'vitest';
import { loadFiles, problemsOf, targets } from './load-repository.ts';

// `windows:` of hostmaster.yaml.

const loaded = (windows: string) =>
  loadFiles(`${targets}zones: { example.com: { targets: [pdns] } }\nwindows:${windows}\n`, {
    'zones/example.com.yaml': 'www: { type: A, value: 192.0.2.1 }\n',
  });

describe('windows:', () => {
  it('are read with their places', async () => {
    const found = await loaded(`
  - { kind: allow, schedule: "0 22 * * MON-FRI", duration: 4h }
  - { kind: deny, schedule: "0 17 * * FRI", duration: 63h, time_zone: Europe/London, zones: [example.com., "*.com"] }`);
    expect(problemsOf(found)).toEqual([]);
    expect(found.windows).toEqual([
      {
        kind: 'allow',
        schedule: '0 22 * * MON-FRI',
        duration: 14_400_000,
        timeZone: 'UTC',
        zones: null,
        at: { file: 'hostmaster.yaml', line: 4, column: 5 },
      },
      {
        kind: 'deny',
        schedule: '0 17 * * FRI',
        duration: 226_800_000,
        timeZone: 'Europe/London',
        zones: ['example.com', '*.com'],
        at: { file: 'hostmaster.yaml', line: 5, column: 5 },
      },
    ]);
  });

  it('are none where there are none', async () => {
    expect((await loadFiles(`${targets}zones: {}\n`)).windows).toEqual([]);
  });

  const deny = (keys: string): string => ` [{ kind: deny, duration: 1h, ${keys} }]`;
  it.each([
    [' {kind: deny}', '3:1 error config-syntax: "windows" must be a list'],
    [' [{ schedule: "* * * * *", duration: 1h }]', '3:11 error config-syntax: windows.0: "kind" is missing; add it'],
    [
      ' [{ kind: freeze, schedule: "* * * * *", duration: 1h }]',
      'windows.0: "kind" must be allow or deny, not "freeze"',
    ],
    [' [{ kind: deny, schedule: "* * * * *" }]', 'windows.0: "duration" is missing; add it'],
    [' [{ kind: deny, schedule: "* * * * *", duration: 30s }]', 'windows.0: "duration" must be from 1m to 8784h'],
    [' [{ kind: deny, schedule: "* * * * *", duration: 9000h }]', 'windows.0: "duration" must be from 1m to 8784h'],
    [deny('schedule: "0 25 * * *"'), 'windows.0: "schedule" "0 25 * * *": Invalid value for hour: 25'],
    [deny('schedule: "0 0 * *"'), 'it must be the five fields of cron, like "0 22 * * FRI"'],
    [deny('schedule: "0 0 0 * * *"'), 'it must be the five fields of cron'],
    [deny('schedule: "@daily"'), 'it must be the five fields of cron'],
    [deny('schedule: "? 0 * * *"'), 'it has a "?", which is no time; write "*"'],
    [
      deny('schedule: "0 0 30 2 *"'),
      '3:49 error window-never: windows.0: "schedule" "0 0 30 2 *" names a day that no year has',
    ],
    [deny('schedule: "0 0 31 4,6 *"'), 'error window-never'],
    [
      deny('schedule: "0 0 * * *", time_zone: Europe/Londn'),
      '"time_zone" must be an IANA name like Europe/London, not "Europe/Londn"',
    ],
    [deny('schedule: "0 0 * * *", time_zone: "+01:00"'), '"time_zone" must be an IANA name'],
    [deny('schedule: "0 0 * * *", zones: []'), '"zones" is empty; list at least one zone'],
    [deny('schedule: "0 0 * * *", zones: [a..b]'), 'windows.0: zones: "a..b" matches nothing: it has an empty part'],
    [deny('schedule: "0 0 * * *", zones: ["."]'), 'zones: "." matches nothing: it is the root'],
    [
      deny('schedule: "0 0 * * *", until: 5'),
      '"until" is not a key here; the keys are kind, schedule, duration, time_zone and zones',
    ],
  ])('%s is a problem, and does not count', async (windows, message) => {
    const found = await loaded(windows);
    expect(problemsOf(found).join('\n')).toContain(message);
    expect(found.windows).toEqual([]);
  });

  it('29 February is a day', async () => {
    expect(problemsOf(await loaded(deny('schedule: "0 0 29 2 *"')))).toEqual([]);
  });

  it('zones that are not configured are named, and the window counts', async () => {
    const found = await loaded(deny('schedule: "0 0 * * *", zones: [exmaple.com, example.com]'));
    expect(problemsOf(found)).toEqual([
      'hostmaster.yaml:3:70 warning window-zone: windows.0: zones: "exmaple.com" is none of the configured zones; the window does nothing for it',
    ]);
    expect(found.windows).toHaveLength(1);
  });
});
