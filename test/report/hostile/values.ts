// Text that strangers choose, to act in a log, a terminal or a page, or to hide what is beside it.

const commands = [
  ...[
    '##[error]x',
    '##[group]x',
    '##[add-path]/tmp',
    '##[set-env name=PATH]x',
    'a##[warning]b',
    '###[error]x',
    '##[',
    '#',
  ],
  ...['##vso[task.setvariable variable=a]b', "##teamcity[message text='x']", '::error::x', '::set-output name=a::b'],
  ...['::stop-commands::x', '::add-mask::e', '::group::x', '::x'],
];
const lineEnds = ['\n', '\r', '\r\n', '\u000b', '\u000c', '\u0085', '\u2028', '\u2029', ' ', '\t', '\u00a0', '\u3000'];

const terminal = [
  ...[
    '\u001b[2J',
    '\u001b[1A\u001b[2K',
    '\u001b]0;title\u0007',
    '\u001b]8;;http://evil.example\u0007x\u001b]8;;\u0007',
  ],
  ...['\u009b31m', '\u001bPq\u001b\\', '\u001b(0', '\b\b\b\b', '\u0007', '\u0000', '\u007f', '\u001b]52;c;eA==\u0007'],
];

const unseen = [
  ...['\u202e', '\u202d', '\u2066', '\u2067', '\u2069', '\u200e', '\u200f', '\u061c', '\u200b', '\u200c', '\u200d'],
  ...['\u2060', '\ufeff', '\u00ad', '\u034f', '\u115f', '\u1160', '\u17b4', '\u180e', '\u3164', '\uffa0', '\ufff9'],
  ...[
    '\ufe0f',
    '\u{e0100}',
    '\u{e0001}',
    '\u{e0041}\u{e0042}',
    '\u{1d173}',
    '\u{1bca0}',
    '\u2064',
    '\u2800',
    '\ud800',
    '\udc00',
  ],
];

const markup = [
  ...['`', '``', '```', '~~~', '|', '\\|', '\\', '\\`', '*x*', '**x**', '_x_', '~~x~~', '[x](http://evil.example)'],
  ...[
    '![x](http://evil.example/a.png)',
    '[x]: http://evil.example',
    '[^1]',
    '<img src=x onerror=alert(1)>',
    '<script>',
  ],
  ...[
    '<!--',
    '-->',
    '</code></td></table>',
    '<details open>',
    '<a href="//evil.example">x</a>',
    '<http://evil.example>',
  ],
  ...['@team', '@org/team', '#123', 'GH-123', 'org/repo#1', 'http://evil.example', 'https://evil.example/?a=b&c'],
  ...['www.evil.example', 'a@evil.example', 'mailto:a@evil.example', '&lt;b&gt;', '&#64;team', '&commat;team', '$x$'],
  ...[
    '$$x$$',
    ':tada:',
    '\\@team',
    '- [ ] x',
    '# head',
    '> quote',
    '---',
    '***',
    '1. x',
    '{{ x }}',
    '\u0024{{ secrets.X }}',
  ],
  ...[
    '| a | b |',
    '<br>',
    '"',
    "'",
    "'; rm -rf ~; '",
    '$(reboot)',
    '\\x1b[2J',
    '\\u{202e}',
    '%0A::error::x',
    '…(9 characters)…',
  ],
];

const long = [
  ...[
    'x'.repeat(4096),
    '##[error]'.repeat(450),
    '`'.repeat(4096),
    '\u202e'.repeat(1400),
    '|'.repeat(4096),
    'ab'.repeat(2048),
  ],
  ...[
    '\u001b[31m'.repeat(800),
    `${'a'.repeat(4000)}\n::error::x`,
    '@team '.repeat(700),
    '<b>'.repeat(1400),
    'e\u0301'.repeat(2000),
  ],
];

const led = lineEnds.flatMap((end) => commands.map((command) => `${end}${command}`));

/** Each once. */
export const hostileValues: readonly string[] = [
  ...new Set([...commands, ...terminal, ...unseen, ...markup, ...long, ...led, ...unseen.map((each) => `a${each}b`)]),
  ...terminal.map((each) => `${each}##[error]${each}`),
  ...markup.map((each) => `${each} ${each}`),
];
