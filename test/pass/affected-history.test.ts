import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Change } from '../../src/model/plan.ts';
import type { Server, ServerState } from '../../src/model/server.ts';
import { openStore } from '../../src/state/index.ts';
import { claim, grant, label, record, server, now as start, zone } from '../compose/compose-input.ts';
import { type Daemon, interval, lastPassContent, openDaemon, type World } from './history-scene.ts';
import { creatable } from './pass-scene.ts';

// Histories of hooks, polls, restarts and foreign writes. One daemon goes the fast way where it can; its twin makes a pass
// over all each time; and a third one begins anew at the end. All three must have come to the same.

/** As many histories as the suite has time for; HISTORY_RUNS and HISTORY_SEED make others. */
const runs = Number(process.env.HISTORY_RUNS ?? 60);
const seed = Number(process.env.HISTORY_SEED ?? 20_261_130);

const roles = {
  labels: [
    label('web', {
      records: [record(3, '{{server.name}}.web.example.com')],
      claims: [claim(5, 'www.example.com'), claim(6, 'www.example.com', { type: 'AAAA' })],
    }),
    label('pool', { claims: [claim(8, 'pool.lab.internal')] }),
  ],
  grants: [
    grant('label', 'web', ['*.web.example.com', 'www.example.com']),
    grant('label', 'pool', ['pool.lab.internal']),
  ],
};

const worldAt = (clock: World['clock']): World => ({
  roles,
  zones: [
    zone('lab.internal.'),
    zone('2.0.192.in-addr.arpa.'),
    zone('8.b.d.0.1.0.0.2.ip6.arpa.'),
    zone('example.com.', ['@ NS ns1.example.net.', 'mail MX 10 www.example.com.', 'note TXT "by hand"']),
  ].map((each) => {
    const guards = { ...each.settings.guards, max_delete_percent: 100, max_replace_percent: 100 };
    const absence = { snapshots: 2, grace: 60_000 };
    return creatable({ ...each, settings: { ...each.settings, guards: { ...guards, absence } } });
  }),
  clock,
});

interface Said {
  readonly name: string;
  readonly ips: readonly number[];
  readonly labels: readonly string[];
  readonly state: ServerState;
}

type Step =
  | { readonly kind: 'hook'; readonly servers: readonly Said[] }
  | { readonly kind: 'inventory'; readonly servers: readonly Said[] }
  | { readonly kind: 'lost'; readonly name: string }
  | { readonly kind: 'poll'; readonly after: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'foreign'; readonly what: number };

const names = ['a', 'b', 'c', 'd'];

const said: fc.Arbitrary<Said> = fc.record({
  name: fc.constantFrom(...names),
  ips: fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 3 }),
  labels: fc.subarray(['pool', 'web']),
  state: fc.constantFrom<ServerState>('active', 'active', 'active', 'maintenance'),
});
const someSaid = fc.uniqueArray(said, { minLength: 1, maxLength: 2, selector: ({ name }) => name });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: someSaid.map((servers): Step => ({ kind: 'hook', servers })) },
  { weight: 1, arbitrary: someSaid.map((servers): Step => ({ kind: 'inventory', servers })) },
  { weight: 1, arbitrary: fc.constantFrom(...names).map((name): Step => ({ kind: 'lost', name })) },
  { weight: 2, arbitrary: fc.constantFrom(1_000, interval).map((after): Step => ({ kind: 'poll', after })) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'restart' }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 }).map((what): Step => ({ kind: 'foreign', what })) },
);

/** Most addresses are a server's own; the last two pass from hand to hand, and are of two servers for a while. */
const serverOf = ({ ips, labels, name, state }: Said): Server => {
  const own = names.indexOf(name) * 10;
  const address = (i: number): string =>
    i === 5 ? '192.0.2.250' : i === 4 ? '2001:db8::ff' : i === 3 ? `2001:db8::${own + 1}` : `192.0.2.${own + 1 + i}`;
  return server(name, ips.map(address), { labels, state });
};

const foreignWrites: readonly (readonly [string, Change])[] = [
  ['example.com.', foreignChange('create', 'stray.example.com.', 'TXT', '"by somebody else"')],
  ['example.com.', foreignChange('replace', 'note.example.com.', 'TXT', '"overwritten"')],
  ['2.0.192.in-addr.arpa.', foreignChange('delete', '1.2.0.192.in-addr.arpa.', 'PTR', null)],
];

function foreignChange(action: Change['action'], name: string, type: string, rdata: string | null): Change {
  const side = { ttl: 300, values: [{ rdata: rdata ?? 'a.lab.internal.', origins: [] }], health_check: null };
  const before = { ...side, values: [{ rdata: '"by hand"', origins: [] }] };
  return {
    ...{ action, name, type },
    before: action === 'create' ? null : action === 'replace' ? before : side,
    after: action === 'delete' ? null : side,
  };
}

