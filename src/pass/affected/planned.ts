import type { Affected } from '../../compose/affected.ts';
import type { Plan } from '../../model/plan.ts';
import type { ServerRef } from '../../plan/sets.ts';
import type { PlannedWork } from '../../run.ts';
import type { CheckedZone } from './check.ts';
import type { EvidenceOverlay, ServersImpact } from './deletion-evidence.ts';
import type { Overlay } from './overlay.ts';
import type { NeedsFullPass } from './zone.ts';

export interface PlannedAffected {
  readonly status: 'planned';
  /** Milliseconds since 1970. */
  readonly started: number;
  /** Of the touched names alone. */
  readonly plan: Plan;
  readonly work: readonly PlannedWork[];
  /** Every name that these servers touched or touch now. */
  readonly names: readonly string[];
  /** Was drift heeded, so that what is corrected is counted? */
  readonly heedsDrift: boolean;
  /** What becomes of the last pass with it. */
  readonly next: NextOfServers;
}

/** What these servers come to, as the last pass does not have it yet. */
export interface NextOfServers {
  readonly affected: Affected;
  readonly impact: ServersImpact;
  readonly zones: readonly CheckedZone[];
  readonly evidence: EvidenceOverlay;
  readonly registered: Overlay<string, ServerRef>;
}

/** `needs_full_pass`: the last pass does not tell enough, so that a full pass has to plan the change. */
export type AffectedPass = PlannedAffected | NeedsFullPass;
