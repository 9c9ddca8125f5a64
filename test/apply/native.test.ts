import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HostmasterError } from '../../src/model/errors.ts';
import type { Change } from '../../src/model/plan.ts';
import type { Store } from '../../src/model/ports.ts';
import type { Provider, Write, WriteResult } from '../../src/provider.ts';
import type { OpenTarget } from '../../src/target.ts';
import { change, changeset, setOf } from './changes.ts';
import { openPair, type Pair } from './embedded.ts';
import { applyAt, recoverAt, targetsOf } from './pass.ts';

// Atomic sets at targets that compare and swap by themselves: two embedded ones, with names at one and addresses at the
// other, that somebody else writes to in the moment of our write, or that refuse without a word of what.

const forward = 'lab.test.';
const reverse = '2.0.192.in-addr.arpa.';
const idOf = (name: string) => ({ name, view: null });
let pair: Pair;
let store: Store;
let names: OpenTarget;
let addresses: OpenTarget;

beforeAll(async () => {
  pair = await openPair();
  ({ store, names, addresses } = pair);
});
afterAll(() => pair?.close());
beforeEach(async () => {
  const create = { kind: 'Native', ns: ['ns1.example.net.'], soa_edit_api: 'INCREASE' };
  for (const [{ provider }, zone] of [[names, forward] as const, [addresses, reverse] as const]) {
    await provider.deleteZone(idOf(zone));
    await provider.createZone(idOf(zone), create);
  }
  await store.endJournalAll((await store.journalled()).map(({ id }) => id));
});

const a = (i: number): string => `web${i}.${forward} A`;
const ptr = (i: number): string => `${i}.${reverse} PTR`;
const servers = [1, 2, 3];
/** Three servers come. */
const pass = () => {
  const changesets = [
    changeset(
      forward,
      servers.map((i) => change(a(i), '', `300 192.0.2.${i}`)),
      'names',
    ),
    changeset(
      reverse,
      servers.map((i) => change(ptr(i), '', `300 web${i}.${forward}`)),
      'addresses',
    ),
  ];
  return { changesets, sets: servers.map((i) => setOf(`web${i}`, [a(i), ptr(i)], changesets)) };
};

/** The target with other ways to write. */
const at = (target: OpenTarget, ways: (provider: Provider) => Partial<Provider>): OpenTarget => ({
  ...target,
  provider: { ...target.provider, ...ways(target.provider) },
});

/** Applies, unless `first` has an answer of its own. */
const answering =
  (first: (write: Write, provider: Provider) => Promise<WriteResult | undefined>) =>
  (provider: Provider): Partial<Provider> => ({
    apply: async (write, signal) => (await first(write, provider)) ?? provider.apply(write, signal),
  });

/** Somebody else's write in the moment of the first of ours that is one of these. */
const meanwhile = (isMoment: (write: Write) => boolean, zone: string, theirs: Change) => {
  let met = false;
  return answering(async (write, provider) => {
    if (met || !isMoment(write)) return undefined;
    met = true;
    await provider.apply({ zone: idOf(zone), changes: [theirs], expect: null });
    return undefined;
  });
};

const refusal = (changes: readonly Change[]): WriteResult => ({
  status: 'refused',
  refused: changes.map(({ name, type }) => ({ name, type, message: 'not today' })),
});

/** Refuses the A of these servers. */
const refusing = (...those: readonly number[]) =>
  answering(async ({ changes }) => {
    const refused = changes.filter(({ name }) => those.some((i) => a(i) === `${name} A`));
    return refused.length === 0 ? undefined : refusal(refused);
  });

const apply = (...targets: readonly OpenTarget[]) => applyAt(pass(), targetsOf(...targets), { store });

/** Which servers have an A, and which a PTR. */
const standing = async () => {
  const [as, ptrs] = await Promise.all([names.provider.read(idOf(forward)), addresses.provider.read(idOf(reverse))]);
  const values = (read: typeof as, of: string) =>
    read.status === 'read'
      ? read.rrsets.filter(({ type }) => type === of).flatMap((each) => each.values.map(({ rdata }) => rdata))
      : [];
  return { as: values(as, 'A').sort(), ptrs: values(ptrs, 'PTR').sort() };
};

const isBack = ({ changes }: Write): boolean => changes.every(({ after }) => after === null);