const isShared = (servers: Iterable<Server>): boolean => {
  const all = [...servers].flatMap(({ ips }) => ips);
  return new Set(all).size < all.length;
};

/** What the state keeps of an inventory, but for when it was last asked. */
const servers = async (daemon: Daemon) =>
  (await daemon.known())?.servers.toSorted((a, b) => (a.server.name < b.server.name ? -1 : 1));

/** What was seen of all histories, so that none of it is tested in name only. */
interface Seen {
  fast: number;
  full: number;
  handedOn: number;
  compared: number;
}

/** One history of two daemons: one goes the fast way where it can. */
interface Life {
  readonly fast: Daemon;
  readonly twin: Daemon;
  readonly inventory: Map<string, Server>;
  readonly pass: (milliseconds: number) => void;
  readonly seen: Seen;
  /** Has somebody else written to a zone since all of them were read? */
  isDrifted: boolean;
}

const both = ({ fast, twin }: Life, job: (daemon: Daemon) => Promise<unknown>) => Promise.all([job(fast), job(twin)]);

const pollBoth = async (life: Life, isAnswered = true): Promise<void> => {
  await both(life, (daemon) => daemon.poll(isAnswered ? [...life.inventory.values()] : null));
  life.isDrifted = false;
};

const hookBoth = async (life: Life, changed: readonly Server[]): Promise<void> => {
  const { fast, twin, seen } = life;
  const [way] = await Promise.all([fast.hook(changed), twin.hook(changed)]);
  seen[way] += 1;
  if (way === 'full') life.isDrifted = false;
  const [mine, its] = [fast.last(), twin.last()];
  if (mine === null || its === null || life.isDrifted) return;
  seen.handedOn += Number(way === 'fast');
  expect(lastPassContent(mine)).toEqual(lastPassContent(its));
  expect(await servers(fast)).toEqual(await servers(twin));
};

const play = async (life: Life, each: Step): Promise<void> => {
  const { fast, inventory } = life;
  life.pass(10);
  switch (each.kind) {
    case 'hook': {
      const changed = each.servers.map(serverOf);
      for (const one of changed) inventory.set(one.name, one);
      return hookBoth(life, changed);
    }
    case 'inventory':
      for (const one of each.servers.map(serverOf)) inventory.set(one.name, one);
      return;
    case 'lost':
      if (inventory.size > 1) inventory.delete(each.name);
      return;
    case 'poll':
      life.pass(each.after);
      return pollBoth(life);
    case 'restart':
      fast.restart();
      return pollBoth(life, false);
    case 'foreign': {
      const [at, change] = foreignWrites[each.what] ?? [];
      if (at !== undefined && change !== undefined) await both(life, (daemon) => daemon.write(at, change));
      life.isDrifted = true;
    }
  }
};

/** Whatever happened: once the inventory is asked, both have come to the same, and there is nothing left to do. */
const end = async (life: Life, world: World): Promise<void> => {
  const { fast, twin, inventory, seen } = life;
  life.pass(interval);
  await pollBoth(life);
  expect(await fast.content()).toEqual(await twin.content());
  expect(await servers(fast)).toEqual(await servers(twin));
  life.pass(10);
  const { summary } = (await fast.poll([...inventory.values()])).plan;
  expect(summary).toEqual({ create: 0, replace: 0, delete: 0, withheld: summary.withheld });
  const known = (await servers(fast)) ?? [];
  // Whose a shared address is goes by who had it first; who is missing still counts; and a claim is never emptied.
  const isOlder = isShared(inventory.values()) || known.some(({ missing }) => missing !== null);
  if (isOlder || summary.withheld > 0) return;
  seen.compared += 1;
  const anew = await openDaemon(world);
  try {
    await anew.poll([...inventory.values()]);
    expect(await fast.content()).toEqual(await anew.content());
  } finally {
    await anew.close();
  }
};

it('comes to what passes over all come to, whatever happens in between', async () => {
  const seen: Seen = { fast: 0, full: 0, handedOn: 0, compared: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 9 }), async (steps) => {
      let now = start;
      const world = worldAt({ now: () => now });
      const life: Life = {
        ...{ fast: await openDaemon(world), twin: await openDaemon(world, false), seen, isDrifted: false },
        inventory: new Map(
          names.slice(0, 3).map((name) => [name, serverOf({ name, ips: [0, 3], labels: ['web'], state: 'active' })]),
        ),
        pass: (milliseconds) => {
          now += milliseconds;
        },
      };
      try {
        // What a zone is made with is not known before it is read.
        for (let i = 0; i < 2; i += 1) await pollBoth(life);
        for (const each of steps) await play(life, each);
        await end(life, world);
      } finally {
        await both(life, (daemon) => daemon.close());
      }
    }),
    { numRuns: runs, seed, endOnFailure: true },
  );
  expect(seen.fast, JSON.stringify(seen)).toBeGreaterThan(runs / 2);
  expect(seen.handedOn, JSON.stringify(seen)).toBeGreaterThan(runs / 3);
  expect(seen.compared, JSON.stringify(seen)).toBeGreaterThan(runs / 4);
});

