import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { Plan } from '../../../src/model/plan.ts';
import type { VerifyReport, ZoneResult } from '../../../src/model/result.ts';
import { runHere } from '../../cli/here.ts';
import type { Ended } from '../../command.ts';
import { type DigAnswer, dig, tempFolder } from '../../servers/index.ts';
import type { DnsAddress } from '../../servers/ports.ts';

type Mapping = Readonly<Record<string, unknown>>;

export interface LabOptions {
  readonly targets: Readonly<Record<string, Mapping>>;
  /** A zone's settings by its name, over those of `madeZone` and all targets. */
  readonly zones: Readonly<Record<string, Mapping>>;
  /** The other keys of hostmaster.yaml. */
  readonly config: Mapping;
  /** labels.yaml, groups.yaml, zone files, by path. */
  readonly files?: Readonly<Record<string, string>>;
}

/** What `apply` and `plan` say in JSON, and how they ended. */
export type Applied = Plan & {
  readonly results: readonly ZoneResult[];
  readonly verify: VerifyReport;
  readonly code: number;
};

/** A repository with an inventory, and the command on it. */
export interface Lab {
  readonly folder: string;
  write(path: string, text: string): void;
  /** Changes keys of hostmaster.yaml. */
  configure(changes: Mapping): void;
  run(...args: readonly string[]): Promise<Ended>;
  plan(...args: readonly string[]): Promise<Applied>;
  apply(...args: readonly string[]): Promise<Applied>;
  /** All name servers answer as they should; one that is too busy to answer is asked again. */
  verified(): Promise<void>;
  /** Nothing is left to do (invariant 9), and all name servers answer as they should; gives the plan. */
  settled(): Promise<Applied>;
}

/** Hostmaster makes the zone. */
const madeZone = {
  static: 'none',
  create: { kind: 'Native', ns: ['ns1.example.net.'], soa_edit_api: 'INCREASE' },
};

export const makeLab = ({ targets, zones, config, files = {} }: LabOptions): Lab => {
  const folder = tempFolder('lab');
  const file = join(folder, 'hostmaster.yaml');
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const all = Object.entries(zones).map(([name, own]) => [
    name,
    { ...madeZone, targets: Object.keys(targets), ...own },
  ]);
  let settings: Mapping = { state: 'state.sqlite', targets, zones: Object.fromEntries(all), ...config };
  const configure = (changes: Mapping): void => {
    settings = { ...settings, ...changes };
    write('hostmaster.yaml', JSON.stringify(settings, null, 2));
  };
  configure({});
  for (const [path, text] of Object.entries(files)) write(path, text);
  const run = (...args: readonly string[]) => runHere([...args, '--config', file]);
  const inJson = async (...args: readonly string[]): Promise<Applied> => {
    const { code, stdout, stderr } = await run(...args, '--format', 'json');
    expect(stderr).toBe('');
    return { ...JSON.parse(stdout), code };
  };
  const plan = (...args: readonly string[]) => inJson('plan', '--full', ...args);
  const verified = async (): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      const { stdout } = await run('verify', '--format', 'json');
      const differences: Applied['verify']['differences'] = JSON.parse(stdout).differences;
      if (tries < 10 && differences.some(({ kind }) => kind === 'no_answer')) continue;
      return expect(differences).toEqual([]);
    }
  };
  const settled = async (): Promise<Applied> => {
    const again = await plan();
    expect(again.changesets.flatMap(({ changes }) => changes)).toEqual([]);
    const { stdout } = await run('verify', '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ checked: expect.any(Number), differences: [] });
    return again;
  };
  return {
    folder,
    write,
    configure,
    run,
    plan,
    verified,
    settled,
    apply: (...args) => inJson('apply', '--yes', ...args),
  };
};

/** All went through but what is named (`www.example.com. A`) as withheld, and verify found nothing. */
export const expectApplied = (applied: Applied, code = 0, withheld: readonly string[] = []): void => {
  const { changesets, problems, results, verify } = applied;
  const errors = problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  const said = {
    code: applied.code,
    errors: code === 0 ? errors : [],
    withheld: changesets.flatMap((each) => each.withheld.map(({ name, type }) => `${name} ${type}`)),
    failed: results.filter(({ status }) => status !== 'applied'),
    differences: verify.differences,
  };
  expect(said).toEqual({ code, errors: [], withheld, failed: [], differences: [] });
};

/** `NOERROR 60 192.0.2.1`: the rcode, and each answer of that type with its TTL, sorted. */
export const answerOf = async (server: DnsAddress, name: string, type = 'A'): Promise<string> =>
  inWords(await dig(server, name, type));

export const inWords = ({ answers, rcode }: DigAnswer): string =>
  [rcode, ...answers.map(({ rdata, ttl }) => `${ttl} ${rdata}`).sort()].join(' ');

/** The name of an address's PTR. */
export const reverseOf = (address: string): string => {
  if (!address.includes(':')) return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':')).map((group) => group.padStart(4, '0'));
  const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => '0000');
  return `${[...groups(head), ...zeros, ...groups(tail)].join('').split('').reverse().join('.')}.ip6.arpa`;
};
