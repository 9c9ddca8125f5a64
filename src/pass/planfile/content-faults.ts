import { compareText } from '../../model/compare.ts';
import { SyntaxProblem } from '../../model/errors.ts';
import { isWithin, parseAbsolute } from '../../model/name.ts';
import { type Change, type Changeset, type Plan, planDigest, samePlanned } from '../../model/plan.ts';
import { parseRdata, rdataToWire, typeByName } from '../../model/rdata.ts';
import { isDataType, isNameServersOf, isSoa } from '../../model/rr-types.ts';
import { keyOf } from '../../model/rrset.ts';
import { withSerialOf } from '../../model/soa.ts';
import { changeKey, changeRefKey, zoneTargetKey, zoneTargetLabel } from '../../model/zone-target.ts';
import type { ReportFault } from './faults.ts';

// What a plan says that makes no sense by itself. Anybody can compute a digest: what it is of must make sense too.

/** Reports all of it. */
export const contentFaults = (plan: Plan, report: ReportFault): void => {
  const { atomic_sets, changesets, digest } = plan;
  if (planDigest(changesets, atomic_sets) !== digest) {
    report('digest', 'it does not fit: something in the file was changed since the plan was made');
  }
  const odd = pathOfHalfPair({ changesets: changesets.map(({ changes }) => ({ changes })), atomic_sets });
  if (odd !== null) report(odd, 'it has half of a surrogate pair, which is no character');
  const places = new Map<string, string>();
  changesets.forEach((changeset, i) => {
    const key = zoneTargetKey(changeset);
    const at = `changesets.${i}`;
    const first = places.get(key);
    if (first !== undefined)
      report(at, `${zoneTargetLabel(changeset)} has ${first} already; a zone at a target has one`);
    places.set(key, at);
    changesetFaults(changeset, at, report);
  });
  setFaults(plan, report);
};

/** The path of the first text or key that UTF-8 cannot write. */
const pathOfHalfPair = (value: unknown): string | null => {
  if (typeof value === 'string') return value.isWellFormed() ? null : '';
  if (value === null || typeof value !== 'object') return null;
  for (const [key, part] of Object.entries(value)) {
    if (!key.isWellFormed()) return 'a key';
    const path = pathOfHalfPair(part);
    if (path !== null) return path === '' ? key : `${key}.${path}`;
  }
  return null;
};

const changesetFaults = ({ zone, create_zone, changes }: Changeset, at: string, report: ReportFault): void => {
  const reason = nameFault(zone);
  if (reason !== null) report(`${at}.zone`, reason);
  const places = new Map<string, string>();
  changes.forEach((change, k) => {
    const place = `${at}.changes.${k}`;
    const about = (message: string, part = '') =>
      report(`${place}${part}`, `the ${change.action} of ${change.name} ${change.type} ${message}`);
    const first = places.get(keyOf(change));
    if (first !== undefined) about(`is the second change of that name and type, after ${first}`);
    places.set(keyOf(change), place);
    if (create_zone && change.before !== null) about('changes what exists in a zone that the plan is to make');
    changeFaults(change, zone, create_zone, about);
  });
};

/** Reports something of a change, at a part of it. */
type About = (message: string, part?: string) => void;

const changeFaults = (change: Change, zone: string, isNew: boolean, about: About): void => {
  const { action, name, type, before, after } = change;
  if ((before === null) !== (action === 'create') || (after === null) !== (action === 'delete')) {
    about('does not have the "before" and "after" of one');
  } else if (before !== null && after !== null && samePlanned(type, before, after)) about('changes nothing');
  const reason = nameFault(name);
  if (reason !== null) about(`has a name that cannot be used: ${reason}`, '.name');
  else if (!isWithin(name, zone)) about(`is not in ${zone}`, '.name');
  const known = typeByName(type);
  if (known?.name !== type || !isDataType(known)) {
    about('has no type that a record can have', '.type');
    return;
  }
  apexFaults(change, zone, isNew, about);
  rrsetFaults(type, before, '.before', maxExistingTtl, about);
  rrsetFaults(type, after, '.after', maxTtl, about);
};

