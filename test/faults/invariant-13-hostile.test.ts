import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readMaster } from '../../src/load/master/read-master.ts';
import { readZoneYaml } from '../../src/load/zone-yaml/read-zone-yaml.ts';
import type { Plan } from '../../src/model/plan.ts';
import { parseRdata, rdataFromYaml } from '../../src/model/rdata.ts';
import { makeRRset } from '../../src/model/rrset.ts';
import {
  type Explanation,
  prepareApplied,
  prepareDeleted,
  prepareDumped,
  prepareExplained,
  prepareInitialised,
  preparePlanned,
  prepareServing,
  prepareValidated,
  prepareVerified,
  prepareWritten,
  type Report,
  render,
  shellWord,
} from '../../src/report/index.ts';
import { activeCharacters, likeCommands, workflowCommands } from '../report/hostile/log.ts';
import { pageOf } from '../report/hostile/page.ts';
import { hostileValues } from '../report/hostile/values.ts';
import { changeset, difference, planOf, remove, replace, set, warning, withhold } from '../report/make.ts';

// Invariant 13: no character that a stranger chose hides a change, changes how a terminal, a browser or a CI reads a report,
// or acts by itself. What a terminal, a CI and a page do is told by interpreters that have nothing of the code.

const apex = 'example.com.';

const origin = (text: string) => ({
  ...{ kind: 'claim' as const, file: text, line: 1, column: 1 },
  ...{ inventory: text, server: text, label: text },
});
const rrset = (ttl: number, text: string) => ({
  ...set(ttl),
  values: [{ rdata: text, origins: [origin(text)] }],
  health_check: null,
});

/** A value that changes around the text, which also stands wherever else a stranger's text can stand. */
const planWith = (text: string): Plan =>
  planOf(
    [
      changeset(
        apex,
        [
          replace(`${text}.${apex}`, 'TXT', rrset(60, `"1${text}3"`), rrset(60, `"2${text}3"`)),
          replace(`www.${apex}`, text, rrset(60, `${text}1`), rrset(30, `${text}2`)),
        ],
        {
          target: text,
          view: text,
          cost: text,
          withheld: [withhold(remove(`w.${apex}`, 'CAA', rrset(60, `0 issue "${text}"`)), `absence:${text}`, text)],
          unmanaged: [{ name: text, type: text, kind: 'ignored', why: text }],
        },
      ),
    ],
    [
      { ...warning(1, text), rule: text, file: text },
      { ...warning(2, text), file: null, target: text, zone: text },
    ],
  );

const verify = (text: string) => ({
  checked: 1,
  differences: [
    difference('differs', { nameserver: text, name: text, type: 'TXT', expected: [`60 ${text}`], answered: [text] }),
    difference('missing', { answered: text }),
  ],
});

const explanation = (text: string): Explanation => ({
  ...{ name: text, type: text, zone: text },
  desired: [{ name: text, type: text, ttl: 60, values: [{ rdata: text, origins: [origin(text)] }] }],
  quarantined: [{ type: text, reason: text, origin: origin(text) }],
  existing: [
    {
      ...{ target: text, error: text, rrsets: [] },
      planned: [{ action: 'create', type: text, guard: text, reason: text }],
      unmanaged: [{ type: text, kind: 'ignored', why: text }],
    },
  ],
  answered: [
    {
      ...{ target: text, nameserver: text, type: text, rcode: text, authoritative: true },
      answers: [{ name: text, type: text, ttl: 1, rdata: text }],
    },
  ],
});

/** Every report there is, with the text wherever one can have it. */
const reportsWith = (text: string): Readonly<Record<string, Report>> => {
  const problems = [{ ...warning(1, text), rule: text, file: text }];
  const plan = planWith(text);
  const change = { action: 'create' as const, name: text, type: text, status: 'refused' as const, message: text };
  const results = (['failed', 'skipped'] as const).map((status) => ({
    ...{ zone: text, view: text, target: text, status, error: text, code: 'WRITE_REFUSED' },
    ...{ changes: [change], fingerprint: text },
  }));
  return {
    planned: preparePlanned(plan),
    applied: prepareApplied(plan, { results, verify: verify(text), problems }),
    verified: prepareVerified(verify(text), problems),
    validated: prepareValidated(problems, 1),
    explained: prepareExplained([explanation(text)]),
    deleted: prepareDeleted({
      ...{ zone: text, target: text, dump: text, rrsets: 1, problems, verify: verify(text) },
      left: [{ name: text, type: text, why: text }],
    }),
    serving: prepareServing([{ target: text, address: text, port: 53 }]),
    written: prepareWritten([{ file: text, zone: { zone: apex, rrsets: [] } }], 'yaml'),
    initialised: prepareInitialised(text, [text], text),
  };
};

const cases = hostileValues.map((text) => [JSON.stringify(text).slice(0, 60), text] as const);

/** The first few that are not as they should be: not 400 of the same. */
const failing = <T>(check: (text: string) => T, isFine: (found: T) => boolean) =>
  cases
    .flatMap(([shown, text]) => {
      const found = check(text);
      return isFine(found) ? [] : [[shown, found] as const];
    })
    .slice(0, 3);
const isEmpty = (found: readonly unknown[]) => found.length === 0;

