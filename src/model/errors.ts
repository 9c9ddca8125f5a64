/** What the caller does about an error: try again later, wait for the other side, or stop for a person. */
export type ErrorKind = 'retry' | 'wait' | 'stop';

/** Every documented code; CONTRIBUTING.md and the tests read this table. */
export const errorCodes = {
  CONFIG: 'hostmaster.yaml, or what it names, cannot be used',
  USAGE: 'the command line cannot be used',
  TARGET_UNREACHABLE: 'a target gave no answer, or none that can be read',
  TARGET_REFUSED: 'a target does not accept our key or our request',
  ZONE_UNREADABLE: 'a target does not show one of its zones',
  ZONE_MISSING: 'the target does not have the zone',
  WRITE_REFUSED: 'the target refused a change; nothing of that write was applied',
  WRITE_UNKNOWN: 'a write got no answer; it may or may not have been applied',
  LOST_RACE: 'somebody else wrote between our read and our write',
  ZONE_BUSY: 'another Hostmaster is writing this zone at this target',
  DELETE_REFUSED: 'a zone is not deleted, as something that a person has to see to speaks against it',
  STALE_PLAN: 'an RRset is no longer what the plan saw',
  PLAN_FILE: 'a plan file cannot be used',
  INTERRUPTED: 'somebody stopped the command; what it did not do is said',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/**
 * Is it an error of this class? A provider of another package has its own copy of this module, and what it throws counts
 * by its name.
 */
const isOfClass = (error: unknown, ofClass: unknown, own: unknown, name: string): boolean =>
  Function.prototype[Symbol.hasInstance].call(ofClass, error) ||
  (ofClass === own && error instanceof Error && error.name === name);

/** An error that a person can act on: its message is one line that says what, where, and what to do. */
export class HostmasterError extends Error {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;

  static override [Symbol.hasInstance](error: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: it is the subclass where one is asked about
    return isOfClass(error, this, HostmasterError, 'HostmasterError');
  }

  constructor(code: ErrorCode, kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HostmasterError';
    this.code = code;
    this.kind = kind;
  }
}

/** Text that is not a DNS name, or not rdata of its type. The message says what is wrong with it, never where. */
export class SyntaxProblem extends Error {
  /** The rule it breaks; Default is `rdata-syntax`. */
  readonly rule: string;

  static override [Symbol.hasInstance](error: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: it is the subclass where one is asked about
    return isOfClass(error, this, SyntaxProblem, 'SyntaxProblem');
  }

  constructor(message: string, rule = 'rdata-syntax') {
    super(message);
    this.name = 'SyntaxProblem';
    this.rule = rule;
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
