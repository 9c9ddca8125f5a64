import { addressProbes, type WatchedProbe } from '../model/probe.ts';
import { isLeftToDaemon } from '../plan/index.ts';
import type { PlanPass } from '../run.ts';

/** What the daemon's health checker has to look at, by target: of one that is not open nobody knows. */
export const watchedProbes = ({
  desired,
  targets,
}: Pick<PlanPass, 'desired' | 'targets'>): ReadonlyMap<string, readonly WatchedProbe[]> => {
  const checked = desired.definitions.zones.flatMap(({ rrsets, settings }) =>
    rrsets.flatMap((rrset) => (rrset.healthCheck === undefined ? [] : [{ rrset, at: settings.targets }])),
  );
  return new Map(
    [...targets.open].map(([name, { provider }]) => [
      name,
      checked
        .filter(({ at, rrset }) => at.includes(name) && isLeftToDaemon(rrset, provider))
        .flatMap(({ rrset }) =>
          addressProbes(rrset).map((probe) => ({ probe, rrsets: [`${rrset.name} ${rrset.type}`] })),
        ),
    ]),
  );
};
