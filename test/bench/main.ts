// npm run bench [-- SIZE… --quick --runs N --seed N --markdown --assert]
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensurePackages } from '../../scripts/packages.ts';
import { tempFolder } from '../servers/index.ts';
import { judge, judgeInventory, judgeRfc2136, type Outcome } from './goals.ts';
import { inventoryLines, measureInventory } from './inventory.ts';
import { installOctodns } from './octodns.ts';
import { measureRfc2136, runningLines } from './rfc2136.ts';
import { type Row, runShape, type ScenarioOptions } from './scenario.ts';
import { markdownTable, notes, rfc2136Notes, textTable } from './table.ts';
import type { Shape } from './zones.ts';

const usage = `npm run bench -- [SIZE…] [options]
Measures Hostmaster beside octoDNS on the same PowerDNS. SIZE is a number of RRsets (10000) or ZONESxRRSETS (1000x20), or
"inventory": 10,000 servers with labels, which octoDNS has nothing like, or "rfc2136": 100,000 RRsets on BIND and on Knot.
Default is 1000 10000 100000 1000x20 inventory rfc2136: about half an hour.
  --quick      1000 and 10000 only
  --runs N     pairs of runs of each operation. Default is 3, and above 10,000 RRsets 3 of the no-op plan, 1 of the rest
  --seed N     of the zones' contents. Default is 1
  --markdown   the table as markdown
  --built      measure dist/ as it is, without building it first
  --assert     exit 1 where a goal is missed
`;

const inventory = 'inventory';
const rfc2136 = 'rfc2136';
const root = join(import.meta.dirname, '../..');
const out = join(import.meta.dirname, 'out');

const shapeOf = (text: string): Shape => {
  const [, zones, rrsets] = /^(?:(\d+)x)?(\d+)$/.exec(text) ?? [];
  if (rrsets === undefined) throw new Error(`not a size: ${text}\n${usage}`);
  const count = Number(rrsets).toLocaleString('en');
  return zones === undefined
    ? { label: count, zones: 1, rrsets: Number(rrsets) }
    : {
        label: `${Number(zones).toLocaleString('en')} zones of ${count}`,
        zones: Number(zones),
        rrsets: Number(rrsets),
      };
};

/** A copy of dist/, where its packages are found: whoever builds meanwhile does not disturb the measurement. */
const copyOfBuild = (): string => {
  mkdirSync(out, { recursive: true });
  const folder = mkdtempSync(join(out, 'dist-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(root, 'dist'), folder, { recursive: true });
  return join(folder, 'bin/hostmaster.js');
};

const main = async (): Promise<void> => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      runs: { type: 'string' },
      seed: { type: 'string', default: '1' },
      markdown: { type: 'boolean', default: false },
      built: { type: 'boolean', default: false },
      assert: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(usage);
  const defaults = values.quick ? ['1000', '10000'] : ['1000', '10000', '100000', '1000x20', inventory, rfc2136];
  const wanted = positionals.length === 0 ? defaults : positionals;
  const shapes = wanted.filter((each) => each !== inventory && each !== rfc2136).map(shapeOf);
  if (!ensurePackages()) {
    process.exitCode = 1;
    return;
  }
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const outcomes: Outcome[] = [];
  if (wanted.includes(inventory))
    outcomes.push(...(await benchInventory(Number(values.runs ?? 1), values.markdown, progress)));
  const options = shapes.length > 0 || wanted.includes(rfc2136) ? optionsOf(values, progress) : null;
  if (options !== null && shapes.length > 0) outcomes.push(...(await benchShapes(shapes, values.markdown, options)));
  if (options !== null && wanted.includes(rfc2136)) outcomes.push(...(await benchRfc2136(values.markdown, options)));
  for (const { found, goal, met } of outcomes) progress(`${met ? 'met   ' : 'MISSED'} ${goal}: ${found}`);
  if (values.assert && outcomes.some(({ met }) => !met)) process.exitCode = 1;
};

type Progress = (line: string) => void;

const benchInventory = async (runs: number, markdown: boolean, progress: Progress): Promise<readonly Outcome[]> => {
  const figures = await measureInventory(runs, progress);
  const lines = inventoryLines(figures).map((line) => `${markdown ? '- ' : ''}${line}\n`);
  print('inventory', figures, `${lines.join('')}\n`);
  return judgeInventory(figures);
};

const optionsOf = (
  values: { readonly built: boolean; readonly runs?: string; readonly seed: string },
  progress: Progress,
): ScenarioOptions => {
  if (!values.built) {
    execFileSync(process.execPath, [join(root, 'scripts/build.ts')], { cwd: root, stdio: ['ignore', 2, 2] });
  }
  return {
    folder: tempFolder('bench'),
    octodnsSync: installOctodns(out),
    program: copyOfBuild(),
    seed: Number(values.seed),
    runs: (operation, { rrsets, zones }) =>
      Number(values.runs ?? (rrsets * zones > 10_000 && operation !== 'no-op plan' ? 1 : 3)),
    progress,
  };
};

const benchShapes = async (
  shapes: readonly Shape[],
  markdown: boolean,
  options: ScenarioOptions,
): Promise<readonly Outcome[]> => {
  const rows: Row[] = [];
  for (const shape of shapes) rows.push(...(await runShape(shape, options)));
  print('results', rows, (markdown ? markdownTable : textTable)(rows, notes));
  return judge(rows);
};

const benchRfc2136 = async (markdown: boolean, options: ScenarioOptions): Promise<readonly Outcome[]> => {
  const figures = await measureRfc2136(options);
  const table = (markdown ? markdownTable : textTable)(figures.rows, [...runningLines(figures), ...rfc2136Notes]);
  print('rfc2136', figures, table);
  return judgeRfc2136(figures);
};

const print = (name: string, figures: unknown, text: string): void => {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, `${name}.json`), `${JSON.stringify(figures, null, 2)}\n`);
  process.stdout.write(text);
};

await main();
