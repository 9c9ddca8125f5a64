/**
 * Text in units that are never cut: an escape of presentation form (RFC 1035 section 5.1), and of what stands for UTF-8 a
 * character as people see it, with the marks that belong to it.
 */
export const unitsOf = (text: string): readonly string[] => {
  if (plain.test(text)) return text.split('');
  const tokens = text.match(/\\[0-9]{3}|\\[\s\S]|[\s\S]/gu) ?? [];
  const { characters, pieces } = decoded(tokens);
  const units: string[] = [];
  let next = 0;
  for (const { segment } of graphemes.segment(characters.join(''))) {
    let length = 0;
    let unit = '';
    while (length < segment.length && next < characters.length) {
      length += characters[next]?.length ?? 0;
      unit += pieces[next] ?? '';
      next += 1;
    }
    units.push(unit);
  }
  return units;
};

const plain = /^[ -[\]-~]*$/;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Each character that tokens stand for, with the text that does. */
const decoded = (tokens: readonly string[]) => {
  const characters: string[] = [];
  const pieces: string[] = [];
  for (let at = 0; at < tokens.length; ) {
    const length = utf8Length(tokens, at);
    const some = tokens.slice(at, at + length);
    const octets = some.map(octetOf);
    const character = length > 1 ? Buffer.from(octets).toString('utf8') : '';
    const isOne = [...character].length === 1 && character !== '\ufffd';
    characters.push(isOne ? character : standIn(some[0] ?? ''));
    pieces.push(isOne ? some.join('') : (some[0] ?? ''));
    at += isOne ? length : 1;
  }
  return { characters, pieces };
};

/** How many octets the one at `at` says that its character has; 1 where they do not follow. */
const utf8Length = (tokens: readonly string[], at: number): number => {
  const first = octetOf(tokens[at] ?? '');
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
  const follow = tokens.slice(at + 1, at + length).map(octetOf);
  return follow.length === length - 1 && follow.every((octet) => octet >= 0x80 && octet < 0xc0) ? length : 1;
};

/** Of `\DDD`; 0 for anything else. */
const octetOf = (token: string): number => (/^\\[0-9]{3}$/.test(token) ? Number(token.slice(1)) : 0);

/** An escape is one character that nothing joins. */
const standIn = (token: string): string => (token.startsWith('\\') ? '.' : token);
