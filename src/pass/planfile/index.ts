// A plan file is data from a stranger: whoever may hand in a plan may write anything into it, with a digest that fits.
//
//   1. json-text.ts, src/validation/plan-schema.ts: it is JSON of a plan's shape, within bounds. What nobody knows is left out.
//   2. content-faults.ts: it makes sense by itself; its digest fits.
//   3. configuration-faults.ts: hostmaster.yaml has its zones and targets, and forbids none of its changes.
//   4. reviewed-work.ts, forbidden.ts: with the targets open and the zones read, it is what a plan could have made there, and no
//      guard refuses it. parted-pairs.ts: by the state, it leaves out no half of a server's A or AAAA and its PTR.
// All of that comes before the first write, and each step tells all that it finds. Whether an RRset has changed since is asked
// at the end (apply/refuse-stale.ts).
import { readTextFile } from '../../load/repository-files.ts';
import type { Definitions } from '../../model/definitions.ts';
import { HostmasterError, messageOf } from '../../model/errors.ts';
import { lazy } from '../../model/lazy.ts';
import { type Plan, summarise } from '../../model/plan.ts';
import type { PassOptions } from '../../run.ts';
import type { RunContext } from '../../target.ts';
import { asRecord, checkOf } from '../../validation/index.ts';
import { planSchema, planVersion } from '../../validation/plan-schema.ts';
import { type ReadContext, readConfigOnly } from '../definitions.ts';
import { withOpenDenies } from '../open-denies.ts';
import { configurationFaults } from './configuration-faults.ts';
import { contentFaults } from './content-faults.ts';
import { type FaultCollector, faultCollector, refuseFaults } from './faults.ts';
import { checkJsonText, planLimits } from './json-text.ts';
import { knownKeysOf } from './known-keys.ts';

/** What is told to do about a plan that a program hands in. */
const again = 'make it again';
const fileRemedy = (file: string): string => `make it again with "hostmaster plan --out ${file}"`;

/** A plan that a program hands in, checked as one that is read from a file. Throws PLAN_FILE. */
export const checkPlan = (value: unknown): Plan => {
  const plan = shapedPlan(value, 'the plan', again, 0);
  const faults = faultCollector();
  contentFaults(plan, faults.report);
  refuseFaults(faults.found(), 'the plan', again);
  return plan;
};

/** Reads a plan file and checks it by itself and against hostmaster.yaml. Throws PLAN_FILE. */
export const readPlan = async (
  file: string,
  options: PassOptions,
  context: ReadContext & Pick<RunContext, 'clock'>,
): Promise<Plan> => {
  const faults = faultCollector();
  const read = parsedFile(file, faults);
  refuseFaults(faults.found(), file, fileRemedy(file));
  const plan = shapedPlan(read.value, file, fileRemedy(file), read.values);
  const definitions = await readConfigOnly(options, context);
  contentFaults(plan, faults.report);
  configurationFaults(plan, definitions, faults.report);
  refuseFaults(faults.found(), file, fileRemedy(file));
  return withOpenDenies(plan, definitions, context.clock.now());
};

/** Throws PLAN_FILE where a plan that was checked by itself cannot be one for what hostmaster.yaml says now. */
export const refuseUnfit = (plan: Plan, definitions: Definitions): void => {
  const faults = faultCollector();
  configurationFaults(plan, definitions, faults.report);
  refuseFaults(faults.found(), 'the plan', again);
};

interface ParsedFile {
  readonly value: unknown;
  /** How many values there are in it. */
  readonly values: number;
}

const parsedFile = (file: string, { found, report }: FaultCollector): ParsedFile => {
  const nothing = { value: null, values: 0 };
  const read = readTextFile(file, planLimits.bytes);
  if (read.status !== 'read') {
    throw unreadable(file, read.status === 'missing' ? 'there is no such file' : read.message);
  }
  if (read.hasMark === true) report('line 1', 'it begins with a byte order mark, which JSON has none of (RFC 8259)');
  const values = checkJsonText(read.text, report);
  if (values === null) return nothing;
  try {
    return { value: JSON.parse(read.text), values };
  } catch (error) {
    if (found().count > 0) return nothing;
    throw unreadable(file, messageOf(error).replace(/[^\x20-\x7e]+/g, ' '));
  }
};

const unreadable = (file: string, why: string): HostmasterError =>
  new HostmasterError('PLAN_FILE', `${file} cannot be read as a plan (${why}); ${fileRemedy(file)}`);

/** Of a file with more values than this, the first fault of its shape is told alone: each takes memory. */
const fewValues = 100_000;

/** The schema takes long to compile, and few commands need it. */
const checkAll = lazy(() => checkOf(planSchema));
const checkFirst = lazy(() => checkOf(planSchema, { onlyFirst: true }));

/** The plan with what is known of it alone, and its summary counted again. */
const shapedPlan = (value: unknown, plan: string, remedy: string, values: number): Plan => {
  const faults = faultCollector();
  const { version } = asRecord(value);
  if (version !== planVersion) {
    const has = typeof version === 'number' ? `it is of version ${version}` : 'it says no version';
    faults.report('version', `${has}, and plans of version ${planVersion} are applied`);
    refuseFaults(faults.found(), plan, remedy);
  }
  const checked = (values > fewValues ? checkFirst : checkAll)()(value);
  if (checked.ok) {
    const known = knownKeysOf(checked.value);
    return { ...known, summary: summarise(known.changesets) };
  }
  for (const { path, message } of checked.faults) faults.report(path.join('.') || 'the plan', message);
  refuseFaults(faults.found(), plan, remedy);
  throw new Error('a schema refused the plan, and does not say why');
};
