import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { applyAll } from '../../src/apply/index.ts';
import type { ComposeInput } from '../../src/compose/index.ts';
import type { Change, Changeset } from '../../src/model/plan.ts';
import type { RosterServer, Server } from '../../src/model/server.ts';
import { type LastPass, planAffected } from '../../src/pass/affected/index.ts';
import type { Provider } from '../../src/provider.ts';
import {
  claim,
  grant,
  incomplete,
  inputOf,
  label,
  missing,
  newcomer,
  now,
  present,
  proven,
  record,
  remembered,
  server,
  zone,
} from '../compose/compose-input.ts';
import { applied, creatable, fullPass, openScene, type Scene, withServer } from './pass-scene.ts';

const scenes: Scene[] = [];
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene.close();
});

const open = async (): Promise<Scene> => {
  const scene = await openScene(now);
  scenes.push(scene);
  return scene;
};

const roles = {
  labels: [
    label('web', {
      records: [
        record(3, '{{server.name}}.web.example.com'),
        record(4, 'at.example.com', 'TXT', { value: 'is {{server.name}}' }),
      ],
      claims: [claim(5, 'www.example.com'), claim(6, 'www.example.com', { type: 'AAAA' })],
    }),
    label('alias', {
      records: [record(8, '{{server.name}}.alias.example.com', 'CNAME', { value: '{{server.name}}.lab.internal.' })],
    }),
  ],
  grants: [
    grant('label', 'web', ['*.web.example.com', 'www.example.com', 'at.example.com'], { types: ['A', 'AAAA', 'TXT'] }),
    grant('label', 'alias', ['*.alias.example.com'], { types: ['CNAME'] }),
  ],
};

const statics = [
  'mail MX 10 www.example.com.',
  'go CNAME www.example.com.',
  'web1.web TXT "by hand"',
  'www TXT "by hand"',
  '* A 192.0.2.99',
  'out NS ns.out.example.com.',
  'ns.out A 192.0.2.53',
];

const zones = (lines: readonly string[], percent = 100) =>
  [
    zone('lab.internal.'),
    zone('2.0.192.in-addr.arpa.'),
    zone('8.b.d.0.1.0.0.2.ip6.arpa.'),
    zone('example.com.', ['@ NS ns1.example.net.', ...lines]),
  ].map((each) => {
    const guards = { ...each.settings.guards, max_delete_percent: percent, max_replace_percent: percent };
    return creatable({ ...each, settings: { ...each.settings, guards } });
  });

const keyOf = ({ inventory, name }: Server): string => `${inventory}/${name}`;

/** What a full pass has at these names. */
const atNames = (changesets: readonly Changeset[], names: ReadonlySet<string>) =>
  changesets.flatMap(({ zone: of, target, changes, withheld }) => {
    const words = (each: Change) =>
      `${of} ${target} ${each.action} ${each.name} ${each.type} ${JSON.stringify([each.before, each.after])}`;
    return [
      ...changes.filter(({ name }) => names.has(name)).map(words),
      ...withheld.filter(({ name }) => names.has(name)).map((each) => `${each.guard} ${each.allow} ${words(each)}`),
    ];
  });

/** One server's change by a pass of its own, and by a full one. */
const both = async (scene: Scene, before: ComposeInput, key: string, next: RosterServer | null) => {
  const last = await applied(await fullPass(before, scene, { keep: true }), scene.context);
  const previous = before.roster.servers.find((each) => keyOf(each.server) === key)?.server ?? null;
  const one = await planAffected(last, [{ previous, next }], scene);
  const full = await fullPass(withServer(before, key, next), scene);
  return { one, full };
};

const address = fc.constantFrom('192.0.2.1', '192.0.2.2', '192.0.2.3', '2001:db8::1', '2001:db8::2');
const ofServer = (name: string): fc.Arbitrary<Server> =>
  fc
    .record({
      ips: fc.uniqueArray(address, { maxLength: 2 }),
      labels: fc.subarray(['alias', 'web']),
      state: fc.constantFrom('active' as const, 'active' as const, 'maintenance' as const, 'decommissioned' as const),
    })
    .map(({ ips, labels, state }) => server(name, ips, { labels, state }));

