import { type Account, changeContent, type HealthCheck, type HostedZone, type Reply } from './account.ts';
import { changeRecordSets } from './changes.ts';
import { changeTags, createCheck, deleteCheck, getCheck, getTags, listChecks, listTags } from './checks.ts';
import { type Refusal, refusal } from './limits.ts';
import type { Element } from './xml.ts';
import {
  commentZone,
  createZone,
  deleteZone,
  getDnssec,
  getZone,
  listProtections,
  listSets,
  listZones,
  listZonesByName,
} from './zones.ts';

export interface Routed {
  readonly operation: string;
  answer(account: Account, body: Element | null): Reply | Refusal;
}

type Answer = (account: Account, parts: Parts, body: Element) => Reply | Refusal;

interface Parts {
  readonly id: string;
  readonly type: string;
  readonly query: URLSearchParams;
}

const withZone =
  (answer: (zone: HostedZone, account: Account, parts: Parts, body: Element) => Reply | Refusal): Answer =>
  (account, parts, body) => {
    const zone = account.zones.get(parts.id);
    if (zone !== undefined) return answer(zone, account, parts, body);
    return refusal('NoSuchHostedZone', `No hosted zone found with ID: ${parts.id}`, null, 404);
  };

const withCheck =
  (answer: (check: HealthCheck, account: Account) => Reply | Refusal): Answer =>
  (account, { id }) => {
    const check = account.checks.get(id);
    if (check !== undefined) return answer(check, account);
    return refusal('NoSuchHealthCheck', `A health check with id ${id} does not exist.`, null, 404);
  };

const withTagged =
  (answer: Answer): Answer =>
  (account, parts, body) => {
    const { id, type } = parts;
    const isThere = type === 'hostedzone' ? account.zones.has(id) : account.checks.has(id);
    if (isThere) return answer(account, parts, body);
    const code = type === 'hostedzone' ? 'NoSuchHostedZone' : 'NoSuchHealthCheck';
    return refusal(code, `there is no ${type} ${id}`, null, 404);
  };

const getChange: Answer = (account, { id }) => {
  const change = account.changes.get(id);
  if (change === undefined) return refusal('NoSuchChange', `A change with id ${id} was not found.`, null, 404);
  return { status: 200, document: { GetChangeResponse: { ChangeInfo: changeContent(change, account.now()) } } };
};

/** `#` is an id, `@` a kind of what is tagged. */
const routes: readonly (readonly [method: string, path: string, operation: string, answer: Answer])[] = [
  ['POST', 'hostedzone', 'CreateHostedZone', (account, _, body) => createZone(account, body)],
  ['GET', 'hostedzone', 'ListHostedZones', (account, { query }) => listZones(account, query)],
  ['GET', 'hostedzonesbyname', 'ListHostedZonesByName', (account, { query }) => listZonesByName(account, query)],
  ['GET', 'hostedzone/#', 'GetHostedZone', withZone(getZone)],
  [
    'POST',
    'hostedzone/#',
    'UpdateHostedZoneComment',
    withZone((zone, _account, _parts, body) => commentZone(zone, body)),
  ],
  ['DELETE', 'hostedzone/#', 'DeleteHostedZone', withZone((zone, account) => deleteZone(account, zone))],
  ['GET', 'hostedzone/#/rrset', 'ListResourceRecordSets', withZone((zone, _, { query }) => listSets(zone, query))],
  [
    'POST',
    'hostedzone/#/rrset',
    'ChangeResourceRecordSets',
    withZone((zone, account, _, body) => changeRecordSets(account, zone, body)),
  ],
  ['GET', 'hostedzone/#/rrsetprotection', 'ListResourceRecordSetProtections', withZone(listProtections)],
  ['GET', 'hostedzone/#/dnssec', 'GetDNSSEC', withZone(getDnssec)],
  ['GET', 'change/#', 'GetChange', getChange],
  ['POST', 'healthcheck', 'CreateHealthCheck', (account, _, body) => createCheck(account, body)],
  ['GET', 'healthcheck', 'ListHealthChecks', (account, { query }) => listChecks(account, query)],
  ['GET', 'healthcheck/#', 'GetHealthCheck', withCheck(getCheck)],
  ['DELETE', 'healthcheck/#', 'DeleteHealthCheck', withCheck((check, account) => deleteCheck(account, check))],
  ['POST', 'tags/@', 'ListTagsForResources', (account, { type }, body) => listTags(account, type, body)],
  [
    'POST',
    'tags/@/#',
    'ChangeTagsForResource',
    withTagged((account, { id, type }, body) => changeTags(account, `${type}/${id}`, body)),
  ],
  ['GET', 'tags/@/#', 'ListTagsForResource', withTagged((account, { id, type }) => getTags(account, type, id))],
];

const nobody: Element = { name: '', text: '', children: [] };

/** What a request asks for. */
export const route = (method: string, url: URL): Routed => {
  const path = url.pathname
    .replace(/^\/2013-04-01\//, '')
    .replace(/\/$/, '')
    .split('/')
    .map(decodeURIComponent);
  for (const [wanted, pattern, operation, answer] of routes) {
    const parts = wanted === method ? matched(pattern.split('/'), path) : null;
    if (parts === null) continue;
    const given = { ...parts, query: url.searchParams };
    return { operation, answer: (account, body) => answer(account, given, body ?? nobody) };
  }
  const message = `${method} ${url.pathname} is not known here`;
  return { operation: 'unknown', answer: () => refusal('InvalidAction', message, null, 404) };
};

const matched = (pattern: readonly string[], path: readonly string[]): Omit<Parts, 'query'> | null => {
  if (pattern.length !== path.length) return null;
  const at = (sign: string): string => path[pattern.indexOf(sign)] ?? '';
  const fits = pattern.every((part, i) => part === '#' || part === '@' || part === path[i]);
  return fits ? { id: at('#'), type: at('@') } : null;
};
