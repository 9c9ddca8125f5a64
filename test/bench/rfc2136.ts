import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { median } from './measure.ts';
import { type NameServerKind, startNameServer } from './name-server.ts';
import { laterRuns, prepare, type Row, type ScenarioOptions, type Stage } from './scenario.ts';
import { type Shape, zoneNames } from './zones.ts';

/** BIND and Knot by RFC 2136, each with one zone of 100,000 RRsets, beside octoDNS with octodns-bind. */
export interface Rfc2136Figures {
  readonly rows: readonly Row[];
  readonly running: readonly RunningFigure[];
}

/** A pass where nothing has changed, in a process that goes on running. */
export interface RunningFigure {
  readonly server: NameServerKind;
  /** Seconds, user and system, of each pass. */
  readonly cpu: readonly number[];
  /** What the name server was asked for each pass. */
  readonly questions: number;
  /** Seconds of octoDNS's no-op plan, the median of its runs. */
  readonly octodns: number;
}

const rrsets = 100_000;
const passes = 10;

export const measureRfc2136 = async (options: ScenarioOptions): Promise<Rfc2136Figures> => {
  const figures = [await measureAt('BIND', options), await measureAt('Knot', options)];
  return { rows: figures.flatMap(({ rows }) => rows), running: figures.map(({ running }) => running) };
};

const measureAt = async (
  kind: NameServerKind,
  options: ScenarioOptions,
): Promise<{ readonly rows: readonly Row[]; readonly running: RunningFigure }> => {
  const shape: Shape = { label: `${rrsets.toLocaleString('en')} on ${kind}`, zones: 1, rrsets };
  const [zone = ''] = zoneNames(shape);
  const server = await startNameServer(kind, zone);
  try {
    const stage = prepare(shape, server, options);
    stage.use('base');
    options.progress(`${shape.label}: Hostmaster fills the zone`);
    await stage.hostmaster.apply();
    await stage.check(server, 'base');
    const rows = await laterRuns(stage);
    const noOp = rows.find(({ mode, operation }) => mode === 'cold' && operation === 'no-op plan');
    const octodns = median(noOp?.pairs.map((pair) => pair.octodns.cpu) ?? []);
    return { rows, running: { server: kind, octodns, ...(await runningAt(stage, options)) } };
  } finally {
    await server.stop();
  }
};

/** With the state and the zone file that the last apply left. */
const runningAt = async ({ shape, stock }: Stage, { folder }: ScenarioOptions) => {
  const config = join(folder, shape.label, 'hostmaster.yaml');
  const asking = async (times: number) => stock.count(() => runProgram([config, String(times)], stock.settings.env));
  const [, { total: before }] = await asking(0);
  const [cpu, { total }] = await asking(passes);
  return { cpu, questions: (total - before) / passes };
};

const runProgram = async (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<readonly number[]> => {
  const program = join(import.meta.dirname, 'running.ts');
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`running.ts ended with ${code}`);
  return JSON.parse(Buffer.concat(chunks).toString());
};

export const timesLess = ({ cpu, octodns }: RunningFigure): number => octodns / median(cpu);

export const runningLines = ({ running }: Rfc2136Figures): readonly string[] =>
  running.map((figure) => {
    const { cpu, octodns, questions, server } = figure;
    const own = `${(median(cpu) * 1000).toFixed(1)} ms of CPU, ${questions} question`;
    return `${server}, a pass where nothing has changed in a process that goes on running (zone file and state read before): ${own}; octoDNS's no-op plan: ${octodns.toFixed(2)} s, ${timesLess(figure).toFixed(0)} times as much`;
  });
