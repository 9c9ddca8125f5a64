import { composeRules } from '../compose/index.ts';
import { inventoryRules } from '../inventory/inventory-rules.ts';
import { loadRules } from '../load/index.ts';
import { planRules } from '../plan/rules.ts';

/** The ids of the rules that other stages check than the one that looks at composed zones. */
export const rulesElsewhere: readonly string[] = [...loadRules, ...composeRules, ...inventoryRules, ...planRules].map(
  ({ id }) => id,
);
