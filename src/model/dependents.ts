import { isWithin } from './name.ts';
import type { Change } from './plan.ts';

/** An RRset as far as delegations go: its rdata are name servers' names where `type` is NS. */
interface Delegation {
  readonly name: string;
  readonly type: string;
  readonly values: readonly { readonly rdata: string }[];
}

/**
 * The changes that cannot go without those that are held back: every change at a held-back name, and, where a
 * delegation is held back, its glue and whatever would be hidden below it. `held` are names; `delegations` the NS RRsets
 * that stay or wait at them. The result has the held-back names' own changes too.
 */
export const heldWith = (
  changes: readonly Change[],
  held: ReadonlySet<string>,
  delegations: readonly Delegation[],
  zone: string,
): ReadonlySet<Change> => {
  const cuts = delegations.filter((rrset) => rrset.type === 'NS' && rrset.name !== zone && held.has(rrset.name));
  const apexServers = delegations.filter((rrset) => rrset.type === 'NS' && rrset.name === zone && held.has(zone));
  const glue = new Set([...cuts, ...apexServers].flatMap((rrset) => rrset.values.map((value) => value.rdata)));
  return new Set(
    changes.filter(
      (change) => held.has(change.name) || glue.has(change.name) || cuts.some((cut) => isWithin(change.name, cut.name)),
    ),
  );
};

/** The NS RRsets that changes start from or lead to. */
export const delegationsOf = (changes: readonly Change[]): readonly Delegation[] =>
  changes
    .filter((change) => change.type === 'NS')
    .flatMap((change) =>
      [change.before, change.after].flatMap((side) =>
        side === null ? [] : [{ name: change.name, type: 'NS', values: side.values }],
      ),
    );
