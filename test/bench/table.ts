import { median } from './measure.ts';
import { octodnsVersions } from './octodns.ts';
import { largeBody, type Measured, type Row } from './scenario.ts';

/** How many times octoDNS's figure is Hostmaster's: the median of the ratios, pair by pair. */
export const ratio = (row: Row, figure: 'wall' | 'cpu' | 'peak'): number =>
  median(row.pairs.map(({ octodns, hostmaster }) => octodns[figure] / hostmaster[figure]));

const columns = [
  'RRsets',
  'operation',
  'state',
  'runs',
  'wall',
  'CPU',
  'peak memory',
  'requests',
  'writes',
  'octoDNS: CPU s',
  'MiB',
  'Hostmaster: CPU s',
  'MiB',
] as const;

const times = (value: number): string => `${value < 10 ? value.toFixed(1) : value.toFixed(0)}×`;

const cellsOf = (row: Row): readonly string[] => {
  const middle = (tool: 'octodns' | 'hostmaster', of: (measured: Measured) => number): number =>
    median(row.pairs.map((pair) => of(pair[tool])));
  const both = (of: (measured: Measured) => number): string => `${middle('octodns', of)} / ${middle('hostmaster', of)}`;
  return [
    row.shape.label,
    row.operation,
    row.mode === 'cold' ? 'none' : 'kept',
    String(row.pairs.length),
    times(ratio(row, 'wall')),
    times(ratio(row, 'cpu')),
    times(ratio(row, 'peak')),
    both(({ requests }) => requests.total),
    both(({ requests }) => requests.writes),
    middle('octodns', ({ cpu }) => cpu).toFixed(2),
    middle('octodns', ({ peak }) => peak).toFixed(0),
    middle('hostmaster', ({ cpu }) => cpu).toFixed(2),
    middle('hostmaster', ({ peak }) => peak).toFixed(0),
  ];
};

export const textTable = (rows: readonly Row[], below: readonly string[]): string => {
  const lines: (readonly string[])[] = [columns, ...rows.map(cellsOf)];
  const widths = columns.map((_, i) => Math.max(...lines.map((cells) => cells[i]?.length ?? 0)));
  const padded = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i < 3 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return `${lines.map((cells) => padded(cells).trimEnd()).join('\n')}\n\n${below.map((note) => `- ${note}\n`).join('')}`;
};

export const markdownTable = (rows: readonly Row[], below: readonly string[]): string => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const rule = line(columns.map((_, i) => (i < 3 ? '---' : '---:')));
  return `${line(columns)}${rule}${rows.map((row) => line(cellsOf(row))).join('')}\n${below.map((note) => `- ${note}\n`).join('')}`;
};

const versions = Object.entries(octodnsVersions)
  .map(([name, version]) => `${name} ${version}`)
  .join(' and ');

const ratioNote = `Ratios are octoDNS ÷ Hostmaster: 10× means that octoDNS needs ten times as much. Each is the median of the ratios of interleaved pairs of runs; requests and writes are octoDNS's / Hostmaster's. Seconds and MiB depend on the machine, the ratios hardly.`;

const stateNote = `state "none": neither state nor cache of an earlier run (the operating system's file cache is warm for both). "kept": with the state file that its last apply left; octoDNS keeps none, so its runs are the same.`;

export const notes: readonly string[] = [
  ratioNote,
  `${versions} from PyPI, octodns-sync; Hostmaster's built command under the pinned Node. Both read the same zone files, as octoDNS writes them, and talk to the same PowerDNS (SQLite, stock settings) through the same counting proxy.`,
  `CPU (user and system) and peak memory (resident set) are the operating system's figures for the whole process, from start to exit; PowerDNS's own are not in them.`,
  `octoDNS is in its fast settings: enforce_order, enable_dynamic and notify off, one worker, warnings only; its Python files are compiled beforehand. Its time-out is raised from 5 s to 600 s.`,
  `First apply: octoDNS writes to a second, equal PowerDNS whose webserver-max-bodysize is ${largeBody['webserver-max-bodysize']} MB, because it sends a new zone as one body, twice; the stock limit is 2 MB. Hostmaster works within the stock limit. Both make the zone themselves, and what both servers then serve is compared by AXFR (all but the SOA) before anything else is measured.`,
  `Apply: Hostmaster also asks the name server for every RRset that it wrote, and compares; octoDNS does not verify. The requests here are those to the API.`,
  `10 changes: 6 replaced, 2 created, 2 deleted. With 1,000 zones they are in 10 zones, and so are 10 writes. After each apply what is served is compared with what the other tool left.`,
  stateNote,
];

/** Of BIND and Knot. */
export const rfc2136Notes: readonly string[] = [
  ratioNote,
  `octodns-bind's Rfc2136Provider and Hostmaster's rfc2136 write to one name server, with one TSIG key, through one counting proxy. Requests are DNS messages over TCP: queries, transfers, updates. Hostmaster filled the zone.`,
  `Hostmaster sends prerequisites with each update and reads it back, and asks the name server (past the proxy) for every RRset that it wrote; octoDNS does neither.`,
  `CPU (user and system) and peak memory (resident set) are those of the whole process, from start to exit, but for a process that goes on running: there of each pass.`,
  stateNote,
];
