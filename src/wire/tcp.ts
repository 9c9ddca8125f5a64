import { maxMessageBytes } from './message.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** The message as it goes over TCP, with its two octets of length in front (RFC 1035 section 4.2.2). */
export const framed = (message: Uint8Array): Uint8Array => {
  if (message.length > maxMessageBytes) throw new RangeError(`a DNS message of ${message.length} octets`);
  const frame = Buffer.allocUnsafe(message.length + 2);
  frame.writeUInt16BE(message.length, 0);
  frame.set(message, 2);
  return frame;
};
