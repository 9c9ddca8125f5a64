import { messageOf } from '../model/errors.ts';
import { type HealthCheck, sameCheck } from '../model/health.ts';
import { pooled } from '../model/pool.ts';
import type { Difference, VerifyReport } from '../model/result.ts';
import { isSoa, soaAt } from '../model/rr-types.ts';
import type { RRsetKey } from '../model/rrset.ts';
import { keyOf } from '../model/rrset.ts';
import { withSerialOf } from '../model/soa.ts';
import type { ZoneId } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import { checkInWords } from '../report/index.ts';
import type { OpenTarget, RunContext } from '../target.ts';

/** One zone to prove. Without `keys`, every RRset of it. */
interface ReadBackWork {
  readonly zone: ZoneId;
  readonly target: OpenTarget;
  readonly rrsets: readonly (RRsetKey & ComparedRRset)[];
  readonly keys?: readonly RRsetKey[];
}

interface ComparedRRset {
  readonly ttl: number;
  readonly values: readonly { readonly rdata: string }[];
  readonly healthCheck?: HealthCheck;
}

/** Proves zones that no name server can be asked for by what their targets hold now. */
export const readBack = async (works: readonly ReadBackWork[], context: RunContext): Promise<VerifyReport> => {
  const reports = await pooled(works, zonesAtOnce, (work) => readOne(work, context));
  return {
    checked: reports.reduce((sum, { checked }) => sum + checked, 0),
    differences: reports.flatMap(({ differences }) => differences),
  };
};

const zonesAtOnce = 4;

const readOne = async (work: ReadBackWork, context: RunContext): Promise<VerifyReport> => {
  const { rrsets, target, zone } = work;
  const keys = work.keys ?? rrsets;
  const names = work.keys === undefined ? {} : { names: [...new Set(keys.map(({ name }) => name))] };
  const signal = context.signal === undefined ? {} : { signal: context.signal };
  const found = await target.provider.read(zone, { ...names, ...signal }).catch((error: unknown) => messageOf(error));
  if (typeof found === 'string' || found.status !== 'read') {
    return { checked: keys.length, differences: [noZone(work, typeof found === 'string' ? found : 'it is not there')] };
  }
  const wanted = new Map(rrsets.map((rrset) => [keyOf(rrset), rrset]));
  const existing = new Map(found.rrsets.map((rrset) => [keyOf(rrset), rrset]));
  const differences = keys.flatMap(
    (key) => differenceAt(work, key, wanted.get(keyOf(key)) ?? null, existing.get(keyOf(key)) ?? null) ?? [],
  );
  return { checked: keys.length, differences };
};

const whereOf = ({ target, zone }: ReadBackWork) => ({
  zone: zoneLabel(zone),
  nameserver: `${target.definition.name}, read back`,
});

const noZone = (work: ReadBackWork, answered: string): Difference => ({
  ...whereOf(work),
  ...soaAt(work.zone.name),
  kind: 'no_answer',
  expected: null,
  answered,
  serial: null,
});

const differenceAt = (
  work: ReadBackWork,
  { name, type }: RRsetKey,
  wanted: ComparedRRset | null,
  existing: ComparedRRset | null,
): Difference | null => {
  const current = existing?.values[0];
  const expected = textsOf(wanted, (rdata) =>
    isSoa(type) && current !== undefined ? withSerialOf(rdata, current.rdata) : rdata,
  );
  const answered = textsOf(existing, (rdata) => rdata);
  if (sameCheck(type, wanted?.healthCheck ?? null, existing?.healthCheck ?? null)) {
    if (expected.join('\n') === answered.join('\n')) return null;
  } else {
    expected.push(...checkText(wanted));
    answered.push(...checkText(existing));
  }
  const kind = expected.length === 0 ? 'unexpected' : answered.length === 0 ? 'missing' : 'differs';
  return {
    ...whereOf(work),
    name,
    type,
    kind,
    expected: expected.length === 0 ? null : expected,
    answered: answered.length === 0 ? 'nothing' : answered,
    serial: null,
  };
};

const checkText = (rrset: ComparedRRset | null): readonly string[] => {
  if (rrset === null) return [];
  return [rrset.healthCheck === undefined ? 'not checked' : `checked ${checkInWords(rrset.healthCheck)}`];
};

const textsOf = (rrset: ComparedRRset | null, spelt: (rdata: string) => string): string[] =>
  rrset === null ? [] : rrset.values.map(({ rdata }) => `${rrset.ttl} ${spelt(rdata)}`).sort();
