import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runHere } from '../cli/here.ts';
import { create, type Outsider, outsiderAt, plain } from '../providers/route53/outside.ts';
import { startMoto } from '../servers/moto.ts';
import { startRoute53Fake } from '../servers/route53-fake/index.ts';
import { makeRepository, type Repository } from './target-repository.ts';

// Alias record sets by the command: a zone file states them, and what no zone file states stays.

const address = 'www: {type: A, ttl: 300, value: 192.0.2.1}\n';
const aliasOf = (name: string, type = 'A', target = 'name: www') =>
  `${name}:\n  type: Route53Provider/ALIAS\n  ttl: 77\n  values: [{type: ${type}, ${target}}]\n`;
const lb = 'name: lb.example.net., hosted-zone-id: Z2, evaluate-target-health: true';

let count = 0;

describe.each(["moto's server", 'the fake with its limits'] as const)('on %s', (what) => {
  let server: { readonly url: string; stop(): Promise<void> };
  let outsider: Outsider;
  let repository: Repository;
  let zone = '';

  const run = (...args: readonly string[]) => runHere([...args, '--config', repository.config]);
  const file = (text: string) => repository.write(`zones/${zone}.yaml`, text);
  const apply = async (text: string) => {
    file(text);
    const ended = await run('apply', '--yes');
    expect(ended).toMatchObject({ code: 0 });
    const again = await run('plan', '--format', 'json');
    expect(JSON.parse(again.stdout).changesets.flatMap((each: { changes: unknown[] }) => each.changes)).toEqual([]);
  };
  const held = async () =>
    (await outsider.sets(`${zone}.`))
      .filter(({ Type }) => Type !== 'SOA' && Type !== 'NS')
      .map(({ AliasTarget: to, Name = '', ResourceRecords = [], Type }) =>
        [
          Name.slice(0, Name.indexOf('.')),
          Type,
          ...(to === undefined ? ResourceRecords.map(({ Value }) => Value) : [to.DNSName, to.EvaluateTargetHealth]),
        ].join(' '),
      )
      .toSorted();

  beforeAll(async () => {
    server =
      what === 'the fake with its limits'
        ? await startRoute53Fake({
            rate: { perSecond: 1_000, burst: 1_000 },
            operations: {},
            pending: 0,
            processing: 5,
          })
        : await startMoto();
    outsider = outsiderAt(server.url);
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    count += 1;
    zone = `alias${count}.test`;
    repository = makeRepository({
      targets: {
        aws: {
          provider: 'route53',
          endpoint: server.url,
          verify: 'api',
          requests_per_second: 1_000,
          burst: 1_000,
          sync_wait: '2s',
        },
      },
      zones: { [zone]: { create: true } },
      files: { [zone]: address },
      guards: { max_delete_percent: 100, max_replace_percent: 100, never_empty: false },
    });
    await apply(address);
  });

  it('an alias is made, changed, and in the place of an A and back', async () => {
    await apply(`${address}${aliasOf('a')}`);
    expect(await held()).toEqual([`a A www.${zone}. false`, 'www A 192.0.2.1']);
    await apply(`${address}${aliasOf('a', 'AAAA', lb)}b: {type: A, ttl: 60, value: 192.0.2.2}\n`);
    expect(await held()).toEqual(['a AAAA lb.example.net. true', 'b A 192.0.2.2', 'www A 192.0.2.1']);
    await apply(`${address}${aliasOf('b')}`);
    expect(await held()).toEqual(['a AAAA lb.example.net. true', `b A www.${zone}. false`, 'www A 192.0.2.1']);
    await apply(`${address}b: {type: A, ttl: 61, value: 192.0.2.2}\n`);
    expect(await held()).toEqual(['a AAAA lb.example.net. true', 'b A 192.0.2.2', 'www A 192.0.2.1']);
  });

  it('what is dumped plans nothing', async () => {
    await apply(`${address}${aliasOf('a', 'A', lb)}`);
    const { stdout } = await run('dump', '--target', 'aws', '--zone', zone);
    expect(stdout).toContain('type: Route53Provider/ALIAS');
    await apply(stdout);
    expect(await held()).toEqual(['a A lb.example.net. true', 'www A 192.0.2.1']);
  });

  it('one that no zone file states stays, and stands in the way of what would be half of it', async () => {
    const target = { HostedZoneId: 'Z2', DNSName: 'lb.example.net.', EvaluateTargetHealth: false };
    const both = (['A', 'AAAA'] as const).map((Type) => create({ Name: `new.${zone}.`, Type, AliasTarget: target }));
    await outsider.change(`${zone}.`, ...both);
    await apply(`${address}new: {type: TXT, value: beside}\n`);
    file(`${address}new: {type: A, value: 192.0.2.9}\n`);
    const half = await run('plan');
    expect(half.code).toBe(1);
    expect(`${half.stdout}${half.stderr}`).toContain('it cannot stand beside the alias that is left alone');
    file(`${address}new: {type: CNAME, value: www}\n`);
    expect((await run('plan')).code).toBe(1);
    await apply(address);
    expect(await held()).toEqual(['new A lb.example.net. false', 'new AAAA lb.example.net. false', 'www A 192.0.2.1']);
  });

  it('what a name has of another routing policy stands in its way', async () => {
    await outsider.change(
      `${zone}.`,
      create({ ...plain(`w.${zone}.`, 'A', 60, '192.0.2.50'), SetIdentifier: 'blue', Weight: 10 }),
    );
    file(`${address}${aliasOf('w')}`);
    const { code, stdout, stderr } = await run('plan');
    expect(code).toBe(1);
    expect(`${stdout}${stderr}`).toContain('it cannot stand beside the A that is left alone');
  });

  it.each([
    [
      'a: [{type: A, value: 192.0.2.1}, {type: Route53Provider/ALIAS, value: {type: A, name: www}}]\n',
      'alias-coexistence',
    ],
    ['a: {type: Route53Provider/ALIAS, values: [{type: A, name: www}, {type: A, name: b}]}\n', 'one-value'],
    [aliasOf('a', 'A', 'name: lb.example.net.'), 'say the hosted-zone-id of its own'],
  ])('%s is refused', async (text, said) => {
    file(`${address}b: {type: A, value: 192.0.2.1}\n${text}`);
    const { code, stdout, stderr } = await run('apply', '--yes');
    expect(code).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain(said);
    expect((await held()).filter((line) => line.startsWith('a '))).toEqual([]);
  });
});
