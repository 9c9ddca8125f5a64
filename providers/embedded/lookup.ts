import { isWithin, type RRsetKey, rdataFields, rrsetOfType, splitParts, type ZoneTree } from '../../src/provider.ts';

// What an authoritative server answers (RFC 1034 section 4.3.2, with RFC 4592's wildcards, RFC 6672's DNAME and
// RFC 2308's negative answers). Pure but for the zone that is handed in.

export interface StoredRRset extends RRsetKey {
  readonly ttl: number;
  readonly rdata: readonly string[];
}

/** One state of one zone. */
export type StoredZone = ZoneTree<StoredRRset>;

export interface ZoneAnswer {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'YXDOMAIN' | 'SERVFAIL';
  readonly authoritative: boolean;
  readonly answers: readonly StoredRRset[];
  readonly authority: readonly StoredRRset[];
  readonly additional: readonly StoredRRset[];
}

/** So many CNAME and DNAME are followed in one answer; a loop ends here too. */
const longestChain = 16;
const maxNameOctets = 255;

export const answerFrom = (zone: StoredZone, name: string, type: string): ZoneAnswer => {
  const answers: StoredRRset[] = [];
  let current: string | null = name;
  for (let hops = 0; hops < longestChain && current !== null && isWithin(current, zone.apex); hops += 1) {
    const step: Step = answerStep(zone, current, type);
    answers.push(...step.answers);
    // The answer is as authoritative as its first name is (RFC 1035 section 4.1.1).
    if (step.next === null) return { ...step, answers, authoritative: step.authoritative || answers.length > 0 };
    current = step.next;
  }
  return { ...noRecords, answers };
};

const noRecords = { rcode: 'NOERROR', authoritative: true, answers: [], authority: [], additional: [] } as const;

/** What one name gives; `next` is where a CNAME or DNAME leads on to. */
interface Step extends ZoneAnswer {
  readonly next: string | null;
}

const answerStep = (zone: StoredZone, name: string, type: string): Step => {
  const occludedBy = zone.occludedBy(name, type);
  if (occludedBy?.type === 'NS') return referral(zone, occludedBy);
  if (occludedBy?.type === 'DNAME') return redirection(occludedBy, name, type);
  const rrsets = zone.rrsetsFor(name);
  return rrsets.length > 0
    ? fromRRsets(zone, rrsets, name, type)
    : negativeAnswer(zone, zone.isAnswered(name) ? 'NOERROR' : 'NXDOMAIN');
};

const fromRRsets = (zone: StoredZone, rrsets: readonly StoredRRset[], name: string, type: string): Step => {
  // RFC 8482 section 4.1: one RRset is answer enough to ANY.
  const found = type === 'ANY' ? rrsets[0] : rrsetOfType(rrsets, type);
  if (found !== undefined) return { ...noRecords, answers: [{ ...found, name }], next: null };
  const cname = rrsetOfType(rrsets, 'CNAME');
  if (cname !== undefined) return { ...noRecords, answers: [{ ...cname, name }], next: cname.rdata[0] ?? null };
  return negativeAnswer(zone, 'NOERROR');
};

/** RFC 6672 section 3.1: the DNAME, and a CNAME made from it. */
const redirection = (dname: StoredRRset, name: string, type: string): Step => {
  const front = name.slice(0, -dname.name.length);
  const target = dname.rdata[0] ?? '.';
  const next = `${dname.name === '.' ? name.slice(0, -1) : front.slice(0, -1)}.${target === '.' ? '' : target}`;
  if (octetsOf(next) > maxNameOctets) return { ...noRecords, rcode: 'YXDOMAIN', answers: [dname], next: null };
  const cname = { name, type: 'CNAME', ttl: dname.ttl, rdata: [next] };
  return { ...noRecords, answers: [dname, cname], next: type === 'CNAME' || type === 'ANY' ? null : next };
};

/** The NS of a zone cut, and the addresses of those name servers that lie in this zone (RFC 9471). */
const referral = (zone: StoredZone, cut: StoredRRset): Step => {
  const hosts = cut.rdata.filter((host) => isWithin(host, zone.apex));
  const additional = hosts.flatMap((host) => ['A', 'AAAA'].flatMap((type) => rrsetOfType(zone.at(host), type) ?? []));
  return { ...noRecords, authoritative: false, authority: [cut], additional, next: null };
};

/** RFC 2308 section 3: the SOA, with a TTL no longer than its minimum. */
const negativeAnswer = (zone: StoredZone, rcode: 'NOERROR' | 'NXDOMAIN'): Step => {
  const soa = rrsetOfType(zone.at(zone.apex), 'SOA');
  const rdata = soa?.rdata[0];
  if (soa === undefined || rdata === undefined) return { ...noRecords, rcode: 'SERVFAIL', next: null };
  const minimum = Number(rdataFields('SOA', rdata).minimum);
  return { ...noRecords, rcode, authority: [{ ...soa, ttl: Math.min(soa.ttl, minimum) }], next: null };
};

const octetsOf = (name: string): number =>
  splitParts(name).reduce((sum, part) => sum + 1 + part.replace(/\\(?:[0-9]{3}|.)/g, '.').length, 1);
