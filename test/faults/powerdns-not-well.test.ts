import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ended } from '../command.ts';
import {
  dig,
  type Fault,
  type Proxy as FaultyProxy,
  type PowerDns,
  startPowerDns,
  startProxy,
} from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, contentOf, expectPlain, makeZone, rrset } from './zone.ts';

// PowerDNS is down, silent, or answers what it should not, at each step of plan and apply: one clear line for each target,
// exit code 1, the other targets go on, and nothing is lost.

/** The step at which each target fails; one zone each. `good` never does. */
const steps = ['config', 'read', 'list', 'patch', 'good'] as const;
type StepName = (typeof steps)[number];
const zoneOf = (step: StepName): string => `${step}.test.`;

const linesWith = (text: string, words: string): readonly string[] =>
  text.split('\n').filter((line) => line.includes(words));

/** The one line that says what is wrong with a target. */
const lineOf = (ended: Ended, step: StepName): string => {
  const [line = '', ...more] = [
    ...linesWith(ended.stdout, `target ${step}: error`),
    ...linesWith(ended.stdout, `${zoneOf(step)} at ${step}: `),
  ];
  expect(more).toEqual([]);
  expect(ended.stderr).toBe('');
  return line;
};

let pdns: PowerDns;
beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite' });
});
afterAll(() => pdns.stop());

const answer = (status: number, body: string): Fault => ({ kind: 'answer', status, body });
const internal = '{"error":"Internal Server Error"}';
/** What happens, and what the line says of it in reading and in writing; null: the write turns out to have been taken. */
const cases: readonly (readonly [name: string, read: Fault, write: Fault, reading: string, writing: string | null])[] =
  [
    [
      'silent',
      { kind: 'silent' },
      { kind: 'silent' },
      'no answer in time (timeout 0.4 s)',
      'nothing of it was applied',
    ],
    [
      'answering 500',
      answer(500, internal),
      answer(500, internal),
      "answered 500 (Internal Server Error), 3 times; see the name server's log",
      'nothing of it was applied',
    ],
    ['answering 401', answer(401, 'Unauthorized'), answer(401, 'Unauthorized'), 'check api_key', 'check api_key'],
    [
      'answering 422',
      answer(422, '{"error":"no"}'),
      answer(422, '{"error":"no"}'),
      "answered 422 (no); see the name server's log",
      'nothing of it was applied',
    ],
    [
      'answering garbage',
      answer(200, '\u0000\u0001{{{'),
      answer(200, '\u0000\u0001{{{'),
      'is url the API of PowerDNS',
      'nothing of it was applied',
    ],
    [
      'giving half an answer',
      { kind: 'half_answer' },
      { kind: 'drop_answer' },
      'the connection was cut before the answer was whole',
      null,
    ],
  ];

describe('PowerDNS that is not well', () => {
  let [proxy, configProxy]: FaultyProxy[] = [];
  let repository: Repository;
  let version = 0;

  const proxies = (): readonly FaultyProxy[] => [proxy, configProxy].filter((each) => each !== undefined);
  const hurt = (read: Fault, write: Fault): void => {
    configProxy?.handle(() => read);
    proxy?.handle(({ method, path }) => {
      if (method === 'PATCH') return path.includes(zoneOf('patch')) ? write : undefined;
      return path.includes(zoneOf('read')) || path.includes('/zones?') ? read : undefined;
    });
  };
  /** Every zone but `list` gets a change: a zone without one is asked for by the list of zones alone. */
  const change = (): void => {
    version += 1;
    for (const step of steps) {
      const www = `www: {type: A, ttl: 300, values: [192.0.2.${step === 'list' ? 1 : version}]}\n`;
      repository.write(`zones/${step}.test.yaml`, `${apexYaml}${www}`);
    }
  };
  const contents = () => Promise.all(steps.map((step) => contentOf(pdns, zoneOf(step))));
  const answered = async (step: StepName) => {
    const { answers } = await dig(pdns.dns, `www.${zoneOf(step)}`, 'A');
    return answers.map(({ rdata }) => rdata);
  };

  beforeAll(async () => {
    [proxy, configProxy] = await Promise.all([startProxy(pdns.url), startProxy(pdns.url)]);
    const urls: Readonly<Record<StepName, string>> = {
      config: configProxy.url,
      read: proxy.url,
      list: proxy.url,
      patch: proxy.url,
      good: pdns.url,
    };
    for (const step of steps) await makeZone(pdns, zoneOf(step), [rrset(`www.${zoneOf(step)}`, 'A', '192.0.2.9')]);
    repository = makeRepository({
      targets: Object.fromEntries(
        steps.map((step) => [
          step,
          targetOf({ ...pdns, url: urls[step] }, step === 'good' ? {} : { timeout: '400ms' }),
        ]),
      ),
      zones: Object.fromEntries(steps.map((step) => [zoneOf(step), { targets: [step] }])),
    });
    change();
    expect(await repository.run('apply', '--yes')).toMatchObject({ code: 0, stderr: '' });
  });
  afterAll(() => Promise.all(proxies().map((each) => each.stop())));

  for (const [name, read, write, reading, writing] of cases) {
    it(`${name}: plan says so in one line a target, and plans the rest`, async () => {
      change();
      hurt(read, write);
      const before = await contents();
      const ended = await repository.run('plan', '--exit-code');
      expectPlain(pdns, ended);
      expect(ended.code).toBe(1);
      for (const step of ['config', 'read', 'list'] as const) {
        const line = lineOf(ended, step);
        expect(line).toContain(reading);
        expect(line).toContain(`GET ${(step === 'config' ? configProxy : proxy)?.url}/api/v1/servers/localhost/`);
        if (step !== 'config') expect(line).toContain(`${zoneOf(step)} was not read, and nothing of that is planned`);
      }
      expect(linesWith(ended.stdout, 'error [')).toHaveLength(3);
      expect(ended.stdout).toContain('Plan: 2 replaces; 3 errors.');
      expect(await contents()).toEqual(before);
    });

    it(`${name}: apply says so in one line a target, and applies the rest`, async () => {
      const before = await contents();
      const ended = await repository.run('apply', '--yes');
      expectPlain(pdns, ended);
      expect(ended.code).toBe(1);
      for (const step of ['config', 'read', 'list'] as const) expect(lineOf(ended, step)).toContain(reading);
      if (writing !== null) {
        const line = lineOf(ended, 'patch');
        expect(line).toContain(writing);
        expect(line).toContain(`${proxy?.url}`);
      }
      const written: readonly StepName[] = writing === null ? ['patch', 'good'] : ['good'];
      const after = await contents();
      for (const [i, step] of steps.entries()) {
        if (!written.includes(step)) expect(after[i]).toEqual(before[i]);
        else expect(await answered(step)).toEqual([`192.0.2.${version}`]);
      }
    });
  }
});
