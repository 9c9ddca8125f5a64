import { whyNoJson } from '../../src/provider.ts';
import { UnsoundAnswer } from './answers.ts';

// A zone of 100,000 RRsets is 13 MB of JSON, and five times that as objects. So it is parsed as it comes, some RRsets
// at a time, and what was converted is let go. Pure.

export interface ZoneStream {
  /** False: what comes after is not wanted any more, as `end` throws. */
  push(chunk: Uint8Array): boolean;
  /** The zone, whose `rrsets` are empty. Throws SyntaxError where the whole is no JSON, UnsoundAnswer where it is out of all measure. */
  end(): unknown;
}

/** In JSON it stands for nothing else: within a string its quotes would be escaped. */
const opening = /"rrsets"\s*:\s*\[/;
/** The keys before `rrsets` are short ones. */
const longestHead = 65_536;
/** Octets of one RRset, of what follows them all, and of a zone that is not as PowerDNS writes it. */
const longestMember = 16 * 1024 * 1024;
/** An RRset is a list of records with comments. */
const deepestMember = 32;

type Stage = 'head' | 'rrsets' | 'tail' | 'whole';

/** Hands over the members of the zone's `rrsets` as they come; all at once at the end where the text looks unusual. */
export const zoneStream = (onRRsets: (rrsets: readonly unknown[]) => void): ZoneStream => {
  let stage: Stage = 'head';
  let head = '';
  const pending = newPending();
  let failure: unknown;
  const scan = memberScanner();

  const findHead = (): void => {
    const text = pending.joined();
    const found = opening.exec(text.toString('latin1', 0, longestHead));
    if (found === null) {
      if (text.length > longestHead) stage = 'whole';
      return;
    }
    const end = found.index + found[0].length;
    head = text.toString('utf8', 0, end);
    stage = 'rrsets';
    pending.reset(text.subarray(end));
    takeMembers(text.subarray(end));
  };
  /** `fresh` is what came since: the rest has no end of a member in it. */
  const takeMembers = (fresh: Uint8Array): void => {
    const { closed, upTo } = scan(fresh);
    if (upTo === 0 && !closed) return;
    const text = pending.joined();
    const end = text.length - fresh.length + upTo;
    const members = text.toString('utf8', 0, end).replace(/^\s*,/, '');
    if (members.trim() !== '') onRRsets(JSON.parse(`[${members}]`));
    if (closed) stage = 'tail';
    pending.reset(text.subarray(end));
  };
  const advance = (chunk: Uint8Array): void => {
    pending.add(chunk);
    if (stage === 'head') findHead();
    else if (stage === 'rrsets') takeMembers(chunk);
    if (pending.length() > longestMember) throw new UnsoundAnswer(`has more than ${longestMember} octets in one part`);
  };
  const whole = (): unknown => {
    const text = Buffer.concat([Buffer.from(head), pending.joined()]);
    const why = whyNoJson(text);
    if (why !== null) throw new UnsoundAnswer(why);
    const zone: unknown = JSON.parse(text.toString());
    if (head === '' || !isZone(zone)) return zone;
    // A second list of that name would stand for the first.
    if (zone.rrsets.length > 0) throw new UnsoundAnswer('has two lists of RRsets');
    return zone;
  };
  return {
    push: (chunk) => {
      try {
        if (failure === undefined) advance(chunk);
      } catch (error) {
        failure = error;
      }
      return failure === undefined;
    },
    end: () => {
      if (failure !== undefined) throw failure;
      const zone = whole();
      if (head !== '' || !isZone(zone)) return zone;
      onRRsets(zone.rrsets);
      return { ...zone, rrsets: [] };
    },
  };
};

const isZone = (value: unknown): value is { readonly rrsets: readonly unknown[] } =>
  typeof value === 'object' && value !== null && 'rrsets' in value && Array.isArray(value.rrsets);

/** Chunks that wait, joined only when they are looked at: the cost is that of the octets, however they are cut. */
const newPending = () => {
  let parts: Uint8Array[] = [];
  let length = 0;
  const reset = (part: Uint8Array): void => {
    parts = [part];
    length = part.length;
  };
  return {
    add: (part: Uint8Array): void => {
      parts.push(part);
      length += part.length;
    },
    length: (): number => length,
    joined: (): Buffer => {
      const text = Buffer.concat(parts, length);
      reset(text);
      return text;
    },
    reset,
  };
};

interface Scanned {
  /** All members that end before this offset of the chunk are whole; 0: none ends in it. */
  readonly upTo: number;
  /** The array ends there. */
  readonly closed: boolean;
}

const [quote, backslash] = Buffer.from('"\\');
const depthOf = Int8Array.from({ length: 256 }, (_, c) => {
  const text = String.fromCharCode(c);
  return '{['.includes(text) ? 1 : '}]'.includes(text) ? -1 : 0;
});

/** Finds where members of an array end, in chunk after chunk. Throws UnsoundAnswer for one that is nested too deep. */
const memberScanner = (): ((chunk: Uint8Array) => Scanned) => {
  let depth = 0;
  let upTo = 0;
  let inString = false;
  let escaped = false;
  /** Is it still within the array? */
  const isWithinAfter = (step: number, at: number): boolean => {
    depth += step;
    if (depth > deepestMember) throw new UnsoundAnswer(`is nested more than ${deepestMember} deep`);
    if (depth === 0 && step < 0) upTo = at + 1;
    return depth >= 0;
  };
  return (chunk) => {
    upTo = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const c = chunk[at] ?? 0;
      if (escaped) escaped = false;
      else if (c === quote) inString = !inString;
      else if (inString) escaped = c === backslash;
      else {
        const step = depthOf[c] ?? 0;
        if (step !== 0 && !isWithinAfter(step, at)) return { upTo: at, closed: true };
      }
    }
    return { upTo, closed: false };
  };
};
