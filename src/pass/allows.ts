import type { Definitions } from '../model/definitions.ts';
import type { Change, Changeset, Plan } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import { problemAt } from '../model/problem.ts';
import { isDelegationType } from '../model/rr-types.ts';
import { zoneLabel } from '../model/zone.ts';
import { zoneIdOf } from '../model/zone-target.ts';
import type { Allow } from '../plan/index.ts';
import { isOfZone, parseAllow, shrinkAllows } from '../plan/index.ts';
import { notConfigured } from './options.ts';

/** One `--allow` as it was typed, and what it means. */
export interface GivenAllow {
  readonly text: string;
  readonly allow: Allow;
}

/** Those that let changes through; the others are shrinkAllows' and absentAllows'. Throws USAGE. */
export const parseAllows = (texts: readonly string[]): readonly GivenAllow[] =>
  texts.flatMap((text) => {
    const allow = parseAllow(text);
    return allow.guard === 'shrink' || allow.guard === 'absent' ? [] : [{ text, allow }];
  });

/** Throws USAGE where hostmaster.yaml has no such inventory. */
export const refuseUnknownShrinks = (texts: readonly string[], { roles }: Definitions): void => {
  const names = roles.inventories.map(({ name }) => name);
  const stranger = [...shrinkAllows(texts)].find((name) => !names.includes(name));
  if (stranger !== undefined) throw notConfigured(`--allow shrink:${stranger}`, 'inventories', names);
};

/** Throws USAGE where hostmaster.yaml has no such zone or target. */
export const refuseUnknownAllows = (given: readonly GivenAllow[], definitions: Definitions): void => {
  const { zoneNames, targets, zones } = definitions;
  const targetNames = targets.map(({ name }) => name);
  for (const { text, allow } of given) {
    const isKnown = zoneNames.includes(zoneLabel(allow.zone)) || zones.some(({ id }) => isOfZone(allow, id));
    if (!isKnown) throw notConfigured(`--allow ${text}`, 'zones', zoneNames);
    if (allow.target !== null && !targetNames.includes(allow.target)) {
      throw notConfigured(`--allow ${text}`, 'targets', targetNames);
    }
  }
};

/** A warning for each `--allow` that lets nothing through: mostly a typing error, or an argument of an older plan. */
export const unusedAllows = (
  given: readonly GivenAllow[],
  changesets: readonly Changeset[],
  targets: Plan['targets'],
): readonly Problem[] =>
  given.flatMap(({ text, allow }) => {
    const own = changesets.filter((changeset) => isAt(allow, changeset));
    const isUnread = targets.some(
      ({ name, status }) => status !== 'ok' && (allow.target === null || allow.target === name),
    );
    if (own.some((changeset) => isUsed(allow, changeset)) || isUnread) return [];
    const why =
      allow.guard === 'delegation' && allow.name === null
        ? 'a delegation is allowed by its name: copy the argument from the plan'
        : `no change of ${zoneLabel(allow.zone)} is of that kind`;
    return [problemAt('allow-unused', 'warning', `--allow ${text} let nothing through: ${why}`, null)];
  });

const isAt = (allow: Allow, changeset: Changeset): boolean =>
  isOfZone(allow, zoneIdOf(changeset)) && (allow.target === null || changeset.target === allow.target);

const isUsed = ({ guard, name }: Allow, { changes, withheld }: Changeset): boolean => {
  const all: readonly Change[] = [...changes, ...withheld];
  const created = new Set(all.filter(({ action }) => action === 'create').map((change) => change.name));
  return all.some((change) => {
    if (name !== null && change.name !== name) return false;
    if (guard === 'delegation') return name !== null && isDelegationType(change.type);
    if (guard === 'filter') return true;
    if (guard === 'drift') return change.drift === true;
    if (guard === 'absence') return change.action !== 'create';
    if (guard !== 'max_replace_percent') return change.action === 'delete';
    return change.action === 'replace' || (change.action === 'delete' && created.has(change.name));
  });
};
