import type { ErrorObject } from 'ajv/dist/2020.js';
import { durationPattern } from '../model/duration.ts';
import { listed, quoted } from '../model/phrases.ts';
import { closest, didYouMean } from '../model/suggest.ts';
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
  withoutMisspelt(withoutBranches(errors)).map((error) => faultOf(error, secretive));

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

/** A key that is missing because it is misspelt is one fault: the unknown key, which is asked whether it is meant. */
const withoutMisspelt = (errors: readonly ErrorObject[]): readonly ErrorObject[] => {
  const meant = new Set(
    errors
      .filter(({ keyword }) => keyword === 'additionalProperties')
      .map((error) => `${error.instancePath}/${closest(keyOf(error), keysOf(error.parentSchema))}`),
  );
  return errors.filter((error) => error.keyword !== 'required' || !meant.has(`${error.instancePath}/${keyOf(error)}`));
};

/** The key that an error of `additionalProperties` or `required` is about. */
const keyOf = ({ params }: ErrorObject): string => String(params.additionalProperty ?? params.missingProperty);

const faultOf = (error: ErrorObject, secretive: boolean): Fault => {
  const path = error.instancePath.split('/').slice(1).map(unescapePointer);
  const key = path.at(-1);
  const place = placeName(path);
  if (error.keyword === 'additionalProperties') {
    const unknown = keyOf(error);
    return { path: [...path, unknown], atKey: true, message: unknownKey(unknown, keysOf(error.parentSchema)) };
  }
  if (error.keyword === 'required') {
    const under = place === null ? '' : ` under ${place}`;
    return { path, atKey: true, message: `"${keyOf(error)}" is missing${under}; add it` };
  }
  return {
    path,
    atKey: false,
    message: `${place ?? 'it'} ${isEmpty(error) ? emptyWords(error, key) : wrongWords(error, secretive)}`,
  };
};

/** `"names"`, or `"names.0"` for an item of a list; null at the top. */
const placeName = (path: readonly string[]): string | null => {
  const from = path.findLastIndex((step) => !/^[0-9]+$/.test(step));
  return path.length === 0 ? null : quoted(path.slice(Math.max(0, from)).join('.'));
};

/** Of `api_key:s3cr3t`, which YAML takes for one key where a space is forgotten, the key alone is shown. */
const shownKey = (key: string): string => {
  const [, start = '', rest = ''] = /^([\w-]*)([:=].*)?$/s.exec(key) ?? [];
  return rest === '' ? quoted(key) : `${quoted(start)} with what follows it (is a space missing after ":"?)`;
};

export const unknownKey = (key: string, known: readonly string[]): string =>
  `${shownKey(key)} is not a key here${didYouMean(key, known)}; the ${known.length === 1 ? 'only key is' : 'keys are'} ${listed(known)}`;

const isEmpty = ({ data, keyword }: ErrorObject): boolean =>
  (keyword === 'minLength' && data === '') || (keyword === 'minItems' && Array.isArray(data) && data.length === 0);

/** `is empty; list at least one name`, for the key `names`. */
const emptyWords = ({ keyword, params }: ErrorObject, key = ''): string => {
  if (keyword === 'minLength') return 'is empty; give it a value';
  const item = /[^s]s$/.test(key) ? key.slice(0, -1) : 'entry';
  return Number(params.limit) > 1 ? `is empty; list at least ${params.limit}` : `is empty; list at least one ${item}`;
};

const wrongWords = (error: ErrorObject, secretive: boolean): string => {
  const shown = shownValue(error.data);
  if (error.keyword === 'pattern') return `has the wrong form${secretive ? '' : `: ${shown}`}${helpOf(error)}`;
  return `must ${wanted(error)}${secretive ? '' : `, not ${shown}`}`;
};

const wanted = ({ keyword, params, parentSchema, schema }: ErrorObject): string => {
  const limit = String(params.limit);
  switch (keyword) {
    case 'type':
      return `be ${parentSchema?.pattern === durationPattern ? 'a time with a unit, like 10s' : kindName(String(params.type))}`;
    case 'enum':
      return `be ${listed(asList(params.allowedValues).map(String), 'or')}`;
    case 'const':
      return `be ${String(params.allowedValue)}`;
    case 'anyOf':
      return `be ${listed([...new Set(asList(schema).flatMap(branchNames))], 'or')}`;
    case 'minimum':
      return `be ${limit} or more`;
    case 'maximum':
      return `be ${limit} or less`;
    default:
      return `fit "${keyword}${typeof schema === 'object' ? '' : `: ${String(schema)}`}" of its schema`;
  }
};

/** What a pattern is for: its description says so. */
const helpOf = ({ parentSchema }: ErrorObject): string => {
  const description: unknown = parentSchema?.description;
  return typeof description === 'string' ? ` (${description.replace(/\.$/, '')})` : '';
};

const branchNames = (branch: unknown): readonly string[] => {
  const schema = asRecord(branch);
  if (schema.const !== undefined) return [String(schema.const)];
  if (schema.type === 'boolean') return ['true', 'false'];
  if (schema.type !== 'object') return [kindName(String(schema.type))];
  const keys = Object.keys(asRecord(schema.properties));
  return [keys.length > 0 && keys.length < 4 ? `{${keys.join(', ')}}` : 'a mapping'];
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

/** Only text has quotes. */
const shownValue = (value: unknown): string => {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? quoted(value) : String(value);
};

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const unescapePointer = (text: string): string => text.replaceAll('~1', '/').replaceAll('~0', '~');
