import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PowerDns, startPowerDns } from '../servers/index.ts';
import {
  answerByChance,
  chanceFrom,
  changeByChance,
  contributes,
  type Lab,
  pickFrom,
  valuesIn,
  witness,
} from './inventory-history.ts';
import { makeScene, minute, nothing, type Scene } from './inventory-scene.ts';
import { uncached } from './killed.ts';

// Made-up histories of a lab, with answers that are wrong in every way and states that are lost: whatever goes from DNS
// goes for one of the reasons that there are. SEEDS="7 8 9" plays others.

let pdns: PowerDns;
beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite', settings: uncached });
});
afterAll(() => pdns?.stop());

const play = async (scene: Scene, random: () => number, steps: number): Promise<Lab> => {
  const lab: Lab = new Map();
  const seen = witness();
  const log: string[] = [];
  let now = 0;
  let before = valuesIn(await scene.content());
  for (let step = 0; step < steps; step += 1) {
    if (random() < 0.6) log.push(changeByChance(lab, random));
    const wait = pickFrom(random, 10_000, minute, 4 * minute, 11 * minute);
    now += wait;
    scene.pass(wait);
    if (random() < 0.05) {
      scene.forget();
      seen.forget();
      log.push('the state is lost');
    }
    const said = answerByChance(lab, random);
    log.push(`${said.fault} after ${wait / 1000} s`);
    scene.inventory.bend(said.bend);
    scene.has(...[...lab.values()].map((machine) => entryOf(scene, machine)));
    const { stdout, stderr } = await scene.apply();
    const lines = await scene.content();
    const after = valuesIn(lines);
    const story = [...log, stdout, stderr, ...lines].join('\n');
    expect(stdout, story).not.toMatch(/not applied|stale|failed/);
    seen.hear(said, now);
    expect(seen.wrong(before, after), story).toEqual([]);
    if (hasClaim(before)) expect(hasClaim(after), story).toBe(true);
    if (said.fault === 'fine') {
      for (const machine of lab.values())
        expect(lines, story).toEqual(expect.arrayContaining([...linesOf(scene, machine)]));
    }
    before = after;
  }
  return lab;
};

const entryOf = (scene: Scene, { name, number, labelled, state }: MachineOf<Lab>) =>
  scene.server(name, { ips: [scene.address(number)], labels: labelled ? ['web'] : [], state });

type MachineOf<M> = M extends Map<string, infer Machine> ? Machine : never;

const hasClaim = (values: ReturnType<typeof valuesIn>): boolean =>
  [...values.values()].some(({ server }) => server === null);

/** A and PTR of a server that is there. */
const linesOf = (scene: Scene, { name, number, state }: MachineOf<Lab>): readonly string[] =>
  state === 'decommissioned'
    ? []
    : [`${name} A 300 ${scene.address(number)}`, `${number} PTR 300 ${name}.${scene.forward}`];

/** In the end, with answers that are fine, DNS has what is wanted and no more, and nothing is left to do. */
const settles = async (scene: Scene, lab: Lab): Promise<void> => {
  // So that the claim has a server whatever became of the others.
  lab.set('web9', { name: 'web9', number: 9, labelled: true, state: 'active' });
  scene.inventory.bend(null);
  scene.has(...[...lab.values()].map((machine) => entryOf(scene, machine)));
  const claim = [...lab.values()].filter(contributes).map(({ number }) => number);
  for (let i = 0; i < 7; i += 1) {
    scene.pass(11 * minute);
    await scene.apply('--allow', 'shrink:lab');
  }
  const all = [...lab.values()].flatMap((machine) => linesOf(scene, machine));
  expect(await scene.content()).toEqual([...all, `www A 60 ${claim.sort().map(scene.address).join(' ')}`].sort());
  expect(await scene.apply()).toMatchObject(nothing);
};

describe('made-up histories', () => {
  for (const seed of (process.env.SEEDS ?? '1 2 3').split(' ').map(Number)) {
    it(`number ${seed}: nothing goes without a reason, and in the end all is as wanted`, async () => {
      const scene = await makeScene(pdns);
      await settles(scene, await play(scene, chanceFrom(seed), 30));
      await scene.stop();
    });
  }
});
