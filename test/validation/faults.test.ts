import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { type Check, checkOf, checkOfKeys, guardOf } from '../../src/validation/index.ts';

const schema = Type.Object(
  {
    names: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
    percent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    wait: Type.Optional(Type.String({ pattern: '^[0-9]+s$', description: 'A time like 30s.' })),
    owns: Type.Optional(Type.Enum(['all', 'listed'])),
    create: Type.Optional(Type.Union([Type.Boolean(), Type.Object({ kind: Type.String() })])),
    short: Type.Optional(Type.String({ maxLength: 3 })),
  },
  { additionalProperties: false },
);

const faultsIn = (check: Check<unknown>, value: unknown): readonly string[] => {
  const checked = check(value);
  return checked.ok ? [] : checked.faults.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('a fault', () => {
  it.each([
    [{ names: [] }, 'names: "names" is empty; list at least one name'],
    [{ names: [''] }, 'names.0: "names.0" is empty; give it a value'],
    [{ names: [5] }, 'names.0: "names.0" must be text, not 5'],
    [{ names: 'www' }, 'names: "names" must be a list, not "www"'],
    [{ names: ['www'], percent: 300 }, 'percent: "percent" must be 100 or less, not 300'],
    [{ names: ['www'], percent: '30' }, 'percent: "percent" must be a number, not "30"'],
    [{ names: ['www'], wait: '5' }, 'wait: "wait" has the wrong form: "5" (A time like 30s)'],
    [{ names: ['www'], owns: 'some' }, 'owns: "owns" must be all or listed, not "some"'],
    [{ names: ['www'], create: 1 }, 'create: "create" must be true, false or {kind}, not 1'],
    [{ names: ['www'], create: {} }, 'create: "kind" is missing under "create"; add it'],
    [{ names: ['www'], short: 'long' }, 'short: "short" must fit "maxLength: 3" of its schema, not "long"'],
    [{}, ': "names" is missing; add it'],
    ['text', ': it must be a mapping, not "text"'],
  ])('of %j', (value, fault) => expect(faultsIn(checkOf(schema), value)).toEqual([fault]));

  it('is one where a key is missing because it is misspelt', () => {
    expect(faultsIn(checkOf(schema), { nmaes: ['www'] })).toEqual([
      'nmaes: "nmaes" is not a key here (did you mean "names"?); the keys are names, percent, wait, owns, create and short',
    ]);
  });

  it('shows no value where that might be a secret', () => {
    const value = { names: ['www'], percent: 300, wait: '5', owns: 's3cr3t' };
    expect(faultsIn(checkOf(schema, { secretive: true }), value)).toEqual([
      'percent: "percent" must be 100 or less',
      'wait: "wait" has the wrong form (A time like 30s)',
      'owns: "owns" must be all or listed',
    ]);
  });
});

describe('a check', () => {
  it("fills in the defaults of a provider's schema, and leaves the given value as it is", () => {
    const given = { url: 'http://h' };
    const check = checkOfKeys({
      type: 'object',
      properties: { url: { type: 'string' }, server: { type: 'string', default: 'localhost' } },
    });
    expect(check(given)).toEqual({ ok: true, value: { url: 'http://h', server: 'localhost' } });
    expect(given).toEqual({ url: 'http://h' });
  });

  it('of what Hostmaster wrote says yes or no, and lets keys of a later version be', () => {
    const isRow = guardOf(Type.Object({ count: Type.Number() }));
    expect([{ count: 1 }, { count: 1, later: true }, { count: '1' }, {}, null, []].map(isRow)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
