import { isAddressType } from '../../model/rr-types.ts';
import type { ExistingRRset } from '../../model/zone.ts';
import type { PlannedWork } from '../../run.ts';
import type { RunContext } from '../../target.ts';
import { type ApplyPass, applyPlanned } from '../apply.ts';
import type { Resources } from '../open.ts';
import { zonesWith } from './composed.ts';
import { handOn } from './hand-on.ts';
import { inventoriesAfter } from './inventories.ts';
import type { LastPass } from './last-pass.ts';
import type { PlannedAffected } from './planned.ts';
import { replanningTouched } from './replan.ts';

export interface AppliedAffected extends ApplyPass {
  /** What the next pass has in place of the last one, which is used up; null: it has to be a full pass. */
  readonly last: LastPass | null;
}

/** Applies what was planned of a few servers, proves it, and remembers it: their rows of the state, and no others. */
export const applyAffected = async (
  last: LastPass,
  planned: PlannedAffected,
  { store }: Pick<Resources, 'store'>,
  context: RunContext,
): Promise<AppliedAffected> => {
  const { heedsDrift, plan, started, work } = planned;
  const inventories = inventoriesAfter(last, planned.next, context.clock.now());
  const applied = await applyPlanned(
    { started, plan, work, store, heedsDrift, unwritable: last.unwritable },
    {
      rememberInventories: async () => {
        for (const { known, name, positions } of inventories) await store.rememberServers(name, known, positions);
      },
      replanClaims: replanningTouched(last, planned),
      elsewhere: (name) => addressesIn(last, name),
      besideRead: (each) => wildcardsBeside(last, each),
    },
    context,
  );
  const isTrue = isWhole(applied) && !(await store.changedByOthers());
  return { ...applied, last: isTrue ? handOn(last, planned, applied.results, inventories) : null };
};

/** Was all of it written, shown by every name server, and kept? */
const isWhole = ({ interrupted, problems, results, verify }: ApplyPass): boolean =>
  !interrupted &&
  problems.length === 0 &&
  verify.differences.length === 0 &&
  results.every(({ status }) => status === 'applied');

/** What names of configured zones lead to. */
const addressesIn = (last: LastPass, name: string): readonly string[] =>
  zonesWith(last, name)
    .flatMap(({ at }) => at.get(name) ?? [])
    .filter(({ type }) => isAddressType(type))
    .flatMap(({ values }) => values.map(({ rdata }) => rdata));

/** The zone's wildcards that were not read: they answer for names that are gone. */
const wildcardsBeside = ({ zones }: LastPass, { zone: { id }, snapshot }: PlannedWork): readonly ExistingRRset[] => {
  const read = new Set(snapshot?.rrsets.map(({ name }) => name));
  return (zones.get(id.name) ?? [])
    .filter(({ zone }) => zone.id.view === id.view)
    .flatMap(({ at, wildcards }) => wildcards.filter((name) => !read.has(name)).flatMap((name) => at.get(name) ?? []));
};
