import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, so that it can be told from every other, of any host and any time. */
export interface ProcessIdentity {
  /** The host; on Linux also its boot, and the space that process ids count in: a container has one of its own. */
  readonly host: string;
  readonly pid: number;
  /** When it began, since the boot of its host; null where nobody tells. A process id is used again. */
  readonly started: string | null;
}

export const ownProcess = (): ProcessIdentity => ({
  host: [hostname(), textOf(() => readlinkSync('/proc/self/ns/pid')), textOf(bootOf)].filter(Boolean).join(' '),
  pid: process.pid,
  started: startOf(process.pid),
});

/** Does this process run here? False also where it may run elsewhere. */
export const runsHere = ({ host, pid, started }: ProcessIdentity, own: ProcessIdentity): boolean => {
  if (host !== own.host || !isAlive(pid)) return false;
  const now = startOf(pid);
  return started === null || now === null || started === now;
};

const bootOf = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** Its start time is field 22 of proc_pid_stat(5); the second one is a name, which may have anything in it. */
const startOf = (pid: number): string | null =>
  textOf(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  }) || null;

const textOf = (read: () => string): string => {
  try {
    return read();
  } catch {
    return '';
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};
