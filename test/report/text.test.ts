import { describe, expect, it } from 'vitest';
import type { Unmanaged } from '../../src/model/plan.ts';
import type { Difference } from '../../src/model/result.ts';
import {
  prepareApplied,
  preparePlanned,
  prepareValidated,
  prepareVerified,
  render,
  terminalColours,
} from '../../src/report/index.ts';
import { changeset, create, difference, planOf, remove, replace, set, times, warning, withhold } from './make.ts';

const apex = 'example.com.';
const plain = (...args: Parameters<typeof planOf>) => render('text', preparePlanned(planOf(...args)));
const linesOf = (text: string) => text.trimEnd().split('\n');

describe('a plan as text', () => {
  it('shows deletes first, then the apex, replaces and creates, with what goes and what comes', () => {
    const changes = [
      create(`a.${apex}`, 'CNAME', set(3600, `www.${apex}`)),
      remove(`b.${apex}`, 'TXT', set(60, '"old"')),
      replace(apex, 'MX', set(3600, `10 mx1.${apex}`), set(3600, `10 mx2.${apex}`)),
      replace(`www.${apex}`, 'A', set(300, '192.0.2.10', '192.0.2.11'), set(60, '192.0.2.10', '192.0.2.12')),
    ];
    expect(plain([changeset(apex, changes)])).toBe(
      `
example.com. at pdns
  - b    TXT    60    "old"  DELETE
  ~ @    MX     3600  - 10 mx1.example.com. + 10 mx2.example.com.  (apex)   zones/example.com.yaml:7
  ~ www  A      ttl 300 → 60  - 192.0.2.11 + 192.0.2.12, 1 stays   zones/example.com.yaml:7
  + a    CNAME  3600  www.example.com.   zones/example.com.yaml:7

Plan: 1 create, 2 replaces and 1 delete.
`.trimStart(),
    );
  });

  it('marks what makes good what somebody else did', () => {
    const drift = { ...remove(`stray.${apex}`, 'A', set(60, '192.0.2.1')), drift: true as const };
    const plan = planOf([changeset(apex, [drift])]);
    expect(plain([changeset(apex, [drift])])).toContain('  - stray  A  60  192.0.2.1  DELETE  (drift)\n');
    expect(render('markdown', preparePlanned(plan))).toContain('`stray` **drift**');
    expect(render('json', preparePlanned(plan))).toContain('"drift": true');
  });

  it('says that there is nothing to do in one line', () => {
    expect(plain([changeset(apex, [])])).toBe('Plan: no changes.\n');
  });

  it('says why a change is withheld, and the option that lets it through, quoted for a shell', () => {
    const allow = `never_empty:${apex}/pdns:*.${apex}`;
    const withheld = times(11, (i) => withhold(remove(`h${i}.${apex}`, 'A', set(300, '192.0.2.1')), allow));
    const text = plain([changeset(apex, [], { withheld })], [warning(1)]);
    expect(text).toContain(
      '  ! withheld by never_empty: would leave nothing\n      delete h0.example.com. A 300: 192.0.2.1\n',
    );
    expect(text).toContain(`      to let it through in one run: --allow '${allow}'\n`);
    expect(linesOf(text).at(-1)).toBe('Plan: no changes; 11 withheld; 1 warning.');
  });

  it('lists what is somebody else’s, and not what every zone has', () => {
    const unmanaged: readonly Unmanaged[] = [
      { name: apex, type: 'SOA', kind: 'server_own', why: "the name server's own: the zone file has no SOA" },
      { name: apex, type: 'NS', kind: 'apex_ns', why: 'apex NS: the zone file has none' },
      ...times<Unmanaged>(3, (i) => ({
        name: `k${i}.${apex}`,
        type: 'A',
        kind: 'foreign',
        why: 'foreign: ExternalDNS owner k8s',
      })),
    ];
    const text = plain([changeset(apex, [remove(`b.${apex}`, 'A', set(60, '192.0.2.1'))], { unmanaged })]);
    expect(text.match(/left alone.*/)?.[0]).toBe('left alone: 3 RRsets (foreign: ExternalDNS owner k8s)');
  });

  it('keeps the columns where one name is very long', () => {
    const long = 'a-name-that-is-longer-than-any-column-should-be';
    const lines = linesOf(
      plain([
        changeset(apex, [
          create(`${long}.${apex}`, 'A', set(300, '192.0.2.1')),
          create(`www.${apex}`, 'AAAA', set(300, '::1')),
        ]),
      ]),
    );
    expect(lines.slice(1, 3)).toEqual([
      `  + ${long}  A     300  192.0.2.1   zones/example.com.yaml:7`,
      '  + www  AAAA  300  ::1   zones/example.com.yaml:7',
    ]);
  });

  it('cuts long values around what differs', () => {
    const value = (middle: string) => `"${'a'.repeat(400)}${middle}${'c'.repeat(400)}"`;
    const change = replace(`t.${apex}`, 'TXT', set(300, value('b')), set(300, value('d')));
    expect(linesOf(plain([changeset(apex, [change])])).slice(1, -2)).toEqual([
      '  ~ t  TXT  300   zones/example.com.yaml:7',
      `      - "${'a'.repeat(15)}…(365 characters)…${'a'.repeat(20)}b${'c'.repeat(20)}…(373 characters)…${'c'.repeat(7)}"`,
      `      + "${'a'.repeat(15)}…(365 characters)…${'a'.repeat(20)}d${'c'.repeat(20)}…(373 characters)…${'c'.repeat(7)}"`,
      `${' '.repeat(62)}^`,
    ]);
  });

  it('shows some of 1,200 values', () => {
    const many = set(300, ...times(1200, (i) => `198.18.${i >> 8}.${i & 255}`));
    const [, line = ''] = linesOf(plain([changeset(apex, [create(`big.${apex}`, 'A', many)])]));
    expect(line).toContain('198.18.0.11, … and 1,188 more');
    expect(line.length).toBeLessThan(300);
  });

  it.each(['create', 'delete'] as const)('of 10,000 %ss shows some and counts the rest', (action) => {
    const one = set(300, '192.0.2.1');
    const changes = times(10_000, (i) =>
      action === 'create' ? create(`h${i}.${apex}`, 'A', one) : remove(`h${i}.${apex}`, 'A', one),
    );
    const lines = linesOf(plain([changeset(apex, changes)]));
    expect(lines.length).toBeLessThan(520);
    expect(lines.at(-5)).toMatch(/… and 9,[0-9]+ more (creates|deletes) \(--format json has them all\)$/);
    const leftOut = new RegExp(`^Not all is shown here: without 9,[0-9]+ ${action}s \\(--format json has them all\\)$`);
    expect([lines[0], lines.at(-3)]).toEqual([expect.stringMatching(leftOut), lines[0]]);
    expect(lines.at(-1)).toBe(`Plan: 10,000 ${action}s.`);
  });

  it('of 1,000 zones shows those where something may hurt, and counts the rest', () => {
    const zones = times(1000, (i) => {
      const zone = `z${i}.example.`;
      return i === 777
        ? changeset(zone, [remove(`www.${zone}`, 'A', set(300, '192.0.2.1'))])
        : changeset(zone, [create(`www.${zone}`, 'A', set(300, '192.0.2.1'))], { create_zone: true });
    });
    const lines = linesOf(plain(zones, times(1000, warning)));
    expect(lines.length).toBeLessThan(230);
    expect(lines).toContain('z777.example. at pdns');
    expect(lines).toContain('… and 995 more warnings [apex-ns-undeclared] (--format json has them all)');
    expect(lines).toContain('… and 949 more zones: 949 creates (--format json has them all)');
    expect(lines[0]).toBe('Not all is shown here: without 949 creates (--format json has them all)');
    expect(lines.at(-1)).toBe('Plan: 999 new zones, 999 creates and 1 delete; 1,000 warnings.');
  });

  it('has no colours unless it is given them', () => {
    const plan = planOf([changeset(apex, [remove(`b.${apex}`, 'A', set(60, '192.0.2.1'))])], [warning(1)]);
    expect(render('text', preparePlanned(plan))).not.toContain('\u001b');
    expect(render('text', preparePlanned(plan), terminalColours)).toContain('\u001b[31m');
  });

  it('lets no control character of a stranger through', () => {
    const hostile = warning(1, 'one\n::error::two\u001b[2J\u0007three\u2028four');
    const withheld = [withhold(remove(`b.${apex}`, 'A', set(60, '192.0.2.1')), null, 'a\u001b]0;b\u0007')];
    const health_check = {
      ...{ port: 25, urls: null, interval: null, timeout: null },
      ...{ string_match: 'fine\u2028::error::not', when_all_down: 'open' as const },
    };
    const checked = create(`c.${apex}`, 'A', { ...set(60, '192.0.2.1'), health_check });
    const text = plain([changeset(apex, [checked], { withheld })], [hostile]);
    expect(text).toContain('with "fine\\u{2028}::error::not" in it');
    expect(text).not.toMatch(/(?!\n)\p{Cc}|\u2028/u);
    expect(text).not.toMatch(/^::error/m);
  });
});

