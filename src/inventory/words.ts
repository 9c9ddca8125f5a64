// Everything that an inventory sends is a stranger's text: it gets into a message through here only.

const longest = 80;

/** A stranger's text in quotes, in printable ASCII of one line: everything else is escaped. */
export const quoted = (text: string): string => {
  const shown = plain(JSON.stringify(text.length > longest ? `${text.slice(0, longest - 1)}…` : text));
  return shown.replaceAll('\\u2026"', '…"');
};

/** A value of any kind, for a message. */
export const described = (value: unknown): string => {
  if (typeof value === 'string') return quoted(value);
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

/** Takes secrets, and the parts of a compound one, out of a message. */
export const scrubber = (secrets: Readonly<Record<string, string>>): ((message: string) => string) => {
  const hidden = Object.values(secrets)
    .flatMap((secret) => [secret, ...secret.split(/[\s.]+/)])
    .filter((text) => text.length >= shortestSecret)
    .sort((a, b) => b.length - a.length);
  return (message) => hidden.reduce((text, secret) => text.replaceAll(secret, '(secret)'), message);
};

/** `1 server`, `2 servers`. */
export const counted = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
