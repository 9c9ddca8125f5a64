import type { PassSuspension, SuspensionScope } from '../../model/guard-context.ts';
import type { Server } from '../../model/server.ts';

/** One pass over everything, or over some zones. */
export interface PassInput {
  /** The path of hostmaster.yaml. */
  readonly config: string;
  /** The commit that its folder is of; null: it is of none, or Git says it there. */
  readonly commit: string | null;
  readonly allow: readonly string[];
  /** null: all. */
  readonly zones: readonly string[] | null;
  readonly full: boolean;
  /** Servers as hooks say that they are now: the pass is of them alone, where that can be known. Empty: of everything. */
  readonly hooked: readonly Server[];
  /** Where nothing is written. */
  readonly suspended: readonly PassSuspension[];
  /** A person resumed what was contested there. */
  readonly resumed: readonly SuspensionScope[];
}
