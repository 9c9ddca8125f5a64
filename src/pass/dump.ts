import type { Definitions } from '../model/definitions.ts';
import { HostmasterError } from '../model/errors.ts';
import type { UnmanagedReason } from '../model/plan.ts';
import { pooled } from '../model/pool.ts';
import type { RRset } from '../model/rrset.ts';
import { mapRRsets, rrsetMap } from '../model/rrset-map.ts';
import type { Unreadable } from '../model/zone.ts';
import { isProtected, ownership } from '../plan/index.ts';
import type { PassOptions } from '../run.ts';
import type { OpenTarget, OpenTargets, RunContext } from '../target.ts';
import { readConfigOnly } from './definitions.ts';
import { withTargets } from './open.ts';
import { refuseUnknown, zoneName } from './options.ts';
import { refuseStopped, signalIn } from './stopped.ts';

const zonesAtOnce = 4;

export interface DumpedZone {
  readonly zone: string;
  readonly rrsets: readonly RRset[];
  /** What is not in the dump, with the reason. */
  readonly left: readonly Unreadable[];
}

/** What a target holds, zone by zone; `zones` empty: all of them. The zones need not stand in hostmaster.yaml. */
export const dumpPass = async (
  target: string,
  zones: readonly string[],
  options: PassOptions,
  context: RunContext,
): Promise<readonly DumpedZone[]> => {
  const definitions = await readConfigOnly(options, context);
  return withTargets(definitions, { targets: [target], serve: false }, context, async (targets) => {
    const open = openOrThrow(target, definitions, targets);
    const names =
      zones.length > 0 ? zones.map(zoneName) : (await open.provider.listZones(context.signal)).map(({ name }) => name);
    const dumped = await pooled([...new Set(names)].sort(), zonesAtOnce, (name) =>
      dumpZone(name, open, definitions, context),
    );
    refuseStopped(context);
    return dumped;
  });
};

const openOrThrow = (name: string, definitions: Definitions, targets: OpenTargets): OpenTarget => {
  const open = targets.open.get(name);
  if (open !== undefined) return open;
  refuseUnknown(
    '--target',
    [name],
    definitions.targets.map((target) => target.name),
  );
  const status = targets.statuses.find((each) => each.name === name);
  throw new HostmasterError('TARGET_UNREACHABLE', `${name}: ${status?.message ?? 'it cannot be opened'}`);
};

/**
 * What a target holds of a zone, as far as it can be ours. What ExternalDNS owns, what `ignore` names, what is stored and
 * not served, and what is health-checked (only claims make that) stays out, so that a plan from the dump is empty. Throws
 * ZONE_MISSING.
 */
const dumpZone = async (
  zone: string,
  target: OpenTarget,
  definitions: Definitions,
  context: RunContext,
): Promise<DumpedZone> => {
  const id = { name: zone, view: null };
  const read = await target.provider.read(id, signalIn(context));
  if (read.status !== 'read') {
    const { name } = target.definition;
    throw new HostmasterError('ZONE_MISSING', `${name} does not have the zone ${zone}`);
  }
  const settings = definitions.zones.find((each) => each.id.name === zone && each.id.view === null)?.settings;
  const leftAlone = ownership({
    zone,
    owns: 'all',
    ignore: settings?.ignore ?? [],
    supports: target.provider.supports,
    desired: mapRRsets(read.rrsets),
    excluded: rrsetMap(),
    existing: read.rrsets,
  });
  const judged = read.rrsets.map((rrset) => ({ rrset, why: whyLeft(rrset, leftAlone(rrset)) }));
  return {
    zone,
    rrsets: judged.flatMap(({ rrset, why }) => (why === null ? [rrset] : [])),
    left: [
      ...judged.flatMap(({ rrset: { name, type }, why }) => (why === null ? [] : [{ name, type, why }])),
      ...read.unreadable,
    ],
  };
};

const whyLeft = (rrset: RRset, reason: UnmanagedReason | null): string | null => {
  if (reason !== null && isProtected(reason)) return reason.why;
  if (rrset.values.length === 0) return 'disabled: not served';
  return rrset.healthCheck === undefined ? null : 'health-checked, which a claim can say and a zone file cannot';
};
