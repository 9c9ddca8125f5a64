import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithin, splitParts } from '../../src/model/name.ts';
import type { RRsetKey } from '../../src/model/rrset.ts';
import {
  decidesBelow,
  existingNames,
  namesAbove,
  occlusionIn,
  type ZoneTree,
  zoneTree,
  zoneTreeOf,
} from '../../src/model/zone-tree.ts';

const apex = 'example.com.';
const full = (name: string): string => (name === '@' ? apex : `${name}.${apex}`);
/** `a.b NS`, relative to the apex. */
const keys = (...lines: readonly string[]): readonly RRsetKey[] =>
  lines.map((line) => {
    const [name = '', type = ''] = line.split(' ');
    return { name: full(name), type };
  });
const shown = (rrset: RRsetKey | null): string | null => rrset && `${rrset.name.replace(`.${apex}`, '')} ${rrset.type}`;

describe('what occludes a name', () => {
  const tree = zoneTreeOf(
    apex,
    keys('@ NS', 'sub NS', 'ns.sub A', 'deep.sub NS', 'old DNAME', 'x.old NS', 'both DNAME', 'both NS', 'a.b A'),
  );

  it.each([
    ['the apex, whose NS is no zone cut', '@', null],
    ['a name of the zone', 'a.b', null],
    ['a zone cut itself', 'sub', 'sub NS'],
    ['a name below a zone cut', 'ns.sub', 'sub NS'],
    ['a zone cut below another one', 'www.deep.sub', 'sub NS'],
    ['a DNAME itself', 'old', null],
    ['a zone cut below a DNAME', 'x.old', 'old DNAME'],
    ['a name with a zone cut and a DNAME', 'both', 'both NS'],
    ['a name below both', 'x.both', 'both NS'],
    ['a name that only ends like a zone cut', 'notsub', null],
  ])('%s', (_, name, expected) => {
    expect(shown(tree.occludedBy(full(name)))).toBe(expected);
  });

  it("leaves a delegation's DS to the parent, and no other one", () => {
    expect(tree.occludedBy(full('sub'), 'DS')).toBeNull();
    expect(shown(tree.occludedBy(full('deep.sub'), 'DS'))).toBe('sub NS');
  });

  it('is a DNAME at the apex for all that is below', () => {
    const redirected = zoneTreeOf(apex, keys('@ DNAME', '@ NS', 'www A'));
    expect(redirected.occludedBy(apex)).toBeNull();
    expect(redirected.occludedBy(full('www'))?.type).toBe('DNAME');
  });
});

describe('which RRsets answer for a name', () => {
  // The zone of RFC 4592 section 2.2.1, and its answers of section 2.2.1 and 2.2.2.
  const tree = zoneTreeOf(
    apex,
    keys('@ SOA', '@ NS', '* MX', 'sub.* TXT', 'host1 A', '_ssh._tcp.host1 SRV', '_ssh._tcp.host2 SRV'),
  );

  it.each([
    ['host3', ['* MX']],
    ['foo.bar', ['* MX']],
    ['host1', ['host1 A']],
    ['sub.*', ['sub.* TXT']],
    ['_telnet._tcp.host1', []],
    ['ghost.*', []],
    ['_tcp.host2', []],
  ])('%s', (name, expected) => {
    expect(tree.rrsetsFor(full(name)).map(shown)).toEqual(expected);
  });

  it('knows empty non-terminals', () => {
    expect(tree.isEmptyNonTerminal(full('_tcp.host2'))).toBe(true);
    expect(tree.isEmptyNonTerminal(full('host2'))).toBe(true);
    expect(tree.isEmptyNonTerminal(full('host1'))).toBe(false);
    expect(tree.isEmptyNonTerminal(full('host3'))).toBe(false);
  });

  it('finds the closest encloser and the source of synthesis below it', () => {
    expect(tree.closestEncloser(full('_telnet._tcp.host1'))).toBe(full('_tcp.host1'));
    expect(tree.sourceOfSynthesis(full('_telnet._tcp.host1'))).toBe(full('*._tcp.host1'));
    expect(tree.sourceOfSynthesis(full('host2'))).toBeNull();
    expect(tree.sourceOfSynthesis('example.net.')).toBeNull();
  });

  it('answers with NODATA by a wildcard that is only an empty non-terminal', () => {
    const empty = zoneTreeOf(apex, keys('@ SOA', 'x.*.w A', 'a.b A', '* TXT'));
    const answered = (name: string): boolean => empty.isAnswered(full(name));
    expect(['*.w', 'any.w', 'deep.any.w', 'x.*.w', 'b', 'w', 'none'].filter((name) => !answered(name))).toEqual([]);
    expect(['y.*.w', 'c.b', 'c.a.b'].filter(answered)).toEqual([]);
    expect(empty.rrsetsFor(full('any.w'))).toEqual([]);
    expect(zoneTreeOf(apex, keys('@ SOA', 'a.b A')).isAnswered(full('none'))).toBe(false);
  });

  it('works in the root zone too', () => {
    const root = zoneTreeOf('.', [
      { name: '.', type: 'NS' },
      { name: '*.', type: 'A' },
      { name: 'com.', type: 'NS' },
    ]);
    expect(root.rrsetsFor('net.')).toEqual([{ name: '*.', type: 'A' }]);
    expect(root.occludedBy('www.example.com.')).toEqual({ name: 'com.', type: 'NS' });
    expect(root.occludedBy('.')).toBeNull();
  });
});

