import { describe, expect, it } from 'vitest';
import type { Change, Changeset } from '../../src/model/plan.ts';
import { preparePlanned, render } from '../../src/report/index.ts';
import { cpuTimeOf } from '../cpu.ts';
import { changeset, create, planOf, remove, replace, set, times, withhold } from './make.ts';

// Order and room: what is most dangerous comes first, nothing keeps it from being seen, and what is left out is counted.

const apex = 'example.com.';
const one = set(300, '192.0.2.1');
const text = (...changesets: readonly Changeset[]) => render('text', preparePlanned(planOf(changesets)));
const markdown = (...changesets: readonly Changeset[]) => render('markdown', preparePlanned(planOf(changesets)));
const namesIn = (output: string) =>
  [...output.matchAll(/^(?: {2}[-+~] (\S+) +(\S+)|\| \S+ \S+ \| `([^`]+)`(?: \*\*apex\*\*)? \| `([^`]+)`)/gm)].map(
    ([, name, type, inTable, typeInTable]) => `${name ?? inTable} ${type ?? typeInTable}`,
  );
/** What the notes at the top and the bottom count. */
const leftOutIn = (output: string) =>
  [...output.matchAll(/Not all is shown here: without (.*) \(/g)].map(([, words]) => words);
const creates = (number: number, zone = apex): readonly Change[] =>
  times(number, (i) => create(`h${String(i).padStart(5, '0')}.${zone}`, 'A', one));

describe('the order of names', () => {
  const changes = [
    create(`a.${apex}`, 'TXT', set(300, '"x"')),
    create(`b.${apex}`, 'MX', set(300, `10 a.${apex}`)),
    create(`c.${apex}`, 'CAA', set(300, '0 issue "x"')),
    create(`d.${apex}`, 'CNAME', set(300, apex)),
    create(`e.${apex}`, 'AAAA', set(300, '2001:db8::1')),
    create(`f.${apex}`, 'TXT', set(300, '"x"')),
    remove(`f.${apex}`, 'MX', set(300, `10 a.${apex}`)),
    replace(`g.${apex}`, 'TXT', set(300, '"x"'), set(300, '"y"')),
    replace(`h.${apex}`, 'A', one, set(300, '192.0.2.2')),
    create(`i.${apex}`, 'NS', set(300, 'ns.example.net.')),
    create(apex, 'TXT', set(300, '"x"')),
    replace(apex, 'A', one, set(300, '192.0.2.2')),
    remove(`z.${apex}`, 'TXT', set(300, '"x"')),
  ].toSorted((a, b) => (`${a.name} ${a.type}` < `${b.name} ${b.type}` ? -1 : 1));
  const expected = [
    ...['f MX', 'f TXT', 'z TXT', '@ A', '@ TXT', 'i NS', 'h A', 'g TXT'],
    ...['e AAAA', 'd CNAME', 'b MX', 'c CAA', 'a TXT'],
  ];

  it('is that of their most dangerous change, and one name stays together', () => {
    expect(namesIn(text(changeset(apex, changes)))).toEqual(expected);
    expect(namesIn(markdown(changeset(apex, changes)))).toEqual(expected);
  });

  it('is the same for a plan file whose changes are not in order', () => {
    expect(namesIn(text(changeset(apex, changes.toReversed())))).toEqual(expected);
  });

  it('leaves JSON as it is sorted', () => {
    const { changesets } = JSON.parse(render('json', preparePlanned(planOf([changeset(apex, changes)]))));
    expect(changesets[0].changes.map(({ name, type }: Change) => `${name} ${type}`)).toEqual(
      changes.map(({ name, type }) => `${name} ${type}`),
    );
  });

  it('is that of zones too', () => {
    const output = text(
      changeset('a.example.', [create('x.a.example.', 'A', one)]),
      changeset('b.example.', [replace('x.b.example.', 'A', one, set(300, '192.0.2.2'))]),
      changeset('c.example.', [], { withheld: [withhold(remove('x.c.example.', 'A', one), null)] }),
      changeset('d.example.', [remove('x.d.example.', 'A', one)]),
    );
    expect(output.match(/^\S+(?= at pdns)/gm)).toEqual(['c.example.', 'd.example.', 'b.example.', 'a.example.']);
  });
});

describe('room', () => {
  it.each([
    ['text', text],
    ['markdown', markdown],
  ] as const)('of 41 creates all are shown, and of 220 the one replace below them first, in %s', (_, shown) => {
    expect(namesIn(shown(changeset(apex, creates(41))))).toHaveLength(41);
    const last = replace(`zz.${apex}`, 'A', one, set(300, '192.0.2.9'));
    const names = namesIn(shown(changeset(apex, [...creates(220), last])));
    expect(names[0]).toBe('zz A');
    expect(names.length).toBeGreaterThan(100);
  });

  it.each([
    ['text', text],
    ['markdown', markdown],
  ] as const)('no zone is left out because one before it is long, in %s', (_, shown) => {
    const zones = times(6, (i) => `z${i}.example.`);
    const long = times(3_000, (i) => remove(`h${i}.z0.example.`, 'TXT', set(300, `"${'x'.repeat(255)}"`)));
    const short = zones
      .slice(1)
      .map((zone) => changeset(zone, [remove(`www.${zone}`, 'A', one), ...creates(500, zone)]));
    const output = shown(changeset('z0.example.', long), ...short);
    for (const zone of zones) expect(output).toContain(zone);
    expect(namesIn(output).filter((name) => name === 'www A')).toHaveLength(5);
    expect(output).toMatch(/Plan: 2,500 creates and 3,005 deletes/);
  });

  it('what is left out is counted by its danger, at the top, at the bottom and in its zone, and all of it adds up', () => {
    const deletes = times(900, (i) => remove(`d${i}.${apex}`, 'A', one));
    const cuts = times(900, (i) => replace(`n${i}.${apex}`, 'NS', set(60, 'a.'), set(60, 'b.')));
    for (const output of [
      text(changeset(apex, [...creates(900), ...deletes, ...cuts])),
      markdown(changeset(apex, [...creates(900), ...deletes, ...cuts])),
    ]) {
      const said = leftOutIn(output);
      expect(said).toHaveLength(2);
      expect(said[0]).toBe(said[1]);
      const [left = 0, delegations = 0, created = 0] = (said[0]?.match(/[0-9][0-9,]*/g) ?? []).map((word) =>
        Number(word.replace(',', '')),
      );
      expect(said[0]).toMatch(/ deletes, .* changes of delegations and .* creates$/);
      expect(namesIn(output).length + left + delegations + created).toBe(2_700);
      expect(output).toContain(`… and ${said[0]?.replaceAll(/(?<=[0-9]) /g, ' more ')} (`);
    }
  });

  it('withheld changes of one reason do not keep those of another from being seen', () => {
    const held = times(4_000, (i) =>
      withhold(remove(`h${i}.${apex}`, 'A', one), null, i < 3_999 ? 'one reason' : 'another'),
    );
    for (const output of [
      text(changeset(apex, [], { withheld: held })),
      markdown(changeset(apex, [], { withheld: held })),
    ]) {
      expect(output).toContain('another');
      expect(output.match(/and 3,979 more/g)).toHaveLength(1);
      expect(leftOutIn(output)).toEqual(['3,979 withheld changes', '3,979 withheld changes']);
    }
  });

  it.each([
    ['text', text],
    ['markdown', markdown],
  ] as const)(
    'a change that two guards withhold is left out once, or not at all where one of them shows it, in %s',
    (_, shown) => {
      const held = times(30, (i) => remove(`h${String(i).padStart(2, '0')}.${apex}`, 'A', one));
      const both = (some: readonly Change[]) => [
        ...held.map((each) => withhold(each, null, 'one reason')),
        ...some.map((each) => withhold(each, null, 'another')),
      ];
      expect(leftOutIn(shown(changeset(apex, [], { withheld: both(held) })))[0]).toBe('10 withheld changes');
      expect(leftOutIn(shown(changeset(apex, [], { withheld: both(held.slice(-10)) })))).toEqual([]);
    },
  );

  it.each([
    ['text', text],
    ['markdown', markdown],
  ] as const)('a reason is said once for all names that it withholds, each with its own --allow, in %s', (_, shown) => {
    const held = times(120, (i) => {
      const name = `n${i}.${apex}`;
      return withhold(replace(name, 'NS', set(60, 'a.'), set(60, 'b.')), `delegation:${apex}:${name}`, 'moves it');
    });
    const output = shown(changeset(apex, [], { withheld: [...held, withhold(remove(`x.${apex}`, 'A', one), null)] }));
    expect(output.match(/moves it/g)).toHaveLength(1);
    expect(output).toContain('would leave nothing');
    expect(output).not.toContain('Not all is shown');
    for (const { allow, name } of held) {
      const change = `replace ${name} NS 60: - a. + b.`;
      const [inText, inMarkdown] = [`      ${change}\n`, `- \`${change}\`; to let it through: \`--allow ${allow}\`\n`];
      expect(output).toContain(shown === text ? inText : inMarkdown);
      expect(output).toContain(`--allow ${allow}${shown === text ? '\n' : '`'}`);
    }
  });

  it('no change is too long to be shown: many types at a name, with many long values that need escapes', () => {
    const values = (i: number, of: string) =>
      times(300, (k) => `"${'*_'.repeat(200)}${of}${i} ${k}${'[<'.repeat(200)}"`);
    const types = times(40, (i) => `TYPE${65_300 + i}`);
    const long = types.map((type, i) =>
      replace(`a.${apex}`, type, set(60, ...values(i, 'x')), set(60, ...values(i, 'y'))),
    );
    const held = types.map((type, i) =>
      withhold(remove(`h.${apex}`, type, set(60, ...values(i, 'x'))), `never_empty:${apex}`),
    );
    const last = replace(`b.${apex}`, 'TXT', set(60, '"1"'), set(60, '"2"'));
    for (const shown of [text, markdown]) {
      const output = shown(changeset(apex, [...long, last], { withheld: held }));
      expect(output).toMatch(/withheld by never.*empty/);
      expect(output).toContain('--allow never_empty:example.com.');
      expect(namesIn(output)).toEqual(expect.arrayContaining([...times(4, (i) => `a ${types[i]}`), 'b TXT']));
      expect(output).toMatch(/and 299 more go, … and 299 more come|299 more go<br>… and 299 more come/);
    }
  });

  it('a plan of 60,000 changes is written at once', () => {
    const many = planOf(times(60, (i) => changeset(`z${i}.example.`, creates(1_000, `z${i}.example.`))));
    const write = () => (['text', 'markdown'] as const).map((format) => render(format, preparePlanned(many)));
    expect(cpuTimeOf(write)).toBeLessThan(3_000);
  });
});
