import { zoneDirectory } from '../../compose/index.ts';
import type { Definitions } from '../../model/definitions.ts';
import { ignoreMatcher } from '../../model/ignore.ts';
import { isWithin } from '../../model/name.ts';
import type { Change } from '../../model/plan.ts';
import { pooled, readsAtOnce } from '../../model/pool.ts';
import type { Store, WrittenValue } from '../../model/ports.ts';
import { isAddressType, reverseType } from '../../model/rr-types.ts';
import type { RRset } from '../../model/rrset.ts';
import type { DesiredZone } from '../../model/zone.ts';
import { changeKey, type ZoneTarget, zoneTargetKey } from '../../model/zone-target.ts';
import type { OpenTargets } from '../../target.ts';
import type { ReviewedWork } from './reviewed-work.ts';

// A server's A or AAAA and its PTR go together. Which of them belong together no plan says of itself, but the state knows what
// was written for whom, and hostmaster.yaml whether servers are registered in both directions.
//
// Only RRsets that go as a whole are looked at. Where a value gives way to another, a zone file may have taken the name over,
// and then a PTR that no longer agrees with it stays until a person decides (compose/write-registration.ts).

export interface PairKnowledge {
  readonly definitions: Pick<Definitions, 'zones' | 'zoneNames' | 'roles'>;
  readonly store: Pick<Store, 'written'>;
  readonly targets: OpenTargets['open'];
  /** Reads the zone files of these zones. */
  readonly zoneFiles: (zones: readonly string[]) => Promise<readonly DesiredZone[]>;
  readonly signal: AbortSignal | undefined;
}

/** A delete, and the RRset of the same server that it would leave behind. */
export interface PartedPair {
  readonly work: ReviewedWork;
  readonly index: number;
  readonly message: string;
}

/** One of a pair: a value where a zone is written, that leads to the other one. */
interface Half {
  readonly zone: DesiredZone;
  readonly at: ZoneTarget;
  readonly name: string;
  readonly type: string;
  readonly rdata: string;
}

/** A half that the plan says nothing of. */
interface LeftHalf {
  readonly work: ReviewedWork;
  readonly index: number;
  readonly half: Half;
  readonly server: string;
}

/** The deletes of a reviewed plan that would leave half of what a server is registered with. */
export const partedPairs = async (
  work: readonly ReviewedWork[],
  knowledge: PairKnowledge,
): Promise<readonly PartedPair[]> => {
  const { registration } = knowledge.definitions.roles;
  if (registration === null || !registration.reverse) return [];
  const left = await leftHalves(work, registration.zone, knowledge);
  const there = await thoseThere(left, knowledge);
  const parted = await thoseOfNoFile(there, knowledge);
  return parted.map(({ work: own, index, half, server }) => ({ work: own, index, message: messageOf(half, server) }));
};

const messageOf = ({ name, type, at, zone }: Half, server: string): string =>
  `leaves ${name} ${type} in ${zone.id.name} at ${at.target}, which was written for the same server, ${server}: they go together`;

const leftHalves = async (
  work: readonly ReviewedWork[],
  forward: string,
  knowledge: PairKnowledge,
): Promise<readonly LeftHalf[]> => {
  const after = new Map(
    work.flatMap(({ changeset }) => changeset.changes.map((change) => [changeKey(changeset, change), change.after])),
  );
  const isTaken = ({ at, rdata, ...key }: Half): boolean => {
    const side = after.get(changeKey(at, key));
    return side !== undefined && !(side?.values ?? []).some((value) => value.rdata === rdata);
  };
  const halvesOf = halfFinder(knowledge, forward);
  const left: LeftHalf[] = [];
  for (const each of work) {
    const filled = new Set(each.changeset.changes.flatMap((change) => (change.after === null ? [] : [change.name])));
    for (const [index, change] of each.changeset.changes.entries()) {
      if (change.after !== null || filled.has(change.name)) continue;
      const halves = (await halvesOf(change, each)).filter(({ half }) => !isTaken(half));
      for (const found of halves) left.push({ work: each, index, ...found });
    }
  }
  return left;
};

