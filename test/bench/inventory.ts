import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { tempFolder } from '../servers/index.ts';
import { median } from './measure.ts';
import { startCounted } from './server.ts';
import { serverCount } from './servers.ts';
import type { ServersRun } from './servers-run.ts';

/** What an inventory of 10,000 servers costs, each figure of a process of its own where it is the first of its kind there. */
export interface InventoryFigures {
  readonly composing: readonly ServersRun[];
  readonly passing: readonly ServersRun[];
}

export const measureInventory = async (runs: number, progress: (line: string) => void): Promise<InventoryFigures> => {
  const composing = Array.from({ length: Math.max(3, runs) }, () => runServers([]));
  progress(`inventory: composed in ${composing.map(({ compose }) => shown(compose.cpu)).join(', ')} of CPU`);
  const passing: ServersRun[] = [];
  for (let i = 0; i < runs; i += 1) {
    const server = await startCounted();
    try {
      const run = runServers([server.directUrl, server.apiKey, tempFolder('bench-servers')]);
      passing.push(run);
      progress(`inventory: full pass ${shown(run.passes?.full.cpu ?? 0)} of CPU`);
    } finally {
      await server.stop();
    }
  }
  return { composing, passing };
};

const runServers = (args: readonly string[]): ServersRun => {
  const program = join(import.meta.dirname, 'servers-run.ts');
  const text = execFileSync(process.execPath, [program, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 2] });
  return JSON.parse(text);
};

export const shown = (milliseconds: number): string =>
  milliseconds < 100 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;

export interface InventorySummary {
  readonly rrsets: number;
  readonly compose: number;
  readonly full: number;
  readonly fullRequests: number;
  readonly affected: number;
  readonly names: number;
  readonly changes: number;
  readonly requests: number;
}

export const summaryOf = ({ composing, passing }: InventoryFigures): InventorySummary => {
  const passes = passing.flatMap((run) => run.passes ?? []);
  const affected = passes.flatMap((each) => each.affected);
  return {
    rrsets: composing[0]?.rrsets ?? 0,
    compose: median(composing.map(({ compose }) => compose.cpu)),
    full: median(passes.map(({ full }) => full.cpu)),
    fullRequests: median(passes.map(({ full }) => full.requests)),
    affected: median(affected.map(({ cpu }) => cpu)),
    names: Math.max(...affected.map(({ names }) => names)),
    changes: Math.max(...affected.map(({ changes }) => changes)),
    requests: Math.max(...affected.map((each) => each.requests)),
  };
};

export const inventoryLines = (figures: InventoryFigures): readonly string[] => {
  const { rrsets, compose, full, fullRequests, affected, names, changes, requests } = summaryOf(figures);
  return [
    `${serverCount.toLocaleString('en')} servers, ${rrsets.toLocaleString('en')} RRsets on PowerDNS (SQLite), CPU of Hostmaster's process:`,
    `compose: ${shown(compose)}`,
    `full pass, everything there: ${shown(full)}, ${fullRequests} requests`,
    `one server's new addresses: ${shown(affected)}, ${names} names, ${changes} changes, ${requests} requests: 1/${(full / affected).toFixed(0)} of a full pass`,
  ];
};