it('an escaped dot is within a name part', () => {
  const tree = zoneTreeOf(apex, keys('a\\.sub A', 'sub NS'));
  expect(tree.occludedBy(full('a\\.sub'))).toBeNull();
  expect(namesAbove(full('a\\.b.c'), apex)).toEqual([full('c'), apex]);
});

it('names that are not of the zone make nothing exist', () => {
  expect([...existingNames(apex, ['a.example.net.', full('a.b')])]).toEqual([apex, full('a.b'), full('b')]);
});

it('delegations and redirections decide below their names', () => {
  expect(['NS', 'DS', 'DNAME', 'A', 'CNAME'].filter(decidesBelow)).toEqual(['NS', 'DS', 'DNAME']);
});

/** The same tree in the words of the RFCs, looking at every RRset each time. */
const naive = (rrsets: readonly RRsetKey[]) => {
  const exists = (name: string) => name === apex || rrsets.some((rrset) => isWithin(rrset.name, name));
  const above = (name: string) => {
    const parts = splitParts(name);
    return parts.map((_, i) => `${parts.slice(i).join('.')}.`).filter((each) => isWithin(each, apex));
  };
  const covers = (by: RRsetKey, name: string): boolean =>
    by.type === 'NS'
      ? by.name !== apex && isWithin(name, by.name)
      : by.type === 'DNAME' && by.name !== name && isWithin(name, by.name);
  return {
    exists,
    occludedBy: (name: string) =>
      rrsets
        .filter((rrset) => covers(rrset, name))
        .sort((a, b) => a.name.length - b.name.length || (a.type === 'NS' ? -1 : 1))[0] ?? null,
    closestEncloser: (name: string) => above(name).find(exists),
    rrsetsFor: (name: string) => {
      if (exists(name)) return rrsets.filter((rrset) => rrset.name === name);
      return rrsets.filter((rrset) => rrset.name === `*.${above(name).find(exists)}`);
    },
  };
};

describe('any zone', () => {
  const part = fc.constantFrom('a', 'b', '*', 'a\\.b');
  const name = fc.array(part, { maxLength: 4 }).map((parts) => [...parts, apex].join('.'));
  const type = fc.constantFrom('A', 'A', 'TXT', 'NS', 'DNAME');
  const zone = fc.uniqueArray(fc.record({ name, type }), {
    maxLength: 12,
    selector: (key) => `${key.name} ${key.type}`,
  });

  /** As a server has it that looks up one name at a time. */
  const asked = (rrsets: readonly RRsetKey[]): ZoneTree<RRsetKey> => {
    const at = (each: string) => rrsets.filter((rrset) => rrset.name === each);
    const exists = (each: string) => naive(rrsets).exists(each);
    return zoneTree({ apex, at, exists, occlusionAt: (each) => occlusionIn(at(each), apex) });
  };

  it.each([
    ['held in memory', (rrsets: readonly RRsetKey[]) => zoneTreeOf(apex, rrsets)],
    ['looked up name by name', asked],
  ])('%s, is answered from as the RFCs say', (_, treeOf) => {
    const same = (rrsets: readonly RRsetKey[], question: string): void => {
      const [tree, reference] = [treeOf(rrsets), naive(rrsets)];
      expect(tree.exists(question)).toBe(reference.exists(question));
      expect(tree.occludedBy(question)).toEqual(reference.occludedBy(question));
      expect(tree.closestEncloser(question)).toBe(reference.closestEncloser(question));
      expect(tree.rrsetsFor(question)).toEqual(reference.rrsetsFor(question));
      expect(tree.isEmptyNonTerminal(question)).toBe(tree.exists(question) && tree.at(question).length === 0);
    };
    fc.assert(fc.property(zone, name, same), { numRuns: 1000 });
  });
});
