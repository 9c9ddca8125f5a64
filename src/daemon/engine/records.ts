import { createHash } from 'node:crypto';
import type { DaemonStore } from '../../model/daemon-store.ts';
import type { PlanPass } from '../../run.ts';
import type { OnWrite } from '../../target.ts';
import type { PassAbout } from '../audit/entry.ts';
import { auditFile } from '../audit/file.ts';
import { auditLog } from '../audit/log.ts';
import { detailsText, type PassDetails } from '../pass-details.ts';
import { answerOfState, type StateQuestion } from './state-questions.ts';

// What the thread of the passes writes down: each write in the audit file before it is sent, and the passes in the state.

export interface Records {
  readonly onWrite: (pass: PassWrites) => OnWrite;
  /** A pass has ended; its details are kept once the main thread has its record kept. */
  readonly ended: (id: string, details: PassDetails) => void;
  readonly answer: (question: StateQuestion, store: DaemonStore) => Promise<unknown>;
  /** After all that is still being written. */
  readonly close: () => Promise<void>;
}

/** A pass that writes, of which more is known the longer it runs. */
export interface PassWrites {
  readonly about: PassAbout;
  readonly commit: string | null;
  /** null: it is not planned yet. */
  readonly planned: () => PlanPass | null;
}

/** A file that is larger is full; bytes. */
const mostAudit = 100 * 1024 * 1024;

/** `audit`: the path of the audit file. */
export const openRecords = (audit: string, say: (message: string) => void): Records => {
  const log = auditLog(auditFile(audit, { most: mostAudit, now: Date.now }), say);
  let last: { readonly id: string; readonly details: PassDetails } | null = null;
  const running = new Set<Promise<unknown>>();

  const keepPass = async (
    { isIdle, pass }: Extract<StateQuestion, { kind: 'keep pass' }>,
    store: DaemonStore,
  ): Promise<null> => {
    const details = last?.id === pass.id ? await detailsText(last.details) : null;
    await store.keepPass({ pass, isIdle, details });
    return null;
  };
  const answer = async (question: StateQuestion, store: DaemonStore): Promise<unknown> => {
    if (question.kind === 'keep pass') return keepPass(question, store);
    if (question.kind !== 'note') return answerOfState(question, store);
    await log.note(question.entry);
    return null;
  };
  return {
    onWrite: ({ about, commit, planned }) => {
      const inventory = inventoryDigests(planned);
      return log.writesOf(() => ({
        ...about,
        commit: commit ?? planned()?.plan.config_commit ?? null,
        inventory: inventory(),
      }));
    },
    ended: (id, details) => {
      last = { id, details };
      if (details.results.length > 0 && details.verify !== null) log.verified(id, details.verify);
    },
    answer: (question, store) => {
      const answered = answer(question, store);
      const ended = answered.catch(() => undefined).finally(() => running.delete(ended));
      running.add(ended);
      return answered;
    },
    close: async () => {
      await Promise.all(running);
      await log.close();
    },
  };
};

/** A digest of all servers as they are known in the pass, made once; null: it is not planned yet, or there is no inventory. */
const inventoryDigests = (planned: () => PlanPass | null): (() => string | null) => {
  let digest: string | null = null;
  return () => {
    const next = planned()?.desired.next ?? {};
    if (digest !== null || Object.keys(next).length === 0) return digest;
    const hash = createHash('sha256');
    for (const [name, { servers }] of Object.entries(next)) {
      hash.update(`${JSON.stringify(name)}\n`);
      for (const { server } of servers) hash.update(`${JSON.stringify(server)}\n`);
    }
    digest = `sha256:${hash.digest('hex')}`;
    return digest;
  };
};
