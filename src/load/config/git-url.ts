import { isAbsolute, resolve } from 'node:path';

/** An address of a repository, by how it is reached. */
export interface GitUrl {
  readonly kind: 'https' | 'ssh' | 'file' | 'path';
  readonly url: string;
}

/** Its fault in words that never show it, as there may be a password in it; `isSecret`: it has one. */
export interface GitUrlFault {
  readonly fault: string;
  readonly isSecret: boolean;
}

/** Reads `git.url`; a path starts from `folder`. */
export const parseGitUrl = (text: string, folder: string): GitUrl | GitUrlFault => {
  if (/\p{Cc}/u.test(text)) return wrong('has a control character in it');
  if (/^[A-Za-z0-9+.-]+::/.test(text)) return wrong(`names a helper of Git, which is code; ${kinds}`);
  if (!text.includes('://')) return withoutScheme(text, folder);
  const url = text.includes(' ') ? null : URL.parse(text);
  if (url === null) return wrong(`is not an address that can be read; ${kinds}`);
  if (url.password !== '') return leaks('has a password in it; take it out, and write "token: {env: NAME}" or ssh_key');
  if (!isEscaped(url.username) || (url.protocol === 'file:' && !isEscaped(url.pathname))) {
    return wrong('has a "%" in it that stands for no letter; write %25 for the sign itself');
  }
  const read = readers[url.protocol];
  return read === undefined ? wrong(`begins with a scheme that is not used here; ${kinds}`) : read(url, text);
};

/** Can it be read, where a percent sign is in it? */
const isEscaped = (part: string): boolean => {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
};

const kinds = 'it is https://, ssh:// or file://, or a path';

const withoutScheme = (text: string, folder: string): GitUrl | GitUrlFault => {
  // git would take it for [user@]server:path.
  if (!isAbsolute(text) && /^[^/\\]*:/.test(text)) {
    return wrong('has the form user@server:path; write it as ssh://user@server/path');
  }
  return { kind: 'path', url: resolve(folder, text) };
};

const readers: Readonly<Record<string, (url: URL, text: string) => GitUrl | GitUrlFault>> = {
  'https:': (url, text) => {
    // The name is often the token itself.
    if (url.username !== '') return leaks('has a name in it; take it out, and write "token: {env: NAME}"');
    if (url.search !== '' || url.hash !== '') return leaks('has a "?" or a "#" in it; take out what begins there');
    return { kind: 'https', url: text };
  },
  'ssh:': (url, text) => {
    // ssh would take it for an option (CVE-2017-1000117).
    if (url.hostname === '' || /^-/.test(url.hostname) || /^(?:-|%2d)/i.test(url.username)) {
      return wrong('names no server that ssh can be asked for');
    }
    return { kind: 'ssh', url: text };
  },
  'file:': (url, text) =>
    url.hostname === '' && url.username === ''
      ? { kind: 'file', url: text }
      : wrong('names another machine; write file:///path'),
};

const wrong = (fault: string): GitUrlFault => ({ fault, isSecret: false });
const leaks = (fault: string): GitUrlFault => ({ fault, isSecret: true });
