import { BlockList, isIPv4 } from 'node:net';
import { type Account, type HealthCheck, isRefusal, type Reply } from './account.ts';
import { usedChecks } from './changes.ts';
import { type Refusal, refusal } from './limits.ts';
import { fieldsOf } from './sets.ts';
import { type Content, child, type Element, listAt, printXml, textAt } from './xml.ts';
import { pageOf } from './zones.ts';

const invalid = (message: string): Refusal => refusal('InvalidInput', message);

/** The same CallerReference and settings give the check that is there; a reference of one that was deleted is never free. */
export const createCheck = (account: Account, body: Element): Reply | Refusal => {
  const callerReference = textAt(body, 'CallerReference') ?? '';
  if (callerReference === '' || callerReference.length > 64) return invalid('a CallerReference has 1 to 64 characters');
  const config = readConfig(child(body, 'HealthCheckConfig'));
  if (isRefusal(config)) return config;
  const known = [...account.checks.values()].find((check) => check.callerReference === callerReference);
  const taken = known !== undefined && printXml(known.config) !== printXml(config);
  if (taken || account.spentReferences.has(callerReference)) {
    const message = `A health check has already been created with caller reference ${callerReference}.`;
    return refusal('HealthCheckAlreadyExists', message, 'a caller reference once', 409);
  }
  const check = known ?? { id: idOf(account), callerReference, config, releasedAt: 0 };
  account.checks.set(check.id, check);
  return {
    status: 201,
    document: { CreateHealthCheckResponse: { HealthCheck: checkContent(check) } },
    headers: { location: `/2013-04-01/healthcheck/${check.id}` },
  };
};

/** In the form of a UUID. */
const idOf = (account: Account): string => `00000000-0000-4000-8000-${account.next('').padStart(12, '0')}`;

const kinds: ReadonlySet<string> = new Set(['HTTP', 'HTTPS', 'HTTP_STR_MATCH', 'HTTPS_STR_MATCH', 'TCP']);

/** Endpoints only: no check of other checks or alarms. */
const readConfig = (element: Element | undefined): HealthCheck['config'] | Refusal => {
  if (element === undefined) return invalid('there is no HealthCheckConfig');
  const type = textAt(element, 'Type') ?? '';
  const isHttps = type.startsWith('HTTPS');
  const port = Number(textAt(element, 'Port') ?? (isHttps ? 443 : type === 'TCP' ? Number.NaN : 80));
  const interval = Number(textAt(element, 'RequestInterval') ?? 30);
  const threshold = Number(textAt(element, 'FailureThreshold') ?? 3);
  const wrong = wrongsOf(element, { type, port, interval, threshold }).find(([isWrong]) => isWrong);
  if (wrong !== undefined) return invalid(wrong[1]);
  const sni = isHttps ? { EnableSNI: textAt(element, 'EnableSNI') ?? 'true' } : {};
  return { ...fieldsOf(element), Port: port, RequestInterval: interval, FailureThreshold: threshold, ...sni };
};

const wrongsOf = (
  element: Element,
  given: { readonly type: string; readonly port: number; readonly interval: number; readonly threshold: number },
): readonly (readonly [isWrong: boolean, message: string])[] => {
  const { interval, port, threshold, type } = given;
  const [address, path, search] = ['IPAddress', 'ResourcePath', 'SearchString'].map((name) => textAt(element, name));
  const isMatched = search !== undefined && search !== '';
  return [
    [!kinds.has(type), `${type} is no type of an endpoint's check`],
    [
      address === undefined && child(element, 'FullyQualifiedDomainName') === undefined,
      'there is neither IPAddress nor FullyQualifiedDomainName',
    ],
    [
      address !== undefined && isUnreachable(address),
      `Invalid parameter: the IP address ${address} is local, private, nonroutable or multicast`,
    ],
    [!(Number.isInteger(port) && port > 0 && port < 65_536), `${port} is no port`],
    [type === 'TCP' && path !== undefined, 'TCP has no ResourcePath'],
    [path !== undefined && !/^\/.{0,254}$/.test(path), 'a ResourcePath has a slash and 254 characters more at most'],
    [type.endsWith('_STR_MATCH') !== isMatched, 'a SearchString goes with HTTP_STR_MATCH and HTTPS_STR_MATCH'],
    [isMatched && search.length > 255, 'a SearchString has 255 characters at most'],
    [interval !== 10 && interval !== 30, 'the RequestInterval is 10 or 30'],
    [!(threshold >= 1 && threshold <= 10), 'the FailureThreshold is 1 to 10'],
  ];
};

