import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Hostmaster, hostmaster } from './hostmaster.ts';
import type { Cost } from './measure.ts';
import { octodns } from './octodns.ts';
import { type CountedPowerDns, type CountedServer, type Requests, startCounted } from './server.ts';
import type { Found, Tool, ToolRun } from './tool.ts';
import { changeCount, type Shape, type Variant, writeZones, zoneNames } from './zones.ts';

export const operations = ['first apply', 'no-op plan', 'plan of 10 changes', 'apply of 10 changes'] as const;
export type Operation = (typeof operations)[number];

/** `cold`: Hostmaster without state; `state`: with the state that its last apply left. octoDNS keeps none. */
export type Mode = 'cold' | 'state';

export type Measured = Cost & { readonly requests: Requests };

/** One operation on one shape: what each tool's runs cost, in the order of the runs. */
export interface Row {
  readonly shape: Shape;
  readonly operation: Operation;
  readonly mode: Mode;
  readonly pairs: readonly { readonly octodns: Measured; readonly hostmaster: Measured }[];
}

export interface ScenarioOptions {
  readonly folder: string;
  readonly octodnsSync: string;
  /** The built command. */
  readonly program: string;
  readonly seed: number;
  readonly runs: (operation: Operation, shape: Shape) => number;
  readonly progress: (line: string) => void;
}

/** octoDNS sends a new zone as one body, which PowerDNS's stock limit of 2 MB refuses. */
export const largeBody = { 'webserver-max-bodysize': '128' } as const;

/** All that the operations of one shape share. */
export interface Stage {
  readonly shape: Shape;
  readonly zones: readonly string[];
  /** Stock settings; for PowerDNS every operation of both tools but octoDNS's first apply. */
  readonly stock: CountedServer;
  readonly octodns: Tool;
  readonly hostmaster: Hostmaster;
  readonly use: (variant: Variant) => void;
  /** Fails unless the server serves what the other tool's run of this variant left. */
  readonly check: (server: CountedServer, variant: Variant) => Promise<void>;
  readonly options: ScenarioOptions;
}

export const runShape = async (shape: Shape, options: ScenarioOptions): Promise<readonly Row[]> => {
  const [stock, large] = [await startCounted(), await startCounted(largeBody)];
  try {
    const stage = prepare(shape, stock, options);
    return [await firstApply(stage, stock, large), ...(await laterRuns(stage))];
  } finally {
    await stock.stop();
    await large.stop();
  }
};

/** All operations on zones that hold `base`. */
export const laterRuns = async (stage: Stage): Promise<readonly Row[]> => {
  const rows = [...(await coldPlans(stage)), await coldApply(stage)];
  return [...rows, ...(await withState(stage, rows))];
};

export const prepare = (shape: Shape, stock: CountedServer, options: ScenarioOptions): Stage => {
  const folder = join(options.folder, shape.label);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const variant of ['base', 'changed'] as const) {
    writeZones(join(folder, 'variants', variant), shape, variant, options.seed);
  }
  const zones = zoneNames(shape);
  const site = { folder, server: stock.settings };
  return {
    shape,
    zones,
    stock,
    octodns: octodns(options.octodnsSync, site, 'octodns-stock'),
    hostmaster: hostmaster(options.program, site),
    use: (variant) => {
      rmSync(join(folder, 'zones'), { recursive: true, force: true });
      cpSync(join(folder, 'variants', variant), join(folder, 'zones'), { recursive: true });
    },
    check: checker(zones),
    options,
  };
};

const checker = (zones: readonly string[]): Stage['check'] => {
  const known = new Map<Variant, string>();
  return async (server, variant) => {
    const { records, sha256 } = await server.digest(zones);
    const expected = known.get(variant) ?? sha256;
    known.set(variant, expected);
    if (expected !== sha256) throw new Error(`the two tools leave different zones (${variant}, ${records} records)`);
  };
};

type Runner = () => Promise<ToolRun>;

const measured = async (stage: Stage, server: CountedServer, name: string, run: Runner): Promise<Measured> => {
  const [result, requests] = await server.count(run);
  const { cpu, peak, wall } = result;
  stage.options.progress(
    `${stage.shape.label}: ${name}: ${wall.toFixed(2)} s, CPU ${cpu.toFixed(2)} s, ${peak.toFixed(0)} MiB, ` +
      `${requests.total} requests`,
  );
  return { cpu, peak, wall, requests };
};

