import { SyntaxProblem } from '../model/errors.ts';
import { WireError } from './errors.ts';
import { decodeMessage, firstQuestion, type Message, type MessageQuestion } from './message.ts';
import { openStream, type StreamServer } from './stream.ts';
import { signMessage } from './tsig.ts';
import { type AnswerChecker, createAnswerChecker, uncheckedAnswers } from './tsig-answers.ts';
import type { TsigKey } from './tsig-key.ts';

export interface ExchangeOptions {
  /** For the whole exchange. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Signs the question, and the answer has to be signed by it. Default is no signature. */
  readonly key?: TsigKey | undefined;
  /** The clock, in milliseconds. Default is Date.now. */
  readonly now?: (() => number) | undefined;
}

/**
 * Sends one message and gives its answer, whatever its RCODE: with a key only an answer that the key has signed. Rejects
 * with WireError; `sent` says whether the server can have seen the message.
 */
export const exchange = async (
  server: StreamServer,
  message: Uint8Array,
  options: ExchangeOptions,
): Promise<Message> => {
  const question = signQuestion(message, options);
  const stream = await openStream(server, options);
  try {
    stream.send(question.bytes);
    const { value } = await stream.messages.next();
    const [proven = value] = question.answers.take(value);
    return decodeAnswer(proven, question);
  } finally {
    stream.close();
  }
};

export interface SignedQuestion {
  readonly id: number;
  readonly asked: MessageQuestion;
  readonly bytes: Uint8Array;
  readonly answers: AnswerChecker;
}

/** The question as it goes out, and what checks its answers. */
export const signQuestion = (
  message: Uint8Array,
  { key, now = Date.now }: Pick<ExchangeOptions, 'key' | 'now'>,
): SignedQuestion => {
  const id = Buffer.from(message.subarray(0, 2)).readUInt16BE(0);
  const asked = firstQuestion(message);
  if (key === undefined) return { id, asked, bytes: message, answers: uncheckedAnswers() };
  const seconds = (): number => Math.floor(now() / 1000);
  const { bytes, mac } = signMessage(message, key, { now: seconds() });
  return { id, asked, bytes, answers: createAnswerChecker(key, mac, seconds) };
};

/** Reads a message that answers the question; throws WireError for any other. */
export const decodeAnswer = (bytes: Uint8Array, { asked, id }: SignedQuestion): Message => {
  const answer = decoded(bytes);
  const [question = asked] = answer.questions;
  const isIts = question.name === asked.name && question.type === asked.type && question.class === asked.class;
  if (answer.flags.qr && answer.id === id && isIts && !answer.flags.tc) return answer;
  throw new WireError('malformed', 'the server answered another question, or cut its answer over TCP');
};

const decoded = (bytes: Uint8Array): Message => {
  try {
    return decodeMessage(bytes);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    throw new WireError('malformed', `the answer cannot be read: ${error.message}`, { cause: error });
  }
};
