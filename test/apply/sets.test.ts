import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { overwrite, rrset } from '../faults/zone.ts';
import type { Fault, ProxyRequest } from '../servers/index.ts';
import { change } from './changes.ts';
import type { Lab } from './lab.ts';
import { about, contentOf, everything, forward, here, labPass, shared, sideOf, startLab, there } from './lab.ts';
import { applyAt, recoverAt, targetsOf } from './pass.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());
beforeEach(() => lab.reset());

const apply = (options: Partial<Parameters<typeof applyAt>[2]> = {}) =>
  applyAt(labPass(), targetsOf(lab.target), { store: lab.store, ...options });

const statusesOf = (results: Awaited<ReturnType<typeof apply>>) =>
  Object.fromEntries(results.map(({ zone, status }) => [zone, status]));
const changeOf = (results: Awaited<ReturnType<typeof apply>>, name: string) =>
  results.flatMap(({ changes }) => changes).find((each) => each.name === name);

/** Refuses writes to a zone as PowerDNS does, by a name. */
const refusing = (zone: string, name: string, from = 1) => {
  let count = 0;
  return async ({ method, path, body }: ProxyRequest): Promise<Fault | undefined> => {
    if (method !== 'PATCH' || !path.endsWith(zone) || !(await body()).includes(`"${name}"`)) return undefined;
    count += 1;
    if (count < from) return undefined;
    return { kind: 'answer', status: 422, body: JSON.stringify({ error: `RRset ${name} IN PTR: not today` }) };
  };
};

