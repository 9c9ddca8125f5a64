import type { SourceLocation } from './origin.ts';
import type { SecretRef } from './secret.ts';

// What the operator's own file says of the daemon (`git:`, `daemon:`), and hostmaster.yaml of windows. Times are milliseconds.

/** How the repository's server is told who asks. */
export type GitCredentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: SecretRef }
  /** Absolute paths of files. */
  | { readonly kind: 'ssh'; readonly key: string; readonly knownHosts: string };

/** `git:`. */
export interface GitSettings {
  /** https://, ssh://, file:// or an absolute path; never with a password in it. */
  readonly url: string;
  /** `refs/heads/…` or `refs/tags/…`. */
  readonly ref: string;
  /** The folder of hostmaster.yaml in the repository; `.` is its top. */
  readonly path: string;
  readonly credentials: GitCredentials;
  readonly interval: number;
  readonly timeout: number;
  /** Absolute path of an allowed_signers file of ssh, or of a GPG keyring; null: signatures are not asked for. */
  readonly signedBy: string | null;
  /** Absolute path of the folder that the daemon keeps the repository and the commits' files in. */
  readonly folder: string;
  readonly at: SourceLocation;
}

export type TokenScope = 'read' | 'write';

/** One entry of `daemon.tokens`. */
export interface TokenDefinition {
  readonly name: string;
  readonly token: SecretRef;
  readonly scope: TokenScope;
}

/** `daemon:`; without the key, its defaults. */
export interface DaemonSettings {
  readonly listen: { readonly address: string; readonly port: number };
  /** For links, and the only Host besides localhost; null: none. */
  readonly url: string | null;
  readonly tokens: readonly TokenDefinition[];
  readonly hooks: {
    readonly git: SecretRef | null;
    /** By inventory. */
    readonly inventory: Readonly<Record<string, SecretRef>>;
  };
  /** Of a pass over everything. */
  readonly interval: number;
  readonly start: 'running' | 'suspended';
  readonly metrics: 'open' | 'token';
  /** Absolute path of the audit file. */
  readonly audit: string;
}

/** One entry of `windows:`: when commits may come into force, or may not. */
export interface WindowDefinition {
  readonly kind: 'allow' | 'deny';
  /** Five fields of cron: when it begins. */
  readonly schedule: string;
  readonly duration: number;
  /** IANA name. */
  readonly timeZone: string;
  /** Globs over zone names; null: all zones. */
  readonly zones: readonly string[] | null;
  readonly at: SourceLocation;
}

/** The operator's own file as it was read: what is written to it since then does not count. */
export interface OperatorsFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}
