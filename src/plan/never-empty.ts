import type { Change } from '../model/plan.ts';
import { addressTypeOf, isAddressType, isNameServersOf } from '../model/rr-types.ts';
import type { Protection } from '../model/zone.ts';
import { compiledAddresses } from './existing.ts';
import type { GuardInput, Judge, Refusal } from './refusal.ts';
import { countOurs, isContent, refuse } from './refusal.ts';

/**
 * Refuses to leave the zone, or a name that must keep an answer, without one. The apex NS itself is never deleted: ownership
 * leaves it alone where the zone file has none.
 */
export const refusedByNeverEmpty: Judge = (input) => {
  if (!input.settings.never_empty) return new Map();
  const content = input.changes.filter((change) => isContent(change, input));
  const deletes = content.filter(({ action }) => action === 'delete');
  const onlyDeletes = deletes.length > 0 && !content.some(({ action }) => action === 'create');
  const empties = onlyDeletes && deletes.length >= countOurs(input);
  const whole = 'would leave nothing of ours in the zone but SOA and apex NS';
  const servers = apexServersLeftAlone(input);
  const addresses = deletes.filter(({ name, type }) => servers.has(name) && isAddressType(type));
  const glue =
    'it is the address of an apex name server; take that name server out of the apex NS in the zone file first';
  // The last reason for a change counts: the one about its own name is the most exact.
  return new Map([
    ...(empties ? refuse(deletes, input, { guard: 'never_empty', reason: whole, byName: false }) : []),
    ...refuse(addresses, input, { guard: 'never_empty', reason: glue, byName: true }),
    ...protectedRefusals(input),
  ]);
};

const apexServersLeftAlone = ({ present, owned, zone }: GuardInput): ReadonlySet<string> => {
  const apex = present.find((rrset) => isNameServersOf(rrset, zone.name));
  return new Set(apex === undefined || owned.includes(apex) ? [] : apex.values.map(({ rdata }) => rdata));
};

/** Only an RRset of a type that has to stay, or one that is compiled of it, is an answer: an ALIAS may lead nowhere. */
const protectedRefusals = (input: GuardInput): readonly (readonly [Change, Refusal])[] => {
  if (input.protections.length === 0 || input.changes.length === 0) return [];
  const changes = Map.groupBy(input.changes, ({ name }) => name);
  const touched = input.protections.filter(({ name, stays }) => stays !== true && changes.has(name));
  if (touched.length === 0) return [];
  const present = Map.groupBy(input.present, ({ name }) => name);
  return touched.flatMap((protection) => {
    const { name, types, reason } = protection;
    const here = changes.get(name) ?? [];
    const takenFrom = here.filter(
      ({ type, before }) => before !== null && serves(type, before.values, protection, input),
    );
    const stays = (present.get(name) ?? [])
      .filter(({ type }) => here.every((change) => change.type !== type))
      .some(({ type, values }) => serves(type, values, protection, input));
    const comes = here.some(({ type, after }) => after !== null && serves(type, after.values, protection, input));
    if (takenFrom.length === 0 || stays || comes) return [];
    const what = `would leave ${name} without ${types.join(' and ')}: ${reason}`;
    return [...refuse(takenFrom, input, { guard: 'never_empty', reason: what, byName: true })];
  });
};

const serves = (
  type: string,
  values: readonly { readonly rdata: string }[],
  { types }: Protection,
  { healthChecks }: GuardInput,
): boolean =>
  values.length > 0 &&
  (types.includes(type) ||
    (compiledAddresses({ type, values }, healthChecks)?.some((address) => types.includes(addressTypeOf(address))) ??
      false));
