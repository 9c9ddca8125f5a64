// One process of the figures of a pass where nothing has changed: reads a repository once, as a process that goes on running
// has it, and then asks its targets and plans, again and again. Prints the CPU seconds of each such pass as JSON.
import { factory as rfc2136 } from '../../providers/rfc2136/index.ts';
import { planAll } from '../../src/pass/plan.ts';
import { closeTargets } from '../../src/pass/targets.ts';
import { planPass } from '../../src/pass.ts';
import { openStore } from '../../src/state/index.ts';
import { rimOf } from '../apply/pass.ts';

const [config = '', times = '1'] = process.argv.slice(2);
const context = { ...rimOf(), registry: { rfc2136 } };
const options = { config, allow: [], full: false, serve: false };
const pass = await planPass(options, context, openStore);
const { desired, store, targets } = pass;
const planning = { allows: [], evidence: desired.evidence, isDue: () => true, options, store, context };
const figures: number[] = [];
for (let i = 0; i < Number(times); i += 1) {
  const before = process.cpuUsage();
  const { problems, work } = await planAll(desired.definitions.zones, targets, planning);
  const { system, user } = process.cpuUsage(before);
  figures.push((user + system) / 1e6);
  const wasRead = work.some(({ changeset, snapshot }) => snapshot !== null || changeset.changes.length > 0);
  if (wasRead || problems.length > 0) throw new Error('a zone that has not changed was read, or has problems');
}
await closeTargets(targets);
await store.close();
process.stdout.write(`${JSON.stringify(figures)}\n`);
