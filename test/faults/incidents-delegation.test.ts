import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registry } from '../../src/cli/registry.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Asker } from '../../src/model/ports.ts';
import { closeTargets } from '../../src/pass/targets.ts';
import { planPass, type RunContext } from '../../src/pass.ts';
import { readStore } from '../../src/state/index.ts';
import { askByDns } from '../../src/verify/index.ts';
import { type Bind, freePort, type PowerDns, startBind, startPowerDns } from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, contentOf, expectPlain, makeZone, rrset } from './zone.ts';

// Outages around delegations. What is asked of name servers is asked of real ones.

let pdns: PowerDns;
beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite' });
});
afterAll(() => pdns.stop());

const run = async (repository: Repository, ...args: readonly string[]) => {
  const ended = await repository.run(...args);
  expectPlain(pdns, ended);
  return ended;
};

describe('Azure, May 2019: a delegation moved to a name server that held an empty zone', () => {
  const zone = 'azure.test.';
  const sub = `sub.${zone}`;
  const addresses = { present: '192.0.2.1', full: '192.0.2.2', empty: '192.0.2.3', without: '192.0.2.4' } as const;
  type Held = keyof typeof addresses | 'silent';
  const head = `$TTL 60\n@ SOA ns hostmaster 1 60 60 60 60\n@ NS ns.example.net.\n`;
  const fullText = `${head}@ MX 10 mail.example.net.\n@ TXT "v=spf1 -all"\nwww A 192.0.2.80\n`;
  const texts: Readonly<Record<keyof typeof addresses, string | null>> = {
    present: fullText,
    full: fullText.replace('192.0.2.80', '192.0.2.81'),
    empty: head,
    without: null,
  };
  const binds: Bind[] = [];
  /** The ports of the name servers that the addresses stand for: port 53 is not ours to take. */
  const ports = new Map<string, number>();
  let repository: Repository;

  const ask: Asker = (nameserver, question, signal) => {
    const port = ports.get(nameserver.address) ?? nameserver.port;
    return askByDns({ timeoutMs: 1500, attempts: 1 })({ ...nameserver, address: '127.0.0.1', port }, question, signal);
  };
  const fileOf = (held: Held): string =>
    `${apexYaml}sub: {type: NS, ttl: 300, value: ns-${held}.${zone}}\n${[...Object.keys(addresses), 'silent']
      .map((name) => `ns-${name}: {type: A, ttl: 300, value: ${addressOf(name)}}\n`)
      .join('')}`;
  const addressOf = (held: string): string => ({ ...addresses, silent: '192.0.2.5' })[held] ?? '';
  const planTo = async (held: Held, ...allow: readonly string[]): Promise<Plan> => {
    repository.write('zones/azure.test.yaml', fileOf(held));
    const context: RunContext = {
      registry,
      ask,
      clock: { now: () => Date.now() },
      sleep: async (ms) => void (await sleep(ms)),
    };
    const options = { config: repository.config, allow, full: false, serve: false };
    const pass = await planPass(options, context, readStore);
    await Promise.all([closeTargets(pass.targets), pass.store.close()]);
    return pass.plan;
  };
  const allowed = `delegation:${zone}/pdns:${sub}`;

  beforeAll(async () => {
    for (const held of Object.keys(addresses) as (keyof typeof addresses)[]) {
      const text = texts[held];
      const bind = await startBind({ zones: text === null ? [] : [{ name: sub, text }] });
      binds.push(bind);
      ports.set(addresses[held], bind.dns.port);
    }
    ports.set(addressOf('silent'), await freePort());
    await makeZone(pdns, zone, [
      rrset(sub, 'NS', `ns-present.${zone}`),
      ...[...Object.keys(addresses), 'silent'].map((name) => rrset(`ns-${name}.${zone}`, 'A', addressOf(name))),
    ]);
    repository = makeRepository({ targets: { pdns: targetOf(pdns) }, zones: { [zone]: {} } });
  });
  afterAll(() => Promise.all(binds.map((bind) => bind.stop())));

  it('is refused until allowed by name, and the exact argument is printed', async () => {
    repository.write('zones/azure.test.yaml', fileOf('full'));
    for (const allow of [[], ['--allow', `delegation:${zone}`]]) {
      const { code, stdout } = await run(repository, 'apply', '--yes', ...allow);
      expect(code).toBe(3);
      expect(stdout).toContain('withheld by delegation');
      expect(stdout).toContain(`replace ${sub} NS`);
      expect(stdout).toContain(`--allow ${allowed}`);
    }
    expect(await contentOf(pdns, zone)).toContain(`sub NS 300 ns-present.${zone}`);
  });

  const refusals: readonly (readonly [Held, string])[] = [
    ['without', `ns-without.${zone} (192.0.2.4) does not answer SOA of ${sub} with authority (REFUSED)`],
    ['silent', `ns-silent.${zone} (192.0.2.5) gave no answer (`],
    [
      'empty',
      `ns-empty.${zone} (192.0.2.3) does not answer ${sub} MX, which the present one, ns-present.${zone} (192.0.2.1), answers`,
    ],
  ];
  it.each(refusals)('to one that is %s is refused although it is allowed by name', async (held, words) => {
    const { changesets, summary } = await planTo(held, allowed);
    expect(summary).toEqual({ create: 0, replace: 0, delete: 0, withheld: 1 });
    const [withheld] = changesets.flatMap((changeset) => changeset.withheld);
    expect(withheld).toMatchObject({ action: 'replace', name: sub, type: 'NS', guard: 'delegation', allow: null });
    expect(withheld?.reason).toContain(`the new name server ${words}`);
  });

  it('to one that answers all that counts goes through', async () => {
    const { changesets, summary } = await planTo('full', allowed);
    expect(summary).toEqual({ create: 0, replace: 1, delete: 0, withheld: 0 });
    expect(changesets.flatMap(({ changes }) => changes)).toMatchObject([{ action: 'replace', name: sub, type: 'NS' }]);
  });
});

