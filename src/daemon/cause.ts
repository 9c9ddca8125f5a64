/** What a pass of the daemon may be begun by. */
export const causes = [
  'start',
  'interval',
  'git',
  'inventory',
  'hook',
  'drift',
  'manual',
  'health',
  'window',
  'reload',
] as const;

export type Cause = (typeof causes)[number];
