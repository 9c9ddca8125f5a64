import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRdata } from '../../src/model/rdata.ts';
import { type Format, preparePlanned, prepareVerified, render } from '../../src/report/index.ts';
import { inOnePiece } from '../../src/report/values/strings.ts';
import { changeset, difference, planOf, replace, set, times } from './make.ts';

const apex = 'example.com.';
const words = (number: number) => times(number, (i) => `word${i}`);
const txt = (text: string) => parseRdata('TXT', `"${text}"`);
const planned = (format: Format, type: string, was: string, is: string) =>
  render(format, preparePlanned(planOf([changeset(apex, [replace(`long.${apex}`, type, set(60, was), set(60, is))])])));

const before = words(400);
const put = (at: number, word: string) => before.toSpliced(at, 0, word);

describe('a text of many strings that became another', () => {
  it.each(['TXT', 'SPF'])('shows the word that was put into it, and not how the strings after it moved: %s', (type) => {
    const [was, is] = [txt(before.join(' ')), txt(put(200, 'INSERTED').join(' '))];
    const text = planned('text', type, was, is);
    expect(text).toContain('word199 INSERTED word200');
    const [line = ''] = text.match(/^.*INSERTED/m) ?? [];
    expect(text).toContain(`\n${' '.repeat(line.length - 8)}^^^^^^^^^\n`);
    expect(text).not.toContain('" "');
    expect(planned('markdown', type, was, is)).toContain('word199&#32;<b>INSERTED&#32;</b>word200');
  });

  it('hides no second change behind the first', () => {
    const is = put(100, 'ONE').toSpliced(300, 1, 'TWO');
    const text = planned('text', 'TXT', txt(before.join(' ')), txt(is.join(' ')));
    expect(text).toContain('word99 ONE word100');
    expect(text).toContain(' TWO ');
  });

  it.each([
    ['a word more', ['include:evil.example'], 'words that come: include:evil.example'],
    ['no other word', [], 'the same words in another order'],
  ])('names the words that go and come where too much differs to be shown: %s', (_, more, said) => {
    const is = [...before.toReversed().slice(0, 200), ...more, ...before.toReversed().slice(200)];
    const [text, markdown] = (['text', 'markdown'] as const).map((format) =>
      planned(format, 'TXT', txt(before.join(' ')), txt(is.join(' '))),
    );
    expect(text).toContain(`" (${said})\n`);
    expect(markdown).toContain(`"&#32;(${said})</code>`);
  });

  it('says where spaces alone differ, in too many places to be shown', () => {
    const text = planned('text', 'TXT', txt(before.join(' ')), txt(before.join('  ')));
    expect(text).toContain('" (the same words with other spaces)\n');
  });

  it('counts the words for which there is no room', () => {
    const text = planned(
      'text',
      'TXT',
      txt(before.join(' ')),
      txt(
        words(400)
          .map((word) => `x${word}`)
          .join(' '),
      ),
    );
    expect(text).toMatch(/words that go: word0 .* and \d+ more; words that come: xword0 .* and \d+ more\)/);
    expect(planned('text', 'TXT', txt('a'.repeat(500)), txt('b'.repeat(500)))).toContain(
      '(words that go: 1 long one; words that come: 1 long one)',
    );
  });

  it('says in few words what a name server answers in its place', () => {
    const [was, is] = [txt(before.join(' ')), txt(put(200, 'INSERTED').join(' '))];
    const report = prepareVerified(
      {
        checked: 1,
        differences: [difference('differs', { type: 'TXT', expected: [`60 ${was}`], answered: [`60 ${is}`] })],
      },
      [],
    );
    expect(render('text', report).length).toBeLessThan(400);
    expect(render('text', report)).toContain('word199 INSERTED word200');
  });
});

describe('a text in one piece', () => {
  it.each([
    ['of another length', `"${'a'.repeat(254)}" "b"`],
    ['that are empty', `"${'a'.repeat(255)}" ""`],
    ['between more than a space', `"${'a'.repeat(255)}"  "b"`],
  ])('leaves strings apart %s', (_, rdata) => {
    expect(inOnePiece('TXT', rdata)).toBe(rdata);
  });

  it('leaves other types as they are', () => {
    const rdata = `"${'a'.repeat(255)}" "b"`;
    expect(inOnePiece('HINFO', rdata)).toBe(rdata);
  });

  it('tells any two texts apart, and loses nothing of them', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', '" "', '\\', '\u00e9', ' '), minLength: 200, maxLength: 600 });
    fc.assert(
      fc.property(texts, (text) => {
        const rdata = txt(text.replaceAll(/["\\]/g, '\\$&'));
        expect(parseRdata('TXT', inOnePiece('TXT', rdata))).toBe(rdata);
        expect(inOnePiece('TXT', rdata).slice(1, -1)).not.toMatch(/^(?:[^"\\]|\\.)*"/);
      }),
      { numRuns: 200 },
    );
  });
});
