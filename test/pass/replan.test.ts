import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReplanClaims } from '../../src/apply/index.ts';
import type { Changeset } from '../../src/model/plan.ts';
import type { Server } from '../../src/model/server.ts';
import { planAffected } from '../../src/pass/affected/index.ts';
import { replanningTouched } from '../../src/pass/affected/replan.ts';
import { replanning } from '../../src/pass/replan.ts';
import type { PlannedWork } from '../../src/run.ts';
import { claim, grant, inputOf, label, now, present, server, zone } from '../compose/compose-input.ts';
import { applied, creatable, fullPass, openScene, type Scene, withServer } from './pass-scene.ts';

const roles = {
  labels: [label('web', { claims: [claim(5, 'www.example.com'), claim(6, 'www.example.com', { type: 'AAAA' })] })],
  grants: [grant('label', 'web', ['www.example.com'], { types: ['A', 'AAAA'] })],
};
const zones = ['lab.internal.', '2.0.192.in-addr.arpa.', '8.b.d.0.1.0.0.2.ip6.arpa.', 'example.com.'].map((name) =>
  creatable(zone(name)),
);
const web = (name: string, last: number): Server =>
  server(name, [`192.0.2.${last}`, `2001:db8::${last}`], { labels: ['web'] });
const one = { previous: web('web1', 1), next: present(web('web1', 11), web('web1', 1)) };
const two = { previous: web('web2', 2), next: present(web('web2', 12), web('web2', 2)) };
const before = inputOf([present(one.previous), present(two.previous)], roles, zones);
const after = withServer(withServer(before, 'lab/web1', one.next), 'lab/web2', two.next);

/** A guard that knows more than the zone withholds the AAAA of the claim. */
const withoutAaaa = (changeset: Changeset): Changeset => {
  const isMeant = ({ name, type }: Changeset['changes'][number]) => name === 'www.example.com.' && type === 'AAAA';
  return {
    ...changeset,
    changes: changeset.changes.filter((change) => !isMeant(change)),
    withheld: changeset.changes.filter(isMeant).map((change) => ({
      ...change,
      ...{ guard: 'drift', kind: 'refused', reason: 'somebody else changed it', allow: null },
    })),
  };
};
const asWithheld = (work: readonly PlannedWork[]): readonly PlannedWork[] =>
  work.map((each) => ({ ...each, changeset: withoutAaaa(each.changeset) }));

/** The claims without the first server: the values that are wanted of them now. */
const claimsWithoutFirst = async (replan: ReplanClaims): Promise<readonly string[]> =>
  (await replan([{ inventory: 'lab', server: 'web1' }]))
    .filter(({ change }) => change.name === 'www.example.com.')
    .map(({ change: { after: side, type } }) => `${type} ${side?.values.map(({ rdata }) => rdata).join(' ')}`);

describe('claims that are planned again, as the set of a server failed', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(now);
  });
  afterAll(() => scene.close());

  it('keep what they have of it, and never take in what the plan withheld', async () => {
    const last = await applied(await fullPass(before, scene, { keep: true }), scene.context);
    const full = await fullPass(after, scene);
    const few = await planAffected(last, [one, two], scene);
    if (few.status !== 'planned') throw new Error(few.reason);
    const both = ['A 192.0.2.1 192.0.2.12', 'AAAA 2001:db8::1 2001:db8::12'];
    expect(await claimsWithoutFirst(replanning(full))).toEqual(both);
    expect(await claimsWithoutFirst(replanningTouched(last, few))).toEqual(both);
    const [onlyA] = both;
    expect(await claimsWithoutFirst(replanning({ ...full, work: asWithheld(full.work) }))).toEqual([onlyA]);
    expect(await claimsWithoutFirst(replanningTouched(last, { ...few, work: asWithheld(few.work) }))).toEqual([onlyA]);
  });
});
