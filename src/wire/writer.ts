import { SyntaxProblem } from '../model/errors.ts';
import { nameToWire, parentOf } from '../model/name.ts';
import { rdataToWire } from '../model/rdata.ts';

/** Octets of one message being written; a name that stands in it already becomes a pointer (RFC 1035 section 4.1.4). */
export interface Writer {
  u16(value: number): void;
  octets(value: Uint8Array): void;
  name(name: string): void;
  /** Says that `name` is written uncompressed right here. */
  remember(name: string): void;
  record(
    name: string,
    code: number,
    record: { readonly type: string; readonly class: number; readonly ttl: number; readonly rdata: string },
  ): void;
  bytes(): Uint8Array;
}

/** A type that has no fields, so that its rdata is written as it stands. */
const anyType = 'TYPE65280';

/** Rdata in RFC 3597's form is written as it stands, for every type: decodeMessage gives it where octets are no rdata. */
export const rdataOctets = (type: string, rdata: string): Uint8Array =>
  rdataToWire(rdata.startsWith('\\# ') ? anyType : type, rdata);

/** A pointer has 14 bits. */
const pointerReach = 0x4000;

/** A writer that throws SyntaxProblem when the message gets longer than `limit`. */
export const createWriter = (limit: number): Writer => {
  let buffer = Buffer.allocUnsafe(512);
  let at = 0;
  const names = new Map<string, number>();

  const room = (bytes: number): void => {
    if (at + bytes > limit) throw new SyntaxProblem(`no DNS message has more than ${limit} octets`, 'rrset-size');
    if (at + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, at + bytes));
    buffer.copy(larger, 0, 0, at);
    buffer = larger;
  };

  const u16 = (value: number): void => {
    room(2);
    at = buffer.writeUInt16BE(value & 0xffff, at);
  };

  const u32 = (value: number): void => {
    room(4);
    at = buffer.writeUInt32BE(value >>> 0, at);
  };

  const octets = (value: Uint8Array): void => {
    room(value.length);
    buffer.set(value, at);
    at += value.length;
  };

  const remember = (name: string): void => {
    const wire = nameToWire(name);
    let offset = 0;
    for (let rest = name; rest !== '.'; rest = parentOf(rest)) {
      if (at + offset < pointerReach && !names.has(rest)) names.set(rest, at + offset);
      offset += (wire[offset] ?? 0) + 1;
    }
  };

  const writeName = (name: string): void => {
    const known = names.get(name);
    if (known !== undefined) {
      u16(0xc000 | known);
      return;
    }
    const wire = nameToWire(name);
    let offset = 0;
    for (let rest = name; rest !== '.'; rest = parentOf(rest)) {
      const suffix = names.get(rest);
      if (suffix !== undefined) {
        octets(wire.subarray(0, offset));
        u16(0xc000 | suffix);
        return;
      }
      if (at + offset < pointerReach) names.set(rest, at + offset);
      offset += (wire[offset] ?? 0) + 1;
    }
    octets(wire);
  };

  return {
    u16,
    octets,
    remember,
    name: writeName,
    record: (name, code, record) => {
      writeName(name);
      u16(code);
      u16(record.class);
      u32(record.ttl);
      const rdata = rdataOctets(record.type, record.rdata);
      u16(rdata.length);
      octets(rdata);
    },
    bytes: () => buffer.subarray(0, at),
  };
};
