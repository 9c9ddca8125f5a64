import { type ListedZone, parseAbsolute } from '../../src/provider.ts';

// What the API's answers must be before they are believed; pure. Each gives what the answer says, or why it says nothing.

/** A zone as GET gives it, as far as it is used; its RRsets stand apart. */
export interface ApiZone {
  readonly serial: number;
  readonly kind: string;
  readonly soa_edit: string;
  readonly soa_edit_api: string;
}

/** What came is JSON, and cannot be what was asked for. */
export class UnsoundAnswer extends Error {}

type Members = Readonly<Record<string, unknown>>;

export const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `[]` stands where the RRsets were taken out. Text that may be missing, or null, is empty. */
export const zoneIn = (body: unknown, name: string): ApiZone | string => {
  if (!isMembers(body) || typeof body.name !== 'string') return 'its answer is no zone';
  if (canonical(body.name) !== name) return `its answer is the zone ${JSON.stringify(body.name)}`;
  const { kind, serial, soa_edit, soa_edit_api } = body;
  if (!isSerial(serial)) return 'its answer is a zone without a serial';
  if (typeof kind !== 'string') return 'its answer is a zone without a kind';
  return { serial, kind, soa_edit: textOf(soa_edit), soa_edit_api: textOf(soa_edit_api) };
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const isSerial = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32;

/** Does the zone come from a primary elsewhere, whose next transfer undoes what is written? */
export const isSecondary = (kind: string): boolean => secondaryKinds.has(kind.toLowerCase());

/** Newer versions have other words for the same. */
const secondaryKinds: ReadonlySet<string> = new Set(['slave', 'secondary', 'consumer']);

export interface ApiListedZone extends ListedZone {
  readonly kind: string;
}

export const zonesIn = (answer: unknown): readonly ApiListedZone[] | string => {
  if (!Array.isArray(answer)) return 'its answer is no list of zones';
  const zones: ApiListedZone[] = [];
  const seen = new Set<string>();
  for (const zone of answer) {
    if (!isMembers(zone) || typeof zone.name !== 'string') return 'its list of zones has one without a name';
    if (!isSerial(zone.serial)) return `its list of zones has ${JSON.stringify(zone.name)} without a serial`;
    const name = canonical(zone.name);
    if (seen.has(name)) return `its list of zones has ${name} twice`;
    seen.add(name);
    zones.push({ name, fingerprint: String(zone.serial), kind: textOf(zone.kind) });
  }
  return zones;
};

const canonical = (name: string): string => {
  try {
    return parseAbsolute(name);
  } catch {
    return name;
  }
};

/** The values of a zone's metadata by kind. */
export const metadataIn = (answer: unknown): ReadonlyMap<string, readonly string[]> | string => {
  if (!Array.isArray(answer)) return 'its answer is no list of metadata';
  const found = new Map<string, readonly string[]>();
  for (const each of answer) {
    if (!isMembers(each) || typeof each.kind !== 'string' || !areTexts(each.metadata))
      return 'its list of metadata has one that is none';
    found.set(each.kind, each.metadata);
  }
  return found;
};

const areTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

/** The server's settings by name. */
export const settingsIn = (answer: unknown): ReadonlyMap<string, string> | string => {
  if (!Array.isArray(answer)) return 'its answer is no list of settings';
  const found = new Map<string, string>();
  for (const each of answer) {
    if (!isMembers(each) || typeof each.name !== 'string') return 'its list of settings has one without a name';
    found.set(each.name, String(each.value));
  }
  return found.has('launch') ? found : 'its answer is not that of an authoritative server';
};
