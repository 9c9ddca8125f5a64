import { messageOf } from '../../model/errors.ts';
import type { VerifyReport } from '../../model/result.ts';
import type { OnWrite } from '../../target.ts';
import { type AuditEntry, type AuditedPass, entriesOfWrite } from './entry.ts';
import type { AuditFile } from './file.ts';

/** What is noted of what the daemon does. */
export interface AuditLog {
  /** Each write of a pass is noted before it is sent, and what became of it. `pass` is as it is when it writes. */
  readonly writesOf: (pass: () => AuditedPass) => OnWrite;
  /** Notes what a person did, before it is done. */
  readonly note: (entry: AuditEntry) => Promise<void>;
  /** Notes what name servers answered after a pass that wrote. */
  readonly verified: (pass: string, report: VerifyReport) => void;
  /** After all that was noted so far. */
  readonly close: () => Promise<void>;
}

/** `say` is told once where ends of writes cannot be noted, which are not lost: they are noted with what comes next. */
export const auditLog = (file: AuditFile, say: (message: string) => void): AuditLog => {
  let last: Promise<unknown> = Promise.resolve();
  /** Of what has happened already, and is still to be noted. */
  let pending: readonly AuditEntry[] = [];
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
  /** With what was pending before it. */
  const addAll = async (entries: readonly AuditEntry[], isDurable: boolean): Promise<readonly number[]> => {
    const before = pending;
    if (before.length + entries.length === 0) return [];
    const numbers = await file.add([...before, ...entries], { isDurable });
    pending = pending.slice(before.length);
    return numbers.slice(before.length);
  };
  const later = (entry: AuditEntry): void => {
    const isFirst = pending.length === 0;
    pending = [...pending, entry];
    void inTurn(() => addAll([], false)).catch((error: unknown) => {
      if (isFirst) say(messageOf(error));
    });
  };
  return {
    writesOf: (pass) => async (write) => {
      const about = pass();
      const [number = 0] = await inTurn(() => addAll(entriesOfWrite(write, about), true));
      return (end) => later({ kind: 'result', pass: about.id, write: number, ...end });
    },
    note: (entry) => inTurn(() => addAll([entry], true)).then(() => undefined),
    verified: (pass, { checked, differences }) =>
      later({
        ...{ kind: 'verified', pass, checked, differences: differences.length },
        names: differences
          .slice(0, mostNames)
          .map(({ kind, name, nameserver, type }) => `${name} ${type}: ${kind} at ${nameserver}`),
      }),
    close: async () => {
      await inTurn(() => addAll([], true)).catch(() => undefined);
      await file.close();
    },
  };
};

const mostNames = 20;