/** `large` has a larger body limit, for octoDNS. */
const firstApply = async (stage: Stage, stock: CountedPowerDns, large: CountedPowerDns): Promise<Row> => {
  const { hostmaster, options, shape, zones } = stage;
  const operation = 'first apply';
  const site = { folder: join(options.folder, shape.label), server: large.settings };
  const octodnsAtLarge = octodns(options.octodnsSync, site, 'octodns-large');
  stage.use('base');
  const pairs = [];
  for (let i = 0; i < options.runs(operation, shape); i += 1) {
    await large.dropZones(zones);
    await stock.dropZones(zones);
    hostmaster.forget();
    const theirs = await measured(stage, large, `octoDNS, ${operation}`, octodnsAtLarge.apply);
    await stage.check(large, 'base');
    const ours = await measured(stage, stock, `Hostmaster, ${operation}`, hostmaster.apply);
    await stage.check(stock, 'base');
    pairs.push({ octodns: theirs, hostmaster: ours });
  }
  return { shape, operation, mode: 'cold', pairs };
};

const coldPlans = async (stage: Stage): Promise<readonly Row[]> => {
  const { hostmaster, octodns, options, shape, stock } = stage;
  const rows = [];
  for (const operation of ['no-op plan', 'plan of 10 changes'] as const) {
    const count = operation === 'no-op plan' ? 0 : changeCount;
    stage.use(count === 0 ? 'base' : 'changed');
    const pairs = [];
    for (let i = 0; i < options.runs(operation, shape); i += 1) {
      hostmaster.forget();
      const plan = (tool: Tool) => measured(stage, stock, `${tool.name}, ${operation}`, expecting(count, tool));
      pairs.push({ octodns: await plan(octodns), hostmaster: await plan(hostmaster) });
    }
    rows.push({ shape, operation, mode: 'cold', pairs } as const);
  }
  return rows;
};

/** A plan that finds another number of changes ends the benchmark. */
const expecting =
  (count: number, tool: Tool): Runner =>
  async () => {
    const run = await tool.plan();
    const { create, replace, delete: gone } = run.found ?? noneFound;
    if (create + replace + gone !== count) {
      throw new Error(`${tool.name} plans ${JSON.stringify(run.found)} where ${count} RRsets differ`);
    }
    return run;
  };

const noneFound: Found = { create: 0, replace: 0, delete: 0 };

/** In turn one tool goes from base to changed and the other one back, so that each checks what the other wrote. */
const coldApply = async (stage: Stage): Promise<Row> => {
  const { hostmaster, octodns, options, shape } = stage;
  const operation = 'apply of 10 changes';
  const pairs = [];
  for (let i = 0; i < options.runs(operation, shape); i += 1) {
    hostmaster.forget();
    const [there, back] = i % 2 === 0 ? [hostmaster, octodns] : [octodns, hostmaster];
    const first = await applyTo(stage, there, 'changed', operation);
    const second = await applyTo(stage, back, 'base', operation);
    pairs.push(i % 2 === 0 ? { hostmaster: first, octodns: second } : { octodns: first, hostmaster: second });
  }
  return { shape, operation, mode: 'cold', pairs };
};

const applyTo = async (stage: Stage, tool: Tool, variant: Variant, name: string): Promise<Measured> => {
  stage.use(variant);
  const result = await measured(stage, stage.stock, `${tool.name}, ${name}`, tool.apply);
  await stage.check(stage.stock, variant);
  return result;
};

/** Hostmaster's runs with its state, beside octoDNS's runs of the same operation. */
const withState = async (stage: Stage, cold: readonly Row[]): Promise<readonly Row[]> => {
  const { hostmaster, options, shape, stock } = stage;
  hostmaster.forget();
  // Only what a write of ours left is known afterwards.
  for (const variant of ['changed', 'base'] as const) await applyTo(stage, hostmaster, variant, 'settling the state');
  const runs: Record<Exclude<Operation, 'first apply'>, Measured[]> = {
    'no-op plan': [],
    'plan of 10 changes': [],
    'apply of 10 changes': [],
  };
  for (let i = 0; i < options.runs('no-op plan', shape); i += 1) {
    const [from, to] = i % 2 === 0 ? (['base', 'changed'] as const) : (['changed', 'base'] as const);
    const plan = async (variant: Variant, count: number, operation: Operation) => {
      stage.use(variant);
      return measured(stage, stock, `Hostmaster with state, ${operation}`, expecting(count, hostmaster));
    };
    runs['no-op plan'].push(await plan(from, 0, 'no-op plan'));
    runs['plan of 10 changes'].push(await plan(to, changeCount, 'plan of 10 changes'));
    runs['apply of 10 changes'].push(await applyTo(stage, hostmaster, to, 'apply of 10 changes, with state'));
  }
  return cold.flatMap(({ operation, pairs }): Row[] => {
    if (operation === 'first apply') return [];
    const paired = pairs.flatMap((pair, i) => {
      const ours = runs[operation][i];
      return ours === undefined ? [] : [{ octodns: pair.octodns, hostmaster: ours }];
    });
    return [{ shape, operation, mode: 'state', pairs: paired }];
  });
};
