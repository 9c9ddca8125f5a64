import { count } from '../../model/phrases.ts';

/** Of the words that go, and of those that come: so many characters of them are shown. */
const mostOfWords = 200;

/**
 * Which words go and come, for texts that differ in more than is shown: in other order, a policy could have a word more
 * that nobody sees.
 */
export const wordsThatDiffer = (was: string, is: string): string => {
  const gone = wordsBeyond(was, is);
  const come = wordsBeyond(is, was);
  if (gone.length + come.length === 0) {
    return wordsOf(was).join(' ') === wordsOf(is).join(' ')
      ? 'the same words with other spaces'
      : 'the same words in another order';
  }
  return [...said('words that go', gone), ...said('words that come', come)].join('; ');
};

/** Those of `text` that `other` has not, or not as often, in their order. */
const wordsBeyond = (text: string, other: string): readonly string[] => {
  const left = new Map<string, number>();
  for (const word of wordsOf(other)) left.set(word, (left.get(word) ?? 0) + 1);
  return wordsOf(text).filter((word) => {
    const number = left.get(word) ?? 0;
    left.set(word, number - 1);
    return number <= 0;
  });
};

const wordsOf = (text: string): readonly string[] =>
  text
    .replaceAll(/^"|"$/g, '')
    .split(' ')
    .filter((word) => word !== '');

const said = (what: string, words: readonly string[]): readonly string[] => {
  if (words.length === 0) return [];
  const shown: string[] = [];
  let left = mostOfWords;
  for (const word of words) {
    left -= word.length + 1;
    if (left < 0) break;
    shown.push(word);
  }
  const more = words.length - shown.length;
  const rest = more === 0 ? [] : [shown.length === 0 ? count(more, 'long one') : `and ${count(more, 'more', 'more')}`];
  return [`${what}: ${[...shown, ...rest].join(' ')}`];
};
