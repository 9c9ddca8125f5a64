import { SyntaxProblem } from '../model/errors.ts';
import { parseAbsolute } from '../model/name.ts';
import type { Roles, UnusableRule } from '../model/roles.ts';
import type { ZoneDirectory } from './configured-zones.ts';
import type { Blocked } from './contribution.ts';
import { readTemplate, type Template } from './template.ts';

export interface UnusableRules {
  /** Templates of names that depend on the server. */
  readonly unusableTemplates: readonly { readonly template: Template; readonly reason: string }[];
  /** Names that such rules write as they are. */
  readonly blockedByGit: ReadonlyMap<string, Blocked>;
  /** `scope`: some have names that nobody can read, so that nothing in the inventory's scope may be deleted. */
  readonly unknownNames: 'nothing' | 'scope' | 'everything';
}

/** A fault here hides names, but not which names they could be: hostmaster.yaml says that (registration, grants). */
const roleFiles: ReadonlySet<string> = new Set(['labels.yaml', 'groups.yaml']);

/** Which names the unusable rules are about, as far as it can be read. */
export const unusableRulesOf = ({ unusable: rules }: Roles, zones: ZoneDirectory): UnusableRules => {
  const unusableTemplates: { readonly template: Template; readonly reason: string }[] = [];
  const blockedByGit = new Map<string, Blocked>();
  const nameless: UnusableRule[] = [];
  for (const rule of rules) {
    const template = templateOf(rule);
    const name = template?.literal ?? null;
    if (template === null) nameless.push(rule);
    else if (name === null) unusableTemplates.push({ template, reason: rule.reason });
    else {
      const entry = zones.of(name);
      if (entry !== null) blockedByGit.set(name, blockedBy(rule, name, entry));
    }
  }
  return { unusableTemplates, blockedByGit, unknownNames: unknownBy(nameless) };
};

const blockedBy = ({ reason }: UnusableRule, name: string, entry: Blocked['entry']): Blocked => ({
  kind: 'blocked',
  serverKey: null,
  entry,
  name,
  type: null,
  reason,
  always: true,
  origin: null,
});

const unknownBy = (nameless: readonly UnusableRule[]): UnusableRules['unknownNames'] => {
  if (nameless.length === 0) return 'nothing';
  const isInScope = ({ at, inScope }: UnusableRule) => inScope === true || roleFiles.has(at.file.replace(/^.*\//, ''));
  return nameless.every(isInScope) ? 'scope' : 'everything';
};

/** The name as a template, a literal one canonical; null: it has none, or it cannot be read. */
const templateOf = ({ name }: UnusableRule): Template | null => {
  try {
    if (name === null) return null;
    const template = readTemplate(name);
    return template.literal === null ? template : { ...template, literal: parseAbsolute(template.literal) };
  } catch (error) {
    if (error instanceof SyntaxProblem) return null;
    throw error;
  }
};
