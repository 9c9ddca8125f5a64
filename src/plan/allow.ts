import { HostmasterError, SyntaxProblem } from '../model/errors.ts';
import { parseAbsolute } from '../model/name.ts';
import type { GuardName } from '../model/plan.ts';
import { guardNames } from '../model/plan.ts';
import type { ZoneId } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';

/** One `--allow`: lets exactly that guard's changes through, at a zone, a target of it, or one name. */
export interface Allow {
  readonly guard: GuardName;
  readonly zone: ZoneId;
  readonly target: string | null;
  readonly name: string | null;
}

/** `--allow shrink:INVENTORY`: takes a snapshot that lost more servers than `max_shrink` lets through. */
export interface ShrinkAllow {
  readonly guard: 'shrink';
  readonly inventory: string;
}

const shape = /^([a-z_]+):([^@/:]+)(?:@([^/:]+))?(?:\/([^:]+))?(?::(.+))?$/;
const shrinkShape = /^shrink:(.+)$/;
/** What `--allow` may name for each guard: one name; a zone, or one name of it; nothing, for bad input is corrected in its file. */
const scopes: Readonly<Record<GuardName, 'zone' | 'name' | 'nothing'>> = {
  max_delete_percent: 'zone',
  max_replace_percent: 'zone',
  never_empty: 'zone',
  delegation: 'name',
  absence: 'zone',
  filter: 'zone',
  quarantine: 'nothing',
  incomplete: 'nothing',
};
const allowable = guardNames.filter((each) => scopes[each] !== 'nothing');

/** Parses GUARD:ZONE[@VIEW][/TARGET][:NAME] or shrink:INVENTORY. Throws HostmasterError USAGE. */
export const parseAllow = (text: string): Allow | ShrinkAllow => {
  const [, inventory] = shrinkShape.exec(text) ?? [];
  return inventory === undefined ? parseChangeAllow(text) : { guard: 'shrink', inventory };
};

/** Parses GUARD:ZONE[@VIEW][/TARGET][:NAME]. Throws HostmasterError USAGE. */
export const parseChangeAllow = (text: string): Allow => {
  const [, guard = '', zone = '', view, target, name] = shape.exec(text) ?? [];
  const found = allowable.find((each) => each === guard);
  if (found === undefined) {
    throw new HostmasterError(
      'USAGE',
      `--allow ${text}: it takes GUARD:ZONE[@VIEW][/TARGET][:NAME], where GUARD is one of ${allowable.join(', ')}, or shrink:INVENTORY; copy it from the plan's output`,
    );
  }
  try {
    return {
      guard: found,
      zone: { name: parseAbsolute(zone.replaceAll('%2F', '/')), view: view ?? null },
      target: target ?? null,
      name: name === undefined ? null : parseAbsolute(name),
    };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    throw new HostmasterError('USAGE', `--allow ${text}: ${error.message}`, { cause: error });
  }
};

/** The inventories whose shrunk snapshot these `--allow` take. */
export const shrinkAllows = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(texts.flatMap((text) => shrinkShape.exec(text)?.[1] ?? []));

/** The exact `--allow` argument that parseAllow reads back. */
export const printAllow = (guard: GuardName, zone: ZoneId, target: string, name: string | null): string =>
  `${guard}:${zoneLabel(zone).replaceAll('/', '%2F')}/${target}${name === null ? '' : `:${name}`}`;

/** Is that guard's change at that name let through in this run? */
export const isAllowed = (
  allows: readonly Allow[],
  guard: GuardName,
  zone: ZoneId,
  target: string,
  name: string,
): boolean =>
  allows.some(
    (allow) =>
      allow.guard === guard &&
      allow.zone.name === zone.name &&
      allow.zone.view === zone.view &&
      (allow.target === null || allow.target === target) &&
      (allow.name === null ? scopes[guard] === 'zone' : allow.name === name),
  );