describe('atomic sets where the target compares', () => {
  it('fail one by one where somebody else was faster in the moment of the write, and leave nothing to mend', async () => {
    const raced = at(
      names,
      meanwhile(() => true, forward, change(a(2), '', '300 203.0.113.9')),
    );
    const results = await apply(raced, addresses);
    expect(await standing()).toEqual({
      as: ['192.0.2.1', '192.0.2.3', '203.0.113.9'],
      ptrs: [`web1.${forward}`, `web3.${forward}`],
    });
    expect(results.find(({ zone }) => zone === forward)).toMatchObject({ code: 'STALE_PLAN', status: 'failed' });
    expect(await store.journalled()).toEqual([]);
  });

  it('fail in the same way where it says no more than that somebody else wrote', async () => {
    let met = false;
    const vague = answering(async (_, provider) => {
      if (met) return undefined;
      met = true;
      await provider.apply({ zone: idOf(forward), changes: [change(a(2), '', '300 203.0.113.9')], expect: null });
      throw new HostmasterError('LOST_RACE', 'retry', 'somebody else wrote');
    });
    await apply(at(names, vague), addresses);
    expect(await standing()).toEqual({
      as: ['192.0.2.1', '192.0.2.3', '203.0.113.9'],
      ptrs: [`web1.${forward}`, `web3.${forward}`],
    });
    expect(await store.journalled()).toEqual([]);
  });

  it('are taken back but for the one that somebody else moved in the moment of that', async () => {
    const theirs = change(ptr(2), `300 web2.${forward}`, '300 theirs.example.net.');
    await apply(at(names, refusing(2, 3)), at(addresses, meanwhile(isBack, reverse, theirs)));
    expect(await standing()).toEqual({ as: ['192.0.2.1'], ptrs: ['theirs.example.net.', `web1.${forward}`] });
    expect(await store.journalled()).toMatchObject([
      { server: 'web2', stuck: expect.stringContaining('2.2.0.192.in-addr.arpa. PTR at addresses is theirs') },
    ]);
  });
});

describe('atomic sets where the target does not say what it will not take', () => {
  /** Does not give up the PTR of web2. */
  const mute = answering(async (write) => {
    if (!isBack(write) || !write.changes.some(({ name }) => `${name} PTR` === ptr(2))) return undefined;
    return refusal(write.changes.length === 1 ? write.changes : []);
  });

  it('are taken back one by one', async () => {
    const results = await apply(at(names, refusing(2, 3)), at(addresses, mute));
    expect(await standing()).toEqual({ as: ['192.0.2.1'], ptrs: [`web1.${forward}`, `web2.${forward}`] });
    expect(results.find(({ zone }) => zone === reverse)?.error).toContain(
      'server web2 (lab): web2.lab.test. A at names was refused (not today); it could not be rolled back (addresses refused to restore 2.2.0.192.in-addr.arpa. PTR (not today))',
    );
    expect(await store.journalled()).toMatchObject([{ server: 'web2', stuck: null }]);
    const down = at(names, () => ({
      read: async () => {
        throw new HostmasterError('TARGET_UNREACHABLE', 'nothing listens there');
      },
    }));
    const { problems } = await recoverAt(targetsOf(down, addresses), store);
    expect(problems).toMatchObject([{ rule: 'set-not-whole', code: 'TARGET_UNREACHABLE' }]);
    const recovered = await recoverAt(targetsOf(names, addresses), store);
    expect(recovered).toMatchObject({ problems: [], notices: [expect.stringContaining('web2 (lab)')] });
    expect((await standing()).ptrs).toEqual([`web1.${forward}`]);
  });

  it('finish what was taken back, also where the rest was refused', async () => {
    const finished: string[] = [];
    const slow = at(addresses, (provider) => ({
      ...mute(provider),
      supports: { ...provider.supports, max_changes: 1 },
      finish: async (_, changes) => void finished.push(changes.map(({ action, name }) => `${action} ${name}`).join()),
    }));
    await apply(at(names, refusing(1, 2)), slow);
    expect((await standing()).ptrs).toEqual([`web2.${forward}`, `web3.${forward}`]);
    expect(finished.at(-1)).toBe(`delete 1.${reverse}`);
    expect(finished).toHaveLength(2);
  });
});