const entryOf = (name: string): fc.Arbitrary<RosterServer> =>
  fc
    .tuple(
      ofServer(name),
      fc.constantFrom('present', 'present', 'present', 'new', 'incomplete', 'remembered', 'missing', 'gone'),
    )
    .map(([as, standing]): RosterServer => {
      if (standing === 'new') return newcomer(as);
      if (standing === 'incomplete') return incomplete(as);
      if (standing === 'remembered') return remembered(as);
      if (standing === 'missing') return missing(as);
      return standing === 'gone' ? missing(as, proven) : present(as);
    });

const names = ['web1', 'web2', 'web3'];

const web = (name: string, ...ips: readonly string[]): Server => server(name, ips, { labels: ['web'] });

const lab = (...servers: readonly Server[]): ComposeInput =>
  inputOf(
    servers.map((each) => present(each)),
    roles,
    zones(['mail MX 10 www.example.com.']),
  );

const words = (changesets: readonly Changeset[]): readonly string[] =>
  changesets.flatMap(({ changes }) => changes.map(({ action, name, type }) => `${action} ${name} ${type}`));

/** Writes behind the back of the passes. */
const write = async ({ targets }: Scene, of: string, name: string, type: string, rdata: string): Promise<void> => {
  const provider = targets.open.get('pdns')?.provider;
  const after = { ttl: 300, values: [{ rdata, origins: [] }], health_check: null };
  const change: Change = { action: 'create', name, type, before: null, after };
  await provider?.apply({ zone: { name: of, view: null }, changes: [change], expect: null });
};

