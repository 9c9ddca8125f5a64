import { describe, expect, it } from 'vitest';
import { masked } from '../../src/model/mask.ts';

describe('a secret in what a stranger says', () => {
  it.each([
    ['bad key s3cr3t!', 's3cr3t', 'bad key (secret)!'],
    ['{"key":"s3cr3t"}', 's3cr3t', '{"key":"(secret)"}'],
    ['xs3cr3tx', 's3cr3t', 'x(secret)x'],
    ['S3CR3T', 's3cr3t', '(secret)'],
    ['the key is on', 'on', 'the key is (secret)'],
    ['X-API-Key: a', 'a', 'X-API-Key: (secret)'],
    ['key=1234', '1234', 'key=(secret)'],
    ['key $.*+? is bad', '$.*+?', 'key (secret) is bad'],
    ['correcthorsebatterystaple2', 'correcthorsebattery', '(secret)staple2'],
  ])('is not shown: %s', (text, secret, shown) => {
    expect(masked(text, [secret])).toBe(shown);
  });

  it.each([
    ['nothing listens on this connection', 'con'],
    ['a zone that is not there, on one name server', 'o'],
    ['connection refused', 'on'],
    ['the answer has 12345 records', '1'],
    ['answered 500, 3 times', '50'],
    ['no such thing', ''],
  ])('takes no letter out of other words: %s', (text, secret) => {
    expect(masked(text, [secret])).toBe(text);
  });

  it('that has another one in it goes as a whole', () => {
    expect(masked('k: abcd1234efgh', ['abcd1234', 'abcd1234efgh'])).toBe('k: (secret)');
  });
});