describe('atomic sets', () => {
  it('go out in the order that keeps every answer right, and leave nothing in the journal', async () => {
    const results = await apply();
    expect(results.map(({ error }) => error)).toEqual([null, null, null, null]);
    expect(await everything(lab.pdns)).toEqual(sideOf('after'));
    expect(lab.patches()).toEqual([there, here, forward, shared, forward, here]);
    expect(await lab.store.journalled()).toEqual([]);
  });

  it('give each zone one result with the fingerprint that it has now', async () => {
    const results = await apply();
    for (const { zone, fingerprint } of results) {
      const read = await lab.target.provider.read({ name: zone, view: null });
      expect(read).toMatchObject({ fingerprint });
      expect(fingerprint).not.toBeNull();
    }
    expect(results.find(({ zone }) => zone === here)?.changes).toHaveLength(3);
  });

  it('are noted before the first write', async () => {
    const noted: number[] = [];
    lab.proxy.handle(async ({ method }) => {
      if (method === 'PATCH') noted.push((await lab.store.journalled()).length);
      return undefined;
    });
    await apply();
    expect(noted).toEqual([3, 3, 3, 3, 3, 3]);
  });

  it('are all or nothing: a refused PTR keeps its server as it was, and the others go on', async () => {
    lab.proxy.handle(refusing(there, '1.100.51.198.in-addr.arpa.'));
    const results = await apply();
    const now = await everything(lab.pdns);
    expect(about('web1', now)).toEqual(about('web1', sideOf('before')));
    expect(about('web2', now)).toEqual(about('web2', sideOf('after')));
    expect(about('web3', now)).toEqual([]);
    expect(statusesOf(results)).toMatchObject({ [there]: 'failed', [forward]: 'failed', [shared]: 'skipped' });
    expect(changeOf(results, `web1.${forward}`)).toMatchObject({
      status: 'skipped',
      message: expect.stringMatching(
        /all records of server web1 \(lab\) are written or none: 1\.100\.51\.198\.in-addr\.arpa\. PTR at pdns was refused/,
      ),
    });
    expect(await lab.store.journalled()).toEqual([]);
  });

  it('let claims wait for them, or take what they are without them', async () => {
    lab.proxy.handle(refusing(there, '1.100.51.198.in-addr.arpa.'));
    const results = await apply();
    expect(await contentOf(lab.pdns, shared)).toEqual([`mail.${shared} A 192.0.2.1 192.0.2.3`]);
    expect(changeOf(results, `mail.${shared}`)?.message).toMatch(/^waits for server web1 \(lab\): 1\.100/);
    await lab.reset();
    lab.proxy.handle(refusing(there, '1.100.51.198.in-addr.arpa.'));
    const asked: unknown[] = [];
    const again = await apply({
      replanClaims: async (failed) => {
        asked.push(failed.map(({ server }) => server));
        const next = change(`mail.${shared} A`, '300 192.0.2.1 | 192.0.2.3', '300 192.0.2.1@web1 | 192.0.2.2@web2');
        return [{ at: { zone: shared, view: null, target: 'pdns' }, change: next }];
      },
    });
    expect(asked).toEqual([['web1']]);
    expect(await contentOf(lab.pdns, shared)).toEqual([`mail.${shared} A 192.0.2.1 192.0.2.2`]);
    // Not settled: the next pass has something to do here.
    expect(again.find(({ zone }) => zone === shared)).toMatchObject({ status: 'applied', fingerprint: null });
    expect(again.find(({ zone }) => zone === shared)?.substituted).toHaveLength(1);
  });

  it('are rolled back where a later member is refused, with the claims that only they are in', async () => {
    const { changesets, sets } = labPass();
    const only = sets.map((set) => (set.server === 'web1' ? set : { ...set, claims: [] }));
    lab.proxy.handle(refusing(here, '1.2.0.192.in-addr.arpa.'));
    const results = await applyAt({ changesets, sets: only }, targetsOf(lab.target), { store: lab.store });
    const now = await everything(lab.pdns);
    expect(about('web1', now)).toEqual(about('web1', sideOf('before')));
    expect(about('web2', now)).toEqual(about('web2', sideOf('after')));
    expect(about('web3', now)).toEqual([]);
    expect(await contentOf(lab.pdns, shared)).toEqual([`mail.${shared} A 192.0.2.1 192.0.2.3`]);
    expect(statusesOf(results)).toEqual({
      [there]: 'rolled_back',
      [forward]: 'rolled_back',
      [shared]: 'rolled_back',
      [here]: 'failed',
    });
    expect(results.every(({ code }) => code === 'WRITE_REFUSED')).toBe(true);
    expect(await lab.store.journalled()).toEqual([]);
  });

  it('correct a claim that went out with them, where it can be planned without them', async () => {
    lab.proxy.handle(refusing(here, '1.2.0.192.in-addr.arpa.'));
    const next = change(`mail.${shared} A`, '300 192.0.2.1 | 192.0.2.3', '300 192.0.2.1@web1 | 192.0.2.2@web2');
    const at = { zone: shared, view: null, target: 'pdns' };
    const results = await apply({ replanClaims: async () => [{ at, change: next }] });
    expect(about('web1', await everything(lab.pdns))).toEqual(about('web1', sideOf('before')));
    expect(await contentOf(lab.pdns, shared)).toEqual([`mail.${shared} A 192.0.2.1 192.0.2.2`]);
    expect(results.find(({ zone }) => zone === shared)).toMatchObject({ status: 'applied', fingerprint: null });
  });

  it('are rolled back where a reverse zone went away, and where the forward one gives no answer', async () => {
    await lab.pdns.api('DELETE', `/zones/${here}`);
    expect(statusesOf(await apply())).toMatchObject({ [here]: 'failed', [there]: 'skipped', [forward]: 'skipped' });
    expect(lab.patches()).toEqual([]);
    await lab.reset();
    lab.proxy.handle(({ method, path }) =>
      method === 'PATCH' && path.endsWith(forward)
        ? { kind: 'answer', status: 500, body: '{"error":"locked"}' }
        : undefined,
    );
    expect(statusesOf(await apply())).toMatchObject({
      [forward]: 'failed',
      [here]: 'rolled_back',
      [there]: 'rolled_back',
    });
    lab.proxy.handle(null);
    expect(await everything(lab.pdns)).toEqual(sideOf('before'));
    expect(await lab.store.journalled()).toEqual([]);
  });

  it('stop where somebody changed the A before the roll-back, name both values, and stay in the journal', async () => {
    const refuse = refusing(here, '1.2.0.192.in-addr.arpa.');
    lab.proxy.handle(async (request) => {
      const fault = await refuse(request);
      if (fault !== undefined) await overwrite(lab.pdns, forward, rrset(`web1.${forward}`, 'A', '203.0.113.9'));
      return fault;
    });
    const results = await apply();
    lab.proxy.handle(null);
    const said = `web1.${forward} A at pdns is 203.0.113.9 (TTL 300) now, neither 198.51.100.1 (TTL 300) as we wrote it`;
    expect(results.find(({ zone }) => zone === there)?.error).toContain(said);
    const now = await everything(lab.pdns);
    expect(about('web1', now)).toEqual([
      `1.100.51.198.in-addr.arpa. PTR web1.${forward}`,
      `1.2.0.192.in-addr.arpa. PTR web1.${forward}`,
      `web1.${forward} A 203.0.113.9`,
    ]);
    expect(await lab.store.journalled()).toMatchObject([{ server: 'web1', stuck: expect.stringContaining(said) }]);
    const recovered = await recoverAt(targetsOf(lab.target), lab.store);
    expect(recovered.problems).toMatchObject([{ message: expect.stringContaining(said) }]);
    expect(await everything(lab.pdns)).toEqual(now);
    await skipsUnwritable(recovered.unwritable);
    await overwrite(lab.pdns, forward, rrset(`web1.${forward}`, 'A', '192.0.2.1'));
    expect(await recoverAt(targetsOf(lab.target), lab.store)).toMatchObject({
      problems: [],
      unwritable: [],
      notices: [
        expect.stringContaining('web1 (lab) were left half done by an apply that did not end, and were rolled back'),
      ],
    });
    expect(about('web1', await everything(lab.pdns))).toEqual(about('web1', sideOf('before')));
    expect(await lab.store.journalled()).toEqual([]);
  });

  /** What an apply does about a name that nothing may write: nothing, and it says so. */
  const skipsUnwritable = async (unwritable: Awaited<ReturnType<typeof recoverAt>>['unwritable']) => {
    const { changesets, sets } = labPass();
    const own = sets.filter(({ server }) => server === 'web1');
    lab.proxy.clear();
    const results = await applyAt({ changesets: changesets.slice(3), sets: own }, targetsOf(lab.target), {
      store: lab.store,
      unwritable,
    });
    expect(results).toMatchObject([{ status: 'skipped', error: expect.stringContaining('left half done') }]);
    expect(lab.patches()).toEqual([]);
  };

  it('stay in the journal while a target cannot be reached, and are ended when it can', async () => {
    lab.proxy.handle(({ method, path }) => {
      if (method === 'PATCH' && path.endsWith(here) && lab.patches().length > 3) return { kind: 'refuse' };
      return lab.patches().length > 3 ? { kind: 'refuse' } : undefined;
    });
    await apply();
    const before = await everything(lab.pdns);
    const { problems, unwritable } = await recoverAt(targetsOf(lab.target), lab.store);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /web1 \(lab\) were left half done by an earlier apply, and are left alone for now: .*cannot be asked/,
      ),
    ]);
    expect(unwritable.map(({ name }) => name)).toEqual([`web1.${forward}`, `1.${here}`, `1.${there}`]);
    expect((await lab.store.journalled()).map(({ server }) => server)).toEqual(['web1']);
    expect(await everything(lab.pdns)).toEqual(before);
    lab.proxy.handle(null);
    expect(await recoverAt(targetsOf(lab.target), lab.store)).toMatchObject({ problems: [], unwritable: [] });
    expect(await lab.store.journalled()).toEqual([]);
    const now = await everything(lab.pdns);
    for (const server of ['web1', 'web2', 'web3']) {
      expect([about(server, sideOf('before')), about(server, sideOf('after'))]).toContainEqual(about(server, now));
    }
  });

  it('are left to whoever has them at a target that is not configured any more', async () => {
    const { sets, changesets } = labPass();
    const members = sets[1]?.members.flatMap(({ zone, name, type }) =>
      changesets
        .filter((each) => each.zone === zone)
        .flatMap(({ changes }) => changes.filter((each) => each.name === name && each.type === type))
        .map((found) => ({ zone: { name: zone, view: null }, target: 'gone', change: found })),
    );
    await lab.store.journal({ id: '1', inventory: 'lab', server: 'web2', at: 1, members: members ?? [], stuck: null });
    const targets = targetsOf(lab.target);
    expect(await recoverAt(targets, lab.store)).toMatchObject({
      problems: [{ message: expect.stringContaining('gone cannot be asked: it is no target of this run') }],
    });
    expect(await recoverAt(targets, lab.store, ['pdns'])).toEqual({ problems: [], notices: [], unwritable: [] });
    expect(await lab.store.journalled()).toEqual([]);
  });
});
