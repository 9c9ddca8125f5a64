import { answerOf } from '../model/health.ts';
import type { Change } from '../model/plan.ts';
import type { Difference, VerifyReport } from '../model/result.ts';
import { nameServersAt } from '../model/rr-types.ts';
import type { RRset, RRsetKey } from '../model/rrset.ts';
import { keyOf } from '../model/rrset.ts';
import type { ZoneId, ZoneSnapshot } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import type { OpenTarget, RunContext } from '../target.ts';
import type { AddressSources, ServedRRset, VerifyTask, VerifyZonesOptions } from '../verify/index.ts';
import { byZone, nameServersOf, rrsetOf, snapshotAfter, verifyZones } from '../verify/index.ts';
import { readBack } from './read-back.ts';

/** One zone to prove. Without `keys`, every RRset of it. */
export interface ProofWork {
  readonly zone: ZoneId;
  readonly target: OpenTarget;
  readonly rrsets: readonly MaybeChecked[];
  readonly keys?: readonly RRsetKey[];
  readonly before?: ReadonlyMap<string, MaybeChecked | null>;
  readonly serial?: number | null;
}

export type MaybeChecked = ServedRRset & Pick<RRset, 'healthCheck'>;

export interface AppliedWork {
  readonly zone: ZoneId;
  readonly target: OpenTarget;
  /** The read before the changes, where there was one. */
  readonly snapshot: ZoneSnapshot | null;
  readonly changes: readonly Change[];
  /** Of the zone after the last write; where it is a serial, a name server with an older one is late. */
  readonly fingerprint: string | null;
}

/** Proves what was written, deletes too, against all that the zone holds now. */
export const verifyApplied = (
  works: readonly AppliedWork[],
  context: RunContext,
  sources: AddressSources = context,
): Promise<VerifyReport> =>
  prove(
    works
      .filter(({ changes }) => changes.length > 0)
      .map(({ zone, target, snapshot, changes, fingerprint }) => ({
        zone,
        target,
        rrsets: snapshotAfter(zone, snapshot, changes).rrsets,
        keys: changes.map(({ name, type }) => ({ name, type })),
        before: new Map(changes.map((change) => [keyOf(change), change.before && rrsetOf(change, change.before)])),
        serial: serialIn(fingerprint),
      })),
    context,
    sources,
  );

/** The serial that a fingerprint is, where it is one. */
export const serialIn = (fingerprint: string | null): number | null =>
  fingerprint !== null && /^\d+$/.test(fingerprint) && Number(fingerprint) < 2 ** 32 ? Number(fingerprint) : null;

/**
 * Asks every name server of every zone, or reads the zone back where none can be asked. One that nobody has an address for
 * is a difference too.
 */
export const prove = async (
  works: readonly ProofWork[],
  context: RunContext,
  sources: AddressSources = context,
): Promise<VerifyReport> => {
  const unknown: Difference[] = [];
  const tasks: VerifyTask[] = [];
  const unasked: ProofWork[] = [];
  for (const work of works) {
    if (work.target.provider.supports.verify === 'none') continue;
    const found = await nameServersOf(work.zone, work.target, work.rrsets, sources);
    if (found.unreachable === true) {
      unasked.push(work);
      continue;
    }
    const missing = found.nameservers.length + found.unknown.length === 0 ? ['(none)'] : found.unknown;
    unknown.push(...missing.map((label) => withoutAddress(label, work.zone)));
    if (found.nameservers.length === 0) continue;
    const { zone, target, keys, serial = null } = work;
    const mark = (rrset: MaybeChecked): ServedRRset => markChecked(rrset, target);
    const before = work.before && new Map([...work.before].map(([key, rrset]) => [key, rrset && mark(rrset)]));
    tasks.push({
      zone,
      target: target.definition.name,
      nameservers: found.nameservers,
      rrsets: work.rrsets.map(mark),
      ...(keys === undefined ? {} : { keys }),
      ...(before === undefined ? {} : { before }),
      serial,
      wait: target.definition.verify_wait,
    });
  }
  const report = await verifyZones(tasks, verifyOptions(context));
  const back = await readBack(unasked, context);
  return {
    checked: report.checked + back.checked,
    differences: [...unknown, ...report.differences, ...back.differences].sort(byZone),
  };
};

export const verifyOptions = (context: RunContext): VerifyZonesOptions => ({
  ask: context.ask,
  now: context.clock.now,
  sleep: context.sleep,
  ...(context.signal === undefined ? {} : { signal: context.signal }),
  onProgress: ({ checked, total }) => context.onStep?.({ stage: 'verify', done: checked, total }),
});

/** Says of a health-checked RRset what it may answer. */
const markChecked = (rrset: MaybeChecked, { provider: { healthChecks } }: OpenTarget): ServedRRset => {
  const own = answerOf(rrset);
  if (own !== null) return { ...rrset, checked: [own] };
  if (healthChecks?.type !== rrset.type) return rrset;
  const checked = healthChecks.answersOf(rrset.values.map(({ rdata }) => rdata));
  return checked === null ? rrset : { ...rrset, checked };
};

/** A name server that nobody has an address for; `(none)`: no name server is known at all. */
export const withoutAddress = (label: string, zone: ZoneId): Difference => ({
  zone: zoneLabel(zone),
  nameserver: label,
  ...nameServersAt(zone.name),
  kind: 'no_answer',
  expected: null,
  answered:
    label === '(none)'
      ? 'no name server is known: set verify_at for the target'
      : 'no address: set verify_at for the target',
  serial: null,
});
