import fc from 'fast-check';

// What an inventory could send to get out of its place: into Lua, into a master file, into another name, onto a screen.

const fragments = [
  "'",
  '"',
  ']]',
  '[[',
  '--',
  '\n',
  '\r\n',
  '\0',
  '\t',
  '\u0007\u001b[2J',
  '\u007f',
  '{{server.name}}',
  '{{',
  '}}',
  "os.execute('touch x')",
  ';while true do end',
  "', '192.0.2.66'}) --",
  'A "192.0.2.66"',
  '*',
  '*.',
  '..',
  '.',
  '\\',
  '\\032',
  '\\"',
  '@',
  '$ORIGIN .\n',
  '( )',
  '; x',
  'a'.repeat(300),
  'раураl',
  'ｗｅｂ１',
  '\u200d',
  '\u202eevil\u202c',
  'e\u0301\u0301',
  '💥',
  '\ud800',
  '__proto__',
  'constructor',
  'xn--80ak6aa92e',
  'xn--',
  'ⓦⓔⓑ',
  'web1。lab',
  '%00%2e%2e',
  '<script>',
  '$(id)`id`',
  '127.0.0.1',
  '::1',
  '-a',
  'a-',
  '_acme-challenge',
  '.lab.internal',
  '\u2028',
  '10',
];

/** 2,000 texts, each once: every fragment before and behind every other. */
const crafted: readonly string[] = [
  ...new Set([...fragments, ...fragments.flatMap((a) => fragments.flatMap((b) => [`${a}web${b}`, `${a}${b}`]))]),
]
  .filter((_, i) => i < fragments.length || i % 3 === 0)
  .slice(0, 2_000);

/** The same at every run, with what fast-check thinks of. */
export const hostileTexts = (seed: number): readonly string[] => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }),
    fc.string({ unit: 'grapheme-composite', minLength: 1, maxLength: 40 }),
    fc.mixedCase(fc.domain()),
    fc.stringMatching(/^[a-z0-9.*_-]{1,70}$/),
  );
  return [...new Set([...crafted, ...fc.sample(anything, { numRuns: 400, seed })])];
};
