import { rmSync } from 'node:fs';
import { expect } from 'vitest';
import type { Plan } from '../../../src/model/plan.ts';
import { startInventory } from '../../servers/inventory.ts';
import { type Answer, answerOf } from './answers.ts';
import { type Allowed, expectedOf, looseServers, type Model } from './expected.ts';
import { type Game, repositoryOf, stateOf } from './game.ts';
import { calmRound, firstLab, labAfter, type Round } from './history.ts';
import { foreignIn, liveKeys, wrongAfter, wrongMidway } from './judge.ts';
import { type Content, type InventoryName, type Lab, roleFiles, wantedBy } from './lab.ts';
import type { Place } from './places.ts';
import { applyHere, applyStopped, plan } from './runs.ts';
import { wantedByGit, zoneFiles } from './slots.ts';
import { writingOf } from './strangers.ts';
import { watch } from './watch.ts';
import { valueKey, witnessOf } from './witness.ts';

// Plays a history on a name server: after each apply the zones are as the model says, a second plan is empty, and what was
// to answer all the while did.

export const play = async (place: Place, rounds: readonly Round[]): Promise<void> => {
  const servers = { lab: await startInventory(), dc: await startInventory() };
  const live = new Set<string>();
  const prober = await watch(place, live);
  const game: Game = {
    place,
    repository: repositoryOf(place, servers),
    inventories: servers,
    witness: witnessOf(place.zones),
    live,
    settled: new Set(),
    prober,
    story: [],
  };
  const played = await playAll(game, rounds).then(
    () => null,
    (error: unknown) => ({ error }),
  );
  const report = await prober.stop();
  await Promise.all([servers.lab.stop(), servers.dc.stop()]);
  if (played !== null) throw played.error;
  if (report.wrong.length > 0) expect.fail(`not answered: ${JSON.stringify(report.wrong)}\n\n${game.story.join('\n')}`);
  expect(report.asked).toBeGreaterThan(0);
};

/** Far enough behind that a command of its own, which has the system's clock, is not in the past. */
const behind = 3 * 3_600_000;

const playAll = async (game: Game, rounds: readonly Round[]): Promise<void> => {
  let [lab, now, isBehind] = [firstLab, Date.now() - behind, game.place.onWrite !== null];
  const next = async (round: Round): Promise<void> => {
    now += round.wait;
    if (isBehind && round.stop?.signal === 'SIGKILL') [now, isBehind] = [Date.now(), false];
    lab = await prepared(game, lab, round);
    await applied(game, lab, round, now);
  };
  for (const round of [calmRound(0), ...rounds]) {
    const isLate = !isBehind && game.place.onWrite !== null && round.stop?.signal === 'SIGKILL';
    await next(isLate && round.stop !== null ? { ...round, stop: { ...round.stop, signal: 'SIGTERM' } } : round);
    // Whatever was stopped, the next apply makes good.
    if (round.stop !== null) await next(calmRound(61_000));
  }
};

/** Lets the steps of a round happen. */
const prepared = async (
  { place, repository, story, witness }: Game,
  before: Lab,
  { forget, steps }: Round,
): Promise<Lab> => {
  let lab = before;
  for (const step of steps) {
    story.push(JSON.stringify(step));
    if (step.kind === 'stranger') {
      const writing = writingOf(place.zones, step.what, await place.content());
      if (writing.size > 0) await place.write(writing);
      witness.touch([...writing].flatMap(([key, rrset]) => (rrset?.values ?? []).map((value) => valueKey(key, value))));
    }
    lab = labAfter(lab, step);
  }
  for (const [zone, text] of zoneFiles(place.zones, lab.git)) repository.write(`zones/${zone.slice(0, -1)}.yaml`, text);
  for (const [file, text] of Object.entries(roleFiles(place.zones, lab.git.roles))) repository.write(file, text);
  if (forget) {
    story.push('the state is deleted');
    for (const end of ['', '-wal', '-shm']) rmSync(`${stateOf(repository)}${end}`, { force: true });
    witness.forget();
  }
  return lab;
};

