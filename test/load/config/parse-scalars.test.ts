import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCidr, parseNameServer } from '../../../src/load/config/parse-scalars.ts';
import { positionsOf } from '../../../src/load/text-position.ts';

describe('values of hostmaster.yaml', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1', 53],
    ['192.0.2.1:5300', '192.0.2.1', 5300],
    ['2001:db8::1', '2001:db8::1', 53],
    ['[2001:db8::1]', '2001:db8::1', 53],
    ['[2001:db8::1]:5300', '2001:db8::1', 5300],
  ])('the name server %s', (label, address, port) => expect(parseNameServer(label)).toEqual({ label, address, port }));

  it.each([
    '',
    'ns1.example.com',
    'localhost:53',
    '[192.0.2.1]:53',
    '192.0.2.1:0',
    '192.0.2.1:65536',
    '192.0.2.1:',
    '192.0.2.01',
    '[::1',
    '::1]:53',
    ':53',
  ])('no name server: %s', (text) => expect(parseNameServer(text)).toBeNull());

  it.each([
    ['192.0.2.0/25', true],
    ['2001:db8::/48', true],
    ['192.0.2.0/33', false],
    ['192.0.2.0', false],
    ['/25', false],
    ['2001:db8::/129', false],
  ])('the network %s', (text, wanted) => expect(isCidr(text)).toBe(wanted));
});

describe('places', () => {
  it('count lines and columns from 1, in any order of asking', () => {
    const text = fc
      .array(fc.constantFrom('a', 'bc', '\n', '\r\n', 'ü'), { maxLength: 60 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(80), { maxLength: 20 }), (given, offsets) => {
        const placeOf = positionsOf(given);
        for (const offset of offsets.filter((each) => each <= given.length)) {
          const lines = given.slice(0, offset).split('\n');
          expect(placeOf(offset)).toEqual({ line: lines.length, column: (lines.at(-1) ?? '').length + 1 });
        }
      }),
    );
  });
});
