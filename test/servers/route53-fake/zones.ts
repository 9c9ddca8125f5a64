import {
  type Account,
  changeContent,
  type HostedZone,
  newChange,
  type RecordSet,
  type Reply,
  setKey,
} from './account.ts';
import { type Refusal, refusal } from './limits.ts';
import { canonicalName, compareNames, compareText } from './names.ts';
import { printSet } from './sets.ts';
import { type Content, child, type Element, textAt } from './xml.ts';

const nameServers = [
  'ns-1.awsdns-00.example.',
  'ns-2.awsdns-00.example.',
  'ns-3.awsdns-00.example.',
  'ns-4.awsdns-00.example.',
];

export const createZone = (account: Account, body: Element): Reply | Refusal => {
  const name = canonicalName(textAt(body, 'Name') ?? '');
  if (typeof name !== 'string') return name;
  const callerReference = textAt(body, 'CallerReference') ?? '';
  if (callerReference === '') return refusal('InvalidInput', 'there is no CallerReference');
  if ([...account.zones.values()].some((zone) => zone.callerReference === callerReference)) {
    return refusal('HostedZoneAlreadyExists', `a hosted zone has been created with ${callerReference}`, null, 409);
  }
  const config = child(body, 'HostedZoneConfig');
  const vpc = child(body, 'VPC');
  const set = (type: string, ttl: number, values: readonly string[]): RecordSet => ({
    name,
    type,
    identifier: null,
    ttl,
    values,
    multivalue: false,
    healthCheck: null,
    alias: null,
    routing: {},
  });
  const soa = `${nameServers[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
  const sets = [set('NS', 172_800, nameServers), set('SOA', 900, [soa])];
  const zone: HostedZone = {
    id: account.next('Z'),
    name,
    callerReference,
    comment: textAt(config, 'Comment') ?? null,
    isPrivate: textAt(config, 'PrivateZone') === 'true' || vpc !== undefined,
    vpc: vpc === undefined ? null : { id: textAt(vpc, 'VPCId') ?? '', region: textAt(vpc, 'VPCRegion') ?? '' },
    sets: new Map(sets.map((each) => [setKey(each), each])),
    signingKeys: [],
    protections: [],
    busyUntil: 0,
  };
  account.zones.set(zone.id, zone);
  const change = changeContent(newChange(account), account.now());
  const document = { CreateHostedZoneResponse: { ...detailOf(zone), ChangeInfo: change } };
  return { status: 201, document, headers: { location: `/2013-04-01/hostedzone/${zone.id}` } };
};

export const getZone = (zone: HostedZone): Reply => ({
  status: 200,
  document: { GetHostedZoneResponse: detailOf(zone) },
});

export const getDnssec = ({ isPrivate, signingKeys }: HostedZone): Reply | Refusal => {
  if (isPrivate) return refusal('InvalidArgument', 'DNSSEC is not for private hosted zones');
  const keys = signingKeys.map((name) => ({ Name: name, Status: 'INACTIVE' }));
  const content = { Status: { ServeSignature: 'NOT_SIGNING' }, KeySigningKeys: { member: keys } };
  return { status: 200, document: { GetDNSSECResponse: content } };
};

export const listProtections = ({ protections }: HostedZone): Reply => {
  const all = protections.map(({ name, type }) => ({ RecordName: name, RecordType: type }));
  const content = { ResourceRecordSetProtections: { ResourceRecordSetProtection: all } };
  return { status: 200, document: { ListResourceRecordSetProtectionsResponse: content } };
};

/** UpdateHostedZoneComment. */
export const commentZone = (zone: HostedZone, body: Element): Reply => {
  zone.comment = textAt(body, 'Comment') ?? null;
  return { status: 200, document: { UpdateHostedZoneCommentResponse: { HostedZone: zoneContent(zone) } } };
};

export const deleteZone = (account: Account, zone: HostedZone): Reply | Refusal => {
  const rest = [...zone.sets.values()].filter(
    ({ name, type }) => name !== zone.name || (type !== 'SOA' && type !== 'NS'),
  );
  if (rest.length > 0) {
    const message = 'The specified hosted zone contains non-required resource record sets and so cannot be deleted.';
    return refusal('HostedZoneNotEmpty', message);
  }
  if (zone.signingKeys.length > 0) {
    const message = 'The specified hosted zone contains DNSSEC Key Signing Keys and so cannot be deleted.';
    return refusal('HostedZoneNotEmpty', message);
  }
  account.zones.delete(zone.id);
  account.tags.delete(`hostedzone/${zone.id}`);
  return {
    status: 200,
    document: { DeleteHostedZoneResponse: { ChangeInfo: changeContent(newChange(account), account.now()) } },
  };
};

const detailOf = (zone: HostedZone): { readonly [name: string]: Content } => ({
  HostedZone: zoneContent(zone),
  DelegationSet: { NameServers: { NameServer: nameServers } },
  VPCs: zone.vpc === null ? undefined : { VPC: [{ VPCRegion: zone.vpc.region, VPCId: zone.vpc.id }] },
});

const zoneContent = (zone: HostedZone): Content => ({
  Id: `/hostedzone/${zone.id}`,
  Name: zone.name,
  CallerReference: zone.callerReference,
  Config: { Comment: zone.comment ?? undefined, PrivateZone: zone.isPrivate },
  ResourceRecordSetCount: zone.sets.size,
});

export const listZones = (account: Account, query: URLSearchParams): Reply => {
  const all = [...account.zones.values()].toSorted((a, b) => compareText(a.id, b.id));
  const start = query.get('marker');
  const rest = start === null ? all : all.filter(({ id }) => id >= start);
  const { items, next, most } = pageOf(rest, query, account.page);
  return {
    status: 200,
    document: {
      ListHostedZonesResponse: {
        HostedZones: { HostedZone: items.map(zoneContent) },
        Marker: start ?? undefined,
        IsTruncated: next !== undefined,
        NextMarker: next?.id,
        MaxItems: most,
      },
    },
  };
};

export const listZonesByName = (account: Account, query: URLSearchParams): Reply | Refusal => {
  const asked = query.get('dnsname');
  const name = asked === null ? null : canonicalName(asked);
  if (name !== null && typeof name !== 'string') return name;
  const id = query.get('hostedzoneid') ?? '';
  const order = (a: HostedZone, b: HostedZone) => compareNames(a.name, b.name) || compareText(a.id, b.id);
  const isAfter = (zone: HostedZone): boolean =>
    name === null || compareNames(zone.name, name) > 0 || (zone.name === name && zone.id >= id);
  const rest = [...account.zones.values()].filter(isAfter).toSorted(order);
  const { items, next, most } = pageOf(rest, query, account.page);
  return {
    status: 200,
    document: {
      ListHostedZonesByNameResponse: {
        HostedZones: { HostedZone: items.map(zoneContent) },
        DNSName: asked ?? undefined,
        IsTruncated: next !== undefined,
        NextDNSName: next?.name,
        NextHostedZoneId: next?.id,
        MaxItems: most,
      },
    },
  };
};

const mostSets = 300;

export const listSets = (zone: HostedZone, query: URLSearchParams): Reply | Refusal => {
  const asked = query.get('name');
  const [type, identifier] = [query.get('type'), query.get('identifier')];
  if ((asked === null && type !== null) || (type === null && identifier !== null)) {
    return refusal('InvalidInput', 'a type goes with a name, and an identifier with a type');
  }
  const name = asked === null ? '' : canonicalName(asked);
  if (typeof name !== 'string') return name;
  const from = { name, type: type ?? '', identifier };
  const rest = sortedSets(zone).filter((set) => asked === null || compareSets(set, from) >= 0);
  const { items, next, most } = pageOf(rest, query, mostSets);
  return {
    status: 200,
    document: {
      ListResourceRecordSetsResponse: {
        ResourceRecordSets: { ResourceRecordSet: items.map(printSet) },
        IsTruncated: next !== undefined,
        NextRecordName: next?.name,
        NextRecordType: next?.type,
        NextRecordIdentifier: next?.identifier ?? undefined,
        MaxItems: most,
      },
    },
  };
};

const sorted = new WeakMap<ReadonlyMap<string, RecordSet>, readonly RecordSet[]>();

/** A change gives a zone another map, so that what was sorted once stays so. */
const sortedSets = ({ sets }: HostedZone): readonly RecordSet[] => {
  const known = sorted.get(sets);
  if (known?.length === sets.size) return known.map((set) => sets.get(setKey(set)) ?? set);
  const all = [...sets.values()].toSorted(compareSets);
  sorted.set(sets, all);
  return all;
};

type SetPlace = Pick<RecordSet, 'name' | 'type' | 'identifier'>;

const compareSets = (a: SetPlace, b: SetPlace): number =>
  compareNames(a.name, b.name) || compareText(a.type, b.type) || compareText(a.identifier ?? '', b.identifier ?? '');

/** A page of a list, and what the next one begins with. */
export const pageOf = <T>(all: readonly T[], query: URLSearchParams, longest: number) => {
  const asked = Number(query.get('maxitems') ?? longest);
  const most = Math.min(Number.isInteger(asked) && asked > 0 ? asked : longest, longest);
  return { items: all.slice(0, most), next: all[most], most };
};
