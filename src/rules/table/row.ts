/**
 * A rule in words. `octodns` is what its strict set (1.22) does, `namedCheckzone` what `named-checkzone -i local` (BIND
 * 9.18) does; both begin with what becomes of the zone: accepts, warns, refuses, or "not applicable".
 */
export interface RuleText {
  readonly summary: string;
  readonly octodns: string;
  readonly namedCheckzone: string;
  /** Why we differ from them, where we do. */
  readonly why: string;
}
