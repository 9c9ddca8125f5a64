import { decodeMessage, encodeMessage, type MessageRecord, noFlags } from '../../src/wire/message.ts';
import { checkRequest, signMessage, type TsigContext } from '../../src/wire/tsig.ts';
import { keyFor, ours } from './keys.ts';
import { type Listener, startListener } from './listener.ts';

export const record = (name: string, type: string, rdata: string): MessageRecord => ({
  name,
  type,
  class: 1,
  ttl: 60,
  rdata,
});
export const soa = (serial: number, zone = 'x.test.') => record(zone, 'SOA', `ns1.x.test. h.x.test. ${serial} 1 2 3 4`);
export const a = (name: string, last = 1) => record(`${name}.x.test.`, 'A', `192.0.2.${last}`);
export const ns = record('x.test.', 'NS', 'ns1.x.test.');

/** A transfer as a server of the tests' own gives it. */
export interface Scene {
  /** The records of each message, or the octets of one. */
  readonly messages: readonly (readonly MessageRecord[])[];
  readonly rcode?: number;
  /** Which messages have a signature. Default is all, where the question has one. */
  readonly signs?: (index: number) => boolean;
  readonly spoil?: (bytes: Uint8Array, index: number) => Uint8Array;
  readonly stays?: boolean;
}

export const key = ours(keyFor('hmac-sha256'));

/** Answers every question with the scene. */
export const startScene = (scene: Scene): Promise<Listener> =>
  startListener((bytes) => answersOf(bytes, () => scene), scene.stays === true ? 'stay' : 'close');

/** A question's answers by what is asked for, signed where the question is. */
export const answersOf = (bytes: Buffer, sceneFor: (type: string) => Scene): readonly Uint8Array[] => {
  const now = Math.floor(Date.now() / 1000);
  const request = checkRequest(bytes, [key], now);
  const query = decodeMessage(bytes);
  const scene = sceneFor(query.questions[0]?.type ?? '');
  let context: TsigContext = request.status === 'verified' ? { prior: request.mac } : {};
  return scene.messages.map((answers, index) => {
    const flags = { ...noFlags, qr: true, aa: true };
    const questions = index === 0 ? query.questions : [];
    const own = encodeMessage({
      ...{ id: query.id, flags, rcode: scene.rcode ?? 0, questions, answers },
      ...{ authority: [], additional: [], edns: null },
    });
    const spoil = scene.spoil ?? ((each) => each);
    if (request.status !== 'verified') return spoil(own, index);
    if (scene.signs !== undefined && !scene.signs(index)) {
      context = { ...context, between: [...(context.between ?? []), own] };
      return spoil(own, index);
    }
    const { bytes: signed, mac } = signMessage(own, key, { ...context, now });
    context = { prior: mac, timersOnly: true };
    return spoil(signed, index);
  });
};
