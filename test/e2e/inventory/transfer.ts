import { run } from '../../servers/child.ts';
import type { DnsAddress } from '../../servers/ports.ts';

/** One record of a zone, as it goes over the wire. `name` is as dig escapes it. */
export interface Transferred {
  readonly name: string;
  readonly type: number;
  readonly rdata: Buffer;
}

/** A whole zone by AXFR. */
export const transfer = async ({ address, port }: DnsAddress, zone: string): Promise<readonly Transferred[]> => {
  const args = ['-r', `@${address}`, '-p', `${port}`, zone, 'AXFR', '+unknownformat', '+noall', '+answer', '+nosplit'];
  const lines = (await run(['dig', ...args])).split('\n').filter((line) => line !== '' && !line.startsWith(';'));
  return lines.map((line) => {
    const [, name = '', type = '', hex = ''] = /^(\S+)\s+\d+\s+CLASS1\s+TYPE(\d+)\s+\\# \d+ ?(.*)$/.exec(line) ?? [];
    if (name === '') throw new Error(`not a record: ${line}`);
    return { name, type: Number(type), rdata: Buffer.from(hex.replaceAll(' ', ''), 'hex') };
  });
};

/** The octets of a TXT, its strings joined. */
export const textIn = (rdata: Buffer): Buffer => {
  const parts: Buffer[] = [];
  for (let at = 0; at < rdata.length; at += 1 + rdata.readUInt8(at)) {
    parts.push(rdata.subarray(at + 1, at + 1 + rdata.readUInt8(at)));
  }
  return Buffer.concat(parts);
};