const applied = async (game: Game, lab: Lab, round: Round, now: number): Promise<void> => {
  const { live, place, prober, settled, story, witness } = game;
  const answers = answersOf(game, lab, round);
  const allow = round.allow === null || round.stop !== null ? [] : allowsIn(await plan(game, now), round.allow);
  const before = await place.content();
  const model = modelOf(game, { lab, before, answers, now, allow, surely: round.stop === null });
  const expected = expectedOf(model);
  const loose = looseServers(model);
  story.push(`at ${new Date(now).toISOString()} ${JSON.stringify({ ...round.faults, allow, stop: round.stop })}`);
  for (const key of liveKeys(before, expected)) if (settled.has(key)) live.add(key);
  const ended =
    round.stop === null ? await applyHere(game, now, allow) : await applyStopped(game, now, allow, round.stop);
  const after = await place.content();
  live.clear();
  await prober.idle();
  const wrong = (round.stop === null ? wrongAfter : wrongMidway)(model, expected, after);
  const tell = (): string => [...story, ...ended.said, ...linesOf(after)].join('\n');
  if (wrong.length > 0) expect.fail(`${wrong.join('\n')}\n\n${tell()}`);
  if (foreignIn(model, after).join() !== foreignIn(model, before).join())
    expect.fail(`foreign: ${foreignIn(model, after)} was ${foreignIn(model, before)}\n\n${tell()}`);
  witness.see({ after, git: wantedByGit(place.zones, lab.git).wanted, loose, surely: round.stop === null });
  if (round.stop !== null) return;
  settled.clear();
  for (const key of after.keys()) settled.add(key);
  if (ended.failed.length > 0) expect.fail(`${ended.failed.join('\n')}\n\n${tell()}`);
  const second = await plan(game, now);
  const changes = second.changesets.flatMap((each) => each.changes);
  if (changes.length > 0) expect.fail(`a second plan is not empty: ${JSON.stringify(changes)}\n\n${tell()}`);
};

const linesOf = (content: Content): readonly string[] =>
  [...content].map(([key, { ttl, values }]) => `  ${key} ${ttl} ${values.join(' ')}`).toSorted();

/** Sets what the inventories answer. */
const answersOf = (
  { inventories: servers, place }: Game,
  lab: Lab,
  { faults }: Round,
): Readonly<Record<InventoryName, Answer>> => {
  const answer = (name: InventoryName): Answer => {
    const own = answerOf(place.zones, lab.machines[name], faults[name]);
    servers[name].set(own.entries);
    servers[name].bend(own.bend);
    return own;
  };
  return { lab: answer('lab'), dc: answer('dc') };
};

interface ModelInput {
  readonly lab: Lab;
  readonly before: Content;
  readonly answers: Readonly<Record<InventoryName, Answer>>;
  readonly now: number;
  readonly allow: readonly string[];
  readonly surely: boolean;
}

const modelOf = (
  { place: { zones }, witness }: Game,
  { allow, answers, before, lab, now, surely }: ModelInput,
): Model => {
  const { git } = lab;
  const { wanted } = wantedByGit(zones, git);
  const shrink = new Set(allow.flatMap((each) => /^shrink:(.+)$/.exec(each)?.[1] ?? []));
  witness.hear({ answers, now, surely, allowShrink: shrink, content: before, git: wanted, roles: git.roles });
  const allowed = allowedBy(allow);
  // What a person lets go at a name takes the missing servers that have something there.
  const gone = (name: string): boolean => allowed.absence.has(name);
  const named = allow.flatMap((each) => /^absent:(.+)$/.exec(each)?.[1] ?? []);
  witness.allow(named, true);
  const those = [
    ...[...before].flatMap(([key, { values }]) =>
      gone(key.split(' ')[0] ?? '') ? values.flatMap((value) => [...witness.owners(key, value)]) : [],
    ),
    ...witness.servers().flatMap(({ id, machine, name }) => {
      const wanted = wantedBy(zones, name, machine, git.roles);
      return wanted.some(({ key }) => gone(key.split(' ')[0] ?? '')) ? [id] : [];
    }),
  ];
  witness.allow(those, false);
  return { zones, git, before, witness, allowed, now };
};

/** What `--allow` lets through, read from its text. */
const allowedBy = (allow: readonly string[]): Allowed => {
  const namesOf = (guard: string): readonly string[] =>
    allow.flatMap((each) => {
      const [, said, name] = /^([a-z_]+):[^/:]+\/[^:]+(?::(.+))?$/.exec(each) ?? [];
      return said === guard ? [name ?? '*'] : [];
    });
  const emptied = namesOf('never_empty');
  return {
    absence: new Set(namesOf('absence')),
    delegation: new Set(namesOf('delegation')),
    neverEmpty: (name) => emptied.includes(name) || emptied.includes('*'),
  };
};

/** One of what the withheld entries print. */
const allowsIn = ({ changesets, inventory }: Plan, number: number): readonly string[] => {
  const printed = [
    ...changesets.flatMap(({ withheld }) => withheld.map(({ allow }) => allow)),
    ...Object.values(inventory).map(({ allow }) => allow),
  ].filter((each) => each !== null);
  // A delegation's new name servers are asked until they are given up, which takes seconds.
  const all = [...new Set(printed)].filter((each) => number > 7 || !each.startsWith('delegation:'));
  const one = all[number % Math.max(1, all.length)];
  return one === undefined ? [] : [one];
};
