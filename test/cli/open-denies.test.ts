import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { jsonOf, type Sample, sample } from '../e2e/sample-repository.ts';
import { runHere } from './here.ts';

// A deny of `windows:` that is open: plan and apply name it, and do not wait for it.

const windows = `windows:
  - { kind: deny, schedule: "0 17 * * FRI", duration: 63h }
  - { kind: deny, schedule: "0 0 * * SAT", duration: 24h, time_zone: Europe/London, zones: ["*.internal"] }
  - { kind: deny, schedule: "0 0 * * SAT", duration: 24h, zones: ["*.example.net"] }
  - { kind: deny, schedule: "* * * * *", duration: 5m, zones: [example.com] }
  - { kind: allow, schedule: "0 0 * * MON", duration: 24h }
`;
const saturday = Date.parse('2027-07-10T12:00:00Z');

describe('an open deny', () => {
  let repository: Sample;
  let line = 0;
  beforeAll(async () => {
    repository = await sample();
    const text = repository.read('hostmaster.yaml');
    line = text.split('\n').length + 1;
    repository.write('hostmaster.yaml', `${text}\n${windows}`);
  });

  const at = (now: number, ...args: readonly string[]) =>
    runHere([...args, '--config', join(repository.folder, 'hostmaster.yaml')], () => now);
  const said = () => [
    `A deny is open until 2027-07-12 08:00 UTC (hostmaster.yaml:${line + 1}): the daemon takes no new commit into force; plan and apply do not wait for it.`,
    `A deny is open until 2027-07-10 23:00 UTC (hostmaster.yaml:${line + 2}): the daemon takes no new commit that changes *.internal into force; plan and apply do not wait for it.`,
    `A deny is open (hostmaster.yaml:${line + 4}): the daemon takes no new commit that changes example.com into force; plan and apply do not wait for it.`,
  ];
  const linesOf = (text: string) => text.split('\n').filter((each) => each.startsWith('A deny'));

  it('is named by plan, where it concerns one of its zones, in every format', async () => {
    const text = await at(saturday, 'plan');
    expect(linesOf(text.stdout)).toEqual(said());
    expect(text.stdout).toMatch(/do not wait for it\.\n\nPlan: /);
    expect(linesOf((await at(saturday, 'plan', '--format', 'markdown')).stdout)).toEqual(said());
    const { open_denies: denies } = jsonOf(await at(saturday, 'plan', '--format', 'json'));
    expect(denies).toHaveLength(3);
    expect(denies[1]).toEqual({
      schedule: '0 0 * * SAT',
      time_zone: 'Europe/London',
      zones: ['*.internal'],
      until: '2027-07-10T23:00:00.000Z',
      file: 'hostmaster.yaml',
      line: line + 2,
    });
  });

  it('is none of the digest, and a reviewed plan names those that are open as it is applied', async () => {
    const [before, during] = [
      await at(saturday, 'plan', '--format', 'json'),
      await at(saturday - 86_400_000, 'plan', '--format', 'json'),
    ];
    expect(jsonOf(before).digest).toBe(jsonOf(during).digest);
    const file = join(repository.folder, 'plan.json');
    await at(saturday, 'plan', '--out', file);
    const monday = Date.parse('2027-07-12T12:00:00Z');
    const applied = await at(monday, 'apply', '--plan', file);
    expect(linesOf(applied.stdout)).toEqual(said().slice(2));
  });

  it('is named by apply, which goes on', async () => {
    const { code, stdout, stderr } = await at(saturday, 'apply', '--yes');
    expect(linesOf(stdout)).toEqual(said());
    expect(stdout).toMatch(/^Applied: \d+ changes in \d+ zones\.$/m);
    expect([code, stderr]).toEqual([0, '']);
    const { code: again, ...rest } = await at(saturday, 'apply', '--yes', '--format', 'json');
    expect(again).toBe(0);
    expect(jsonOf({ code: again, ...rest }).open_denies).toHaveLength(3);
  });
});
