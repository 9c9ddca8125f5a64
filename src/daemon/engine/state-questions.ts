import type { DaemonStore, KeptPass } from '../../model/daemon-store.ts';
import type { AuditEntry } from '../audit/entry.ts';

// What the main thread has kept in the state and noted in the audit file, and what it asks of the state. The thread of the
// passes does all of it: it alone has the state open. A write of SQLite's stops the thread that does it for as long as another
// process writes, and to make a text of a large plan takes a second: both would keep the main thread from answering.

export type StateQuestion =
  /** With the details that the thread still has of the pass of this id, if it is the last one. */
  | { readonly kind: 'keep pass'; readonly pass: KeptPass; readonly isIdle: boolean }
  | { readonly kind: 'passes'; readonly after: string | null; readonly limit: number }
  | { readonly kind: 'pass details'; readonly id: string }
  /** Noted when it resolves. */
  | { readonly kind: 'note'; readonly entry: AuditEntry };

export interface StateAnswers {
  readonly 'keep pass': null;
  readonly passes: readonly KeptPass[];
  readonly 'pass details': { readonly pass: KeptPass; readonly details: string | null } | null;
  readonly note: null;
}

export const isOfState = (question: { readonly kind: string }): question is StateQuestion =>
  Object.hasOwn(kinds, question.kind);

const kinds: Readonly<Record<StateQuestion['kind'], true>> = {
  'keep pass': true,
  passes: true,
  'pass details': true,
  note: true,
};

type FromState = Exclude<StateQuestion, { readonly kind: 'note' | 'keep pass' }>;

/** What concerns the state alone. */
export const answerOfState = async (question: FromState, store: DaemonStore): Promise<unknown> => {
  switch (question.kind) {
    case 'passes':
      return store.keptPasses(question.after, question.limit);
    case 'pass details': {
      const pass = await store.keptPass(question.id);
      return pass === null ? null : { pass, details: await store.passDetails(question.id) };
    }
  }
};
