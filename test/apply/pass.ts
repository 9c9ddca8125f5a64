import { setTimeout as sleep } from 'node:timers/promises';
import { factory as powerdns } from '../../providers/powerdns/index.ts';
import { type ApplyAllOptions, applyAll, type Recovered, recoverJournal } from '../../src/apply/index.ts';
import type { AtomicSet, Changeset } from '../../src/model/plan.ts';
import type { Store } from '../../src/model/ports.ts';
import type { ZoneResult } from '../../src/model/result.ts';
import type { OpenTarget, OpenTargets, RunContext } from '../../src/target.ts';

/** What tells one PowerDNS, from this process or another. */
export interface Where {
  readonly url: string;
  readonly apiKey: string;
}

/** A target at a PowerDNS. */
export const openPowerDns = async ({ url, apiKey }: Where, name = 'pdns', timeout = '5s'): Promise<OpenTarget> => {
  const config = { url, server: 'localhost', timeout, rectify: 'auto' };
  const provider = await powerdns.open({ config, secrets: { api_key: apiKey }, folder: '.' });
  return targetOf(provider, config, name);
};

/** A target at what a provider opened, which nobody verifies. */
export const targetOf = (
  provider: OpenTarget['provider'],
  config: Readonly<Record<string, unknown>>,
  name = 'pdns',
): OpenTarget => ({
  definition: {
    ...{ name, provider: name, config, secrets: {}, verify_at: null, verify_wait: 0 },
    ...{ file: 'hostmaster.yaml', line: 1, column: 1 },
  },
  serverId: JSON.stringify(config),
  provider,
  serving: null,
});

export const targetsOf = (...targets: readonly OpenTarget[]): OpenTargets => ({
  open: new Map(targets.map((target) => [target.definition.name, target])),
  statuses: targets.map(({ definition: { name } }) => ({ name, status: 'ok', code: null, message: null })),
  problems: [],
});

export const contextOf = (onNotice: (message: string) => void = () => undefined): RunContext => ({
  registry: {},
  ask: async () => ({ status: 'no_answer', reason: 'nobody asks here' }),
  clock: { now: () => Date.now() },
  sleep: (milliseconds) => sleep(milliseconds),
  onNotice,
});

export interface Pass {
  readonly changesets: readonly Changeset[];
  readonly sets?: readonly AtomicSet[];
}

/** Applies changesets at open targets, each from what its zone is now. */
export const applyAt = async (
  { changesets, sets = [] }: Pass,
  targets: OpenTargets,
  options: Omit<ApplyAllOptions, 'reviewed' | 'sets'> & { readonly reviewed?: boolean },
  context: RunContext = contextOf(),
): Promise<readonly ZoneResult[]> => {
  const work = await Promise.all(
    changesets.map(async (changeset) => {
      const target = targets.open.get(changeset.target);
      if (target === undefined) throw new Error(`no target ${changeset.target}`);
      const read = await target.provider.read({ name: changeset.zone, view: null }).catch(() => null);
      const fingerprint = read?.status === 'read' ? read.fingerprint : null;
      return { target, changeset: { ...changeset, based_on: fingerprint }, create: null };
    }),
  );
  return applyAll(work, { reviewed: false, ...options, sets }, context);
};

export const recoverAt = (targets: OpenTargets, store: Store, configured?: readonly string[]): Promise<Recovered> =>
  recoverJournal(store, targets, contextOf(), configured);
