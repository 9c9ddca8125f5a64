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

const shape = /^([a-z_]+):([^@/:]+)(?:@([^/:]+))?(?:\/([^:]+))?(?::(.+))?$/;
/** Bad input is mended in its file: nothing lets it through. */
const neverAllowed: ReadonlySet<string> = new Set(['quarantine', 'incomplete']);

/** Parses GUARD:ZONE[@VIEW][/TARGET][:NAME]. Throws HostmasterError USAGE. */
export const parseAllow = (text: string): Allow => {
  const [, guard = '', zone = '', view, target, name] = shape.exec(text) ?? [];
  const known = guardNames.filter((each) => !neverAllowed.has(each));
  const found = known.find((each) => each === guard);
  if (found === undefined) {
    throw new HostmasterError(
      'USAGE',
      'stop',
      `--allow ${text}: it takes GUARD:ZONE[@VIEW][/TARGET][:NAME], where GUARD is one of ${known.join(', ')}; copy it from the plan's output`,
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
    throw new HostmasterError('USAGE', 'stop', `--allow ${text}: ${error.message}`, { cause: error });
  }
};

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
      (allow.name === null ? guard !== 'delegation' : allow.name === name),
  );
