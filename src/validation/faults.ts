import type { ErrorObject } from 'ajv/dist/2020.js';
import { listed, quoted } from '../model/phrases.ts';
import { didYouMean } from '../model/suggest.ts';
import { asRecord, keysOf } from './mapping.ts';

/** What a value has that its schema does not allow. */
export interface Fault {
  readonly path: readonly string[];
  /** True: the key at the end of `path` is meant, not its value. */
  readonly atKey: boolean;
  readonly message: string;
}

/** The faults that ajv found, worded for whoever wrote the value; `secretive`: without the value. */
export const faultsOf = (errors: readonly ErrorObject[], secretive: boolean): readonly Fault[] =>
  withoutBranches(errors).map((error) => faultOf(error, secretive));

/**
 * Of an anyOf, the errors of the branch whose kind of value it is; where no branch fits, the anyOf itself, which says
 * what the branches take.
 */
const withoutBranches = (errors: readonly ErrorObject[]): readonly ErrorObject[] => {
  const dropped = new Set<ErrorObject>();
  for (const union of errors.filter((error) => error.keyword === 'anyOf')) {
    const inside = errors.filter((error) => error !== union && error.schemaPath.startsWith(`${union.schemaPath}/`));
    const branches = Map.groupBy(inside, (error) => branchOf(error, union));
    const own = [...branches.values()].filter((branch) => !branch.some((error) => isWrongKind(error, union)));
    const [fitting] = own;
    const kept = own.length === 1 && fitting !== undefined ? fitting : [];
    for (const error of inside) if (!kept.includes(error)) dropped.add(error);
    if (kept.length > 0) dropped.add(union);
  }
  return errors.filter((error) => !dropped.has(error));
};

const branchOf = (error: ErrorObject, union: ErrorObject): string =>
  error.schemaPath.slice(union.schemaPath.length + 1).split('/')[0] ?? '';

const isWrongKind = (error: ErrorObject, union: ErrorObject): boolean =>
  error.instancePath === union.instancePath && ['type', 'const', 'enum'].includes(error.keyword);

const faultOf = (error: ErrorObject, secretive: boolean): Fault => {
  const path = error.instancePath.split('/').slice(1).map(unescapePointer);
  const params: Readonly<Record<string, unknown>> = error.params;
  if (error.keyword === 'additionalProperties') {
    const key = String(params.additionalProperty);
    return { path: [...path, key], atKey: true, message: unknownKey(key, keysOf(error.parentSchema)) };
  }
  const what = path.length === 0 ? 'it' : quoted(path.at(-1) ?? '');
  if (error.keyword === 'required') {
    const under = path.length === 0 ? '' : ` under ${what}`;
    return { path, atKey: true, message: `"${String(params.missingProperty)}" is missing${under}; add it` };
  }
  const shown = secretive ? '' : `, not ${shownValue(error.data)}`;
  return { path, atKey: false, message: `${what} must be ${wanted(error)}${shown}${helpOf(error)}` };
};

export const unknownKey = (key: string, known: readonly string[]): string =>
  `${quoted(key)} is not a key here${didYouMean(key, known)}; the keys are ${known.join(', ')}`;

const wanted = (error: ErrorObject): string => {
  const params: Readonly<Record<string, unknown>> = error.params;
  switch (error.keyword) {
    case 'type':
      return kindName(String(params.type));
    case 'enum':
      return listed(asList(params.allowedValues).map(String), 'or');
    case 'const':
      return String(params.allowedValue);
    case 'anyOf':
      return listed([...new Set(asList(error.schema).map(branchName))], 'or');
    case 'minimum':
      return `${String(params.limit)} or more`;
    case 'maximum':
      return `${String(params.limit)} or less`;
    case 'minItems':
      return `a list of at least ${String(params.limit)}`;
    case 'minLength':
      return 'text, not empty';
    default:
      return 'of another form';
  }
};

const helpOf = ({ parentSchema, keyword }: ErrorObject): string => {
  const description: unknown = parentSchema?.description;
  return keyword === 'pattern' && typeof description === 'string' ? ` (${description.replace(/\.$/, '')})` : '';
};

const branchName = (branch: unknown): string => {
  const schema = asRecord(branch);
  if (schema.const !== undefined) return String(schema.const);
  if (schema.type !== 'object') return kindName(String(schema.type));
  const keys = Object.keys(asRecord(schema.properties));
  return keys.length > 0 && keys.length < 4 ? `{${keys.join(', ')}}` : 'a mapping';
};

const kindName = (type: string): string => kinds[type] ?? type;

const kinds: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  object: 'a mapping',
  string: 'text',
};

const shownValue = (value: unknown): string => {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : quoted(String(value));
};

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const unescapePointer = (text: string): string => text.replaceAll('~1', '/').replaceAll('~0', '~');
