/** May it be part of an ordinary word or number? Then it is only looked for as a word of its own. */
const isWordlike = (secret: string): boolean => secret.length < 4 || /^(?:\p{L}{1,11}|\p{N}{1,7})$/u.test(secret);

/**
 * A stranger's text without the secrets in it, in any case of letters, should whoever was sent one repeat it. Of text of our
 * own it would take words away, and by that say what a secret is.
 */
export const masked = (text: string, secrets: readonly string[], mask = '(secret)'): string =>
  secrets
    .filter((secret) => secret !== '')
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(patternOf(secret), () => mask), text);

const patternOf = (secret: string): RegExp => {
  const escaped = secret.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return new RegExp(isWordlike(secret) ? `(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])` : escaped, 'giu');
};
