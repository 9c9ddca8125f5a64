import { isWithin, parentOf, type RRsetKey, rdataFields, splitParts } from '../../src/provider.ts';

// What an authoritative server answers (RFC 1034 section 4.3.2, with RFC 4592's wildcards, RFC 6672's DNAME and
// RFC 2308's negative answers). Pure but for the zone that is handed in.

export interface StoredRRset extends RRsetKey {
  readonly ttl: number;
  readonly rdata: readonly string[];
}

/** One state of one zone. */
export interface ZoneData {
  readonly zone: string;
  /** Every RRset at a name, by type. */
  at(name: string): ReadonlyMap<string, StoredRRset>;
  /** Is there anything at or below the name? */
  exists(name: string): boolean;
}

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

export const answerFrom = (data: ZoneData, name: string, type: string): ZoneAnswer => {
  const answers: StoredRRset[] = [];
  let current: string | null = name;
  for (let hops = 0; hops < longestChain && current !== null && isWithin(current, data.zone); hops += 1) {
    const step: Step = stepAt(data, current, type);
    answers.push(...step.answers);
    // The answer is as authoritative as its first name is (RFC 1035 section 4.1.1).
    if (step.next === null) return { ...step, answers, authoritative: step.authoritative || answers.length > 0 };
    current = step.next;
  }
  return { ...plain, answers };
};

const plain = { rcode: 'NOERROR', authoritative: true, answers: [], authority: [], additional: [] } as const;

/** What one name gives; `next` is where a CNAME or DNAME leads on to. */
interface Step extends ZoneAnswer {
  readonly next: string | null;
}

const stepAt = (data: ZoneData, name: string, type: string): Step => {
  for (const above of namesBelowApex(data.zone, name)) {
    const sets = data.at(above);
    const cut = sets.get('NS');
    // The parent side has the DS (RFC 4035 section 3.1.4.1).
    if (cut !== undefined && above !== data.zone && !(above === name && type === 'DS')) return referral(data, cut);
    const dname = sets.get('DNAME');
    if (dname !== undefined && above !== name) return redirected(dname, name, type);
  }
  const sets = data.at(name);
  if (sets.size > 0) return fromSets(data, sets, name, type);
  if (data.exists(name)) return negative(data, 'NOERROR');
  const wildcard = data.at(wildcardOf(data, name));
  return wildcard.size > 0 ? fromSets(data, wildcard, name, type) : negative(data, 'NXDOMAIN');
};

const fromSets = (data: ZoneData, sets: ReadonlyMap<string, StoredRRset>, name: string, type: string): Step => {
  // RFC 8482 section 4.1: one RRset is answer enough to ANY.
  const found = type === 'ANY' ? sets.values().next().value : sets.get(type);
  if (found !== undefined) return { ...plain, answers: [{ ...found, name }], next: null };
  const cname = sets.get('CNAME');
  if (cname !== undefined) return { ...plain, answers: [{ ...cname, name }], next: cname.rdata[0] ?? null };
  return negative(data, 'NOERROR');
};

/** RFC 6672 section 3.1: the DNAME, and a CNAME made from it. */
const redirected = (dname: StoredRRset, name: string, type: string): Step => {
  const front = name.slice(0, -dname.name.length);
  const target = dname.rdata[0] ?? '.';
  const next = `${dname.name === '.' ? name.slice(0, -1) : front.slice(0, -1)}.${target === '.' ? '' : target}`;
  if (octetsOf(next) > maxNameOctets) return { ...plain, rcode: 'YXDOMAIN', answers: [dname], next: null };
  const cname = { name, type: 'CNAME', ttl: dname.ttl, rdata: [next] };
  return { ...plain, answers: [dname, cname], next: type === 'CNAME' || type === 'ANY' ? null : next };
};

/** The NS of a zone cut, and the addresses of those name servers that lie in this zone (RFC 9471). */
const referral = (data: ZoneData, cut: StoredRRset): Step => {
  const hosts = cut.rdata.filter((host) => isWithin(host, data.zone));
  const additional = hosts.flatMap((host) => {
    const sets = data.at(host);
    return ['A', 'AAAA'].flatMap((type) => sets.get(type) ?? []);
  });
  return { ...plain, authoritative: false, authority: [cut], additional, next: null };
};

/** RFC 2308 section 3: the SOA, with a TTL no longer than its minimum. */
const negative = (data: ZoneData, rcode: 'NOERROR' | 'NXDOMAIN'): Step => {
  const soa = data.at(data.zone).get('SOA');
  const rdata = soa?.rdata[0];
  if (soa === undefined || rdata === undefined) return { ...plain, rcode: 'SERVFAIL', next: null };
  const minimum = Number(rdataFields('SOA', rdata).minimum);
  return { ...plain, rcode, authority: [{ ...soa, ttl: Math.min(soa.ttl, minimum) }], next: null };
};

const wildcardOf = (data: ZoneData, name: string): string => {
  let encloser = parentOf(name);
  while (!data.exists(encloser)) encloser = parentOf(encloser);
  return encloser === '.' ? '*.' : `*.${encloser}`;
};

/** From the apex down to the name. */
const namesBelowApex = (zone: string, name: string): readonly string[] => {
  const names = [name];
  for (let above = name; above !== zone; ) {
    above = parentOf(above);
    names.push(above);
  }
  return names.reverse();
};

const octetsOf = (name: string): number =>
  splitParts(name).reduce((sum, part) => sum + 1 + part.replace(/\\(?:[0-9]{3}|.)/g, '.').length, 1);
