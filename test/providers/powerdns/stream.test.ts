import { describe, expect, it } from 'vitest';
import { zoneStream } from '../../../providers/powerdns/stream.ts';

const rrsets = Array.from({ length: 50 }, (_, i) => ({
  comments: i % 7 === 0 ? [{ content: 'a "quoted" } ] \\ "rrsets": [ é', account: '' }] : [],
  name: `n${i}.a.test.`,
  records: [{ content: i % 3 === 0 ? '"x\\"y\\\\"' : '192.0.2.1', disabled: false }],
}));
const body = { account: 'the "rrsets":[ of é', kind: 'Native', rrsets, serial: 5, url: '/x' };

const read = (text: string, size: number) => {
  const found: unknown[] = [];
  const stream = zoneStream((some) => found.push(...some));
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) stream.push(bytes.subarray(i, i + size));
  return { whole: stream.end(), found };
};

describe('a zone as it comes', () => {
  const texts = {
    compact: JSON.stringify(body),
    "PowerDNS's spacing": JSON.stringify(body, null, 1).replace(/\n */g, ' '),
    indented: JSON.stringify(body, null, 2),
  };
  it.each(Object.entries(texts))('%s, in pieces of any size', (_name, text) => {
    for (const size of [1, 2, 3, 7, 64, 1000, 100_000]) {
      const { found, whole } = read(text, size);
      expect(found).toEqual(rrsets);
      expect(whole).toMatchObject({ account: body.account, serial: 5, url: '/x' });
    }
  });

  it('without RRsets, or without the key', () => {
    expect(read('{"rrsets": [], "serial": 1}', 5)).toEqual({ whole: { rrsets: [], serial: 1 }, found: [] });
    expect(read('{"error": "no"}', 5)).toEqual({ whole: { error: 'no' }, found: [] });
    const late = `{"pad": "${'x'.repeat(70_000)}", "rrsets": [1, 2], "serial": 1}`;
    expect(read(late, 8_000)).toMatchObject({ whole: { serial: 1 }, found: [1, 2] });
  });

  it.each(['', '{{{', '{"rrsets": [{"a": ]', '{"rrsets": [{]}', '{"rrsets": [{}]'])('%s is no JSON', (text) => {
    expect(() => read(text, 3)).toThrow(SyntaxError);
  });
});
