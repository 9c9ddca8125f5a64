import { group, range, rr, said, step } from '../suite.ts';

/** Every octet but the printing ones, escaped as master files do. */
const octets = (from: number, to: number): string =>
  range(from, to)
    .map((code) => `\\${String(code).padStart(3, '0')}`)
    .join('');

/** Text of `length` in strings of 255, as an answer holds it. */
const strings = (length: number, letter: string): string =>
  range(0, Math.ceil(length / 255) - 1)
    .map((i) => `"${letter.repeat(Math.min(255, length - i * 255))}"`)
    .join(' ');

const text = (name: string, ...values: Parameters<typeof said>[]) =>
  rr(name, 'TXT', 300, ...values.map(([yaml, answer]) => said(yaml, answer)));

export const textGroups = [
  group('TXT', 'txt.example.', [
    step('one', [text('t', ['hello', '"hello"'])]),
    step('quoted is the same', [rr('t', 'TXT', 300, '"hello"')], { changes: 0 }),
    step('capitals count', [rr('t', 'TXT', 300, '"Hello"')], { changes: 1 }),
    step('spaces count', [text('t', [' Hello  there ', '" Hello  there "'])], { changes: 1 }),
    step('several values', [rr('t', 'TXT', 300, '"a"', '"b"', '"c"')], { changes: 1 }),
    step('one goes', [rr('t', 'TXT', 300, '"a"', '"c"')], { changes: 1 }),
    step('values that differ in case alone', [rr('t', 'TXT', 300, '"a"', '"A"')], { changes: 1 }),
  ]),

  group('TXT by length', 'txt-length.example.', [
    step('empty', [rr('t', 'TXT', 300, '""')]),
    step('one octet', [rr('t', 'TXT', 300, '"x"')], { changes: 1 }),
    step('255', [text('t', ['x'.repeat(255), strings(255, 'x')])], { changes: 1 }),
    step('256', [text('t', ['x'.repeat(256), strings(256, 'x')])], { changes: 1 }),
    step('510', [text('t', ['x'.repeat(510), strings(510, 'x')])], { changes: 1 }),
    step('1,000', [text('t', ['y'.repeat(1000), strings(1000, 'y')])], { changes: 1 }),
    step('4,000', [text('t', ['z'.repeat(4000), strings(4000, 'z')])], { changes: 1 }),
    step('empty again', [text('t', ['""', '""'])], { changes: 1 }),
  ]),

  group('TXT of several strings', 'txt-strings.example.', [
    step('two', [rr('t', 'TXT', 300, '"one" "two"')]),
    step('the same octets as one string', [rr('t', 'TXT', 300, said('"onetwo"', '"one" "two"'))], { changes: 0 }),
    step('the same octets without quotes', [text('t', ['onetwo', '"one" "two"'])], { changes: 0 }),
    step('with a space of its own', [rr('t', 'TXT', 300, '"one " "two"')], { changes: 1 }),
    step('an empty string among others', [rr('t', 'TXT', 300, '"" "three" ""')], { changes: 1 }),
    step('600 octets split by hand', [
      rr('t', 'TXT', 300, `"${'a'.repeat(100)}" "${'b'.repeat(250)}" "${'c'.repeat(250)}"`),
    ]),
    step('twenty short ones', [
      rr(
        't',
        'TXT',
        300,
        range(1, 20)
          .map((i) => `"s${i}"`)
          .join(' '),
      ),
    ]),
  ]),

  group('TXT: quotes, backslashes, semicolons', 'txt-quotes.example.', [
    step('quotes inside', [text('t', ['say "hi" now', '"say \\"hi\\" now"'])]),
    step('the same as presentation text', [rr('t', 'TXT', 300, '"say \\"hi\\" now"')], { changes: 0 }),
    step('backslashes', [text('t', ['C:\\dir\\file', '"C:\\\\dir\\\\file"'])], { changes: 1 }),
    step('a backslash at the end', [rr('t', 'TXT', 300, '"end\\\\"')], { changes: 1 }),
    step('what looks like an escape', [text('t', ['a\\065b', '"a\\\\065b"'])], { changes: 1 }),
    step('semicolons', [text('t', ['a;b; c', '"a;b; c"'])], { changes: 1 }),
    step('octoDNS’s escaped ones', [text('t', ['a\\;b\\; c', '"a;b; c"'])], { changes: 0 }),
    step('all at once', [rr('t', 'TXT', 300, '"\\";\\\\;\\"\\\\\\""')], { changes: 1 }),
    step('master files’ own signs', [rr('t', 'TXT', 300, '"$ORIGIN @ ( x ) ; y"')], { changes: 1 }),
    step('apostrophes, equals, percent, braces', [
      text('t', [`it's {{a}}=%20 <b> & #1 | ~`, `"it's {{a}}=%20 <b> & #1 | ~"`]),
    ]),
  ]),

  group('TXT of any octet', 'txt-octets.example.', [
    step('0 to 31', [rr('t', 'TXT', 300, `"${octets(0, 31)}"`)]),
    step('127 to 255', [rr('t', 'TXT', 300, `"${octets(127, 255)}"`)], { changes: 1 }),
    step('UTF-8', [
      text('t', [
        'größer, 日本, 🚦',
        '"gr\\195\\182\\195\\159er, \\230\\151\\165\\230\\156\\172, \\240\\159\\154\\166"',
      ]),
    ]),
    step(
      'UTF-8 as octets is the same',
      [
        text('t', [
          '"gr\\195\\182\\195\\159er, \\230\\151\\165\\230\\156\\172, \\240\\159\\154\\166"',
          '"gr\\195\\182\\195\\159er, \\230\\151\\165\\230\\156\\172, \\240\\159\\154\\166"',
        ]),
      ],
      { changes: 0 },
    ),
    step('not UTF-8', [rr('t', 'TXT', 300, '"\\195\\040 \\255\\254"')], { changes: 1 }),
    step('tab and newline', [text('t', ['a\tb\nc', '"a\\009b\\010c"'])], { changes: 1 }),
    step('a letter beyond the 255th octet', [text('t', [`${'x'.repeat(254)}é`, `"${'x'.repeat(254)}\\195" "\\169"`])], {
      changes: 1,
    }),
  ]),

  group('TXT that YAML would change', 'txt-yaml.example.', [
    step(
      'written plainly',
      [rr('a', 'TXT', 300, '"yes"'), rr('b', 'TXT', 300, '"0123"'), rr('c', 'TXT', 300, '"1.10"')],
      {
        yaml: 'a: {type: TXT, ttl: 300, value: "yes"}\nb: {type: TXT, ttl: 300, value: "0123"}\nc: {type: TXT, ttl: 300, value: "1.10"}\n',
      },
    ),
    step('folded and literal blocks', [rr('a', 'TXT', 300, '"one two"'), rr('b', 'TXT', 300, '"one\\010two\\010"')], {
      yaml: 'a:\n  type: TXT\n  ttl: 300\n  value: >-\n    one\n    two\nb:\n  type: TXT\n  ttl: 300\n  value: |\n    one\n    two\n',
    }),
    step('single quotes', [rr('a', 'TXT', 300, `"it's"`), rr('b', 'TXT', 300, '"x" "y"')], {
      yaml: `a: {type: TXT, ttl: 300, value: 'it''s'}\nb: {type: TXT, ttl: 300, value: '"x" "y"'}\n`,
    }),
  ]),

  group('Many TXT at one name', 'txt-many.example.', [
    step('forty of 100', [rr('', 'TXT', 300, ...range(1, 40).map((i) => `"${`site-${i}=`.padEnd(100, 'v')}"`))]),
    step(
      'one of them changes',
      [rr('', 'TXT', 300, ...range(1, 40).map((i) => `"${`site-${i}=`.padEnd(100, i === 7 ? 'w' : 'v')}"`))],
      { changes: 1 },
    ),
    step('two', [rr('', 'TXT', 300, '"site-1"', '"site-2"')], { changes: 1 }),
  ]),
];
