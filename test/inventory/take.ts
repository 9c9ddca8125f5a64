import { tmpdir } from 'node:os';
import { askInventories, type InventoryAnswers, type InventoryContext } from '../../src/inventory/index.ts';
import type { InventoryDefinition } from '../../src/model/roles.ts';
import type { KnownInventory, RosterServer } from '../../src/model/server.ts';

export const minute = 60_000;
export const start = Date.parse('2026-11-01T12:00:00Z');
export const interval = 30_000;

/** An inventory named lab. */
export const defined = (
  type: InventoryDefinition['type'],
  config: Readonly<Record<string, unknown>>,
  name = 'lab',
): InventoryDefinition => ({
  name,
  type,
  config,
  secrets: { token: { env: 'LAB_TOKEN' } },
  interval,
  at: { file: 'hostmaster.yaml', line: 12, column: 3 },
});

export const token = 'a-secret-that-nobody-may-see';

export const context = (changes: Partial<InventoryContext> = {}): InventoryContext => ({
  maxShrink: { percent: 30, min_servers: 10 },
  limits: { snapshots: 3, grace: 10 * minute },
  secretsOf: async () => ({ token }),
  folder: tmpdir(),
  known: () => null,
  now: start,
  allowShrink: new Set(),
  ...changes,
});

/** Passes over one inventory, each remembering what the one before found. */
export interface Passes {
  /** One pass, so many milliseconds after the last; `config` goes over the inventory's own keys, for this pass. */
  after(
    ms: number,
    changes?: Partial<InventoryContext>,
    config?: Readonly<Record<string, unknown>>,
  ): Promise<InventoryAnswers>;
  known(): KnownInventory | null;
}

export const passes = (definition: InventoryDefinition, changes: Partial<InventoryContext> = {}): Passes => {
  let now = start;
  let known: KnownInventory | null = null;
  return {
    after: async (ms, more = {}, config = {}) => {
      now += ms;
      const asked = { ...definition, config: { ...definition.config, ...config } };
      const taken = await askInventories([asked], context({ known: () => known, now, ...changes, ...more }));
      known = taken.next[definition.name] ?? null;
      return taken;
    },
    known: () => known,
  };
};

/** Each server with its standing. */
export const standings = ({ roster }: InventoryAnswers): Readonly<Record<string, string>> =>
  Object.fromEntries(roster.servers.map((each) => [each.server.name, standingOf(each)]));

const standingOf = (each: RosterServer): string => {
  if (each.standing === 'present') return each.complete ? 'present' : 'present in part';
  return each.standing === 'missing' ? `missing from ${each.missing.snapshots}` : 'remembered';
};

export const rulesOf = ({ roster }: InventoryAnswers): readonly string[] => roster.problems.map(({ rule }) => rule);

export const messagesOf = ({ roster }: InventoryAnswers): string =>
  roster.problems.map(({ message }) => message).join('\n');
