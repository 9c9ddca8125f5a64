import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inventorySources } from '../../src/inventory/index.ts';
import { load } from '../../src/load/index.ts';
import { readMaster } from '../../src/load/master/read-master.ts';
import { readZoneYaml } from '../../src/load/zone-yaml/read-zone-yaml.ts';
import { HostmasterError } from '../../src/model/errors.ts';
import { isWithin } from '../../src/model/name.ts';
import { providers, repository } from './load-repository.ts';

const context = { zone: 'example.com.', ttl: 3600, allowLua: true };

const word = fc.oneof(
  fc.constantFrom(
    ...'a @ * \'\' "x" A AAAA MX TXT SRV CNAME SOA NS LUA CAA HTTPS TYPE65280 IN CH 60 1h 192.0.2.1 ::1 10 mx. \\# 2 abcd'.split(
      ' ',
    ),
    ...'$TTL $ORIGIN $INCLUDE $GENERATE 1-3 h$ ( ) ; " \\ type: value: values: ttl: octodns: - [ ] { } , & &a *a << |'.split(
      ' ',
    ),
    ...['\n', '\n', '\n', '\n  ', '\n    ', '\t', ': ', ' ', ' ', 'ü', '\u0000', '\ud800', '---\n', '!!str'],
  ),
  fc.string({ maxLength: 4, unit: 'binary' }),
);
const text = fc.array(word, { maxLength: 60 }).map((words) => words.join(''));
const spaced = fc.array(word, { maxLength: 60 }).map((words) => words.join(' '));
const any = fc.oneof(text, spaced, fc.string({ unit: 'binary', maxLength: 200 }));

const isSound = (problem: { readonly line: number | null; readonly column: number | null; readonly message: string }) =>
  problem.line !== null &&
  problem.line > 0 &&
  problem.column !== null &&
  problem.column > 0 &&
  !/[\n\r]/.test(problem.message);

describe('any text', () => {
  it('is a zone file in YAML, or problems with a place and of one line', () => {
    fc.assert(
      fc.property(any, (given) => {
        const { problems, rrsets } = readZoneYaml('z.yaml', given, context);
        expect(problems.filter((problem) => !isSound(problem))).toEqual([]);
        expect(rrsets.every(({ name, values }) => isWithin(name, context.zone) && values.length > 0)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is a master file, or problems with a place and of one line', async () => {
    await fc.assert(
      fc.asyncProperty(any, any, async (given, included) => {
        const { problems, rrsets } = await readMaster('z.zone', given, context, async (path) =>
          path.length % 2 === 0
            ? { file: path, text: { status: 'missing' } }
            : { file: path, text: { status: 'read', text: included } },
        );
        expect(problems.filter((problem) => !isSound(problem))).toEqual([]);
        expect(rrsets.every(({ name, values }) => isWithin(name, context.zone) && values.length > 0)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is a hostmaster.yaml, or CONFIG of one line', async () => {
    const key = fc.constantFrom(
      'state',
      'targets',
      'zones',
      'guards',
      'pdns',
      'example.com',
      'provider',
      '"*"',
      'ttl',
      'constructor',
      '__proto__',
    );
    const value = fc.constantFrom(
      'powerdns',
      '{env: X}',
      'none',
      '[pdns]',
      '5',
      '{}',
      '{targets: [pdns]}',
      'zones/',
      '&a {}',
      '*a',
      'null',
      '[',
      '"',
      'https://x',
    );
    const lines = fc.array(
      fc.tuple(fc.constantFrom('', '', '  ', '    '), key, value).map(([indent, k, v]) => `${indent}${k}: ${v}`),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          lines.map((each) => each.join('\n')),
          any,
        ),
        async (given) => {
          const folder = repository({ 'hostmaster.yaml': given, 'zones/example.com.yaml': '' });
          try {
            const { problems } = await load({
              config: join(folder, 'hostmaster.yaml'),
              providers,
              inventories: inventorySources,
            });
            expect(problems.filter((problem) => !isSound(problem))).toEqual([]);
          } catch (error) {
            if (!(error instanceof HostmasterError)) throw error;
            expect(error.code).toBe('CONFIG');
            expect(error.message).not.toMatch(/[\n\r]/);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
