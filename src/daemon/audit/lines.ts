import { createReadStream } from 'node:fs';

const lineFeed = 0x0a;

export interface LineFromStart {
  readonly bytes: Buffer;
  /** False: the file ends in the middle of it. */
  readonly isWhole: boolean;
}

/** The lines of a file from its start, of which one at a time is in memory. */
export async function* linesFromStart(file: string): AsyncGenerator<LineFromStart> {
  let parts: Buffer[] = [];
  for await (const chunk of createReadStream(file)) {
    let rest: Buffer = chunk;
    for (let at = rest.indexOf(lineFeed); at >= 0; at = rest.indexOf(lineFeed)) {
      yield { bytes: Buffer.concat([...parts, rest.subarray(0, at)]), isWhole: true };
      parts = [];
      rest = rest.subarray(at + 1);
    }
    if (rest.length > 0) parts.push(rest);
  }
  if (parts.length > 0) yield { bytes: Buffer.concat(parts), isWhole: false };
}
