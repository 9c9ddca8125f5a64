/** What becomes of the work after an error: tried again soon, later, or once a person has seen to it. */
export type ErrorKind = 'retry' | 'wait' | 'stop';

/**
 * Every documented code, with the kind that decides what happens next and what it means. An error's kind is its code's:
 * nobody else says one. CONTRIBUTING.md and the tests read this table.
 */
export const errorCodes = {
  CONFIG: { kind: 'stop', means: 'hostmaster.yaml, or what it names, cannot be used' },
  USAGE: { kind: 'stop', means: 'the command line cannot be used' },
  STATE_UNAVAILABLE: {
    kind: 'wait',
    means: 'the state cannot be read or written now: another process has it, or its disk is full or fails',
  },
  TARGET_UNREACHABLE: { kind: 'wait', means: 'a target gave no answer, or none that can be read' },
  TARGET_REFUSED: { kind: 'stop', means: 'a target does not accept our key or our request' },
  ZONE_UNREADABLE: { kind: 'wait', means: 'a target does not show one of its zones' },
  ZONE_MISSING: { kind: 'stop', means: 'the target does not have the zone' },
  WRITE_REFUSED: { kind: 'stop', means: 'the target refused a change; nothing of that write was applied' },
  WRITE_UNKNOWN: { kind: 'retry', means: 'a write got no answer; it may or may not have been applied' },
  LOST_RACE: { kind: 'retry', means: 'somebody else wrote between our read and our write' },
  ZONE_BUSY: { kind: 'retry', means: 'another Hostmaster is writing this zone at this target' },
  DELETE_REFUSED: { kind: 'stop', means: 'a zone is not deleted: a person has to look at it first' },
  STALE_PLAN: { kind: 'retry', means: 'an RRset has changed since the plan' },
  GUARD_REFUSED: { kind: 'stop', means: 'a guard refuses a reviewed plan, which is then not applied at all' },
  PLAN_FILE: { kind: 'stop', means: 'a plan file cannot be used' },
  GIT_UNAVAILABLE: {
    kind: 'wait',
    means: 'the Git repository gives no answer, or what is kept of it cannot be read or written now',
  },
  GIT_REFUSED: {
    kind: 'stop',
    means: 'the Git repository does not accept our key, or does not have what is asked for',
  },
  COMMIT_UNUSABLE: { kind: 'stop', means: 'a commit is too large, or does not have the folder of hostmaster.yaml' },
  MASS_FAILURE: {
    kind: 'wait',
    means:
      'over half of the addresses that the daemon checks failed at once, or none answers, and that is not believed',
  },
  INTERRUPTED: { kind: 'stop', means: 'somebody stopped the command; what it did is said' },
} as const satisfies Readonly<Record<string, { readonly kind: ErrorKind; readonly means: string }>>;

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

  constructor(code: ErrorCode, message: string, options?: ErrorOptions);
  /** As providers of apiVersion 1 throw it; the kind is the code's all the same. */
  constructor(code: ErrorCode, kind: ErrorKind, message: string, options?: ErrorOptions);
  constructor(code: ErrorCode, ...rest: readonly (string | ErrorOptions | undefined)[]) {
    const [message, options] = typeof rest[1] === 'string' ? rest.slice(1) : rest;
    super(String(message), typeof options === 'object' ? options : undefined);
    this.name = 'HostmasterError';
    this.code = code;
    this.kind = kindOf(code);
  }
}

/** What an error of this code asks for. A code that is not in the table, from a foreign provider, asks for a person. */
export const kindOf = (code: string): ErrorKind =>
  Object.hasOwn(errorCodes, code) ? errorCodes[code as ErrorCode].kind : 'stop';

/** The documented code of what was thrown; null: it has none, and is a bug. */
export const codeOf = (error: unknown): ErrorCode | null => (error instanceof HostmasterError ? error.code : null);

/** Text that is not a DNS name, or not rdata of its type. The message says what is wrong with it, never where. */
export class SyntaxProblem extends Error {
  /** The rule it breaks. Default is `rdata-syntax`. */
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
