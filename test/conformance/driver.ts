import type { Changeset, Plan } from '../../src/model/plan.ts';
import type { Asker, Store } from '../../src/model/ports.ts';
import { closeTargets } from '../../src/pass/targets.ts';
import type { ApplyPass, PlanPass, Registry, RunContext } from '../../src/pass.ts';
import { applyPass, planPass } from '../../src/pass.ts';
import { providerFinder } from '../../src/plugins/index.ts';
import type { Supports } from '../../src/provider.ts';
import { askByDns } from '../../src/verify/index.ts';
import type { DnsAddress } from '../servers/ports.ts';
import { targetName } from './step-repository.ts';

// One desired state through the real pass, in this process.

export interface Converged {
  readonly supports: Supports;
  /** The plan without any `--allow`, the one that was applied, and the one after it. */
  readonly refused: Plan;
  readonly plan: Plan;
  readonly applied: ApplyPass;
  readonly again: Plan;
}

export interface Driver {
  converge(config: string): Promise<Converged>;
}

/**
 * Plans, gives every `--allow` that was printed, applies, and plans again with a full read. The name servers of a
 * delegation listen on port 53, where a test cannot: they are `delegated`. A provider that is not in the registry is
 * found as the command finds it, in a configuration that is trusted.
 */
export const driverOf = (registry: Registry, store: Store, delegated: DnsAddress): Driver => {
  const context: RunContext = {
    registry,
    external: providerFinder(),
    ask: redirected(delegated),
    clock: { now: () => Date.now() },
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  };
  const planned = async <T>(
    config: string,
    allow: readonly string[],
    full: boolean,
    use: (pass: PlanPass) => T | Promise<T>,
  ) => {
    const options = { config, targetsFrom: config, allow, full, serve: false };
    const pass = await planPass(options, context, async () => store);
    try {
      return await use(pass);
    } finally {
      await closeTargets(pass.targets);
    }
  };
  return {
    converge: async (config) => {
      const first = await planned(config, [], false, async (pass) => {
        const allows = allowsOf(pass.plan);
        return {
          supports: supportsOf(pass),
          plan: pass.plan,
          allows,
          applied: allows.length > 0 ? null : await applyPass(pass, context),
        };
      });
      const second =
        first.applied !== null
          ? { plan: first.plan, applied: first.applied }
          : await planned(config, first.allows, false, async (pass) => ({
              plan: pass.plan,
              applied: await applyPass(pass, context),
            }));
      const again = await planned(config, first.allows, true, (pass) => pass.plan);
      return { supports: first.supports, refused: first.plan, ...second, again };
    },
  };
};

const supportsOf = (pass: PlanPass): Supports => {
  const target = pass.targets.open.get(targetName);
  if (target === undefined) throw new Error(pass.plan.problems.map(({ message }) => message).join('\n'));
  return target.provider.supports;
};

const allowsOf = ({ changesets }: Plan): readonly string[] => [
  ...new Set(withheldOf(changesets).flatMap(({ allow }) => (allow === null ? [] : [allow]))),
];

export const withheldOf = (changesets: readonly Changeset[]) => changesets.flatMap(({ withheld }) => withheld);

const dnsPort = 53;

const redirected = ({ address, port }: DnsAddress): Asker => {
  const ask = askByDns();
  return (nameserver, question, signal) =>
    ask(nameserver.port === dnsPort ? { ...nameserver, address, port } : nameserver, question, signal);
};
