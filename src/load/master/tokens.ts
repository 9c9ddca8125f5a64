// Cuts a master file into entries (RFC 1035 section 5.1): parentheses join lines, ";" begins a comment.

export interface Token {
  /** As written, quotes and escapes kept. */
  readonly text: string;
  readonly at: number;
}

/** One entry; `blank`: it begins with space, so that its owner is the last one. */
export interface Entry {
  readonly kind: 'entry';
  readonly tokens: readonly Token[];
  readonly blank: boolean;
  readonly at: number;
}

/** An entry that cannot be read. `fatal`: its end cannot be found. */
export interface BadEntry {
  readonly kind: 'bad';
  readonly message: string;
  readonly at: number;
  readonly fatal: boolean;
  /** What stood before the fault. */
  readonly tokens: readonly Token[];
  readonly blank: boolean;
}

const piece = /[ \t\r\f]+|\n|;[^\n]*|[()]|(?:[^\s"();\\]|\\[^\n]|"(?:[^"\\\n]|\\[^\n])*")+|[\s\S]/y;

/** Nothing follows a fatal fault. */
export const masterEntries = function* (text: string): Generator<Entry | BadEntry> {
  let at = 0;
  while (at < text.length) {
    const { entry, end } = readEntry(text, at);
    if (entry !== null) yield entry;
    if (entry?.kind === 'bad' && entry.fatal) return;
    at = end;
  }
};

const readEntry = (text: string, start: number): { readonly entry: Entry | BadEntry | null; readonly end: number } => {
  const tokens: Token[] = [];
  const blank = text[start] === ' ' || text[start] === '\t';
  let open = -1;
  let depth = 0;
  let at = start;
  while (at < text.length) {
    piece.lastIndex = at;
    const found = piece.exec(text)?.[0] ?? '';
    const fault = faultOf(found, depth);
    if (fault !== null) {
      const entry = { kind: 'bad', message: fault, at, fatal: depth > 0, tokens, blank } as const;
      return { entry, end: lineEnd(text, at) };
    }
    if (found === '(' && depth === 0) open = at;
    depth += found === '(' ? 1 : found === ')' ? -1 : 0;
    if (!/^[\s;()]/.test(found)) tokens.push({ text: found, at });
    at += found.length;
    if (found === '\n' && depth === 0) break;
  }
  if (depth > 0) {
    const message = 'a "(" that is never closed; add the ")"';
    return { entry: { kind: 'bad', message, at: open, fatal: true, tokens, blank }, end: at };
  }
  const [first] = tokens;
  return { entry: first === undefined ? null : { kind: 'entry', tokens, blank, at: first.at }, end: at };
};

const faultOf = (found: string, depth: number): string | null => {
  if (found === ')' && depth === 0) return 'a ")" without its "("';
  if (found === '"') return 'a quoted string does not end on its line; add the closing quote';
  return found === '\\' ? 'a backslash at the end of a line means nothing; remove it' : null;
};

const lineEnd = (text: string, at: number): number => {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end + 1;
};
