import fc from 'fast-check';
import type { InventoryName, Lab, Machine } from './lab.ts';
import { slots } from './slots.ts';

// Histories made up by chance. Every step is possible in every lab, so that a history without some of its steps is one too.

/** Something that happens before an apply. */
export type Step =
  | { readonly kind: 'file'; readonly slot: string; readonly option: number | null }
  | { readonly kind: 'machine'; readonly inventory: InventoryName; readonly name: string; readonly turn: Turn }
  | { readonly kind: 'role'; readonly role: keyof Lab['git']['roles'] }
  | { readonly kind: 'broken' }
  /** Somebody else writes at the name server: number of strangers.ts. */
  | { readonly kind: 'stranger'; readonly what: number };

/** What becomes of a machine. */
export type Turn =
  | { readonly how: 'come'; readonly net: 1 | 2; readonly number: number }
  | { readonly how: 'go' | 'six' | 'labelled' | 'prod' | 'maintenance' | 'decommission' | 'valid' };

export const answerFaults = ['fine', 'failed', 'cut', 'none', 'duplicate', 'lost', 'without'] as const;
export type AnswerFault = (typeof answerFaults)[number];

/** How an apply is stopped at one of its writes: before it, or when it was taken. */
export interface Stop {
  readonly signal: 'SIGKILL' | 'SIGTERM';
  readonly write: number;
  readonly moment: 'instead' | 'taken';
}

/** What happens, and an apply after it. */
export interface Round {
  readonly steps: readonly Step[];
  /** Milliseconds on the clock since the last apply. */
  readonly wait: number;
  readonly faults: Readonly<Record<InventoryName, AnswerFault>>;
  /** Lets through what this number of the withheld entries prints; null: nothing. */
  readonly allow: number | null;
  readonly stop: Stop | null;
  /** The state is deleted before it. */
  readonly forget: boolean;
}

const often = <T>(value: T, weight: number, ...others: readonly fc.Arbitrary<T>[]): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: fc.constant(value), weight }, ...others.map((arbitrary) => ({ arbitrary, weight: 1 })));

const turn: fc.Arbitrary<Turn> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      how: fc.constant('come' as const),
      net: fc.constantFrom<1 | 2>(1, 2),
      number: fc.integer({ min: 1, max: 7 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      how: fc.constantFrom('go', 'go', 'six', 'labelled', 'prod', 'maintenance', 'decommission', 'valid'),
    }),
  },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('machine' as const),
      inventory: often<InventoryName>('lab', 3, fc.constant('dc')),
      name: fc.constantFrom('web1', 'web2', 'web3', 'web4', 'web5'),
      turn,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('file' as const),
      slot: fc.constantFrom(...Object.keys(slots)),
      option: fc.option(fc.nat(4)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('role' as const),
      role: fc.constantFrom('claim' as const, 'group' as const, 'record' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'broken' as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('stranger' as const), what: fc.nat(99) }) },
);

const stop: fc.Arbitrary<Stop> = fc.record({
  signal: fc.constantFrom('SIGKILL' as const, 'SIGKILL' as const, 'SIGTERM' as const),
  write: fc.integer({ min: 1, max: 5 }),
  moment: fc.constantFrom('instead' as const, 'taken' as const),
});

const answerFault = often<AnswerFault>('fine', 9, fc.constantFrom(...answerFaults));

const round: fc.Arbitrary<Round> = fc.record({
  steps: fc.array(step, { maxLength: 4 }),
  wait: fc.constantFrom(10_000, 60_000, 240_000, 660_000, 660_000),
  faults: fc.record({ lab: answerFault, dc: answerFault }),
  allow: often<number | null>(null, 3, fc.nat(9)),
  stop: often<Stop | null>(null, 8, stop),
  forget: often(false, 19, fc.constant(true)),
});

/** Of so many rounds at most. */
export const historyOf = (rounds: number): fc.Arbitrary<readonly Round[]> =>
  fc.array(round, { minLength: 1, maxLength: rounds, size: 'max' });

export const firstLab: Lab = {
  machines: {
    lab: new Map(['web1', 'web2'].map((name, i) => [name, machineAt(1, i + 1)])),
    dc: new Map([['web5', machineAt(2, 6)]]),
  },
  git: {
    file: new Map([
      ['static', 0],
      ['apex', 0],
      ['wild', 0],
    ]),
    roles: { claim: true, group: true, record: true },
    broken: false,
  },
};

function machineAt(net: 1 | 2, number: number): Machine {
  return { net, number, six: false, labelled: true, prod: true, state: 'active', valid: true };
}

/** The lab after a step. What a stranger does changes nothing in it. */
export const labAfter = (lab: Lab, step: Step): Lab => {
  const { git, machines } = lab;
  switch (step.kind) {
    case 'file': {
      const file = new Map(git.file);
      if (step.option === null) file.delete(step.slot);
      else file.set(step.slot, step.option);
      return { ...lab, git: { ...git, file } };
    }
    case 'role':
      return { ...lab, git: { ...git, roles: { ...git.roles, [step.role]: !git.roles[step.role] } } };
    case 'broken':
      return { ...lab, git: { ...git, broken: !git.broken } };
    case 'machine': {
      const { inventory, name } = step;
      const own = new Map(machines[inventory]);
      const next = machineAfter(own.get(name), step.turn);
      if (next === null) own.delete(name);
      else own.set(name, next);
      return { ...lab, machines: { ...machines, [inventory]: own } };
    }
    case 'stranger':
      return lab;
  }
};

const machineAfter = (machine: Machine | undefined, turn: Turn): Machine | null => {
  if (turn.how === 'come') {
    const { net, number } = turn;
    return machine === undefined || machine.state === 'decommissioned'
      ? machineAt(net, number)
      : { ...machine, net, number };
  }
  if (machine === undefined || turn.how === 'go') return null;
  switch (turn.how) {
    case 'maintenance':
      return { ...machine, state: machine.state === 'maintenance' ? 'active' : 'maintenance' };
    case 'decommission':
      return { ...machine, state: 'decommissioned' };
    default:
      return { ...machine, [turn.how]: !machine[turn.how] };
  }
};

/** Without what is broken or stopped: the round after which all has to be as wanted. */
export const calmRound = (wait: number): Round => ({
  steps: [],
  wait,
  faults: { lab: 'fine', dc: 'fine' },
  allow: null,
  stop: null,
  forget: false,
});
