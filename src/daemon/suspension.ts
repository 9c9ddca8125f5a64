/** `POST /api/v1/suspend`. Both null: everything. */
export interface SuspendRequest {
  readonly zones: readonly string[] | null;
  readonly targets: readonly string[] | null;
  readonly reason: string;
  /** null: until it is resumed. */
  readonly until: string | null;
}

export interface Suspension extends SuspendRequest {
  /** The token's name. */
  readonly by: string;
  readonly at: string;
}

/** `POST /api/v1/resume`. Both null: everything. */
export interface ResumeRequest {
  readonly zones: readonly string[] | null;
  readonly targets: readonly string[] | null;
}
