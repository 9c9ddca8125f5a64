import type { Listed, ListPage } from '../list.ts';
import { jsonIn, readLine } from './entry.ts';
import { linesFromEnd } from './read-back.ts';
import { fullName, fullNumbers } from './row.ts';

/** So much is looked through for one answer; bytes. */
const mostRead = 64 * 1024 * 1024;

/**
 * Lines of the audit, the newest first; `after` is the number of the last one of the part before. Where little is found in much,
 * a part may be shorter than was asked for, or empty, and still not the last.
 */
export const newestLines = async (
  file: string,
  { after, limit, q }: ListPage,
): Promise<Listed<Readonly<Record<string, unknown>>>> => {
  const before = after === null ? Number.MAX_SAFE_INTEGER : Number(after);
  const items: Readonly<Record<string, unknown>>[] = [];
  let read = 0;
  let last: number | null = null;
  for await (const text of newestFirst(file)) {
    const line = readLine(text);
    if (line === null || line.number >= before) continue;
    if (items.length === limit || read > mostRead) return { items, next: last === null ? null : `${last}` };
    read += text.length;
    last = line.number;
    if (q !== null && !text.includes(q)) continue;
    const entry = jsonIn(text);
    if (entry !== null) items.push(entry);
  }
  return { items, next: null };
};

async function* newestFirst(file: string): AsyncGenerator<string> {
  const full = await fullNumbers(file);
  for (const each of [file, ...full.toReversed().map((number) => fullName(file, number))]) {
    for await (const { bytes } of linesFromEnd(each)) yield bytes.toString();
  }
}
