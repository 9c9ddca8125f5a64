import { setTimeout as sleep } from 'node:timers/promises';
import { providerLookup } from '../../../src/cli/providers.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { applyPass, closePass, planPass } from '../../../src/pass.ts';
import type { StoreOpener } from '../../../src/run.ts';
import { openStore } from '../../../src/state/index.ts';
import type { RunContext } from '../../../src/target.ts';
import { askByDns } from '../../../src/verify/index.ts';
import { hostmaster } from '../../command.ts';
import type { WriteFault } from '../sets-world.ts';
import { type Game, stateOf } from './game.ts';
import type { Stop } from './history.ts';
import { mortal } from './mortal.ts';
import type { Place } from './places.ts';

// Plans and applies of a history, by its clock: in this process, and stopped at a write.

const contextAt = (now: number): RunContext => ({
  ...providerLookup(),
  ask: askByDns(),
  clock: { now: () => now },
  sleep: (milliseconds) => sleep(milliseconds),
});

const optionsOf = ({ repository }: Game, allow: readonly string[]) => ({
  config: repository.config,
  allow,
  full: false,
  serve: false,
});

export const plan = async (game: Game, now: number): Promise<Plan> => {
  const pass = await planPass(optionsOf(game, []), contextAt(now), (file) => openStore(file));
  await closePass(pass);
  return pass.plan;
};

/** What an apply says, and what of it failed. */
export interface Ended {
  readonly said: readonly string[];
  readonly failed: readonly string[];
}

const applyIn = async (
  game: Game,
  context: RunContext,
  open: StoreOpener,
  allow: readonly string[],
): Promise<Ended> => {
  const pass = await planPass({ ...optionsOf(game, allow), recover: true }, context, open);
  try {
    const { problems, results, verify } = await applyPass(pass, context);
    const changes = pass.plan.changesets.flatMap(({ changes: own, withheld }) => [
      ...own.map(
        ({ action, after, name, type }) =>
          `  ${action} ${name} ${type} ${(after?.values ?? []).map(({ rdata }) => rdata).join(' ')}`,
      ),
      ...withheld.map(
        ({ action, guard, name, reason, type }) => `  withheld: ${action} ${name} ${type} (${guard}: ${reason})`,
      ),
    ]);
    const failed = results.flatMap(({ error, status, zone }) =>
      status === 'applied' || (status === 'skipped' && error === null) ? [] : [`${zone}: ${status}: ${error}`],
    );
    const said = pass.plan.problems.map(({ message, rule }) => `  ${rule}: ${message}`);
    return {
      said: [...said, ...changes, ...failed],
      failed: [
        ...failed,
        ...problems.map(({ message }) => message),
        ...verify.differences.map((each) => JSON.stringify(each)),
      ],
    };
  } finally {
    await closePass(pass);
  }
};

export const applyHere = (game: Game, now: number, allow: readonly string[]): Promise<Ended> =>
  applyIn(game, contextAt(now), (file) => openStore(file), allow);

/** An apply that is stopped at one of its writes, where it has so many. */
export const applyStopped = async (game: Game, now: number, allow: readonly string[], stop: Stop): Promise<Ended> => {
  if (stop.signal === 'SIGKILL' && game.place.onWrite !== null)
    return applyKilled(game, game.place.onWrite, allow, stop);
  const life = mortal(stop, stateOf(game.repository));
  const context = { ...contextAt(now), registry: life.registry, signal: life.signal };
  const apply = applyIn(game, context, life.openStore, allow).catch(
    (error: unknown): Ended => ({ said: [String(error)], failed: [] }),
  );
  const ended = await Promise.race([apply, life.died]);
  if (ended !== 'killed') return ended;
  await life.bury();
  return { said: ['killed'], failed: [] };
};

/** The same by the real command. */
const applyKilled = async (
  { repository }: Game,
  onWrite: NonNullable<Place['onWrite']>,
  allow: readonly string[],
  { moment, write }: Stop,
): Promise<Ended> => {
  let [begun, pid] = [0, 0];
  const kill = () => process.kill(pid, 'SIGKILL');
  onWrite((): WriteFault | undefined => {
    begun += 1;
    if (begun !== write) return undefined;
    if (moment === 'taken') return { kind: 'drop_answer', reached: kill };
    kill();
    return { kind: 'refuse' };
  });
  const { stderr, stdout } = await hostmaster(
    ['apply', '--yes', '--config', repository.config, ...allow.flatMap((each) => ['--allow', each])],
    {
      onStart: (id) => {
        pid = id;
      },
    },
  );
  onWrite(null);
  return { said: [stdout, stderr], failed: [] };
};
