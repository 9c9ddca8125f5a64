import type { Origin } from '../model/origin.ts';
import type { Change } from '../model/plan.ts';
import { resultOf } from '../model/result.ts';
import { type Server, serverKey } from '../model/server.ts';
import { zoneTargetKey, zoneTargetLabel } from '../model/zone-target.ts';
import type { EndedPass, PassEnd } from './engine/messages.ts';
import type { HookedServer } from './inventory-hook.ts';

/** What became of a server in the pass that was made for it. */
export const fateOf = (server: Server, end: PassEnd | null): HookedServer => {
  const { name } = server;
  if (end === null) return { name, status: 'failed', message: 'no commit is in force yet: it is done with the first' };
  if (end.status === 'failed') return { name, status: 'failed', message: end.message };
  if (end.status !== 'ended') return { name, status: 'failed', message: 'the daemon was told to stop' };
  const isOwn = ofServer(server);
  const withheld = end.plan.changesets.flatMap((changeset) => changeset.withheld).find(isOwn);
  if (withheld !== undefined) return { name, status: 'withheld', message: withheld.reason };
  const failure = failureOf(end, isOwn);
  if (failure !== null) return { name, status: 'failed', message: failure };
  const unread = unreadIn(end);
  if (unread !== null) return { name, status: 'failed', message: unread };
  const names = new Set(end.plan.changesets.flatMap(({ changes }) => changes.filter(isOwn).map((each) => each.name)));
  const differing = end.verify.differences.find((difference) => names.has(difference.name));
  if (differing === undefined) return { name, status: 'verified', message: null };
  const message = `${differing.nameserver} does not answer ${differing.name} ${differing.type} as it should yet`;
  return { name, status: 'applied', message };
};

type IsOwn = (change: Change) => boolean;

const ofServer = (server: Server): IsOwn => {
  const key = serverKey(server);
  const isOf = (origin: Origin): boolean =>
    origin.kind !== 'zone_file' && serverKey({ inventory: origin.inventory, name: origin.server }) === key;
  return ({ after, before }) =>
    [before, after].some((side) => side?.values.some(({ origins }) => origins.some(isOf)) === true);
};

/** Whether it has records in a zone that was not read at a target, nobody knows. */
const unreadIn = ({ plan, problems, zoneTargets }: EndedPass): string | null => {
  const read = new Set(plan.changesets.map(zoneTargetKey));
  for (const at of zoneTargets.filter((each) => !read.has(zoneTargetKey(each)))) {
    const down = plan.targets.find(({ name, status }) => name === at.target && status !== 'ok');
    const problem = problems.find(({ target, zone }) => target === at.target && zone === at.zone);
    const why = down?.message ?? problem?.message;
    if (why !== undefined) return `${zoneTargetLabel(at)} could not be read: ${why}`;
  }
  return null;
};

/** Why the first of its changes was not written; null: all were. */
const failureOf = ({ plan, results }: EndedPass, isOwn: IsOwn): string | null => {
  for (const changeset of plan.changesets) {
    const result = resultOf(results, changeset);
    for (const change of changeset.changes.filter(isOwn)) {
      const became = result?.changes.find(({ name, type }) => name === change.name && type === change.type);
      if (became?.status !== 'applied') return became?.message ?? result?.error ?? 'it was not written';
    }
  }
  return null;
};
