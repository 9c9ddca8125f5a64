import type { Severity } from '../model/problem.ts';
import { type RuleText, severitiesOf } from '../model/rule.ts';

const rule = <Id extends string>(id: Id, severity: Severity, summary: string, why: string): RuleText<Id> => ({
  id,
  severity,
  summary,
  why,
});

/** Every rule that reading an inventory itself checks. */
export const inventoryRules = [
  rule(
    'inventory-secret',
    'error',
    "an inventory's secret cannot be read",
    'it is not asked without one; its servers stay as last known',
  ),
  rule(
    'inventory-unreachable',
    'error',
    'an inventory gave no answer that can be read',
    'its servers stay as last known, and nothing is deleted',
  ),
  rule(
    'inventory-incomplete',
    'error',
    'an answer cannot be proven complete (pages, counts, a server twice)',
    'what it says of servers is used; what it leaves out loses nothing',
  ),
  rule(
    'inventory-entry',
    'error',
    'an inventory describes a server in a way that cannot be used',
    'the server counts as it was last known; the others go on',
  ),
  rule(
    'inventory-shrunk',
    'warning',
    'a complete answer lost more servers than guards.max_shrink lets go at once',
    'mostly the inventory is wrong; if not, `--allow shrink:INVENTORY` takes it',
  ),
] as const;

export type InventoryRuleId = (typeof inventoryRules)[number]['id'];

export const inventorySeverity = severitiesOf<InventoryRuleId>(inventoryRules);