describe('invariant 13: hostile text', () => {
  it('is of 400 kinds and more', () => {
    expect(hostileValues.length).toBeGreaterThanOrEqual(400);
  });

  it.each(['text', 'markdown', 'json'] as const)(
    'in %s is no command of a CI and nothing that a terminal acts on',
    (format) => {
      const acting = (text: string) =>
        Object.entries(reportsWith(text)).flatMap(([kind, report]) => {
          const output = render(format, report);
          return [...activeCharacters(output), ...likeCommands(output), ...workflowCommands(output)].map((each) => [
            kind,
            each,
          ]);
        });
      expect(failing(acting, isEmpty)).toEqual([]);
    },
  );

  it('in markdown is no link, picture, mention, HTML or formula, and leaves no cell', () => {
    const acting = (text: string) =>
      Object.entries(reportsWith(text)).flatMap(([kind, report]) => {
        const { active, foreignTags, rows } = pageOf(render('markdown', report));
        const lengths = new Set(rows.map((row) => row.length));
        const odd = [...lengths].filter((length) => length !== 4 && length !== 7);
        return [...foreignTags, ...active, ...odd].map((each) => [kind, each]);
      });
    expect(failing(acting, isEmpty)).toEqual([]);
  });

  it('hides no change in text', () => {
    const lines = (text: string) => {
      const output = render('text', preparePlanned(planWith(text)));
      const was = /- ("1.*)|- ("1.*?)(?: \+ "2)/m.exec(output)?.[0];
      const is = /\+ "2.*/m.exec(output)?.[0];
      return [was, is, /^Plan: 2 replaces; 1 withheld; 2 warnings\.$/m.exec(output)?.[0]];
    };
    expect(failing(lines, (found) => found.every((each) => each !== undefined))).toEqual([]);
  });

  it('hides no change in markdown', () => {
    const cells = (text: string) => {
      const { rows } = pageOf(render('markdown', preparePlanned(planWith(text))));
      return rows.filter((row) => row.length === 7 && row[0] !== '').map((row) => row.slice(4, 6));
    };
    const isShown = (found: readonly (readonly string[])[]) =>
      found.length === 2 &&
      found.every(([was = '', is = '']) => was !== '' && is !== '' && was !== is) &&
      found.some(([was, is]) => was?.startsWith('"1') === true && is?.startsWith('"2') === true);
    expect(failing(cells, isShown)).toEqual([]);
  });

  it('is the same text again for who reads JSON', () => {
    const read = (text: string) => {
      const report = preparePlanned(planWith(text));
      return [JSON.parse(render('json', report)), JSON.parse(JSON.stringify(report.document))];
    };
    for (const [, text] of cases) {
      const [back, document] = read(text);
      expect(back).toEqual(document);
    }
  });

  it('lets every --allow be copied into a shell that reads it back', () => {
    for (const [, text] of cases) {
      const word = shellWord(`absence:${text}`);
      expect([...activeCharacters(word), ...likeCommands(word)]).toEqual([]);
      expect(unquoted(word)).toBe(Buffer.from(`absence:${text}`, 'utf8').toString());
    }
  });

  it('in a dump is nothing that acts, and is the same again when it is read', async () => {
    for (const [shown, text] of cases) {
      const rrsets = zoneWith(text);
      const plain = rrsets.map(({ name, type, values }) => [name, type, values.map(({ rdata }) => rdata)]);
      for (const form of ['yaml', 'zone'] as const) {
        const file = render('text', prepareDumped({ zone: apex, rrsets }, form));
        expect([shown, ...activeCharacters(file.replaceAll('\t', '')), ...likeCommands(file)]).toEqual([shown]);
        const fence = render('markdown', prepareDumped({ zone: apex, rrsets }, form));
        expect(pageOf(fence).foreignTags).toEqual([]);
        const { problems, rrsets: back } = await readBack(file, form);
        expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(back.map(({ name, type, values }) => [name, type, values.map(({ rdata }) => rdata)]).toSorted()).toEqual(
          plain.toSorted(),
        );
        if (form === 'yaml') expect(load(file)).toEqual(parse(file));
      }
    }
  });
});

const context = { zone: apex, ttl: 3600, allowLua: true };
const readBack = async (file: string, form: 'yaml' | 'zone') =>
  form === 'yaml'
    ? readZoneYaml('zone.yaml', file, context)
    : readMaster('zone.zone', file, context, async () => ({ file: '', text: { status: 'missing' as const } }));

/** The text as octets of TXT and CAA, and as a name: what a name server may hold. */
const zoneWith = (text: string) => {
  const octets = Buffer.from(text, 'utf8').subarray(0, 60);
  const label = [...octets.subarray(0, 20)].map((octet) => `\\${String(octet).padStart(3, '0')}`).join('');
  const one = (name: string, type: string, rdata: string) => makeRRset(name, type, 60, [{ rdata, origins: [] }]);
  const name = parseRdata('CNAME', `${label}.${apex}`);
  const escaped = [...octets].map((octet) => `\\${String(octet).padStart(3, '0')}`).join('');
  return [
    one(name, 'CNAME', name),
    one(`caa.${apex}`, 'CAA', parseRdata('CAA', `0 issue "${escaped}"`)),
    one(
      `txt.${apex}`,
      'TXT',
      rdataFromYaml('TXT', text.isWellFormed() && !text.startsWith('"') ? text : 'x', { origin: apex }),
    ),
  ];
};

/** One word of a shell (POSIX, and the quoting of $'…'), told by nothing of the code. */
const unquoted = (word: string): string => {
  const octets: number[] = [];
  for (const [, dollar, single, escaped, bare] of word.matchAll(
    /\$'((?:\\[\s\S]|[^'\\])*)'|'([^']*)'|\\([\s\S])|([^'\\$]+)/g,
  )) {
    if (dollar !== undefined) {
      for (const [, octal, other] of dollar.matchAll(/\\([0-7]{3})|([^\\])/g)) {
        octets.push(...(octal === undefined ? Buffer.from(other ?? '') : [Number.parseInt(octal, 8)]));
      }
    } else octets.push(...Buffer.from(single ?? escaped ?? bare ?? ''));
  }
  return Buffer.from(octets).toString();
};