describe('the pass of one server', () => {
  it('plans what a full pass plans at its names, or says that it cannot', async () => {
    let planned = 0;
    let changes = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(...names.map((name) => fc.option(entryOf(name), { nil: null, freq: 6 }))),
        fc
          .constantFrom(...names)
          .chain((name) => fc.tuple(fc.constant(name), fc.option(entryOf(name), { nil: null, freq: 6 }))),
        fc.subarray(statics),
        fc.constantFrom(100, 100, 30),
        async (servers, [name, next], lines, percent) => {
          const scene = await openScene(now);
          try {
            const before = inputOf(
              servers.filter((each) => each !== null),
              roles,
              zones(lines, percent),
            );
            if (next === null && servers.every((each) => each?.server.name !== name)) return;
            const { one, full } = await both(scene, before, `lab/${name}`, next);
            if (one.status === 'needs_full_pass') return;
            planned += 1;
            const touched = new Set(one.names);
            const own = atNames(one.plan.changesets, touched);
            changes += own.length;
            expect(own).toEqual(atNames(full.plan.changesets, touched));
            expect(one.plan.changesets.flatMap((each) => each.changes).every((each) => touched.has(each.name))).toBe(
              true,
            );
            const sets = full.plan.atomic_sets.filter((set) => set.members.some((member) => touched.has(member.name)));
            expect(one.plan.atomic_sets).toEqual(sets);
          } finally {
            await scene.close();
          }
        },
      ),
      { numRuns: 250 },
    );
    expect(planned).toBeGreaterThan(100);
    expect(changes).toBeGreaterThan(100);
  });

  it('touches the names of that server alone, and applies what it planned', async () => {
    const scene = await open();
    const before = lab(web('web1', '192.0.2.1'), web('web2', '192.0.2.2'), web('web3', '192.0.2.3'));
    const last = await applied(await fullPass(before, scene, { keep: true }), scene.context);
    const asked: string[] = [];
    const next = present(web('web1', '192.0.2.9'), web('web1', '192.0.2.1'));
    const change = { previous: web('web1', '192.0.2.1'), next };
    const one = await planAffected(recordingReads(last, asked), [change], scene);
    if (one.status === 'needs_full_pass') throw new Error(one.reason);
    expect(words(one.plan.changesets)).toEqual([
      'delete 1.2.0.192.in-addr.arpa. PTR',
      'create 9.2.0.192.in-addr.arpa. PTR',
      'replace web1.web.example.com. A',
      'replace www.example.com. A',
      'replace web1.lab.internal. A',
    ]);
    // Its names, and the apexes of their zones.
    expect([...new Set(asked)].sort()).toEqual([
      '1.2.0.192.in-addr.arpa.',
      '2.0.192.in-addr.arpa.',
      '9.2.0.192.in-addr.arpa.',
      'at.example.com.',
      'example.com.',
      'lab.internal.',
      'web1.lab.internal.',
      'web1.web.example.com.',
      'www.example.com.',
    ]);
    expect(one.plan.atomic_sets.map(({ server: of, members }) => [of, members.length])).toEqual([['web1', 3]]);
    const work = one.work.map((each) => ({ ...each, create: null }));
    const results = await applyAll(
      work,
      { reviewed: false, store: scene.store, sets: one.plan.atomic_sets },
      scene.context,
    );
    expect(results.map(({ status }) => status)).toEqual(['applied', 'applied', 'applied']);
    const full = await fullPass(withServer(before, 'lab/web1', next), scene);
    expect(words(full.plan.changesets)).toEqual([]);
  });

  it('reckons percentages by all RRsets of the zone', async () => {
    const scene = await open();
    const servers = Array.from({ length: 12 }, (_, i) => web(`web${i}`, `192.0.2.${i + 1}`));
    const before = inputOf(
      servers.map((each) => present(each)),
      roles,
      zones([], 10),
    );
    const first = present(web('web0', '192.0.2.99'), servers[0]);
    const { one, full } = await both(scene, before, 'lab/web0', first);
    if (one.status === 'needs_full_pass') throw new Error(one.reason);
    const touched = new Set(one.names);
    expect(atNames(one.plan.changesets, touched)).toEqual(atNames(full.plan.changesets, touched));
    expect(one.plan.summary).toEqual({ create: 1, replace: 1, delete: 1, withheld: 2 });
  });

  it('leaves to the full pass what another writer may own', async () => {
    const scene = await open();
    const before = lab(web('web1', '192.0.2.1'));
    const last = await applied(await fullPass(before, scene, { keep: true }), scene.context);
    await write(scene, 'lab.internal.', 'web2.lab.internal.', 'A', '192.0.2.66');
    const heritage = '"heritage=external-dns,external-dns/owner=k8s"';
    await write(scene, 'lab.internal.', 'a-web2.lab.internal.', 'TXT', heritage);
    const change = { previous: null, next: newcomer(web('web2', '192.0.2.2')) };
    const one = await planAffected(withoutFingerprints(last), [change], scene);
    expect(one).toMatchObject({ status: 'needs_full_pass', reason: expect.stringContaining('another writer') });
  });

  it('leaves to the full pass what moved around its names', async () => {
    const scene = await open();
    const before = lab(web('web1', '192.0.2.1'));
    const last = await applied(await fullPass(before, scene, { keep: true }), scene.context);
    await write(scene, 'example.com.', 'example.com.', 'TXT', '"not from here"');
    const next = present(web('web1', '192.0.2.9'), web('web1', '192.0.2.1'));
    const change = { previous: web('web1', '192.0.2.1'), next };
    expect(await planAffected(withoutFingerprints(last), [change], scene)).toMatchObject({
      status: 'needs_full_pass',
      reason: 'example.com. TXT moved since the zone was last read in full',
    });
  });

  it('counts a zone again that somebody else wrote to, wherever that was', async () => {
    const scene = await open();
    const last = await applied(await fullPass(lab(web('web1', '192.0.2.1')), scene, { keep: true }), scene.context);
    await write(scene, 'lab.internal.', 'far.away.lab.internal.', 'TXT', '"not from here"');
    const next = present(web('web1', '192.0.2.9'), web('web1', '192.0.2.1'));
    expect(await planAffected(last, [{ previous: web('web1', '192.0.2.1'), next }], scene)).toMatchObject({
      status: 'needs_full_pass',
      reason: 'somebody else wrote to lab.internal. at pdns, so that it has to be counted again',
    });
  });
});

/** The same at a target that cannot tell whether somebody wrote. */
const withoutFingerprints = (last: LastPass): LastPass => ({
  ...last,
  zoneTargets: new Map(
    [...last.zoneTargets].map(([key, place]) => {
      const { target } = place.work;
      const read: Provider['read'] = async (zoneId, options) => {
        const found = await target.provider.read(zoneId, options);
        return found.status === 'read' ? { ...found, fingerprint: null } : found;
      };
      const blind = { ...target, provider: { ...target.provider, read } };
      return [key, { ...place, fingerprint: null, work: { ...place.work, target: blind } }];
    }),
  ),
});

/** The same, noting which names are read. */
const recordingReads = (last: LastPass, asked: string[]): LastPass => ({
  ...last,
  zoneTargets: new Map(
    [...last.zoneTargets].map(([key, place]) => {
      const { target } = place.work;
      const read: Provider['read'] = (zoneId, options) => {
        asked.push(...(options?.names ?? ['everything']));
        return target.provider.read(zoneId, options);
      };
      const noted = { ...target, provider: { ...target.provider, read } };
      return [key, { ...place, work: { ...place.work, target: noted } }];
    }),
  ),
});
