import { isVisible } from './visible.ts';

/** A word as a shell reads it back; what does not print is written by its octets, which bash, zsh and ksh read. */
export const shellWord = (text: string): string => {
  if (/^[\w@%+=:,./-]+$/.test(text) && !text.startsWith('::')) return text;
  const quoted = `'${text.replaceAll("'", "'\\''")}'`;
  return isVisible(quoted) ? quoted : `$'${[...Buffer.from(text, 'utf8')].map(octetInShell).join('')}'`;
};

const octetInShell = (octet: number): string => {
  const character = String.fromCharCode(octet);
  return /[\w .,:;/@%+=*?()-]/.test(character) && octet < 0x80 ? character : `\\${octet.toString(8).padStart(3, '0')}`;
};
