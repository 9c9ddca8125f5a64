import type { WindowDefinition } from './daemon-settings.ts';
import type { NameServer } from './ports.ts';
import type { Problem } from './problem.ts';
import type { Roles } from './roles.ts';
import type { SecretRef } from './secret.ts';
import type { DesiredZone } from './zone.ts';

/** One configured target, as hostmaster.yaml has it. */
export interface TargetDefinition {
  readonly name: string;
  readonly provider: string;
  /** The provider's own keys, secrets left out. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, SecretRef>>;
  /** null: ask the name servers of the zone's apex NS. */
  readonly verify_at: readonly NameServer[] | null;
  /** Milliseconds. */
  readonly verify_wait: number;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What a run for a pull request may not use, because the pull request itself may have written it. */
export interface PullRequestLimits {
  /** How the run is known to be one, in words: `GITHUB_EVENT_NAME is pull_request`. */
  readonly event: string;
  /** The work tree that the file of --targets-from shares with hostmaster.yaml, so that it does not count; null: there is no such file. */
  readonly sharedWorkTree: string | null;
  readonly refused: readonly RefusedEntry[];
}

/** An entry of hostmaster.yaml, and why it may not be used. */
export interface RefusedEntry {
  readonly kind: 'target' | 'inventory' | 'state';
  /** Of a target or an inventory; the path of the state. */
  readonly name: string;
  readonly why: string;
}

/** All that the repository says. Problems stand beside what could be read: one never blocks the other. */
export interface Definitions {
  /** Absolute folder of hostmaster.yaml. */
  readonly folder: string;
  /** Absolute folder of the file that targets and state come from; their relative paths start there. */
  readonly targetsFolder: string;
  /** hostmaster.yaml's own name, as problems show it. */
  readonly file: string;
  /** Absolute path of the state file. */
  readonly state: string;
  /** How long a command may take to end after a signal; milliseconds. */
  readonly stopWithin: number;
  readonly targets: readonly TargetDefinition[];
  /** The zones that can be worked on. A zone whose file is missing is not here, and its problem is. */
  readonly zones: readonly DesiredZone[];
  /** Every zone name that is configured, also those that are left alone. */
  readonly zoneNames: readonly string[];
  /** What the repository says of an inventory's servers. */
  readonly roles: Roles;
  /** When the daemon may take a new commit into force; without any, always. */
  readonly windows: readonly WindowDefinition[];
  /** Absolute paths of the files of the repository that were read. */
  readonly filesRead: readonly string[];
  /** null: all of it may be used. */
  readonly pullRequest: PullRequestLimits | null;
  readonly problems: readonly Problem[];
}
