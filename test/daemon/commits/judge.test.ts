import { describe, expect, it } from 'vitest';
import { heldFor, refusalOf } from '../../../src/daemon/commits/judge.ts';
import type { Problem } from '../../../src/model/problem.ts';

const sha = 'b'.repeat(40);
const inForce = 'a'.repeat(40);
const trust = { sha, signature: null, descends: true };
const nothing = { accepted: null, rewound: null };

const error = (name: string): Problem => ({
  ...{ rule: 'ttl-range', severity: 'error', message: '', file: 'zones/a.test.yaml', line: 1, column: 1 },
  ...{ zone: 'a.test.', name },
});

describe('whether a commit may be taken at all', () => {
  it('one that descends may, and so may the first one', () => {
    expect(refusalOf(trust, inForce, nothing)).toBeNull();
    expect(refusalOf({ ...trust, descends: false }, null, nothing)).toBeNull();
    expect(refusalOf({ ...trust, signature: { good: true } }, inForce, nothing)).toBeNull();
  });

  it('one that does not descend may not, until a person says so of this very commit', () => {
    const rewound = { ...trust, descends: false };
    expect(refusalOf(rewound, inForce, nothing)).toEqual({
      sha,
      reason: 'rewind',
      because: `commit ${sha} is refused: it does not descend from ${inForce}, which is in force; to go there all the same, POST {"rewind": "${sha}"} to /api/v1/sync`,
      problems: [],
    });
    expect(refusalOf(rewound, inForce, { rewound: inForce })).toMatchObject({ reason: 'rewind' });
    expect(refusalOf(rewound, inForce, { rewound: sha })).toBeNull();
  });

  it('one that nobody signed who may is refused before all else, whatever a person says', () => {
    const unsigned = { ...trust, descends: false, signature: { good: false, because: 'it is not signed' } as const };
    for (const before of [inForce, null]) {
      expect(refusalOf(unsigned, before, { rewound: sha })).toEqual({
        sha,
        reason: 'unsigned',
        because: `commit ${sha} is refused: it is not signed; push one that is signed`,
        problems: [],
      });
    }
  });
});

describe('whether a commit is held for what is in it', () => {
  it('one without new errors is not', () => {
    expect(heldFor(sha, [], null, nothing)).toBeNull();
    expect(heldFor(sha, [error('www.a.test.')], [error('www.a.test.')], nothing)).toBeNull();
  });

  it('one with a new error is, with the new ones alone, until a person accepts this very commit', () => {
    const both = [error('www.a.test.'), error('ftp.a.test.')];
    const before = [error('www.a.test.')];
    expect(heldFor(sha, both, before, { accepted: inForce })).toEqual({
      sha,
      reason: 'errors',
      because: `commit ${sha} has 1 error that the one in force does not have: ttl-range (ftp.a.test.); push one without, or, to take it with what is wrong left as it is at the targets, POST {"accept": "${sha}"} to /api/v1/sync`,
      problems: [error('ftp.a.test.')],
    });
    expect(heldFor(sha, both, before, { accepted: sha })).toBeNull();
  });

  it('the first one is for any error; of many kinds a few are said', () => {
    const many = ['a', 'b', 'c', 'd', 'e', 'e'].map((name) => error(`${name}.a.test.`));
    expect(heldFor(sha, many, null, nothing)).toMatchObject({
      reason: 'first',
      because: expect.stringContaining(
        'is the first one, and has 6 errors: ttl-range (a.a.test.), ttl-range (b.a.test.), ttl-range (c.a.test.) and 2 more;',
      ),
      problems: many,
    });
    expect(heldFor(sha, many, null, { accepted: sha })).toBeNull();
  });
});
