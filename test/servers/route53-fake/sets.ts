import { isIPv4, isIPv6 } from 'node:net';
import type { RecordSet } from './account.ts';
import { type Refusal, refusal } from './limits.ts';
import { canonicalName } from './names.ts';
import { type Content, child, type Element, listAt, textAt } from './xml.ts';

const types: ReadonlySet<string> = new Set(
  'A AAAA CAA CNAME DS HTTPS MX NAPTR NS PTR SOA SPF SRV SSHFP SVCB TLSA TXT'.split(' '),
);

const mostValues = 400;
const longestValue = 4_000;

export const invalidBatch = (message: string, limit: string | null = null): Refusal =>
  refusal('InvalidChangeBatch', `[${message}]`, limit);

const invalidInput = (message: string): Refusal => refusal('InvalidInput', message);

/** Reads a ResourceRecordSet as AWS would take it. */
export const readSet = (element: Element | undefined): RecordSet | Refusal => {
  const name = canonicalName(textAt(element, 'Name') ?? '');
  if (typeof name !== 'string') return name;
  const type = textAt(element, 'Type') ?? '';
  if (!types.has(type)) return invalidInput(`${type} is no type of a record set`);
  const routing = routingOf(element);
  const set: RecordSet = {
    name,
    type,
    identifier: textAt(element, 'SetIdentifier') ?? null,
    ttl: child(element, 'TTL') === undefined ? null : Number(textAt(element, 'TTL')),
    values: listAt(element, 'ResourceRecords').map((each) => textAt(each, 'Value') ?? ''),
    multivalue: textAt(element, 'MultiValueAnswer') === 'true',
    healthCheck: textAt(element, 'HealthCheckId') ?? null,
    alias: aliasOf(child(element, 'AliasTarget')),
    routing,
  };
  return whyBad(set) ?? set;
};

const routings = ['Weight', 'Region', 'Failover', 'GeoLocation', 'CidrRoutingConfig', 'GeoProximityLocation'] as const;

const routingOf = (element: Element | undefined): Readonly<Record<string, Content>> =>
  Object.fromEntries(
    routings.flatMap((name) => {
      const found = child(element, name);
      return found === undefined ? [] : [[name, contentOf(found)] as const];
    }),
  );

/** By name; a child that comes once stands for itself, and one that comes again is in a list. */
export const fieldsOf = (element: Element): { readonly [name: string]: Content } =>
  Object.fromEntries(
    [...Map.groupBy(element.children, ({ name }) => name)].map(([name, all]) => [name, oneOrAll(all)]),
  );

const oneOrAll = (all: readonly Element[]): Content => {
  const [first, ...more] = all;
  return first === undefined || more.length > 0 ? all.map(contentOf) : contentOf(first);
};

const contentOf = (element: Element): Content => (element.children.length === 0 ? element.text : fieldsOf(element));

const aliasOf = (target: Element | undefined): RecordSet['alias'] =>
  target === undefined
    ? null
    : {
        zone: textAt(target, 'HostedZoneId') ?? '',
        name: textAt(target, 'DNSName') ?? '',
        evaluates: textAt(target, 'EvaluateTargetHealth') === 'true',
      };

const whyBad = (set: RecordSet): Refusal | null => {
  const { alias, identifier, multivalue, name, routing, ttl, type, values } = set;
  const policies = Object.keys(routing).length + Number(multivalue);
  const where = `record set [name='${name}', type='${type}']`;
  const wrongs: readonly (readonly [isWrong: boolean, message: string])[] = [
    [policies > 1, `${where} has more than one routing policy`],
    [(policies === 1) !== (identifier !== null), `${where}: a SetIdentifier and a routing policy go together`],
    [identifier !== null && !/^.{1,128}$/s.test(identifier), `${where}: a SetIdentifier has 1 to 128 characters`],
    [alias !== null && multivalue, `${where}: a multivalue answer cannot be an alias`],
    [alias !== null && (ttl !== null || values.length > 0), `${where}: an alias has no TTL and no values`],
    [alias === null && !isTtl(ttl), `${where} has no TTL from 0 to 2147483647`],
    [alias === null && values.length === 0, `${where} has no values`],
  ];
  const wrong = wrongs.find(([isWrong]) => isWrong);
  return wrong === undefined ? whyBadValues(set, where) : invalidInput(wrong[1]);
};

const isTtl = (ttl: number | null): boolean => Number.isInteger(ttl) && ttl !== null && ttl >= 0 && ttl < 2 ** 31;

const whyBadValues = ({ multivalue, type, values }: RecordSet, where: string): Refusal | null => {
  const only = multivalue || type === 'CNAME' || type === 'SOA';
  if (values.length > mostValues) return invalidBatch(`${where} has more than ${mostValues} values`, 'values of a set');
  if (new Set(values).size < values.length) return invalidBatch(`Duplicate Resource Record in ${where}`);
  if (only && values.length > 1) return invalidBatch(`${where} can have one value`);
  if (multivalue && (type === 'NS' || type === 'CNAME')) return invalidBatch(`${where} cannot be a multivalue answer`);
  const bad = values.find((value) => !isValue(type, value));
  return bad === undefined ? null : invalidBatch(`Invalid Resource Record: '${bad}' is no value of type ${type}`);
};

/** Looks at what is most often sent wrong; all else is taken as it is. */
const isValue = (type: string, value: string): boolean => {
  if (value === '' || value.length > longestValue) return false;
  if (type === 'A') return isIPv4(value);
  if (type === 'AAAA') return isIPv6(value);
  if (type === 'TXT' || type === 'SPF') return isText(value);
  if (type === 'MX') return /^[0-9]{1,5} \S+$/.test(value);
  if (type === 'CNAME' || type === 'NS' || type === 'PTR') return typeof canonicalName(value) === 'string';
  return true;
};

const isText = (value: string): boolean =>
  /^"(?:[^"\\]|\\.)*"(?:\s+"(?:[^"\\]|\\.)*")*$/s.test(value) &&
  [...value.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].every(
    ([, text = '']) => text.replace(/\\(?:[0-7]{3}|.)/gs, '?').length <= 255,
  );

export const printSet = (set: RecordSet): Content => ({
  Name: set.name,
  Type: set.type,
  SetIdentifier: set.identifier ?? undefined,
  ...set.routing,
  MultiValueAnswer: set.multivalue ? true : undefined,
  TTL: set.ttl ?? undefined,
  ResourceRecords: set.alias === null ? { ResourceRecord: set.values.map((value) => ({ Value: value })) } : undefined,
  AliasTarget:
    set.alias === null
      ? undefined
      : { HostedZoneId: set.alias.zone, DNSName: set.alias.name, EvaluateTargetHealth: set.alias.evaluates },
  HealthCheckId: set.healthCheck ?? undefined,
});

/** Is it exactly what is there: the TTL, the values in any order, and all else? */
export const isSameSet = (a: RecordSet, b: RecordSet): boolean => printed(a) === printed(b);

const printed = (set: RecordSet): string =>
  JSON.stringify([
    set.name,
    set.type,
    set.identifier,
    set.ttl,
    set.values.toSorted(),
    set.multivalue,
    set.healthCheck,
    set.alias,
    Object.entries(set.routing).toSorted(([x], [y]) => (x < y ? -1 : 1)),
  ]);