const nameFault = (name: string): string | null => {
  try {
    return parseAbsolute(name) === name ? null : `it is not canonical, which is ${parseAbsolute(name)}`;
  } catch (error) {
    if (error instanceof SyntaxProblem) return error.message;
    throw error;
  }
};

/** What every zone has at its apex is never deleted, and a SOA neither made nor given another serial. */
const apexFaults = (
  { action, name, type, before, after }: Change,
  zone: string,
  isNew: boolean,
  about: About,
): void => {
  const isApex = isSoa(type) || isNameServersOf({ name, type }, zone);
  if (isApex && action === 'delete') about('would leave the zone without it, which no plan does');
  if (!isSoa(type)) return;
  if (name !== zone) about('is not at the apex of the zone, which alone has one');
  if (action === 'create' && !isNew) about('is of a zone that has one');
  if ((after?.values.length ?? 1) > 1) about('has several values, and a zone has one', '.after.values');
  const [was, is] = [before?.values[0]?.rdata, after?.values[0]?.rdata];
  if (was !== undefined && is !== undefined && withSerialOf(is, was) !== is) {
    about("changes the serial, which is the name server's own", '.after.values.0');
  }
};

/** RFC 2181 section 8; what exists may have been given more. */
const maxTtl = 0x7fff_ffff;
const maxExistingTtl = 0xffff_ffff;
/** No shorter text is more than the octets of rdata, of which there are 65,535 at most. */
const longText = 20_000;

const rrsetFaults = (type: string, rrset: Change['after'], at: string, most: number, about: About): void => {
  if (rrset === null) return;
  if (rrset.ttl > most) about(`has the TTL ${rrset.ttl}; the most is ${most}`, `${at}.ttl`);
  if (rrset.values.length === 0) about('has no values', `${at}.values`);
  rrset.values.forEach(({ rdata }, i) => {
    const reason = rdataFault(type, rdata) ?? orderFault(rrset.values[i - 1]?.rdata, rdata);
    if (reason !== null) about(`has a value that cannot be used: ${reason}`, `${at}.values.${i}`);
  });
};

const rdataFault = (type: string, rdata: string): string | null => {
  try {
    const canonical = parseRdata(type, rdata);
    if (canonical !== rdata) return `it is not canonical, which is ${canonical}`;
    if (rdata.length > longText) rdataToWire(type, rdata);
    return null;
  } catch (error) {
    if (error instanceof SyntaxProblem) return error.message;
    throw error;
  }
};

const orderFault = (before: string | undefined, rdata: string): string | null => {
  if (before === undefined || compareText(before, rdata) < 0) return null;
  return before === rdata ? 'it is there twice' : 'the values are not sorted';
};

/** What is made together must be there, and once. */
const setFaults = ({ atomic_sets, changesets }: Plan, report: ReportFault): void => {
  const known = new Set(
    changesets.flatMap((changeset) => changeset.changes.map((change) => changeKey(changeset, change))),
  );
  const servers = new Set<string>();
  atomic_sets.forEach((set, i) => {
    const server = JSON.stringify([set.inventory, set.server]);
    if (servers.has(server))
      report(`atomic_sets.${i}`, `the server ${set.server} of ${set.inventory} has a set already`);
    servers.add(server);
    if (set.members.length === 0) report(`atomic_sets.${i}.members`, 'it is a set of nothing');
    const seen = new Set<string>();
    for (const part of ['members', 'claims'] as const) {
      set[part].forEach((ref, k) => {
        const key = changeRefKey(ref);
        const what = `${ref.name} ${ref.type} of ${zoneTargetLabel(ref)}`;
        if (!known.has(key)) report(`atomic_sets.${i}.${part}.${k}`, `no changeset has a change of ${what}`);
        if (seen.has(key)) report(`atomic_sets.${i}.${part}.${k}`, `${what} is in the set twice`);
        seen.add(key);
      });
    }
  });
};