describe('problems as text', () => {
  it('are all there where they are what was asked for', () => {
    expect(linesOf(render('text', prepareValidated(times(300, warning), 2)))).toHaveLength(301);
    expect(linesOf(render('text', prepareValidated([], 1)))).toEqual(['1 zone checked: no problems']);
  });
});

describe('what verify says', () => {
  const verified = (checked: number, differences: readonly Difference[] = []) =>
    render('text', prepareVerified({ checked, differences }, []));
  const said = (...differences: Parameters<typeof difference>[]) =>
    linesOf(
      verified(
        3,
        differences.map((each) => difference(...each)),
      ),
    );
  const zone = { name: apex, type: 'SOA', expected: null };

  it.each([
    ['differs', {}, 'www.example.com. A differs: expected 300 192.0.2.10; answered 300 192.0.2.11'],
    ['missing', { answered: 'NXDOMAIN' }, 'www.example.com. A is missing: expected 300 192.0.2.10; answered NXDOMAIN'],
    ['unexpected', { expected: null }, 'www.example.com. A should not be there; answered 300 192.0.2.11'],
    ['lags', {}, 'www.example.com. A is late: expected 300 192.0.2.10; still answered 300 192.0.2.11'],
    ['lags', { expected: null }, 'www.example.com. A is late: it should be gone; still answered 300 192.0.2.11'],
  ] as const)('of an RRset that %s', (kind, more, sentence) => {
    expect(said([kind, more])).toEqual([
      `ns1.example.com. (192.0.2.1): ${sentence}`,
      'Verified: 3 answers; 1 difference.',
    ]);
  });

  it.each([
    ['no_answer', { answered: 'timed out' }, 'NS gave no answer to www.example.com. A: timed out'],
    [
      'no_answer',
      { ...zone, answered: 'timed out; 12 RRsets not asked' },
      'NS gave no answer for the zone example.com.: timed out; 12 RRsets not asked',
    ],
    [
      'missing',
      { ...zone, answered: 'REFUSED; 12 RRsets not asked' },
      'NS does not serve the zone example.com.: REFUSED; 12 RRsets not asked',
    ],
    [
      'no_answer',
      { ...zone, type: 'NS', answered: 'no address: set verify_at for the target' },
      'NS cannot be asked for example.com.: no address: set verify_at for the target',
    ],
  ] as const)('of a name server with %s', (kind, more, sentence) => {
    expect(said([kind, { ...more, nameserver: 'NS' }])[0]).toBe(sentence);
  });

  it('of a zone without any name server that is known', () => {
    const answered = 'no name server is known: set verify_at for the target';
    expect(said(['no_answer', { ...zone, type: 'NS', nameserver: '(none)', answered }])[0]).toBe(
      `example.com.: ${answered}`,
    );
  });

  it('where all is well, where nothing was asked, and where very much is wrong', () => {
    expect(verified(1)).toBe('Verified: 1 answer, as it should be.\n');
    expect(verified(0)).toBe('Verified: nothing to ask for.\n');
    const lines = linesOf(
      verified(
        5000,
        times(5000, () => difference('differs')),
      ),
    );
    expect(lines.slice(-2)).toEqual([
      '… and 4,950 more differences (--format json has them all)',
      'Verified: 5,000 answers; 5,000 differences.',
    ]);
  });
});

describe('what apply says', () => {
  const change = (name: string, status: 'applied' | 'refused') => ({
    action: 'create' as const,
    name,
    type: 'A',
    status,
    message: null,
  });
  const result = { zone: apex, view: null, target: 'pdns', code: null, fingerprint: null };

  it('counts what was applied, and what was not, with the reason', () => {
    const results = [
      { ...result, status: 'applied' as const, error: null, changes: [change('a.', 'applied')] },
      {
        ...result,
        zone: 'example.net.',
        status: 'failed' as const,
        error: 'pdns refused b. A: no\nreason',
        changes: [change('b.', 'refused'), change('c.', 'applied')],
      },
    ];
    expect(
      linesOf(
        render('text', prepareApplied(planOf([]), { results, verify: { checked: 2, differences: [] }, problems: [] })),
      ),
    ).toEqual([
      '',
      'example.net. at pdns: pdns refused b. A: no\\x0areason',
      '    1 of 2 changes applied',
      'Applied: 2 changes in 2 zones; not applied: 1 change in 1 zone.',
      'Verified: 2 answers, all as they should be.',
    ]);
  });
});
