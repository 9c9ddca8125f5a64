import fc from 'fast-check';
import { parseRdata, type RRset } from '../../../src/provider.ts';
import { checked } from './health-scene.ts';

const lua = [
  `'`,
  '"',
  '\\',
  ']]',
  '[[',
  '--',
  '..',
  `'..os.exit()..'`,
  '\0',
  '\n',
  '%5D%5D',
  '{{server.ip}}',
  ' ',
  ';',
  '`',
  '\u2028',
  'ö',
];
const hostile = fc
  .array(
    fc.oneof(fc.constantFrom(...lua), fc.string({ unit: 'binary', maxLength: 8 }), fc.string({ maxLength: 300 })),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));
const address = fc.oneof(
  { weight: 6, arbitrary: fc.ipV4() },
  { weight: 6, arbitrary: fc.ipV6().map((each) => parseRdata('AAAA', each)) },
  { weight: 1, arbitrary: hostile },
);
const urlOf = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc
    .tuple(fc.constantFrom('http://', 'https://', 'http://a.example/', 'http://a.example/?'), hostile)
    .map((each) => each.join('')),
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
/** A checked A or AAAA, hostile or not. */
export const anyChecked = fc
  .record({
    family: fc.boolean(),
    values: fc.array(fc.tuple(address, urlOf), { minLength: 1, maxLength: 5 }),
    port: fc.oneof(fc.integer({ min: 1, max: 65_535 }), fc.double()),
    byUrl: fc.boolean(),
    timeout: maybe(fc.oneof(fc.integer({ min: 1, max: 60_000 }), fc.double())),
    string_match: maybe(hostile),
    when_all_down: fc.oneof(
      fc.constant('open' as const),
      fc.constant('closed' as const),
      fc.record({ backup: fc.array(address, { maxLength: 3 }) }),
    ),
  })
  .map(({ byUrl, family, port, values, ...check }): RRset => {
    const own = values.filter(([each]) => each.includes(':') === family || values.length === 1);
    const rrset = checked([...new Set(own.map(([each]) => each))], {
      ...check,
      ...(byUrl ? { urls: Object.fromEntries(own) } : { port }),
    });
    return { ...rrset, type: family ? 'AAAA' : 'A' };
  });