const special = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  special.addSubnet(network, bits);
}
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  special.addSubnet(network, bits, 'ipv6');
}

/** Checkers sit in the internet. What stands in documentation (RFC 5737, RFC 3849) is let through, for tests live on it. */
const isUnreachable = (address: string): boolean => special.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');

export const checkContent = ({ id, callerReference, config }: HealthCheck): Content => ({
  Id: id,
  CallerReference: callerReference,
  HealthCheckConfig: config,
  HealthCheckVersion: 1,
});

export const getCheck = (check: HealthCheck): Reply => ({
  status: 200,
  document: { GetHealthCheckResponse: { HealthCheck: checkContent(check) } },
});

export const listChecks = (account: Account, query: URLSearchParams): Reply => {
  const all = [...account.checks.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const start = query.get('marker');
  const { items, next, most } = pageOf(
    all.filter(({ id }) => start === null || id >= start),
    query,
    account.page,
  );
  return {
    status: 200,
    document: {
      ListHealthChecksResponse: {
        HealthChecks: { HealthCheck: items.map(checkContent) },
        Marker: start ?? undefined,
        IsTruncated: next !== undefined,
        NextMarker: next?.id,
        MaxItems: most,
      },
    },
  };
};

/** AWS itself deletes a check that is in use, and leaves its record sets to chance; here it is refused and remembered. */
export const deleteCheck = (account: Account, check: HealthCheck): Reply | Refusal => {
  const isUsed = [...account.zones.values()].some(({ sets }) => usedChecks(sets).has(check.id));
  if (isUsed) return refusal('HealthCheckInUse', `${check.id} is in use by a record set`, 'no check while it is used');
  if (account.now() < check.releasedAt) {
    const message = `${check.id} may still be used: its record set's removal is PENDING`;
    return refusal('HealthCheckInUse', message, 'no check before its removal is INSYNC');
  }
  account.checks.delete(check.id);
  account.spentReferences.add(check.callerReference);
  account.tags.delete(`healthcheck/${check.id}`);
  return { status: 200, document: { DeleteHealthCheckResponse: {} } };
};

const mostTags = 10;

export const changeTags = (account: Account, key: string, body: Element): Reply | Refusal => {
  const tags = new Map(account.tags.get(key));
  const add = listAt(body, 'AddTags');
  const remove = listAt(body, 'RemoveTagKeys');
  if (add.length > 10 || remove.length > 10) return invalid('10 tags at most can be added, and 10 removed');
  for (const each of remove) tags.delete(each.text);
  for (const each of add) {
    const [name, value] = [textAt(each, 'Key') ?? '', textAt(each, 'Value') ?? ''];
    if (name === '' || name.length > 128 || value.length > 256) return invalid(`the tag ${name} is too long`);
    if (/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/u.test(`${name}${value}`)) return invalid(`the tag ${name} has other characters`);
    tags.set(name, value);
  }
  if (tags.size > mostTags) return invalid(`a resource has ${mostTags} tags at most`);
  account.tags.set(key, tags);
  return { status: 200, document: { ChangeTagsForResourceResponse: {} } };
};

export const getTags = (account: Account, type: string, id: string): Reply => ({
  status: 200,
  document: { ListTagsForResourceResponse: { ResourceTagSet: tagSet(account, type, id) } },
});

export const listTags = (account: Account, type: string, body: Element): Reply | Refusal => {
  const ids = listAt(body, 'ResourceIds').map(({ text }) => text);
  if (ids.length === 0 || ids.length > 10) return invalid('1 to 10 resources can be asked about');
  const sets = ids.map((id) => tagSet(account, type, id));
  return { status: 200, document: { ListTagsForResourcesResponse: { ResourceTagSets: { ResourceTagSet: sets } } } };
};

const tagSet = (account: Account, type: string, id: string): Content => ({
  ResourceType: type,
  ResourceId: id,
  Tags: { Tag: [...(account.tags.get(`${type}/${id}`) ?? [])].map(([Key, Value]) => ({ Key, Value })) },
});
