import type { PassSuspension, SuspensionScope } from '../model/guard-context.ts';

export type Suspension = PassSuspension;

/** `POST /api/v1/suspend`. */
export type SuspendRequest = Omit<Suspension, 'by' | 'at'>;

/** `POST /api/v1/resume`. */
export type ResumeRequest = SuspensionScope;