describe('atomic sets where a target is not done with what was taken back', () => {
  const put = ({ provider }: OpenTarget, zone: string, one: Change) =>
    provider.apply({ zone: idOf(zone), changes: [one], expect: null });

  it('are taken back all the same, say so, and are looked at by the next apply', async () => {
    await put(names, forward, change(a(1), '', '300 192.0.2.1'));
    await put(addresses, reverse, change(ptr(1), '', `300 web1.${forward}`));
    const changesets = [
      changeset(forward, [change(a(1), '300 192.0.2.1', '300 192.0.2.11')], 'names'),
      changeset(
        reverse,
        [change(ptr(1), `300 web1.${forward}`, ''), change(ptr(11), '', `300 web1.${forward}`)],
        'addresses',
      ),
    ];
    const sets = [setOf('web1', [a(1), ptr(1), ptr(11)], changesets)];
    let calls = 0;
    const pending = at(names, () => ({
      finish: async () => {
        calls += 1;
        if (calls > 1) throw new HostmasterError('TARGET_UNREACHABLE', 'wait', 'not every name server has it');
      },
    }));
    const refuses = at(
      addresses,
      answering(async ({ changes }) =>
        changes.some(({ name, after }) => `${name} PTR` === ptr(1) && after === null) ? refusal(changes) : undefined,
      ),
    );
    const results = await applyAt({ changesets, sets }, targetsOf(pending, refuses), { store });
    expect(await standing()).toEqual({ as: ['192.0.2.1'], ptrs: [`web1.${forward}`] });
    expect(results.find(({ zone }) => zone === forward)).toMatchObject({
      status: 'rolled_back',
      error: expect.stringContaining('it was rolled back, but lab.test. at names: not every name server has it'),
    });
    expect(await store.journalled()).toMatchObject([{ server: 'web1', stuck: null }]);
    expect(await recoverAt(targetsOf(names, addresses), store)).toEqual({ problems: [], notices: [], unwritable: [] });
    expect(await store.journalled()).toEqual([]);
  });
});

describe('claims in the zone of the addresses that they wait for', () => {
  const mail = `mail.${forward} A`;
  const moved = () => {
    const changesets = [
      changeset(forward, [change(a(1), '', '300 192.0.2.1'), change(mail, '', '60 192.0.2.1@web1')], 'names'),
      changeset(reverse, [change(ptr(1), '', `300 web1.${forward}`)], 'addresses'),
    ];
    return { changesets, sets: [setOf('web1', [a(1), ptr(1)], changesets, [mail])] };
  };
  const run = async (first: (write: Write) => WriteResult | undefined, back = answering(async () => undefined)) => {
    const sent: string[] = [];
    const noting = at(
      names,
      answering(async (write) => {
        const answer = first(write);
        sent.push(`${write.changes.map(({ name }) => name).join()}${answer === undefined ? '' : ' refused'}`);
        return answer;
      }),
    );
    const results = await applyAt(moved(), targetsOf(noting, at(addresses, back)), { store });
    return { sent, statuses: results.map(({ status }) => status) };
  };

  it('are in one write with them', async () => {
    expect(await run(() => undefined)).toEqual({
      sent: [`web1.${forward},mail.${forward}`],
      statuses: ['applied', 'applied'],
    });
  });

  it('go after them where the target does not take both at once', async () => {
    const { sent, statuses } = await run(({ changes }) => (changes.length > 1 ? refusal(changes) : undefined));
    expect(sent).toEqual([`web1.${forward},mail.${forward} refused`, `web1.${forward}`, `mail.${forward}`]);
    expect(statuses).toEqual(['applied', 'applied']);
  });

  it('are not there without them', async () => {
    const { sent } = await run(({ changes }) =>
      changes.some(({ name }) => name === `web1.${forward}`)
        ? refusal(changes.filter(({ name }) => name === `web1.${forward}`))
        : undefined,
    );
    expect(sent).toEqual([`web1.${forward},mail.${forward} refused`, `web1.${forward} refused`]);
    expect(await standing()).toEqual({ as: [], ptrs: [] });
  });

  it('are not written where the PTR before them is refused', async () => {
    const refusesAll = answering(async ({ changes }) =>
      changes.every(({ after }) => after === null) ? undefined : refusal(changes),
    );
    expect((await run(() => undefined, refusesAll)).sent).toEqual([]);
  });
});
