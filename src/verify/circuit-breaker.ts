import type { Asker, NoAnswer } from '../model/ports.ts';

/** So many questions in a row without an answer, and a name server is not asked any more. */
const maxUnanswered = 3;

/** Stands for the answer to a question that was not sent. */
export const notAsked: NoAnswer = {
  status: 'no_answer',
  reason: `not asked any more after ${maxUnanswered} questions in a row without an answer`,
};

/** Stops asking a name server that gave no answer too often in a row, and everybody once the signal aborts. */
export const withCircuitBreaker = (ask: Asker, signal: AbortSignal | undefined): Asker => {
  const unanswered = new Map<string, number>();
  return async (nameserver, question) => {
    const id = `${nameserver.address} ${nameserver.port}`;
    if (signal?.aborted === true || (unanswered.get(id) ?? 0) >= maxUnanswered) return notAsked;
    const answer = await ask(nameserver, question, signal);
    unanswered.set(id, answer.status === 'answered' ? 0 : (unanswered.get(id) ?? 0) + 1);
    return answer;
  };
};
