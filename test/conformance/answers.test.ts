import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bind, startBind } from '../servers/bind.ts';
import { differences } from './answers.ts';
import { normaliserOf } from './normalise.ts';
import { type Ask, gives, group, noData, noName, rr, step, type Wanted } from './suite.ts';

// The suite's own eyes: what it must see when a name server answers otherwise than the data says.

const zone = 'eyes.example.';
const text = `$TTL 300
@ SOA ns.example.net. h.example.net. 1 2 3 4 5
@ NS ns.example.net.
www A 192.0.2.1
www A 192.0.2.2
text TXT "one" "two"
key TLSA 3 1 1 ${'AB'.repeat(32)}
child NS ns.child
ns.child A 192.0.2.53
`;
const held = [
  rr('www', 'A', 300, '192.0.2.2', '192.0.2.1'),
  rr('text', 'TXT', 300, '"onetwo"'),
  rr('key', 'TLSA', 300, `3 1 1 ${'ab'.repeat(32)}`),
  rr('child', 'NS', 300, 'ns.child.eyes.example.'),
  rr('ns.child', 'A', 300, '192.0.2.53'),
];

describe('differences', () => {
  let bind: Bind | undefined;
  beforeAll(async () => {
    bind = await startBind({ zones: [{ name: zone, text }] });
  });
  afterAll(() => bind?.stop());

  const seen = async (now: readonly Wanted[], before: readonly Wanted[] = [], asks = [noName('gone', 'A')]) => {
    if (bind === undefined) throw new Error('the server did not start');
    const normalise = normaliserOf([group('eyes', zone, [step('now', now, { asks }), step('before', before)])]);
    return (await differences(bind.dns, { zone, now, before, asks }, normalise)).toSorted();
  };

  it('finds no difference where there is none', async () => {
    expect(await seen(held, [...held, rr('gone', 'TXT', 300, '"x"')])).toEqual([]);
  });

  it('sees another TTL', async () => {
    expect(await seen([rr('www', 'A', 60, '192.0.2.1', '192.0.2.2')])).toHaveLength(4);
  });

  it('sees a value that is missing', async () => {
    expect(await seen([rr('www', 'A', 300, '192.0.2.1', '192.0.2.2', '192.0.2.3')])).toEqual([
      'www.eyes.example. A: missing www.eyes.example. 300 A 192.0.2.3',
    ]);
  });

  it('sees a value too many', async () => {
    expect(await seen([rr('www', 'A', 300, '192.0.2.1')])).toEqual([
      'www.eyes.example. A: unexpected www.eyes.example. 300 A 192.0.2.2',
    ]);
  });

  it('sees an RRset that should be gone', async () => {
    expect(await seen([], [rr('www', 'A', 300, '192.0.2.1')])).toEqual([
      'www.eyes.example. A: NOERROR instead of NXDOMAIN',
      'www.eyes.example. A: still there: 300 192.0.2.1',
      'www.eyes.example. A: still there: 300 192.0.2.2',
    ]);
  });

  it('sees another letter in a text and another digit in a key', async () => {
    const wrong = [rr('text', 'TXT', 300, '"oneTwo"'), rr('key', 'TLSA', 300, `3 1 1 ${'AC'.repeat(32)}`)];
    expect(await seen(wrong)).toHaveLength(4);
  });

  it('sees a wrong referral and wrong glue', async () => {
    const wrong = [rr('child', 'NS', 300, 'ns.example.net.'), rr('ns.child', 'A', 300, '192.0.2.54')];
    expect(await seen(wrong)).toHaveLength(4);
  });

  it('sees a wrong answer to a question of the step', async () => {
    expect(await seen(held, [], [noData('missing', 'A'), gives('www', 'A'), noName('www', 'TXT')])).toHaveLength(4);
  });

  it('a name server that says nothing is a difference', async () => {
    const silent = { address: '127.0.0.1', port: 9 };
    const normalise = normaliserOf([group('eyes', zone, [step('now', held)])]);
    const lines = await differences(
      silent,
      { zone, now: [held[0] ?? rr('', 'A', 1)], before: [], asks: [] },
      normalise,
    );
    expect(lines[0]).toBe('www.eyes.example. A: TIMEOUT instead of NOERROR');
  });
});

describe('what a zone holds', () => {
  const record = (name: string, type: string, rdata: string, ttl = 300) => ({ name, ttl, type, rdata });
  const apex = [record(zone, 'SOA', 'ns.example.net. h.example.net. 1 2 3 4 5'), record(zone, 'NS', 'ns.example.net.')];
  const contents = [
    ...apex,
    record(`www.${zone}`, 'A', '192.0.2.1'),
    record(`www.${zone}`, 'A', '192.0.2.2'),
    record(`te\\120t.${zone}`, 'TXT', '"one" "two"'),
    record(`key.${zone}`, 'TLSA', `3 1 1 ${'AB'.repeat(16)} ${'ab'.repeat(16)}`),
    record(`child.${zone}`, 'NS', `ns.child.${zone}`),
    record(`ns.child.${zone}`, 'A', '192.0.2.53'),
  ];
  const seen = async (now: readonly Wanted[], asks: readonly Ask[] = []) => {
    const normalise = normaliserOf([group('eyes', zone, [step('now', now, { asks })])]);
    return differences(async () => contents, { zone, now, before: [], asks }, normalise);
  };

  it('is what is wanted, but for the apex', async () => {
    expect(await seen(held)).toEqual([]);
  });

  it('is nothing beyond it', async () => {
    expect(await seen(held.filter(({ name }) => name !== 'child'))).toEqual([
      'unexpected child.eyes.example. 300 NS ns.child.eyes.example.',
    ]);
  });

  it('is all of it, with its TTL', async () => {
    expect(await seen([...held.slice(1), rr('www', 'A', 60, '192.0.2.1', '192.0.2.2')])).toHaveLength(4);
  });

  it('has what is left alone, and nothing that a name server makes', async () => {
    const [www, ...rest] = held;
    const asks = www === undefined ? [] : [gives('www', 'A', www), gives('x', 'A', rr('x', 'A', 300, '192.0.2.9'))];
    expect(await seen(rest, asks)).toEqual(['missing x.eyes.example. 300 A 192.0.2.9']);
    expect(await seen([...held, rr('*', 'A', 300, '192.0.2.9')], asks)).toEqual([
      'missing *.eyes.example. 300 A 192.0.2.9',
    ]);
  });
});
