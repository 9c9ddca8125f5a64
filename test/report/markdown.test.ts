import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { preparePlanned, prepareValidated, prepareVerified, render } from '../../src/report/index.ts';
import { code, codeOfParts, inert, tableOf } from '../../src/report/markdown/markup.ts';
import { pageOf } from './hostile/page.ts';
import { changeset, create, difference, planOf, remove, replace, set, times, warning, withhold } from './make.ts';

const apex = 'example.com.';
const mostOfComment = 65_536;

/** The cells of a table's line, as GitHub splits it: at each bar that no backslash escapes. */
const cellsOf = (line: string): readonly string[] => line.match(/(?:\\.|[^|\\])+/g) ?? [];

/** Tags, once code spans and what is escaped are gone. */
const tagsIn = (markdown: string): readonly string[] => [
  ...new Set(markdown.replaceAll(/`[^`]*`|\\./g, '').match(/<[^>]*>?/g) ?? []),
];

const planMarkdown = (plan: Plan): string => render('markdown', preparePlanned(plan)).trimEnd();

const hostile = '"a`b|c\\|d<script>alert(1)</script> **x** [y](http://z) @team #1 &amp; \n\n| e | f |\r\u001b[0m ```"';

describe('a plan as markdown', () => {
  it('has the sum, then problems, then what may hurt', () => {
    const calm = changeset('a.example.', [create('www.a.example.', 'A', set(300, '192.0.2.1'))], { create_zone: true });
    const other = changeset(apex, [
      create(`b.${apex}`, 'A', set(300, '192.0.2.1')),
      remove(`c.${apex}`, 'A', set(300, '192.0.2.1')),
    ]);
    const plan = planOf([calm, other], [warning(3)]);
    expect(planMarkdown(plan).split('\n')).toEqual([
      '**Plan: 1 new zone, 2 creates and 1 delete; 1 warning.**',
      '',
      '|  | where | rule | what |',
      '| --- | --- | --- | --- |',
      '| 🟠 | `zones/example.com.yaml:3:1` | `apex-ns-undeclared` | example.com. has no NS |',
      '',
      '### `example.com.` at `pdns`',
      '',
      '|  | name | type | ttl | before | after | why |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      '| 🔴 **delete** | `c` | `A` | 300 | `192.0.2.1` |  |  |',
      '| 🟢 create | `b` | `A` | 300 |  | `192.0.2.1` | `zones/example.com.yaml:7` |',
      '',
      '### `a.example.` at `pdns` (new zone)',
      '',
      '|  | name | type | ttl | before | after | why |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      '| 🟢 create | `www` | `A` | 300 |  | `192.0.2.1` | `zones/example.com.yaml:7` |',
      '',
      `<sub>\`${plan.digest}\`</sub>`,
    ]);
  });

  it('lets no text leave its cell or its line', () => {
    const changes = [
      replace(`t.${apex}`, 'TXT', set(300, hostile), set(300, hostile, '"plain"')),
      remove(`${hostile}.${apex}`, hostile, set(300, hostile)),
    ];
    const withheld = [
      withhold(remove(`w.${apex}`, 'A', set(300, hostile)), hostile, hostile),
      withhold(remove(`x.${apex}`, 'A', set(300, hostile)), `x ${hostile}`, hostile),
    ];
    const unmanaged = [{ name: apex, type: 'SOA', kind: 'ignored' as const, why: hostile }];
    const plan = planOf(
      [changeset(apex, changes, { withheld, unmanaged, target: hostile })],
      [{ ...warning(1, hostile), rule: hostile, file: hostile }],
    );
    const markdown = planMarkdown(plan);
    const rows = markdown.split('\n').filter((line) => line.startsWith('| '));
    expect(rows.map((row) => cellsOf(row).length)).toEqual([4, 4, 4, 7, 7, 7, 7]);
    expect(tagsIn(markdown).toSorted()).toEqual(['</code>', '</sub>', '<br>', '<code>', '<sub>']);
    expect(markdown).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(pageOf(markdown)).toMatchObject({ active: [], foreignTags: [] });
    expect(markdown.split('\n').every((line) => /^$|^\*\*Plan|^\| |^### |^⛔|^- |^<sub>/.test(line))).toBe(true);
  });

  it.each([
    [
      '10,000 deletes',
      [
        changeset(
          apex,
          times(10_000, (i) => remove(`h${i}.${apex}`, 'TXT', set(300, `"${'x'.repeat(255)}"`))),
        ),
      ],
    ],
    [
      '1,000 zones',
      times(1000, (i) => changeset(`z${i}.example.`, [create(`www.z${i}.example.`, 'A', set(300, '192.0.2.1'))])),
    ],
    [
      '10,000 withheld',
      [
        changeset(apex, [], {
          withheld: times(10_000, (i) =>
            withhold(remove(`h${i}.${apex}`, 'A', set(300, '192.0.2.1')), `never_empty:h${i}`, `reason ${i}`),
          ),
        }),
      ],
    ],
    [
      '10,000 withheld for one reason, each with its own --allow',
      [
        changeset(apex, [], {
          withheld: times(10_000, (i) =>
            withhold(remove(`h${i}.${apex}`, 'A', set(300, '192.0.2.1')), `never_empty:h${i}`),
          ),
        }),
      ],
    ],
  ])('fits into a comment: %s', (_, changesets) => {
    const plan = planOf(changesets, times(1000, warning));
    const markdown = planMarkdown(plan);
    expect(markdown.length).toBeLessThan(mostOfComment);
    expect(Buffer.byteLength(markdown)).toBeLessThan(65_000);
    expect(markdown).toMatch(/… and [0-9,]+ more /);
    expect(markdown.match(/^❗ Not all is shown here: without [0-9,]+ .*$/gm)).toHaveLength(2);
    expect(markdown.endsWith(`<sub>\`${plan.digest}\`</sub>`)).toBe(true);
  });
});

describe('the other reports as markdown', () => {
  it('have errors first', () => {
    const error = { ...warning(9, 'worse'), severity: 'error' as const };
    expect(render('markdown', prepareValidated([warning(1), error], 2)).match(/❌|🟠/gu)).toEqual(['❌', '🟠']);
    expect(render('markdown', prepareValidated([], 2))).toBe('**2 zones checked: no problems**\n');
  });

  it('keep what name servers say within the fence', () => {
    const markdown = render(
      'markdown',
      prepareVerified({ checked: 1, differences: [difference('differs', { answered: hostile })] }, []),
    );
    expect(markdown.match(/^`{3,}$/gm)).toHaveLength(2);
    expect(pageOf(markdown)).toMatchObject({ foreignTags: [], active: [] });
  });
});

describe('markup', () => {
  const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme-ascii' }));

  it('of a code span ends with it, whatever is in it', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        for (const text of [a, b, `${b}|${a}`]) {
          const span = code(text);
          expect(pageOf(tableOf(['x'], [[span]]))).toMatchObject({
            foreignTags: [],
            active: [],
            rows: [['x'], [expect.anything()]],
          });
          const parts = [
            { kind: 'same' as const, text: a },
            { kind: 'differing' as const, text: b },
          ];
          expect(pageOf(tableOf(['x'], [[codeOfParts(parts)]]))).toMatchObject({ foreignTags: [], active: [] });
        }
      }),
    );
  });

  it('of prose has none', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { active, foreignTags, rows } = pageOf(tableOf(['x'], [[inert(text)]]));
        expect({ active, foreignTags, cells: rows.map(({ length }) => length) }).toEqual({
          ...{ active: [], foreignTags: [] },
          cells: [1, 1],
        });
      }),
    );
  });

  it('of prose reads as the text', () => {
    for (const text of [
      'a *b* _c_ [d](e)',
      'www.example.com. A: "x" <y> & z',
      '@team #1 GH-1 $a$ :b:',
      '0xdeadbeef1 \\ `a`',
    ]) {
      expect(pageOf(tableOf(['x'], [[inert(text)]])).rows[1]).toEqual([text]);
    }
  });

  it('of prose leaves the comma after a word to the sentence', () => {
    expect(inert('no PTR: 2001:db8::11; add it, or @team, too')).toBe(
      'no PTR: `2001:db8::11`; add it, or `@team`, too',
    );
  });
});
