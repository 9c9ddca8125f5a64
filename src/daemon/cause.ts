/** What made a pass. */
export type Cause =
  | 'start'
  | 'interval'
  | 'git'
  | 'inventory'
  | 'hook'
  | 'drift'
  | 'manual'
  | 'health'
  | 'window'
  | 'reload';
