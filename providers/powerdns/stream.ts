// A zone of 100,000 RRsets is 13 MB of JSON, and five times that as objects. So it is parsed as it comes, some RRsets
// at a time, and what was converted is let go. Pure.

export interface ZoneStream {
  push(chunk: Uint8Array): void;
  /** The zone without its RRsets. Throws SyntaxError where the whole was not JSON. */
  end(): unknown;
}

/** In JSON it stands for nothing else: within a string its quotes would be escaped. */
const opening = /"rrsets"\s*:\s*\[/;
/** The keys before `rrsets` are short ones. */
const longestHead = 65_536;

type Stage = 'head' | 'rrsets' | 'tail' | 'whole';

/** Hands over the members of the zone's `rrsets` as they come; all at once at the end where the text looks unusual. */
export const zoneStream = (onRRsets: (rrsets: readonly unknown[]) => void): ZoneStream => {
  let stage: Stage = 'head';
  let head = '';
  let pending: readonly Uint8Array[] = [];
  let failure: unknown;
  const scan = memberScanner();

  const findHead = (text: Buffer): Buffer => {
    const found = opening.exec(text.toString('latin1', 0, longestHead));
    if (found === null) {
      if (text.length > longestHead) stage = 'whole';
      return text;
    }
    const end = found.index + found[0].length;
    head = text.toString('utf8', 0, end);
    stage = 'rrsets';
    return text.subarray(end);
  };
  const takeMembers = (text: Buffer): Buffer => {
    const { closed, upTo } = scan(text);
    const members = text.toString('utf8', 0, upTo).replace(/^\s*,/, '');
    if (members.trim() !== '') onRRsets(JSON.parse(`[${members}]`));
    if (closed) stage = 'tail';
    return text.subarray(upTo);
  };
  const advance = (chunk: Uint8Array): void => {
    if (stage === 'tail' || stage === 'whole') {
      pending = [...pending, chunk];
      return;
    }
    let text: Buffer = Buffer.concat([...pending, chunk]);
    if (stage === 'head') text = findHead(text);
    if (stage === 'rrsets') text = takeMembers(text);
    pending = [text];
  };
  return {
    push: (chunk) => {
      if (failure !== undefined) return;
      try {
        advance(chunk);
      } catch (error) {
        failure = error;
      }
    },
    end: () => {
      if (failure !== undefined) throw failure;
      const whole: unknown = JSON.parse(head + Buffer.concat(pending).toString());
      if (head === '' && isZone(whole)) onRRsets(whole.rrsets);
      return whole;
    },
  };
};

const isZone = (value: unknown): value is { readonly rrsets: readonly unknown[] } =>
  typeof value === 'object' && value !== null && 'rrsets' in value && Array.isArray(value.rrsets);

interface Scanned {
  /** All members before this offset are whole. */
  readonly upTo: number;
  /** The array ends there. */
  readonly closed: boolean;
}

const [quote, backslash] = Buffer.from('"\\');
const depthOf = Int8Array.from({ length: 256 }, (_, c) => {
  const text = String.fromCharCode(c);
  return '{['.includes(text) ? 1 : '}]'.includes(text) ? -1 : 0;
});

/** Finds where members of an array end, in text that grows at its end and shrinks at its start by what was found. */
const memberScanner = (): ((text: Uint8Array) => Scanned) => {
  let depth = 0;
  let inString = false;
  let at = 0;
  return (text) => {
    let upTo = 0;
    for (; at < text.length; at += 1) {
      const c = text[at] ?? 0;
      if (c === quote) inString = !inString;
      else if (inString) at += Number(c === backslash);
      else {
        const step = depthOf[c] ?? 0;
        depth += step;
        if (depth < 0) return { upTo: at, closed: true };
        if (depth === 0 && step < 0) upTo = at + 1;
      }
    }
    at -= upTo;
    return { upTo, closed: false };
  };
};
