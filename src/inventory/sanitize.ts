import { masked } from '../model/mask.ts';

// Everything that an inventory sends is a stranger's text: it gets into a message through here only.

const longest = 80;

/** A stranger's text in quotes, in printable ASCII of one line: everything else is escaped. */
export const quotedUntrusted = (text: string): string => {
  const shown = plain(JSON.stringify(text.length > longest ? `${text.slice(0, longest - 1)}…` : text));
  return shown.replaceAll('\\u2026"', '…"');
};

/** A value of any kind, for a message. */
export const describedUntrusted = (value: unknown): string => {
  if (typeof value === 'string') return quotedUntrusted(value);
  if (Array.isArray(value)) return 'a list';
  if (value !== null && typeof value === 'object') return 'a mapping';
  return plain(String(value)).slice(0, longest);
};

/** Printable ASCII; what is not is written as \uXXXX. */
const plain = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Where a URL leads, without what may be a secret in it. */
export const shownUrl = (url: URL): string => `${url.origin}${url.pathname === '/' ? '' : url.pathname}`;

const shortestSecret = 6;
/** The shortest piece of a secret that is hidden too: a message may quote text that was cut off in the middle of one. */
const shortestPiece = 8;

/** What of a message may be a stranger's: what is quoted, addresses, and long numbers. All else is our own words. */
const foreign = /"(?:[^"\\]|\\.)*"?|https?:\/\/\S+|\d{6,}/g;

/**
 * Takes secrets, the parts of a compound one and pieces of either out of what a message has from a stranger, whatever their
 * case: a server may send back what it was sent, and what is shown of that is cut.
 */
export const scrubber = (secrets: Readonly<Record<string, string>>): ((message: string) => string) => {
  const all = Object.values(secrets)
    .flatMap((secret) => [secret, ...secret.split(/[\s.]+/)])
    .flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]);
  const short = all.filter((text) => text.length < shortestSecret);
  const long = all.filter((text) => text.length >= shortestSecret).map((text) => text.toLowerCase());
  const hidden = [...new Set(long)].sort((a, b) => b.length - a.length);
  const hide = (text: string): string => masked(hidden.reduce(withoutPieces, text), short);
  // Thousands of servers may be remembered for one reason.
  const known = new Map<string, string>();
  return (message) => {
    const shown = known.get(message) ?? message.replace(foreign, hide);
    known.set(message, shown);
    return shown;
  };
};

const withoutPieces = (message: string, secret: string): string => {
  const shortest = Math.min(secret.length, shortestPiece);
  const text = message.toLowerCase();
  if (text.length !== message.length) return message.replaceAll(secret, '(secret)');
  let shown = '';
  for (let at = 0; at < message.length; ) {
    let end = at + shortest;
    if (end > text.length || !secret.includes(text.slice(at, end))) {
      shown += message[at];
      at += 1;
      continue;
    }
    while (end < text.length && secret.includes(text.slice(at, end + 1))) end += 1;
    shown += '(secret)';
    at = end;
  }
  return shown;
};
