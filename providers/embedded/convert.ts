import {
  besideCname,
  type Change,
  type CreateSettings,
  type ExistingRRset,
  isApexSet,
  isSoa,
  type RefusedChange,
  rdataToWire,
  rrTypes,
  SyntaxProblem,
  sameAnswer,
  splitParts,
  standsAlone,
  type TypeTraits,
  traitsOf,
  typeByName,
} from '../../src/provider.ts';

// Between the model and the rows of the zones file. All pure.

/** One RRset as a row has it. */
export interface Row {
  readonly place: string;
  readonly type: string;
  readonly ttl: number;
  /** One rdata a line: canonical text has no line feed of its own. */
  readonly rdata: string;
}

const whyRefused = ({ service, synthesised }: TypeTraits): string | null => {
  if (synthesised?.by === 'lookup') return 'the embedded server resolves no other names; write A and AAAA';
  if (synthesised?.by === 'code') return 'the embedded server runs no code; write A and AAAA';
  return service === undefined ? null : `only ${service} can answer with it`;
};

export const refusedTypes: Readonly<Record<string, string>> = Object.fromEntries(
  rrTypes.flatMap(({ name, traits }) => {
    const why = whyRefused(traits);
    return why === null ? [] : [[name, why]];
  }),
);

export const servedTypes: readonly string[] = rrTypes.map(({ name }) => name).filter((name) => !(name in refusedTypes));

/**
 * A name's key in the file: its parts from the apex down, one space between. What lies below a name then follows it
 * without a gap: canonical parts have no octet up to the space in them.
 */
export const reversedName = (name: string): string => splitParts(name).toReversed().join(' ');

export const nameFromReversed = (place: string): string =>
  place === '' ? '.' : `${place.split(' ').toReversed().join('.')}.`;

/** The keys of a name and of all that lies below it stand from the first text up to the second. */
export const reversedNamesFrom = (name: string): readonly [string, string] => {
  const place = reversedName(name);
  return place === '' ? ['', '\u007f'] : [place, `${place}!`];
};

export const rrsetOfRow = ({ place, rdata, ttl, type }: Row): ExistingRRset => ({
  name: nameFromReversed(place),
  type,
  ttl,
  values: rdata.split('\n').map((text) => ({ rdata: text, origins: [] })),
});

export const rowOf = (rrset: Pick<ExistingRRset, 'name' | 'type' | 'ttl' | 'values'>): Row => ({
  place: reversedName(rrset.name),
  type: rrset.type,
  ttl: rrset.ttl,
  rdata: rrset.values.map((value) => value.rdata).join('\n'),
});

/** The SOA's rdata with the zone's real serial; every other type's as it is. */
export const withSerial = (type: string, rdata: string, serial: number): string =>
  isSoa(type) ? rdata.replace(/^(\S+ \S+) \d+/, `$1 ${serial}`) : rdata;

/** What a zone begins with: it cannot be served without SOA and apex NS. */
export const initialRows = (zone: string, settings: CreateSettings): readonly Row[] => {
  const servers = settings.ns.length > 0 ? [...settings.ns].sort() : [ownName];
  const contact = zone.length < 200 ? `hostmaster.${zone === '.' ? '' : zone}` : 'hostmaster.invalid.';
  const timers = '10800 3600 604800 300';
  return [
    { place: reversedName(zone), type: 'SOA', ttl: 3600, rdata: `${servers[0]} ${contact} 0 ${timers}` },
    { place: reversedName(zone), type: 'NS', ttl: 3600, rdata: servers.join('\n') },
  ];
};

/** Where the server listens by default, and the one name that means that everywhere. */
const ownName = 'localhost.';
/** Larger ones fit in no DNS message. */
export const maxRRsetBytes = 65_000;

/** Is the RRset still what the change was computed from? The serial is the server's. */
export const isAsBefore = (existing: ExistingRRset | null, before: Change['before'], type: string): boolean => {
  if (existing === null || before === null) return existing === before;
  if (!isSoa(type)) return sameAnswer(existing, before);
  const values = before.values.map(({ rdata }) => ({ rdata: withSerial(type, rdata, 0) }));
  const own = existing.values.map(({ rdata }) => ({ rdata: withSerial(type, rdata, 0) }));
  return sameAnswer({ ttl: existing.ttl, values: own }, { ttl: before.ttl, values });
};

/** Why a change cannot be taken, whatever else stands at its name. */
export const refusalOf = (zone: string, change: Change, isInZone: boolean): string | null => {
  const { after, name, type } = change;
  if (!isInZone) return `${name} is not in ${zone}`;
  if (after === null) return isApexSet(change, zone) ? `a zone needs its ${type}` : null;
  const known = typeByName(type);
  const refused = refusedTypes[type];
  if (refused !== undefined) return refused;
  if (known === null || (known.code >= 128 && known.code < 256) || known.code === 41 || known.code === 0) {
    return `${type} is no type of a zone's records`;
  }
  if (isSoa(type) && name !== zone) return 'a SOA stands at the apex only';
  if (traitsOf(type).values === 'one' && after.values.length !== 1) {
    return `a name has one ${type} only`;
  }
  return sizeRefusal(type, after.values);
};

const sizeRefusal = (type: string, values: readonly { readonly rdata: string }[]): string | null => {
  if (values.length === 0) return 'an RRset has a value';
  try {
    const bytes = values.reduce((sum, { rdata }) => sum + 12 + rdataToWire(type, rdata).length, 0);
    return bytes > maxRRsetBytes ? `${bytes} octets; no DNS message can carry it` : null;
  } catch (error) {
    if (error instanceof SyntaxProblem) return error.message;
    throw error;
  }
};

/** Whose types do not go together, once all changes are made: a CNAME stands alone (RFC 2181 section 10.1). */
export const conflictsOf = (
  changes: readonly Change[],
  typesAt: (name: string) => readonly string[],
): readonly RefusedChange[] =>
  changes.flatMap(({ after, name, type }) => {
    const others = typesAt(name).filter((other) => other !== type && !besideCname.has(other));
    if (after === null || others.length === 0) return [];
    const isCname = standsAlone(type) || (others.some(standsAlone) && !besideCname.has(type));
    return isCname ? [{ name, type, message: `a CNAME stands alone, and ${name} has ${others.join(', ')} too` }] : [];
  });
