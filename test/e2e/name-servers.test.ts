import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Ended } from '../command.ts';
import { makeRepository, type Repository } from '../faults/target-repository.ts';
import {
  type DnsAddress,
  dig,
  type Make,
  makes,
  type Relay,
  type Secondary,
  secondaryPorts,
  startRelay,
  startSecondaries,
} from '../servers/index.ts';
import { glue, loopbackOf, type Primary, primaries } from './primaries.ts';
import { jsonOf } from './sample-repository.ts';

// One primary, and beside it a secondary of each make: verify waits for all of them, and names the one that is late.

const zone = 'many.test.';
const label = ({ address, port }: DnsAddress): string => `${address}:${port}`;
const ixfr = 251;
const axfr = 252;
const port53 = await startRelay({ address: '127.0.0.1', port: 1 }, { address: loopbackOf(9), port: 53 }).then(
  (relay) => relay.stop().then(() => true),
  () => false,
);
const oneOf = (make: Make, secondaries: readonly Secondary[]): Secondary => {
  const found = secondaries.find((each) => each.make === make);
  if (found === undefined) throw new Error(`there is no ${make}`);
  return found;
};

describe.each(primaries)('secondaries of $name', ({ cutOff, name, start }) => {
  let primary: Primary;
  let secondaries: readonly Secondary[] = [];
  let repository: Repository;
  let written = 0;
  beforeAll(async () => {
    const ports = await secondaryPorts();
    primary = await start(zone, Object.values(ports));
    secondaries = await startSecondaries([zone], primary.dns, ports);
    repository = repositoryOf('60s');
    const isServed = async ({ dns }: Secondary) => (await dig(dns, zone, 'SOA')).flags.includes('aa');
    const areServed = async () => (await Promise.all(secondaries.map(isServed))).every(Boolean);
    await vi.waitUntil(areServed, { timeout: 60_000, interval: 100 });
  });
  afterAll(async () => {
    await Promise.all(secondaries.map((each) => each.stop()));
    await primary?.stop();
  });

  const all = (): readonly DnsAddress[] => [primary.dns, ...secondaries.map(({ dns }) => dns)];
  /** `nameservers` null: those of the zone's apex NS. */
  const repositoryOf = (wait: string, nameservers: readonly DnsAddress[] | null = all(), more = ''): Repository => {
    const { verify_at: _, ...keys } = primary.target;
    const at = nameservers === null ? {} : { verify_at: nameservers.map(label) };
    const target = { ...keys, ...at, verify_wait: wait };
    const zones = { [zone]: { allow_lua: true } };
    const made = makeRepository({ targets: { main: target }, zones, guards: { max_replace_percent: 100 } });
    made.write('zones/many.test.yaml', file() + more);
    return made;
  };
  const file = (): string => {
    const a = (each: string, address: string): string => `${each}: {type: A, ttl: 300, value: ${address}}\n`;
    const own = glue.map((address, i) => a(`ns${i + 1}`, address));
    return [...own, ...['www', 'mail', 'web'].map((each, i) => a(each, `192.0.2.${written * 3 + i}`))].join('');
  };
  /** Gives three names new addresses. */
  const apply = (to = repository): Promise<Ended> => {
    written += 1;
    to.write('zones/many.test.yaml', file());
    return to.run('apply', '--yes', '--format', 'json');
  };
  const serialsOf = async (at: readonly DnsAddress[]) =>
    Promise.all(at.map(async (dns) => Number((await dig(dns, zone, 'SOA')).answers[0]?.rdata.split(' ')[2])));
  const expectFine = async () => {
    const ended = await apply();
    expect(jsonOf(ended).verify).toEqual({ checked: 15, differences: [] });
    expect(ended.code).toBe(0);
    expect(new Set(await serialsOf(all())).size).toBe(1);
  };

  it('are all waited for, and all verified', async () => {
    await expectFine();
    await expectFine();
    const askedFor = (type: number) =>
      secondaries.flatMap(({ make, relay }) => (relay.asked.includes(type) ? [make] : []));
    expect(askedFor(ixfr)).toEqual(['BIND', 'Knot', 'NSD']);
    expect(askedFor(axfr)).toContain('PowerDNS');
    const verified = await repository.run('verify');
    expect(verified).toMatchObject({ code: 0, stdout: 'Verified: 40 answers, all as they should be.\n' });
  });

  it.each(cutOff)('one that is cut off from the primary is late, and named with its serial: %s', async (make) => {
    const { dns, relay } = oneOf(make, secondaries);
    const others = all().filter((each) => each !== dns);
    const impatient = repositoryOf('1s');
    const [answered = 0] = await serialsOf([dns]);
    relay.block();
    const applied = await apply(impatient);
    const [expected = 0] = await serialsOf([primary.dns]);
    const late = { nameserver: label(dns), type: 'A', kind: 'lags', serial: answered, zone_serial: expected };
    const differences = ['mail', 'web', 'www'].map((each) => ({ ...late, name: `${each}.${zone}` }));
    expect(applied.code).toBe(4);
    expect(jsonOf(applied).verify.differences).toEqual(
      expect.arrayContaining(differences.map((each) => expect.objectContaining(each))),
    );
    await vi.waitUntil(async () => (await serialsOf(others)).every((serial) => serial === expected), 60_000);
    const { code, stdout } = await impatient.run('verify');
    const lines = stdout.split('\n').filter((line) => line.startsWith('127.0.0.1:'));
    expect(lines).toHaveLength(3);
    for (const [i, line] of lines.entries()) {
      expect(line).toContain(`${label(dns)}: ${['mail', 'web', 'www'][i]}.${zone} A is late: expected `);
      expect(line).toContain(`(its serial is ${answered}, not yet ${expected})`);
    }
    expect(code).toBe(4);
    relay.open();
    await expectFine();
  });

  if (name !== 'PowerDNS') return;

  it('one that stands still gives no answer, and the others are verified', async () => {
    const { dns, pause, resume } = oneOf('BIND', secondaries);
    pause();
    try {
      const ended = await apply(repositoryOf('10s'));
      const still = { nameserver: label(dns), name: zone, type: 'SOA', kind: 'no_answer' };
      expect(jsonOf(ended).verify.differences).toMatchObject([still]);
      expect(ended.code).toBe(1);
    } finally {
      resume();
    }
    await expectFine();
  });

  it.runIf(port53)('are found by apex NS and glue, where port 53 may be taken', async () => {
    const relays: Relay[] = [];
    try {
      for (const [i, dns] of all().entries()) {
        relays.push(await startRelay(dns, { address: glue[i] ?? '', port: 53 }));
      }
      const byGlue = repositoryOf('60s', null);
      expect(jsonOf(await apply(byGlue)).verify).toEqual({ checked: 15, differences: [] });
      relays[3]?.block();
      const { stdout } = await repositoryOf('1s', null).run('verify');
      expect(stdout).toContain(`ns4.${zone} (${loopbackOf(4)}) gave no answer for the zone ${zone}: `);
      expect(stdout.split('\n').filter((line) => line.startsWith('ns'))).toHaveLength(1);
    } finally {
      await Promise.all(relays.map((relay) => relay.stop()));
    }
  });

  it.each(makes.filter((make) => make !== 'PowerDNS'))(
    'keep a name from becoming LUA where one of them cannot answer it: %s',
    async (make) => {
      const { dns } = oneOf(make, secondaries);
      const lua = 'lua: {type: LUA, ttl: 300, value: "A \\"ifportup(80, {\'192.0.2.1\'})\\""}\n';
      const { code, stdout } = await repositoryOf('1s', [primary.dns, dns], lua).run('plan');
      expect(stdout).toMatch(/\[unanswerable-type\] .*LUA cannot be answered everywhere/);
      expect(stdout).toContain(`the name server ${label(dns)} does not say that it is PowerDNS`);
      expect(code).toBe(1);
    },
  );
});
