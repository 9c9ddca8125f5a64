import { HostmasterError, SyntaxProblem } from '../model/errors.ts';
import { compileGlob, globProblem, hasStar } from '../model/glob.ts';
import { parseAbsolute } from '../model/name.ts';
import type { Change, GuardName } from '../model/plan.ts';
import { guardNames } from '../model/plan.ts';
import { isDelegationType } from '../model/rr-types.ts';
import type { ZoneId } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';

/** One `--allow`: lets exactly that guard's changes through, at a zone, a target of it, or one name. */
export interface Allow {
  readonly guard: GuardName;
  /** Of the percentages, its name may be a glob, without the final dot. */
  readonly zone: ZoneId;
  readonly target: string | null;
  readonly name: string | null;
}

/** `--allow shrink:INVENTORY`: takes a snapshot that lost more servers than `max_shrink` lets through. */
export interface ShrinkAllow {
  readonly guard: 'shrink';
  readonly inventory: string;
}

/** `--allow absent:INVENTORY/SERVER`: takes servers that no answer has as gone, without more proof. */
export interface AbsentAllow {
  readonly guard: 'absent';
  readonly inventory: string;
  /** A name, or a glob of names. */
  readonly server: string;
}

const shape = /^([a-z_]+):([^@/:]+)(?:@([^/:]+))?(?:\/([^:]+))?(?::(.+))?$/;
const shrinkShape = /^shrink:(.+)$/;
const absentShape = /^absent:([^/]+)\/(.+)$/;
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
  drift: 'name',
  suspended: 'nothing',
};
const takesGlob = (guard: GuardName): boolean => guard === 'max_delete_percent' || guard === 'max_replace_percent';
const allowable = guardNames.filter((each) => scopes[each] !== 'nothing');

/** Parses GUARD:ZONE[@VIEW][/TARGET][:NAME], shrink:INVENTORY or absent:INVENTORY/SERVER. Throws HostmasterError USAGE. */
export const parseAllow = (text: string): Allow | ShrinkAllow | AbsentAllow => {
  const [, shrunk] = shrinkShape.exec(text) ?? [];
  if (shrunk !== undefined) return { guard: 'shrink', inventory: shrunk };
  const [, inventory, server] = absentShape.exec(text) ?? [];
  if (inventory === undefined || server === undefined) return parseChangeAllow(text);
  const problem = globProblem(server);
  if (problem !== null) throw new HostmasterError('USAGE', `--allow ${text}: ${problem}`);
  return { guard: 'absent', inventory, server };
};

/** Parses GUARD:ZONE[@VIEW][/TARGET][:NAME]. Throws HostmasterError USAGE. */
export const parseChangeAllow = (text: string): Allow => {
  const [, guard = '', zone = '', view, target, name] = shape.exec(text) ?? [];
  const found = allowable.find((each) => each === guard);
  if (found === undefined) {
    throw new HostmasterError(
      'USAGE',
      `--allow ${text}: it takes GUARD:ZONE[@VIEW][/TARGET][:NAME], where GUARD is one of ${allowable.join(', ')}, absent:INVENTORY/SERVER, or shrink:INVENTORY; copy it from the plan's output`,
    );
  }
  try {
    return {
      guard: found,
      zone: { name: parseZone(found, zone.replaceAll('%2F', '/')), view: view ?? null },
      target: target ?? null,
      name: name === undefined ? null : parseAbsolute(name),
    };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    throw new HostmasterError('USAGE', `--allow ${text}: ${error.message}`, { cause: error });
  }
};

const parseZone = (guard: GuardName, text: string): string => {
  if (!takesGlob(guard) || !hasStar(text)) return parseAbsolute(text);
  const pattern = text.replace(/\.$/, '');
  const problem = globProblem(pattern);
  if (problem !== null) throw new SyntaxProblem(problem);
  return pattern;
};

/** Is it about that zone? */
export const isOfZone = ({ guard, zone: { name, view } }: Pick<Allow, 'guard' | 'zone'>, zone: ZoneId): boolean =>
  view === zone.view &&
  (name === zone.name || (takesGlob(guard) && hasStar(name) && compileGlob(name)(zone.name.slice(0, -1))));

/** The inventories whose shrunk snapshot these `--allow` take. */
export const shrinkAllows = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(texts.flatMap((text) => shrinkShape.exec(text)?.[1] ?? []));

/** Whose absence a run allows; a glob has a star. */
export const absentAllows = (texts: readonly string[]): readonly (AbsentAllow & { readonly text: string })[] =>
  texts.flatMap((text) => {
    const allow = parseAllow(text);
    return allow.guard === 'absent' ? [{ ...allow, text }] : [];
  });

/** The `--allow` that takes a server as gone, by its serverKey. */
export const printAbsent = (server: string): string => `absent:${server}`;

export const isAbsentAllow = (text: string): boolean => absentShape.test(text);

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
      isOfZone(allow, zone) &&
      (allow.target === null || allow.target === target) &&
      (allow.name === null ? scopes[guard] === 'zone' : allow.name === name),
  );

/** Does this run let that change through, whichever guard would withhold it? */
export const isLetThrough = (
  allows: readonly Allow[],
  { action, drift, name, type }: Change,
  zone: ZoneId,
  target: string,
): boolean => {
  const guards: readonly (readonly [GuardName, boolean])[] = [
    ['max_delete_percent', action === 'delete'],
    // A delete is a part of a replace where another type comes in its place.
    ['max_replace_percent', action !== 'create'],
    ['never_empty', action === 'delete'],
    ['absence', action !== 'create'],
    ['delegation', isDelegationType(type)],
    ['drift', drift === true],
  ];
  return guards.some(([guard, isDue]) => isDue && isAllowed(allows, guard, zone, target, name));
};