type HalfFinder = (change: Change, work: ReviewedWork) => Promise<readonly Pick<LeftHalf, 'half' | 'server'>[]>;

/** The other halves of an RRset, as the state has them, each with the server that both were written for. */
const halfFinder = ({ definitions, store }: PairKnowledge, forward: string): HalfFinder => {
  const directory = zoneDirectory(definitions.zones, definitions.zoneNames);
  const reverseNameOf = (address: string): string | null => directory.reverseOf(address)?.name ?? null;
  const isForward = ({ name, type }: Pick<WrittenValue, 'name' | 'type'>): boolean =>
    isAddressType(type) && isWithin(name, forward);
  const otherName = (value: WrittenValue): string | null =>
    value.type === reverseType ? value.rdata : reverseNameOf(value.rdata);
  const isPair = (a: WrittenValue, b: WrittenValue): boolean =>
    a.type === reverseType ? isForward(b) && otherName(b) === a.name : b.type === reverseType && b.rdata === a.name;
  /** What was written for a server of a value where the other half belongs. */
  const othersOf = async (own: WrittenValue): Promise<readonly Pick<LeftHalf, 'half' | 'server'>[]> => {
    const name = otherName(own);
    const zone = name === null ? null : (directory.of(name)?.zone ?? null);
    if (name === null || zone === null) return [];
    const found = zone.settings.targets.map(async (target) => {
      const at = { zone: zone.id.name, view: zone.id.view, target };
      return (await store.written(zone.id, target, [name])).flatMap((value) => {
        const server = value.sources.find((source) => source !== 'git' && own.sources.includes(source));
        const { type, rdata } = value;
        return server === undefined || !isPair(own, value) ? [] : [{ half: { zone, at, name, type, rdata }, server }];
      });
    });
    return (await Promise.all(found)).flat();
  };
  return async (change, { changeset, zone }) => {
    if (change.type !== reverseType && !isForward(change)) return [];
    const own = await store.written(zone.id, changeset.target, [change.name]);
    return (await Promise.all(own.filter(({ type }) => type === change.type).map(othersOf))).flat();
  };
};

/** The state may be behind: what somebody deleted by hand, or what is ignored now, is not left by the plan. */
const thoseThere = async (
  left: readonly LeftHalf[],
  { targets, signal }: PairKnowledge,
): Promise<readonly LeftHalf[]> => {
  const byPlace = [...Map.groupBy(left, ({ half }) => zoneTargetKey(half.at)).values()];
  const there = await pooled(byPlace, readsAtOnce, async (own) => {
    const [first] = own;
    const target = first === undefined ? undefined : targets.get(first.half.at.target);
    if (first === undefined || target === undefined) return own;
    const { zone } = first.half;
    const names = [...new Set(own.map(({ half }) => half.name))];
    const read = await target.provider.read(zone.id, { names, ...(signal === undefined ? {} : { signal }) });
    if (read.status !== 'read') return [];
    const ignored = ignoreMatcher(zone.settings.ignore, zone.id.name);
    const has = valuesOf(read.rrsets.filter((rrset) => ignored(rrset) === null));
    return own.filter(({ half }) => has(half));
  });
  return there.flat();
};

/** What a zone file has taken over is Git's now, and stays. */
const thoseOfNoFile = async (left: readonly LeftHalf[], { zoneFiles }: PairKnowledge): Promise<readonly LeftHalf[]> => {
  if (left.length === 0) return [];
  const zones = await zoneFiles([...new Set(left.map(({ half }) => half.zone.id.name))]);
  const has = valuesOf(zones.flatMap(({ rrsets }) => rrsets));
  return left.filter(({ half }) => !has(half));
};

const valuesOf = (rrsets: readonly Pick<RRset, 'name' | 'type' | 'values'>[]): ((half: Half) => boolean) => {
  const keyOf = (...parts: readonly string[]): string => parts.join('\n');
  const keys = new Set(rrsets.flatMap(({ name, type, values }) => values.map(({ rdata }) => keyOf(name, type, rdata))));
  return ({ name, type, rdata }) => keys.has(keyOf(name, type, rdata));
};