const mover = (ips: readonly string[]): Server => server('mover', ips, { labels: ['web'] });

const openLab = async (): Promise<Daemon> => {
  let now = start;
  const daemon = await openDaemon(worldAt({ now: () => (now += 1) }));
  for (let i = 0; i < 2; i += 1) await daemon.poll([mover(['192.0.2.101']), server('other', ['192.0.2.9'])]);
  return daemon;
};

it('leaves no PTR of a server that moves from A to B, back and on', async () => {
  const daemon = await openLab();
  try {
    for (const ip of ['192.0.2.102', '192.0.2.101', '192.0.2.103']) {
      expect(await daemon.hook([mover([ip])])).toBe('fast');
      expect(daemon.last()).not.toBeNull();
    }
    const { zones, state } = await daemon.content();
    expect(zones.filter((line) => line.includes('PTR mover'))).toEqual([
      '103.2.0.192.in-addr.arpa. 300 PTR mover.lab.internal.',
    ]);
    expect([...zones, ...state].filter((line) => /192\.0\.2\.10[12]/.test(line))).toEqual([]);
    const { servers } = (await daemon.known()) ?? { servers: [] };
    expect(servers.map((each) => each.server.ips)).toEqual([['192.0.2.103'], ['192.0.2.9']]);
  } finally {
    await daemon.close();
  }
});

it('does not go back to where it was when it begins anew and the inventory is silent', async () => {
  const daemon = await openLab();
  try {
    expect(await daemon.hook([mover(['192.0.2.102']), server('third', ['192.0.2.11'])])).toBe('fast');
    daemon.restart();
    const { plan } = await daemon.poll(null);
    expect(plan.summary).toEqual({ create: 0, replace: 0, delete: 0, withheld: 0 });
    expect((await daemon.content()).zones).toContain('mover.lab.internal. 300 A 192.0.2.102');
    expect((await daemon.content()).zones).toContain('third.lab.internal. 300 A 192.0.2.11');
  } finally {
    await daemon.close();
  }
});

it('looks at all zones for a server of whom something is withheld: its address and its PTR stay together', async () => {
  const daemon = await openLab();
  try {
    await daemon.poll([mover(['192.0.2.101', '2001:db8::1']), server('other', ['192.0.2.9'])]);
    const before = await daemon.content();
    // The last PTR of a zone stays, and with it all else of the server.
    expect(await daemon.hook([mover(['192.0.2.101'])])).toBe('fast');
    expect(await daemon.hook([mover(['192.0.2.102'])])).toBe('full');
    const own = (lines: readonly string[]) => lines.filter((line) => /PTR|mover\.lab/.test(line));
    expect(own((await daemon.content()).zones)).toEqual(own(before.zones));
  } finally {
    await daemon.close();
  }
});

it('does not take the last PTR of a zone for one of two, where somebody else deleted the other', async () => {
  const daemon = await openLab();
  try {
    const back = '2.0.192.in-addr.arpa.';
    const left = foreignChange('delete', `9.${back}`, 'PTR', null);
    const before = { ttl: 300, values: [{ rdata: 'other.lab.internal.', origins: [] }], health_check: null };
    await daemon.write(back, { ...left, before });
    expect(await daemon.hook([mover(['2001:db8::1'])])).toBe('full');
    expect((await daemon.content()).zones.filter((line) => line.includes('PTR mover'))).not.toEqual([]);
  } finally {
    await daemon.close();
  }
});

it('leaves nothing to a next pass once somebody else has written to the state', async () => {
  const daemon = await openLab();
  const other = await openStore(daemon.stateFile);
  try {
    await other.forgetSync({ name: 'lab.internal.', view: null }, 'pdns');
    expect(await daemon.hook([mover(['192.0.2.102'])])).toBe('full');
    expect(await daemon.hook([mover(['192.0.2.103'])])).toBe('fast');
  } finally {
    await other.close();
    await daemon.close();
  }
});

it('brings the last sync of a zone to what it wrote, so that the next pass over all reads no zone', async () => {
  const daemon = await openLab();
  try {
    await daemon.poll([mover(['192.0.2.101']), server('other', ['192.0.2.9'])]);
    expect(await daemon.hook([mover(['192.0.2.102'])])).toBe('fast');
    const { work, plan } = await daemon.poll([mover(['192.0.2.102']), server('other', ['192.0.2.9'])], false);
    expect(plan.summary).toEqual({ create: 0, replace: 0, delete: 0, withheld: 0 });
    expect(work.flatMap(({ snapshot, zone: { id } }) => (snapshot === null ? [] : [id.name]))).toEqual([]);
    await daemon.write('lab.internal.', foreignChange('create', 'stray.lab.internal.', 'TXT', '"by somebody else"'));
    expect(await daemon.hook([mover(['192.0.2.103'])])).toBe('full');
  } finally {
    await daemon.close();
  }
});