describe('Slack, 2021: DS could not be taken back', () => {
  const zone = 'slack.test.';
  const sub = `sub.${zone}`;
  const digest = 'ab'.repeat(32);
  const fileOf = (ds: string): string =>
    `${apexYaml}www: {type: A, ttl: 300, value: 192.0.2.1}\nsub:\n  - {type: NS, ttl: 300, values: [ns1.example.net., ns2.example.net.]}\n${ds}`;
  const dsLine = (tag: number) => `  - {type: DS, ttl: 300, value: "${tag} 13 2 ${digest}"}\n`;
  const present = [
    `sub DS 300 1 13 2 ${digest}`,
    'sub NS 300 ns1.example.net. ns2.example.net.',
    'www A 300 192.0.2.1',
  ];
  let repository: Repository;

  beforeAll(async () => {
    await makeZone(pdns, zone, [
      rrset(`www.${zone}`, 'A', '192.0.2.1'),
      rrset(sub, 'NS', 'ns1.example.net.', 'ns2.example.net.'),
      rrset(sub, 'DS', `1 13 2 ${digest}`),
    ]);
    repository = makeRepository({ targets: { pdns: targetOf(pdns) }, zones: { [zone]: {} } });
  });

  it.each([
    ['a DS that goes', 'delete', ''],
    ['a DS for another key', 'replace', dsLine(2)],
    ['a DS with another TTL', 'replace', dsLine(1).replace('300', '60')],
  ])('%s is refused, exit 3, until it is allowed by its name', async (_what, action, ds) => {
    repository.write('zones/slack.test.yaml', fileOf(ds));
    for (const allow of [
      [],
      ['--allow', `delegation:${zone}`, `delegation:${zone}/pdns`, `delegation:${zone}:www.${zone}`],
    ]) {
      const { code, stdout } = await run(repository, 'apply', '--yes', ...allow);
      expect(code).toBe(3);
      expect(stdout).toContain(`${action} ${sub} DS`);
      expect(stdout).toContain(`--allow delegation:${zone}/pdns:${sub}`);
    }
    expect(await contentOf(pdns, zone)).toEqual(present);
  });

  it('what else the zone wants goes on meanwhile, and the DS goes once it is allowed', async () => {
    const file = fileOf('').replace('192.0.2.1', '192.0.2.2');
    repository.write('zones/slack.test.yaml', file);
    const { code, stdout } = await run(repository, 'apply', '--yes');
    expect(code).toBe(3);
    expect(stdout).toContain('Plan: 1 replace; 1 withheld.');
    expect(await contentOf(pdns, zone)).toEqual([...present.slice(0, 2), 'www A 300 192.0.2.2']);
    const allow = /--allow (\S+)/.exec(stdout)?.[1] ?? '';
    const letThrough = await run(repository, 'apply', '--yes', '--allow', allow);
    expect(letThrough.code).toBe(0);
    expect(letThrough.stdout).toContain('Verified: 1 answer, as it should be.');
    expect(await contentOf(pdns, zone)).toEqual([present[1], 'www A 300 192.0.2.2']);
  });
});
